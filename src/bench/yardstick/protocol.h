/* What the two servers receive and what they answer: everything in which they differ. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include "replies.h"

/* Rows of a series: from the first to the last one of those that were put, counted from 0. */
struct rows {
  unsigned first;
  unsigned last;
};

struct protocol {
  const char *name;
  /*
   * Writes a request for a key, and returns its length. That of a put ends with room for a point and with
   * `after_point` bytes. That of a tail asks for `tail`, whose last row is that of the series.
   */
  size_t (*format)(char *out, enum command command, const char *key, size_t key_length, struct rows tail);
  size_t after_point;
  /* Reads replies from what has arrived, and returns how many bytes of it are done with. */
  size_t (*parse)(struct replies *replies, const char *in, size_t length);
  bool rows_have_keys;
  bool keeps_points; /* whether a put adds a point, and does not replace what was there */
};

extern const struct protocol EARDRUM, REDIS;

/* The longest request has this and a key, which Redis gets with a frame around each word. */
enum { MOST_REQUEST = 300 };

#endif
