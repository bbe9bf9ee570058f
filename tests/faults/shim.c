/* Counts the calls by which a process changes files under one folder, writes them down, and makes one of them fail.

   LD_PRELOAD it and set COMITY_FAULT_UNDER to the folder. Nothing fails until `comity_fault_arm` was called: modes are
   'k' kill before the call, 't' write half and kill, 'n' no space at this write, 'f' no space from this write on,
   'i' I/O error at this sync, 'r' record only. Counted are the calls that the fault can meet.
   With a log (`comity_fault_log`) each call is written there: enough to build what a power cut would have left. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char under[4096];
static size_t under_length;
static int armed, mode, log_file = -1;
static long at, count;

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("COMITY_FAULT_UNDER");
    if (folder && strlen(folder) < sizeof under) {
        strcpy(under, folder);
        under_length = strlen(folder);
    }
}

void comity_fault_arm(long number, int how) { at = number; mode = how; count = 0; armed = 1; }
long comity_fault_disarm(void) { armed = 0; return count; }
void comity_fault_log(int file) { log_file = file; }

static int is_under(const char *path) { return under_length && strncmp(path, under, under_length) == 0; }

static int path_of(int file, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_under(path);
}

/* One call in the log: kind, offset, lengths of path, second path or data, and both. */
static void note(char kind, const char *path, int64_t offset, const void *data, uint32_t length) {
    if (log_file < 0) return;
    struct { char kind; uint16_t path; uint32_t length; int64_t offset; } __attribute__((packed)) head =
        { kind, (uint16_t) strlen(path), length, offset };
    ssize_t (*out)(int, const void *, size_t) = REAL(write);
    if (out(log_file, &head, sizeof head) < 0 || out(log_file, path, head.path) < 0) abort();
    if (length && out(log_file, data, length) < 0) abort();
}

enum { PASS, FAIL, TEAR };

/* Tell whether the fault that is armed can meet this call: only a sync fails to sync, only a write finds no space. */
static int applies(int is_sync, int is_write) {
    if (mode == 'i') return is_sync;
    return mode == 'n' || mode == 'f' ? is_write : 1;
}

/* Decide what becomes of this call; sets errno where it fails. */
static int fate(int is_sync, int is_write) {
    if (!armed || !applies(is_sync, is_write)) return PASS;
    long number = ++count;
    if (mode == 'f' && number >= at) { errno = ENOSPC; return FAIL; }
    if (number != at) return PASS;
    switch (mode) {
    case 'k': kill(getpid(), SIGKILL); pause(); return FAIL;
    case 't':
        if (is_write) return TEAR;
        kill(getpid(), SIGKILL); pause(); return FAIL;
    case 'n': errno = ENOSPC; return FAIL;
    case 'i': errno = EIO; return FAIL;
    default: return PASS;
    }
}

static ssize_t torn(ssize_t half) { (void) half; kill(getpid(), SIGKILL); pause(); return -1; }

ssize_t write(int file, const void *data, size_t length) {
    char path[4096];
    ssize_t (*real)(int, const void *, size_t) = REAL(write);
    if (!armed || !path_of(file, path, sizeof path)) return real(file, data, length);
    off_t offset = lseek(file, 0, SEEK_CUR);
    int what = fate(0, 1);
    if (what == FAIL) return -1;
    if (what == TEAR) return torn(real(file, data, length / 2));
    note('w', path, offset, data, (uint32_t) length);
    return real(file, data, length);
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
    char path[4096];
    ssize_t (*real)(int, const void *, size_t, off64_t) = REAL(pwrite64);
    if (!armed || !path_of(file, path, sizeof path)) return real(file, data, length, offset);
    int what = fate(0, 1);
    if (what == FAIL) return -1;
    if (what == TEAR) return torn(real(file, data, length / 2, offset));
    note('w', path, offset, data, (uint32_t) length);
    return real(file, data, length, offset);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return pwrite64(file, data, length, offset); }

#define SYNC(name)                                                              \
    int name(int file) {                                                        \
        char path[4096];                                                        \
        int (*real)(int) = REAL(name);                                          \
        if (!armed || !path_of(file, path, sizeof path)) return real(file);     \
        if (fate(1, 0) == FAIL) return -1;                                      \
        note('s', path, 0, NULL, 0);                                            \
        return real(file);                                                      \
    }
SYNC(fsync)
SYNC(fdatasync)

int ftruncate64(int file, off64_t length) {
    char path[4096];
    int (*real)(int, off64_t) = REAL(ftruncate64);
    if (!armed || !path_of(file, path, sizeof path)) return real(file, length);
    if (fate(0, 0) == FAIL) return -1;
    note('t', path, length, NULL, 0);
    return real(file, length);
}
int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = REAL(rename);
    if (!armed || !is_under(to)) return real(from, to);
    if (fate(0, 0) == FAIL) return -1;
    note('r', from, 0, to, (uint32_t) strlen(to));
    return real(from, to);
}

int unlink(const char *path) {
    int (*real)(const char *) = REAL(unlink);
    if (!armed || !is_under(path)) return real(path);
    if (fate(0, 0) == FAIL) return -1;
    note('u', path, 0, NULL, 0);
    return real(path);
}
