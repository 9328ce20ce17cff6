// What the byte engine takes from C: xxHash, and four Linux calls that glibc declares only under _GNU_SOURCE, with which
// Swift's Glibc module is not built.
#ifndef LAZULI_CXXHASH_SHIM_H
#define LAZULI_CXXHASH_SHIM_H

#include <sys/types.h>
#include <sys/uio.h>
#include <xxhash.h>

/// Gives the blocks of a region back to the file system; the file keeps its size. fallocate(2).
static inline int lazuli_punch_hole(int descriptor, long offset, long length) {
    extern int fallocate(int, int, long, long);
    return fallocate(descriptor, 0x01 | 0x02 /* KEEP_SIZE | PUNCH_HOLE */, offset, length);
}

/// Begins to write dirty pages of a region without waiting for them. sync_file_range(2).
static inline int lazuli_start_writeback(int descriptor, long offset, long length) {
    extern int sync_file_range(int, long, long, unsigned int);
    return sync_file_range(descriptor, offset, length, 0x02 /* SYNC_FILE_RANGE_WRITE */);
}

/// Reads what the page cache holds and never waits for the disk. preadv2(2).
static inline ssize_t lazuli_read_cached(int descriptor, const struct iovec *parts, int count, long offset) {
    extern ssize_t preadv2(int, const struct iovec *, int, long, int);
    return preadv2(descriptor, parts, count, offset, 0x08 /* RWF_NOWAIT */);
}

/// Where data begins at or after `offset`; -1 with ENXIO when only holes follow. lseek(2), SEEK_DATA.
static inline long lazuli_next_data(int descriptor, long offset) {
    extern long lseek(int, long, int);
    return lseek(descriptor, offset, 3 /* SEEK_DATA */);
}

#endif
