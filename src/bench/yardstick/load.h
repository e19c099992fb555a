/* The load: all connections, in one thread. */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

#include "measurement.h"
#include "options.h"

struct totals { /* of all phases */
  uint64_t puts, gets, rows;
};

/* Puts the load on the server, and fills in what was measured. */
struct totals run_load(const struct options *options, struct measurement *measurement);

#endif
