// SPDX-License-Identifier: Apache-2.0
// A disk that fails when it is told to: loaded before the C library, it stands between a program and its files.
//
// The file that LAZULI_FAULTS names holds orders, one a line: a call, an error's number, a part of a path, like
// "fdatasync 5 /store/". Where an order fits, the call does nothing and answers the error. Without orders, or without
// the file, everything is as ever.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ORDERS_MAX = 1024, PATH_BYTES_MAX = 4096 };

/// The error the call is to answer; 0 where it is to be done.
static int ordered(const char *call, int descriptor) {
    const char *name = getenv("LAZULI_FAULTS");
    if (!name) return 0;
    int before = errno;
    int file = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        errno = before;
        return 0;
    }
    char orders[ORDERS_MAX + 1], link[64], path[PATH_BYTES_MAX + 1];
    long count = syscall(SYS_read, file, orders, ORDERS_MAX);
    syscall(SYS_close, file);
    orders[count > 0 ? count : 0] = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = count > 0 ? readlink(link, path, PATH_BYTES_MAX) : 0;
    path[length > 0 ? length : 0] = 0;
    int answer = 0;
    char *rest = NULL;
    for (char *line = strtok_r(orders, "\n", &rest); line && !answer; line = strtok_r(NULL, "\n", &rest)) {
        char which[32], part[256];
        int error = 0;
        if (sscanf(line, "%31s %d %255s", which, &error, part) != 3) continue;
        if (!strcmp(which, call) && strstr(path, part)) answer = error;
    }
    errno = answer ? answer : before;
    return answer;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define STAND_IN(order, type, name, parameters, arguments)                                                              \
    type name parameters {                                                                                              \
        static __typeof__(&name) real;                                                                                  \
        if (!real) real = REAL(name);                                                                                   \
        return ordered(order, descriptor) ? -1 : real arguments;                                                        \
    }

STAND_IN("write", ssize_t, write, (int descriptor, const void *from, size_t count), (descriptor, from, count))
STAND_IN("write", ssize_t, pwrite, (int descriptor, const void *from, size_t count, off_t at),
         (descriptor, from, count, at))
STAND_IN("write", ssize_t, pwrite64, (int descriptor, const void *from, size_t count, off64_t at),
         (descriptor, from, count, at))
STAND_IN("write", ssize_t, pwritev, (int descriptor, const struct iovec *from, int count, off_t at),
         (descriptor, from, count, at))
STAND_IN("write", ssize_t, pwritev64, (int descriptor, const struct iovec *from, int count, off64_t at),
         (descriptor, from, count, at))
STAND_IN("read", ssize_t, pread, (int descriptor, void *to, size_t count, off_t at), (descriptor, to, count, at))
STAND_IN("read", ssize_t, pread64, (int descriptor, void *to, size_t count, off64_t at), (descriptor, to, count, at))
STAND_IN("read", ssize_t, preadv, (int descriptor, const struct iovec *to, int count, off_t at),
         (descriptor, to, count, at))
STAND_IN("read", ssize_t, preadv64, (int descriptor, const struct iovec *to, int count, off64_t at),
         (descriptor, to, count, at))
STAND_IN("read", ssize_t, preadv2, (int descriptor, const struct iovec *to, int count, off_t at, int flags),
         (descriptor, to, count, at, flags))
STAND_IN("read", ssize_t, preadv64v2, (int descriptor, const struct iovec *to, int count, off64_t at, int flags),
         (descriptor, to, count, at, flags))
STAND_IN("sync", int, fdatasync, (int descriptor), (descriptor))
STAND_IN("sync", int, fsync, (int descriptor), (descriptor))
