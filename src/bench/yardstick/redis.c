/*
 * Redis: what comes closest to a series.
 *
 * A put is a SET of value and timestamp, which keeps the last point only, and a get of one point is a GET of that. More
 * points are a list, which is filled with RPUSH and read with LRANGE: a row is an element of it. The newest point is
 * its LINDEX -1. A list does less than a series (it neither sorts nor replaces), so this favours Redis.
 */
#include <stdio.h>
#include <string.h>

#include "points.h"
#include "protocol.h"

static const char PUT_REPLY[] = "+OK\r\n";

static size_t format(char *out, enum command command, const char *key, size_t key_length,
                     struct rows tail) {
  if (command == TAIL) {
    char first[16];
    int digits = snprintf(first, sizeof first, "-%u", tail.last - tail.first + 1);
    return (size_t)snprintf(out, MOST_REQUEST, "*4\r\n$6\r\nLRANGE\r\n$%zu\r\n%.*s\r\n$%d\r\n%s\r\n$2\r\n-1\r\n",
                            key_length, (int)key_length, key, digits, first);
  }
  static const char *const frames[] = {
      [PUT] = "*3\r\n$3\r\nSET\r\n$%zu\r\n%.*s\r\n$%d\r\n%*s\r\n",
      [APPEND] = "*3\r\n$5\r\nRPUSH\r\n$%zu\r\n%.*s\r\n$%d\r\n%*s\r\n",
      [GET] = "*2\r\n$3\r\nGET\r\n$%zu\r\n%.*s\r\n",
      [RANGE] = "*4\r\n$6\r\nLRANGE\r\n$%zu\r\n%.*s\r\n$1\r\n0\r\n$2\r\n-1\r\n",
      [LAST] = "*3\r\n$6\r\nLINDEX\r\n$%zu\r\n%.*s\r\n$2\r\n-1\r\n",
      [DELETE] = "*2\r\n$3\r\nDEL\r\n$%zu\r\n%.*s\r\n"};
  return (size_t)snprintf(out, MOST_REQUEST, frames[command], key_length, (int)key_length, key, POINT_LENGTH,
                          POINT_LENGTH, "");
}

/* Reads the number of a line such as "$15\r\n"; -1 if there is none, or a negative one. */
static long number_of(const char *line, const char *line_end) {
  if (line_end - line < 3 || line_end - line > 12 || line_end[-1] != '\r') return -1;
  long number = 0;
  for (const char *digit = line + 1; digit < line_end - 1; digit++) {
    if (*digit < '0' || *digit > '9') return -1;
    number = number * 10 + (*digit - '0');
  }
  return number;
}

/* Reads a string, whose first line has ended. Returns where it ends, or NULL if it is not all there yet. */
static const char *read_string(struct replies *replies, const char *line, const char *line_end, const char *end) {
  long length = number_of(line, line_end);
  if (*line != '$' || length < 0) wrong_reply(replies, line, (size_t)(end - line));
  const char *text = line_end + 1;
  if (end - text < length + 2) return NULL;
  if (memcmp(text + length, "\r\n", 2) != 0) wrong_reply(replies, line, (size_t)(end - line));
  row_came(replies, text, (size_t)length);
  return text + length + 2;
}

static size_t parse(struct replies *replies, const char *in, size_t length) {
  const char *next = in, *end = in + length;
  while (next < end) {
    size_t left = (size_t)(end - next);
    const struct expected *expected = next_expected(replies, next, left);
    if (expected->command == PUT && left >= sizeof PUT_REPLY - 1 &&
        memcmp(next, PUT_REPLY, sizeof PUT_REPLY - 1) == 0) {
      reply_ended(replies);
      next += sizeof PUT_REPLY - 1;
      continue;
    }
    const char *line_end = memchr(next, '\n', left);
    if (line_end == NULL) break;
    const char *after = line_end + 1;
    if (replies->missing > 0) {
      after = read_string(replies, next, line_end, end);
      if (after == NULL) break;
      if (--replies->missing == 0) reply_ended(replies);
    } else if (expected->command == GET || expected->command == LAST) {
      after = read_string(replies, next, line_end, end);
      if (after == NULL) break;
      reply_ended(replies);
    } else if ((expected->command == RANGE || expected->command == TAIL) && *next == '*' &&
               number_of(next, line_end) >= 0) {
      replies->missing = (unsigned)number_of(next, line_end);
      if (replies->missing == 0) reply_ended(replies);
    } else if (expected->command == APPEND && *next == ':' && number_of(next, line_end) == expected->first_row + 1) {
      reply_ended(replies);
    } else if (expected->command == DELETE && *next == ':' && number_of(next, line_end) >= 0) {
      reply_ended(replies);
    } else {
      wrong_reply(replies, next, left);
    }
    next = after;
  }
  return (size_t)(next - in);
}

const struct protocol REDIS = {.name = "redis", .format = format, .after_point = 2, .parse = parse};
