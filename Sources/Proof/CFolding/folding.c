// SPDX-License-Identifier: Apache-2.0
// Gopal, Ozturk and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
#include "CFolding.h"

#if defined(__x86_64__)
#include <immintrin.h>

// A register holds a polynomial with its highest power in the lowest bit; the product of two halves is too high by one
// power in it. So moving a register down by n bits takes x^(n+63) mod P for its low half and x^(n-1) mod P for its high
// half, both with their bits in that same order; P is 0xAD93D23594C93659.
#define BY_512 _mm_set_epi64x(0x62242240ACE5045A, 0x0C32CDB31E18A84A)
#define BY_128 _mm_set_epi64x(0x21E9761E252621AC, (long long)0xEADC41FD2BA3D420)

bool lazuli_can_fold(void) { return __builtin_cpu_supports("pclmul"); }

__attribute__((target("pclmul"))) static inline __m128i fold(__m128i from, __m128i by, __m128i onto) {
    __m128i low = _mm_clmulepi64_si128(from, by, 0x00);
    __m128i high = _mm_clmulepi64_si128(from, by, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

__attribute__((target("pclmul"))) void lazuli_fold_crc64(
    uint64_t crc, const uint8_t *bytes, size_t count, uint8_t folded[16]) {
    const __m128i *next = (const __m128i *)bytes;
    const __m128i *end = (const __m128i *)(bytes + count);
    __m128i a = _mm_xor_si128(_mm_loadu_si128(next), _mm_cvtsi64_si128((long long)crc));
    __m128i b = _mm_loadu_si128(next + 1), c = _mm_loadu_si128(next + 2), d = _mm_loadu_si128(next + 3);
    for (next += 4; next < end; next += 4) {
        a = fold(a, BY_512, _mm_loadu_si128(next));
        b = fold(b, BY_512, _mm_loadu_si128(next + 1));
        c = fold(c, BY_512, _mm_loadu_si128(next + 2));
        d = fold(d, BY_512, _mm_loadu_si128(next + 3));
    }
    _mm_storeu_si128((__m128i *)folded, fold(fold(fold(a, BY_128, b), BY_128, c), BY_128, d));
}

#else

bool lazuli_can_fold(void) { return false; }
void lazuli_fold_crc64(uint64_t crc, const uint8_t *bytes, size_t count, uint8_t folded[16]) {
    (void)crc, (void)bytes, (void)count, (void)folded;
}

#endif
