/*
 * The replies that one connection waits for. The code that reads them reports what arrived, row by row and reply by
 * reply. Any difference from what was expected ends the program.
 */
#ifndef REPLIES_H
#define REPLIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common.h"

enum command {
  PUT,    /* a point */
  APPEND, /* a point to those that are there already; for Redis another command than a put */
  GET,    /* the points of a series; of Redis the last one */
  RANGE,  /* all points of a series */
  LAST,   /* the newest point of a series */
  TAIL,   /* the newest points of a series */
  DELETE  /* a series */
};

struct expected {
  enum command command;
  unsigned series;    /* of the connection */
  unsigned rows;      /* that the reply is to have */
  unsigned first_row; /* the number of its first point in the series */
};

struct replies {
  const struct protocol *protocol;
  struct expected *expected; /* one for each request of the window */
  unsigned asked;
  unsigned answered;
  unsigned rows;    /* of the reply that is being read */
  unsigned missing; /* elements of it that are still to come, where it says so before */
  bool in_rows;
  bool verify;
  /* To know what is right when verifying. */
  const char *prefix;
  unsigned connection;
  unsigned series_count;
  unsigned first_series;
  /* Of all windows. */
  uint64_t all_puts;
  uint64_t all_gets;
  uint64_t all_rows;
};

/* Ends the program, with as much of the reply as has arrived. */
_Noreturn void wrong_reply(const struct replies *replies, const char *reply, size_t length);

_Noreturn void wrong_rows(const struct replies *replies);

void verify_row(const struct replies *replies, const char *row, size_t length);

/* The reply that comes next; `reply` is what has arrived of it. */
static inline const struct expected *next_expected(const struct replies *replies, const char *reply, size_t length) {
  if (replies->answered == replies->asked) wrong_reply(replies, reply, length);
  return &replies->expected[replies->answered];
}

static inline void row_came(struct replies *replies, const char *row, size_t length) {
  if (replies->verify) verify_row(replies, row, length);
  replies->rows++;
}

static inline void reply_ended(struct replies *replies) {
  const struct expected *expected = &replies->expected[replies->answered];
  if (replies->rows != expected->rows) wrong_rows(replies);
  if (expected->command <= APPEND) {
    replies->all_puts++;
  } else if (expected->command <= TAIL) {
    replies->all_gets++;
    replies->all_rows += replies->rows;
    replies->rows = 0;
  }
  replies->answered++;
}

#endif
