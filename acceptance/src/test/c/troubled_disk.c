/* A preload shim between a program and its disk, for the tests of acceptance/TroubledDisk.java.
 *
 * It counts every call by which the program changes something below one directory (TROUBLED_DIRECTORY), over all
 * threads and kinds of calls; at the call of a given number it kills the program: before the call, in the middle of a
 * write, or after it. Or it lets calls fail with an errno. What to do stands in a small file that is mapped into memory
 * (TROUBLED_CONTROL), so that a test can change it while the program runs; its fields are 64-bit numbers:
 *
 *   0 counted       calls so far (written here)
 *   1 kill at       the number of the call to kill at; 0: never
 *   2 how           0 before the call, 1 after half of what a write has, 2 after the call
 *   3 write         errno that write calls fail with; 0: they don't
 *   4 force         errno for fsync and fdatasync
 *   5 open          errno for opening a file for writing or making one
 *   6 other         errno for all other calls: rename, unlink, mkdir, truncate, ...
 *   7 failed        calls that were let fail so far (written here)
 *   8 short         1: a write that is to fail first writes half of what it has
 *   16..31          a text; where there is one, only files whose path contains it fail. Counting and killing know no text.
 *
 * Build: gcc -shared -fPIC -O1 -o troubled_disk.so troubled_disk.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNTED, KILL_AT, HOW, WRITE, FORCE, OPEN, OTHER, FAILED, SHORT, TEXT = 16, FIELDS = 32 };
enum { BEFORE, HALF, AFTER };

static volatile uint64_t *control;
static const char *directory;
static size_t directory_length;

static void *real(const char *name) {
  void *f = dlsym(RTLD_NEXT, name);
  if (!f) {
    fprintf(stderr, "troubled_disk: no %s\n", name);
    abort();
  }
  return f;
}
#define REAL(ret, name, ...)                        \
  static ret (*real_##name)(__VA_ARGS__);           \
  if (!real_##name) real_##name = real(#name)

__attribute__((constructor)) static void start(void) {
  const char *file = getenv("TROUBLED_CONTROL");
  directory = getenv("TROUBLED_DIRECTORY");
  if (!file || !directory) return;
  directory_length = strlen(directory);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, FIELDS * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) control = mapped;
}

static int ours(const char *path) {
  return control && !strncmp(path, directory, directory_length)
      && (path[directory_length] == '/' || path[directory_length] == 0);
}

/* The path of what a descriptor, or a name below one, means; empty where it cannot be told. */
static void path_of(int fd, const char *below, char *path) {
  path[0] = 0;
  if (below && below[0] == '/') {
    snprintf(path, PATH_MAX, "%s", below);
    return;
  }
  char link[64];
  if (below && fd == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
  else snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, PATH_MAX - 1);
  path[n > 0 ? n : 0] = 0;
  if (below && n > 0) snprintf(path + n, PATH_MAX - n, "/%s", below);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Before a call. Says the errno it shall fail with, or 0; *last says whether the program dies in or after it. */
static int before(int kind, const char *path, int *last) {
  *last = 0;
  if (!ours(path)) return 0;
  uint64_t n = __atomic_add_fetch(&control[COUNTED], 1, __ATOMIC_SEQ_CST);
  if (control[KILL_AT] && n >= control[KILL_AT]) {
    if (control[HOW] == BEFORE || n > control[KILL_AT]) die(); /* other threads do nothing more either */
    *last = 1;
  }
  const char *text = (const char *) &control[TEXT];
  uint64_t error = control[kind];
  if (!error || (*text && !strstr(path, text))) return 0;
  __atomic_add_fetch(&control[FAILED], 1, __ATOMIC_SEQ_CST);
  return (int) error;
}

#define GUARD(kind, path)                  \
  int last;                                \
  int error = before(kind, path, &last);   \
  if (error) {                             \
    errno = error;                         \
    return -1;                             \
  }
#define DONE(result)                       \
  do {                                     \
    __typeof__(result) done = (result);    \
    if (last) die();                       \
    return done;                           \
  } while (0)

/* ---- writing ---- */

#define WRITING(call_half, call_all)                          \
  char path[PATH_MAX];                                        \
  if (!control) return call_all;                              \
  path_of(fd, NULL, path);                                    \
  int last;                                                   \
  int error = before(WRITE, path, &last);                     \
  if (error) {                                                \
    if (control[SHORT] && (call_half) < 0) return -1;         \
    errno = error;                                            \
    return -1;                                                \
  }                                                           \
  if (last && control[HOW] == HALF) {                         \
    (void) !(call_half);                                      \
    die();                                                    \
  }                                                           \
  DONE(call_all)

ssize_t write(int fd, const void *from, size_t n) {
  REAL(ssize_t, write, int, const void *, size_t);
  WRITING(real_write(fd, from, n / 2), real_write(fd, from, n));
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at) {
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  WRITING(real_pwrite(fd, from, n / 2, at), real_pwrite(fd, from, n, at));
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  WRITING(real_pwrite64(fd, from, n / 2, at), real_pwrite64(fd, from, n, at));
}

ssize_t writev(int fd, const struct iovec *from, int n) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  WRITING(real_writev(fd, from, n / 2), real_writev(fd, from, n));
}

ssize_t pwritev(int fd, const struct iovec *from, int n, off_t at) {
  REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
  WRITING(real_pwritev(fd, from, n / 2, at), real_pwritev(fd, from, n, at));
}

ssize_t pwritev64(int fd, const struct iovec *from, int n, off64_t at) {
  REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t);
  WRITING(real_pwritev64(fd, from, n / 2, at), real_pwritev64(fd, from, n, at));
}

/* ---- forcing and cutting ---- */

#define ON_FD(kind, call)        \
  char path[PATH_MAX];           \
  if (!control) return call;     \
  path_of(fd, NULL, path);       \
  GUARD(kind, path)              \
  DONE(call)

int fsync(int fd) {
  REAL(int, fsync, int);
  ON_FD(FORCE, real_fsync(fd));
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  ON_FD(FORCE, real_fdatasync(fd));
}

int ftruncate(int fd, off_t size) {
  REAL(int, ftruncate, int, off_t);
  ON_FD(OTHER, real_ftruncate(fd, size));
}

int ftruncate64(int fd, off64_t size) {
  REAL(int, ftruncate64, int, off64_t);
  ON_FD(OTHER, real_ftruncate64(fd, size));
}

int fallocate(int fd, int mode, off_t at, off_t size) {
  REAL(int, fallocate, int, int, off_t, off_t);
  ON_FD(WRITE, real_fallocate(fd, mode, at, size));
}

int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  REAL(int, fallocate64, int, int, off64_t, off64_t);
  ON_FD(WRITE, real_fallocate64(fd, mode, at, size));
}

/* ---- opening ---- */

#define OPENING(dir, call)                                             \
  mode_t mode = 0;                                                     \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {                                 \
    va_list more;                                                      \
    va_start(more, flags);                                             \
    mode = va_arg(more, mode_t);                                       \
    va_end(more);                                                      \
  }                                                                    \
  if (!control) return call;                                           \
  char path[PATH_MAX];                                                 \
  path_of(dir, name, path);                                            \
  if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return call; \
  int last = 0;                                                        \
  if (flags & (O_CREAT | O_TRUNC)) { /* changes something */           \
    int error = before(OPEN, path, &last);                             \
    if (error) { errno = error; return -1; }                           \
  } else if (ours(path) && control[OPEN]                               \
      && (!*(const char *) &control[TEXT] || strstr(path, (const char *) &control[TEXT]))) { \
    errno = (int) control[OPEN];                                       \
    return -1;                                                         \
  }                                                                    \
  DONE(call)

int open(const char *name, int flags, ...) {
  REAL(int, open, const char *, int, ...);
  OPENING(AT_FDCWD, real_open(name, flags, mode));
}

int open64(const char *name, int flags, ...) {
  REAL(int, open64, const char *, int, ...);
  OPENING(AT_FDCWD, real_open64(name, flags, mode));
}

int openat(int dir, const char *name, int flags, ...) {
  REAL(int, openat, int, const char *, int, ...);
  OPENING(dir, real_openat(dir, name, flags, mode));
}

int openat64(int dir, const char *name, int flags, ...) {
  REAL(int, openat64, int, const char *, int, ...);
  OPENING(dir, real_openat64(dir, name, flags, mode));
}

/* ---- names ---- */

#define ON_NAME(dir, name, call)   \
  char path[PATH_MAX];             \
  if (!control) return call;       \
  path_of(dir, name, path);        \
  GUARD(OTHER, path)               \
  DONE(call)

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  ON_NAME(AT_FDCWD, to, real_rename(from, to));
}

int renameat(int from_dir, const char *from, int to_dir, const char *to) {
  REAL(int, renameat, int, const char *, int, const char *);
  ON_NAME(to_dir, to, real_renameat(from_dir, from, to_dir, to));
}

int unlink(const char *name) {
  REAL(int, unlink, const char *);
  ON_NAME(AT_FDCWD, name, real_unlink(name));
}

int unlinkat(int dir, const char *name, int flags) {
  REAL(int, unlinkat, int, const char *, int);
  ON_NAME(dir, name, real_unlinkat(dir, name, flags));
}

int rmdir(const char *name) {
  REAL(int, rmdir, const char *);
  ON_NAME(AT_FDCWD, name, real_rmdir(name));
}

int mkdir(const char *name, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  ON_NAME(AT_FDCWD, name, real_mkdir(name, mode));
}

int link(const char *from, const char *to) {
  REAL(int, link, const char *, const char *);
  ON_NAME(AT_FDCWD, to, real_link(from, to));
}
