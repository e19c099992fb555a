/*
 * Records what a process that has this library in LD_PRELOAD does to the files of one directory, so that a
 * power failure at any moment can be made up from it:
 *
 *   POWER_LOG_DIRECTORY=/the/directory   an absolute path; whatever is below it is recorded
 *   POWER_LOG=/the/record                where to, at its end; outside of that directory
 *   POWER_LOG_SYNC_MILLIS=100            lets each sync take longer, if it is there
 *
 * One lock puts all operations in order: it is held during each of them but the syncs, of which the beginning
 * and the end are recorded. Others may append to the same file, one write for each of their entries, and so
 * have their place in that order. A byte written to the named pipe /the/record.kill ends the process with
 * SIGKILL, between two operations: what was done and what was recorded are the same then.
 *
 * Entries are a header and its bytes, in the byte order of the machine; see PowerRecord.java. What can't be
 * recorded, such as writes to mapped memory, is an entry that says so.
 *
 * Build: cc -shared -fPIC -O2 -pthread -o power_log.so power_log.c -ldl
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { STARTED = 1, OPENED, CLOSED, WRITTEN, SIZED, SYNCING, SYNCED, RENAMED, LINKED, UNLINKED, MADE_DIRECTORY, REMOVED_DIRECTORY, KILLED, UNKNOWN, DUPLICATED };

struct header {
  uint32_t magic, type;
  int32_t process, descriptor;
  int64_t nanos, first, second;
  uint32_t length, second_length;
};

#define MAGIC 0x50574C47
#define DESCRIPTORS (1 << 20)

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX], pipe_path[PATH_MAX];
static size_t root_length;
static int record = -1;
/* Whether a descriptor is one of the directory's. */
static volatile unsigned char recorded[DESCRIPTORS];

#define NEXT(name)                                                             \
  static __typeof__(&name) next;                                               \
  if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define UNDER_LOCK(result, statement)      \
  pthread_mutex_lock(&order);              \
  result = statement;                      \
  int saved = errno

#define DONE(result)                       \
  pthread_mutex_unlock(&order);            \
  errno = saved;                           \
  return result

static int ours(int fd) { return fd >= 0 && fd < DESCRIPTORS && recorded[fd]; }

static void start_to_record(void);

/* Under the lock. */
static void append(int type, int fd, int64_t first, int64_t second, const void *bytes, size_t length, const void *more, size_t more_length) {
  struct timespec now;
  if (type != STARTED) start_to_record();
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct header header = {MAGIC, type, getpid(), fd, now.tv_sec * 1000000000LL + now.tv_nsec, first, second, length, more_length};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)bytes, length}, {(void *)more, more_length}};
  ssize_t total = sizeof header + length + more_length;
  if (syscall(SYS_writev, record, parts, 3) != total) {
    static const char message[] = "power_log: the record can't be written\n";
    syscall(SYS_write, 2, message, sizeof message - 1);
    abort();
  }
}

static void append_path(int type, int fd, int64_t first, int64_t second, const char *path) {
  append(type, fd, first, second, path, strlen(path), NULL, 0);
}

static void unknown(const char *what) { append_path(UNKNOWN, -1, 0, 0, what); }

/* Returns whether a path is one of the directory's, and puts the whole of it into `full`. */
static int below(int directory, const char *path, char *full) {
  if (record < 0 || path == NULL) return 0;
  size_t length = 0;
  if (path[0] != '/') {
    char link[64];
    if (directory == AT_FDCWD) {
      strcpy(link, "/proc/self/cwd");
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    }
    int saved = errno;
    ssize_t read = readlink(link, full, PATH_MAX - 2);
    errno = saved;
    if (read < 0) return 0;
    length = read;
    full[length++] = '/';
  }
  if (length + strlen(path) >= PATH_MAX) return 0;
  strcpy(full + length, path);
  return strncmp(full, root, root_length) == 0 && (full[root_length] == '/' || full[root_length] == '\0');
}

static void *await_kill(void *unused) {
  char byte;
  int fd = syscall(SYS_openat, AT_FDCWD, pipe_path, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0 && syscall(SYS_read, fd, &byte, 1) == 1) {
    pthread_mutex_lock(&order);
    append(KILLED, -1, 0, 0, NULL, 0, NULL, 0);
    kill(getpid(), SIGKILL);
  }
  return unused;
}

static useconds_t sync_micros;

__attribute__((constructor)) static void prepare(void) {
  const char *directory = getenv("POWER_LOG_DIRECTORY"), *file = getenv("POWER_LOG");
  if (directory == NULL || file == NULL) return;
  snprintf(root, sizeof root, "%s", directory);
  root_length = strlen(root);
  snprintf(pipe_path, sizeof pipe_path, "%s.kill", file);
  record = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (record < 0) {
    perror("power_log: the record");
    abort();
  }
  mkfifo(pipe_path, 0600);
  const char *millis = getenv("POWER_LOG_SYNC_MILLIS");
  if (millis != NULL) sync_micros = atoi(millis) * 1000;
}

/* With the first thing that is recorded: programs that the process runs do nothing to the directory. */
static void start_to_record(void) {
  static int started;
  if (started) return;
  started = 1;
  append(STARTED, -1, 0, 0, NULL, 0, NULL, 0);
  sigset_t all, before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (pthread_create(&thread, NULL, await_kill, NULL) == 0) pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* --- descriptors ------------------------------------------------------------------------------------------- */

static int open_recorded(int directory, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  if (!below(directory, path, full)) return syscall(SYS_openat, directory, path, flags, mode);
  struct stat status;
  pthread_mutex_lock(&order);
  int there = fstatat(directory, path, &status, 0) == 0;
  int fd = syscall(SYS_openat, directory, path, flags, mode);
  int saved = errno;
  if (fd >= DESCRIPTORS) {
    unknown("a descriptor that is too large");
  } else if (fd >= 0) {
    recorded[fd] = 1;
    if ((flags & O_DSYNC) != 0 || (flags & O_TMPFILE) == O_TMPFILE) unknown("open with O_DSYNC, O_SYNC or O_TMPFILE");
    append_path(OPENED, fd, ((flags & O_CREAT) != 0 && !there) ? 1 : 0, (flags & O_TRUNC) != 0 && there, full);
  }
  DONE(fd);
}

#define MODE                                                                  \
  mode_t mode = 0;                                                            \
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {           \
    va_list rest;                                                             \
    va_start(rest, flags);                                                    \
    mode = va_arg(rest, mode_t);                                              \
    va_end(rest);                                                             \
  }

int open(const char *path, int flags, ...) {
  MODE
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  MODE
  return open_recorded(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
  MODE
  return open_recorded(directory, path, flags, mode);
}

int __open_2(const char *path, int flags) { return open_recorded(AT_FDCWD, path, flags, 0); }

int __open64_2(const char *path, int flags) { return open_recorded(AT_FDCWD, path, flags, 0); }

int creat(const char *path, mode_t mode) { return open_recorded(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int creat64(const char *path, mode_t mode) { return open_recorded(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  NEXT(close);
  if (!ours(fd)) return next(fd);
  UNDER_LOCK(int result, next(fd));
  recorded[fd] = 0;
  append(CLOSED, fd, 0, 0, NULL, 0, NULL, 0);
  DONE(result);
}

/* The C library closes the descriptor of a directory itself. */
int closedir(DIR *directory) {
  NEXT(closedir);
  int fd = dirfd(directory);
  if (!ours(fd)) return next(directory);
  UNDER_LOCK(int result, next(directory));
  recorded[fd] = 0;
  append(CLOSED, fd, 0, 0, NULL, 0, NULL, 0);
  DONE(result);
}

/* Under the lock. */
static void duplicated(int from, int to) {
  if (to < 0 || from == to) return;
  if (to >= DESCRIPTORS) {
    unknown("a descriptor that is too large");
  } else if (ours(from)) {
    recorded[to] = 1;
    append(DUPLICATED, to, from, 0, NULL, 0, NULL, 0);
  } else if (ours(to)) {
    recorded[to] = 0;
    append(CLOSED, to, 0, 0, NULL, 0, NULL, 0);
  }
}

int dup(int fd) {
  NEXT(dup);
  if (!ours(fd)) return next(fd);
  UNDER_LOCK(int result, next(fd));
  duplicated(fd, result);
  DONE(result);
}

int dup2(int from, int to) {
  NEXT(dup2);
  if (!ours(from) && !ours(to)) return next(from, to);
  UNDER_LOCK(int result, next(from, to));
  duplicated(from, result);
  DONE(result);
}

int dup3(int from, int to, int flags) {
  NEXT(dup3);
  if (!ours(from) && !ours(to)) return next(from, to, flags);
  UNDER_LOCK(int result, next(from, to, flags));
  duplicated(from, result);
  DONE(result);
}

static void *mapped(int fd, int protection, int flags, void *result) {
  if (ours(fd) && (flags & MAP_TYPE) != MAP_PRIVATE && (protection & PROT_WRITE) != 0) {
    pthread_mutex_lock(&order);
    unknown("a file mapped for writing");
    pthread_mutex_unlock(&order);
  }
  return result;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  return mapped(fd, protection, flags, (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset));
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
  return mapped(fd, protection, flags, (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset));
}

/* --- data -------------------------------------------------------------------------------------------------- */

/* Where `count` bytes begin that have just been written; `offset` is negative where the position of the descriptor counts. */
static int64_t position(int fd, int64_t offset, ssize_t count) {
  struct stat status;
  if (offset < 0) return lseek(fd, 0, SEEK_CUR) - count;
  /* Linux appends then, whatever it is told. */
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &status) == 0) return status.st_size - count;
  return offset;
}

static void written(int fd, const void *bytes, ssize_t count, int64_t offset) {
  if (count > 0) append(WRITTEN, fd, position(fd, offset, count), 0, bytes, count, NULL, 0);
}

static void written_parts(int fd, const struct iovec *parts, int number, ssize_t count, int64_t offset) {
  if (count <= 0) return;
  int64_t from = position(fd, offset, count);
  for (int i = 0; i < number && count > 0; i++) {
    ssize_t length = (ssize_t)parts[i].iov_len < count ? (ssize_t)parts[i].iov_len : count;
    if (length > 0) append(WRITTEN, fd, from, 0, parts[i].iov_base, length, NULL, 0);
    from += length;
    count -= length;
  }
}

ssize_t write(int fd, const void *bytes, size_t count) {
  NEXT(write);
  if (!ours(fd)) return next(fd, bytes, count);
  UNDER_LOCK(ssize_t result, next(fd, bytes, count));
  written(fd, bytes, result, -1);
  DONE(result);
}

#define PWRITE(name, offset_type)                                              \
  ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) {  \
    NEXT(name);                                                                \
    if (!ours(fd)) return next(fd, bytes, count, offset);                      \
    UNDER_LOCK(ssize_t result, next(fd, bytes, count, offset));                \
    written(fd, bytes, result, offset);                                        \
    DONE(result);                                                              \
  }

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int number) {
  NEXT(writev);
  if (!ours(fd)) return next(fd, parts, number);
  UNDER_LOCK(ssize_t result, next(fd, parts, number));
  written_parts(fd, parts, number, result, -1);
  DONE(result);
}

#define PWRITEV(name, offset_type)                                             \
  ssize_t name(int fd, const struct iovec *parts, int number, offset_type offset) { \
    NEXT(name);                                                                \
    if (!ours(fd)) return next(fd, parts, number, offset);                     \
    UNDER_LOCK(ssize_t result, next(fd, parts, number, offset));               \
    written_parts(fd, parts, number, result, offset);                          \
    DONE(result);                                                              \
  }

PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

/* Reads back what the system has copied into a file. */
static void copied(int fd, ssize_t count, int64_t offset) {
  if (count <= 0) return;
  char link[64], bytes[1 << 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int readable = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
  int64_t from = position(fd, offset, count), end = from + count;
  while (from < end) {
    size_t wanted = end - from < (int64_t)sizeof bytes ? (size_t)(end - from) : sizeof bytes;
    ssize_t read = pread(readable, bytes, wanted, from);
    if (read <= 0) {
      unknown("a copy that can't be read back");
      break;
    }
    append(WRITTEN, fd, from, 0, bytes, read, NULL, 0);
    from += read;
  }
  syscall(SYS_close, readable);
}

#define SENDFILE(name, offset_type)                                            \
  ssize_t name(int to, int from, offset_type *offset, size_t count) {          \
    NEXT(name);                                                                \
    if (!ours(to)) return next(to, from, offset, count);                       \
    UNDER_LOCK(ssize_t result, next(to, from, offset, count));                 \
    copied(to, result, -1);                                                    \
    DONE(result);                                                              \
  }

SENDFILE(sendfile, off_t)
SENDFILE(sendfile64, off64_t)

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count, unsigned flags) {
  NEXT(copy_file_range);
  if (!ours(to)) return next(from, from_offset, to, to_offset, count, flags);
  int64_t offset = to_offset != NULL ? *to_offset : -1;
  UNDER_LOCK(ssize_t result, next(from, from_offset, to, to_offset, count, flags));
  copied(to, result, offset);
  DONE(result);
}

/* --- sizes ------------------------------------------------------------------------------------------------- */

static void sized(int fd, int64_t before) {
  struct stat status;
  if (fstat(fd, &status) == 0 && status.st_size != before) append(SIZED, fd, status.st_size, 0, NULL, 0, NULL, 0);
}

#define SIZE(name, parameters, arguments)                                      \
  int name parameters {                                                        \
    NEXT(name);                                                                \
    if (!ours(fd)) return next arguments;                                      \
    struct stat status;                                                        \
    pthread_mutex_lock(&order);                                                \
    int64_t before = fstat(fd, &status) == 0 ? status.st_size : -1;            \
    int result = next arguments;                                               \
    int saved = errno;                                                         \
    sized(fd, before);                                                         \
    DONE(result);                                                              \
  }

SIZE(ftruncate, (int fd, off_t length), (fd, length))
SIZE(ftruncate64, (int fd, off64_t length), (fd, length))
SIZE(posix_fallocate, (int fd, off_t offset, off_t length), (fd, offset, length))
SIZE(posix_fallocate64, (int fd, off64_t offset, off64_t length), (fd, offset, length))

/* What is reserved behind the end of a file, or given back there, changes nothing that could be read. */
#define FALLOCATE(name, offset_type)                                           \
  int name(int fd, int mode, offset_type offset, offset_type length) {         \
    NEXT(name);                                                                \
    if (!ours(fd)) return next(fd, mode, offset, length);                      \
    struct stat status;                                                        \
    pthread_mutex_lock(&order);                                                \
    int64_t before = fstat(fd, &status) == 0 ? status.st_size : -1;            \
    int result = next(fd, mode, offset, length);                               \
    int saved = errno;                                                         \
    if (result == 0 && (mode & ~FALLOC_FL_KEEP_SIZE) != 0 && offset < before) unknown("fallocate within a file"); \
    sized(fd, before);                                                         \
    DONE(result);                                                              \
  }

FALLOCATE(fallocate, off_t)
FALLOCATE(fallocate64, off64_t)

static int truncate_path(const char *path, int64_t length) {
  char full[PATH_MAX];
  pthread_mutex_lock(&order);
  int result = syscall(SYS_truncate, path, length);
  int saved = errno;
  if (result == 0 && below(AT_FDCWD, path, full)) unknown("truncate by name");
  DONE(result);
}

int truncate(const char *path, off_t length) { return truncate_path(path, length); }

int truncate64(const char *path, off64_t length) { return truncate_path(path, length); }

/* --- syncs ------------------------------------------------------------------------------------------------- */

/* The sync_file_range of Linux promises nothing after a power failure, so nobody has to know of it. */
#define SYNC(name)                                                             \
  int name(int fd) {                                                           \
    NEXT(name);                                                                \
    if (!ours(fd)) return next(fd);                                            \
    pthread_mutex_lock(&order);                                                \
    int64_t number = ++syncs;                                                  \
    append(SYNCING, fd, number, 0, NULL, 0, NULL, 0);                          \
    pthread_mutex_unlock(&order);                                              \
    if (sync_micros > 0) usleep(sync_micros);                                  \
    int result = next(fd);                                                     \
    int saved = errno;                                                         \
    pthread_mutex_lock(&order);                                                \
    append(SYNCED, fd, number, result, NULL, 0, NULL, 0);                      \
    DONE(result);                                                              \
  }

static int64_t syncs;

SYNC(fsync)
SYNC(fdatasync)

/* --- names ------------------------------------------------------------------------------------------------- */

static int two_names(int type, const char *what, int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  char from_full[PATH_MAX], to_full[PATH_MAX];
  int from_ours = below(from_directory, from, from_full), to_ours = below(to_directory, to, to_full);
  pthread_mutex_lock(&order);
  int result = type == LINKED ? syscall(SYS_linkat, from_directory, from, to_directory, to, flags)
                              : syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
  int saved = errno;
  if (result == 0 && (from_ours || to_ours)) {
    if (!from_ours || !to_ours || (type == RENAMED && (flags & ~RENAME_NOREPLACE) != 0)) {
      unknown(what);
    } else {
      append(type, -1, 0, 0, from_full, strlen(from_full), to_full, strlen(to_full));
    }
  }
  DONE(result);
}

int rename(const char *from, const char *to) { return two_names(RENAMED, "rename", AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  return two_names(RENAMED, "renameat", from_directory, from, to_directory, to, 0);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  return two_names(RENAMED, "renameat2", from_directory, from, to_directory, to, flags);
}

int link(const char *from, const char *to) { return two_names(LINKED, "link", AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
  return two_names(LINKED, "linkat", from_directory, from, to_directory, to, flags);
}

static int one_name(int type, int directory, const char *path, int64_t argument) {
  char full[PATH_MAX];
  int is_ours = below(directory, path, full);
  pthread_mutex_lock(&order);
  int result = type == MADE_DIRECTORY ? syscall(SYS_mkdirat, directory, path, argument) : syscall(SYS_unlinkat, directory, path, argument);
  int saved = errno;
  if (result == 0 && is_ours) append_path(type, -1, 0, 0, full);
  DONE(result);
}

int mkdir(const char *path, mode_t mode) { return one_name(MADE_DIRECTORY, AT_FDCWD, path, mode); }

int mkdirat(int directory, const char *path, mode_t mode) { return one_name(MADE_DIRECTORY, directory, path, mode); }

int unlink(const char *path) { return one_name(UNLINKED, AT_FDCWD, path, 0); }

int rmdir(const char *path) { return one_name(REMOVED_DIRECTORY, AT_FDCWD, path, AT_REMOVEDIR); }

int unlinkat(int directory, const char *path, int flags) {
  return one_name((flags & AT_REMOVEDIR) != 0 ? REMOVED_DIRECTORY : UNLINKED, directory, path, flags);
}

int remove(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path);
}

static int symlink_at(const char *target, int directory, const char *path) {
  char full[PATH_MAX];
  pthread_mutex_lock(&order);
  int result = syscall(SYS_symlinkat, target, directory, path);
  int saved = errno;
  if (result == 0 && below(directory, path, full)) unknown("symlink");
  DONE(result);
}

int symlink(const char *target, const char *path) { return symlink_at(target, AT_FDCWD, path); }

int symlinkat(const char *target, int directory, const char *path) { return symlink_at(target, directory, path); }
