#include "measurement.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common.h"

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec * 1e-6; }

static double client_cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/* User and system time of another process, of all its threads; not that of its children. */
static double cpu_of(pid_t process) {
  if (process == 0) return 0;
  char path[64], text[1024];
  unsigned long user, system;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  FILE *file = fopen(path, "r");
  size_t length = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
  if (file != NULL) fclose(file);
  text[length] = '\0';
  /* The name, in parentheses, may have anything in it. */
  char *after_name = strrchr(text, ')');
  if (after_name == NULL ||
      sscanf(after_name + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system) != 2) {
    fail(FAILED, "there is no process %d", (int)process);
  }
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

void look_at_clock(struct measurement *measurement, int64_t now) {
  if (measurement->began == 0) {
    if (now < measurement->from) return;
    measurement->client_cpu = client_cpu();
    measurement->server_cpu = cpu_of(measurement->server);
    measurement->began = now;
  } else if (measurement->ended == 0 && now >= measurement->to) {
    measurement->client_cpu = client_cpu() - measurement->client_cpu;
    measurement->server_cpu = cpu_of(measurement->server) - measurement->server_cpu;
    measurement->ended = now;
  }
}
