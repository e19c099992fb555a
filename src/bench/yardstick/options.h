/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

struct options {
  const struct protocol *protocol;
  uint16_t port; /* on the loopback address */
  const char *load;
  enum command read; /* GET for all points, LAST, or TAIL */
  unsigned gets; /* of a hundred requests */
  unsigned connections;
  unsigned depth;
  unsigned series; /* of each connection */
  unsigned points; /* of each series that is read */
  unsigned rows;   /* of a tail */
  double seconds;
  double warmup;
  double timeout; /* seconds */
  const char *prefix;
  pid_t server; /* 0: not known */
  bool filled; /* by a run before */
  bool verify;
  bool json;
};

struct options parse_options(int count, char **words);

#endif
