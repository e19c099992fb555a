/* What is counted between two moments. */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H

#include <stdint.h>
#include <sys/types.h>

#include "histogram.h"

struct measurement {
  int64_t from, to;      /* by the clock, when it is to begin and to end */
  int64_t began, ended;  /* when it really did; 0 if it has not yet */
  uint64_t answered;     /* requests */
  double client_cpu;     /* seconds: first what was used before it began */
  double server_cpu;
  pid_t server;          /* 0: not known */
  struct histogram windows;
};

/* Begins or ends it, if it is time. */
void look_at_clock(struct measurement *measurement, int64_t now);

/* Counts replies that arrived at the moment when the clock was last read. */
static inline void count_answered(struct measurement *measurement, unsigned answered) {
  if (measurement->began != 0 && measurement->ended == 0) measurement->answered += answered;
}

/* Counts a window whose last reply has arrived. A window that began before the end and is answered after it counts, too. */
static inline void count_window(struct measurement *measurement, int64_t nanos) {
  if (measurement->began != 0) record(&measurement->windows, nanos);
}

#endif
