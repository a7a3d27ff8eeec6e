/*
 * Preloaded into a server (LD_PRELOAD): notes each write and each fsync of the database's files, in their order, in the
 * file that DISK_TRACE names, so that PowerCut can tell what a disk holds that loses power at that moment.
 *
 * A record: operation, length of the name (1 byte each), number (8 bytes), length of the data (4 bytes), name, data; of
 * the machine's byte order. W = written at offset number; T = cut to length number; U = removed; B and E = fsync number
 * began, and ended well. A write is noted when it is done and an fsync before it begins, so a write noted before a B is
 * on disk once its E is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* The function of the C library that ours stands before. */
#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static atomic_int trace = -1;
static atomic_ulong syncs;

static void give_up(const char *why) {
    fprintf(stderr, "[DISK] ERROR: the trace is not whole: %s\n", why);
    abort();
}

static void note(char operation, const char *name, uint64_t number, const void *data, uint32_t length) {
    if (trace < 0) {
        const char *path = getenv("DISK_TRACE");
        int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
        if (fd < 0) give_up("DISK_TRACE can't be opened");
        int none = -1;
        if (!atomic_compare_exchange_strong(&trace, &none, fd)) close(fd);
    }
    char head[14];
    head[0] = operation;
    head[1] = (char)strlen(name);
    memcpy(head + 2, &number, 8);
    memcpy(head + 10, &length, 4);
    struct iovec parts[3] = {{head, sizeof head}, {(void *)name, strlen(name)}, {(void *)data, length}};
    ssize_t whole = (ssize_t)(sizeof head + strlen(name) + length);
    if (writev(trace, parts, 3) != whole) give_up("a record was not written");
}

/* The name of one of the database's files that last, else NULL. The index of the log is made anew by each start. */
static const char *ours(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strncmp(name, "meanwhile.db", 12) == 0 && strcmp(name, "meanwhile.db-shm") != 0 ? name : NULL;
}

static const char *name_of(int fd, char *path, size_t size) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return ours(path);
}

static ssize_t noted_write(ssize_t written, int fd, const void *data, uint64_t offset) {
    char path[4096];
    const char *name = written > 0 ? name_of(fd, path, sizeof path) : NULL;
    if (name) note('W', name, offset, data, (uint32_t)written);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    static typeof(&pwrite) real;
    if (!real) real = REAL(pwrite);
    return noted_write(real(fd, data, length, offset), fd, data, (uint64_t)offset);
}

static int noted_sync(int (*real)(int), int fd) {
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    if (!name) return real(fd);
    uint64_t number = atomic_fetch_add(&syncs, 1);
    note('B', name, number, NULL, 0);
    int result = real(fd);
    if (result == 0) note('E', name, number, NULL, 0);
    return result;
}

int fsync(int fd) {
    static typeof(&fsync) real;
    if (!real) real = REAL(fsync);
    return noted_sync(real, fd);
}

int fdatasync(int fd) {
    static typeof(&fdatasync) real;
    if (!real) real = REAL(fdatasync);
    return noted_sync(real, fd);
}

static int noted_truncate(int result, int fd, uint64_t length) {
    char path[4096];
    const char *name = result == 0 ? name_of(fd, path, sizeof path) : NULL;
    if (name) note('T', name, length, NULL, 0);
    return result;
}

int ftruncate(int fd, off_t length) {
    static typeof(&ftruncate) real;
    if (!real) real = REAL(ftruncate);
    return noted_truncate(real(fd, length), fd, (uint64_t)length);
}

#ifdef __GLIBC__ /* others have one name for both */
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    static typeof(&pwrite64) real;
    if (!real) real = REAL(pwrite64);
    return noted_write(real(fd, data, length, offset), fd, data, (uint64_t)offset);
}

int ftruncate64(int fd, off64_t length) {
    static typeof(&ftruncate64) real;
    if (!real) real = REAL(ftruncate64);
    return noted_truncate(real(fd, length), fd, (uint64_t)length);
}
#endif

int unlink(const char *path) {
    static typeof(&unlink) real;
    if (!real) real = REAL(unlink);
    const char *name = ours(path);
    int result = real(path);
    if (name && result == 0) note('U', name, 0, NULL, 0);
    return result;
}
