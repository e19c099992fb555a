/* The requests of one connection for all of its series, ready to be copied: all but the points in them. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stddef.h>

#include "options.h"

struct requests {
  enum command command;
  unsigned count;
  char *bytes;
  size_t *ends; /* where each one ends in `bytes` */
  size_t longest;
};

struct requests prepare_requests(const struct options *options, enum command command, unsigned connection,
                                 unsigned first_series, unsigned count);

void free_requests(struct requests *requests);

#endif
