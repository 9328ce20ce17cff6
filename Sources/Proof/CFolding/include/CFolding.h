// SPDX-License-Identifier: Apache-2.0
// CRC-64/NVME over many bytes by carry-less multiplication, which Swift has no word for.
#ifndef LAZULI_CFOLDING_H
#define LAZULI_CFOLDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor multiplies without carries.
bool lazuli_can_fold(void);

/// Folds `count` bytes, a positive multiple of 64, behind the state `crc` into 16 bytes that leave the same state behind
/// when they are taken in after a state of zero. Only where `lazuli_can_fold`.
void lazuli_fold_crc64(uint64_t crc, const uint8_t *bytes, size_t count, uint8_t folded[16]);

#endif
