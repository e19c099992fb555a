/*
 * Lets the disk of one directory fail, for a process that has this library in LD_PRELOAD:
 *
 *   FAILING_DISK=/the/directory   writes and syncs of files below it fail with EIO while there is a file
 *                                 /the/directory.fail-write or /the/directory.fail-sync beside it;
 *                                 syncs take two seconds while there is a file /the/directory.slow-sync,
 *                                 or as many milliseconds as that file says
 *
 * Build: cc -shared -fPIC -O2 -o failing_disk.so failing_disk.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether there is a file that says so, and the descriptor is one of that directory. */
static int meant(int fd, const char *how) {
  const char *directory = getenv("FAILING_DISK");
  char path[PATH_MAX], link[64];
  int saved = errno;
  if (directory == NULL) return 0;
  snprintf(path, sizeof path, "%s.%s", directory, how);
  if (access(path, F_OK) != 0) {
    errno = saved;
    return 0;
  }
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (length < 0) return 0;
  path[length] = '\0';
  return strncmp(path, directory, strlen(directory)) == 0;
}

static void wait_for(const char *how) {
  char path[PATH_MAX];
  int milliseconds = 2000, saved = errno;
  snprintf(path, sizeof path, "%s.%s", getenv("FAILING_DISK"), how);
  FILE *file = fopen(path, "r");
  if (file != NULL) {
    if (fscanf(file, "%d", &milliseconds) != 1) milliseconds = 2000;
    fclose(file);
  }
  usleep(milliseconds * 1000);
  errno = saved;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAILING(result, how, name, parameters, arguments)        \
  result name parameters {                                       \
    static __typeof__(&name) real;                               \
    if (real == NULL) real = REAL(name);                         \
    if (meant(fd, "slow-" how)) wait_for("slow-" how);           \
    if (meant(fd, "fail-" how)) {                                \
      errno = EIO;                                               \
      return -1;                                                 \
    }                                                            \
    return real arguments;                                       \
  }

FAILING(ssize_t, "write", write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
FAILING(ssize_t, "write", pwrite, (int fd, const void *bytes, size_t count, off_t offset), (fd, bytes, count, offset))
FAILING(ssize_t, "write", pwrite64, (int fd, const void *bytes, size_t count, off64_t offset), (fd, bytes, count, offset))
FAILING(int, "sync", fsync, (int fd), (fd))
FAILING(int, "sync", fdatasync, (int fd), (fd))
