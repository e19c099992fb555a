/* Eardrum: a line is a request; a reply is a status, a line a row, and an empty line. */
#include <stdio.h>
#include <string.h>

#include "points.h"
#include "protocol.h"

static const char PUT_REPLY[] = "ok\n\n";

static size_t format(char *out, enum command command, const char *key, size_t key_length,
                     struct rows tail) {
  int length = (int)key_length;
  if (command <= APPEND) {
    return (size_t)snprintf(out, MOST_REQUEST, "put %.*s %*s\n", length, key, POINT_LENGTH, "");
  }
  if (command == TAIL) {
    return (size_t)snprintf(out, MOST_REQUEST, "range %.*s %u %u\n", length, key, START + tail.first,
                            START + tail.last);
  }
  return (size_t)snprintf(out, MOST_REQUEST, "%s %.*s\n", command == LAST ? "last" : "get", length, key);
}

static bool is_line(const char *line, size_t length, const char *text) {
  return length == strlen(text) && memcmp(line, text, length) == 0;
}

/* An error has a reason on its second line: without it there is nothing to say yet. */
static bool is_half_an_error(const char *in, const char *status_end, const char *end) {
  return is_line(in, (size_t)(status_end - in), "error") &&
         memchr(status_end + 1, '\n', (size_t)(end - status_end - 1)) == NULL;
}

static size_t parse(struct replies *replies, const char *in, size_t length) {
  const char *next = in, *end = in + length;
  while (next < end) {
    size_t left = (size_t)(end - next);
    if (!replies->in_rows) {
      next_expected(replies, next, left);
      if (left >= sizeof PUT_REPLY - 1 && memcmp(next, PUT_REPLY, sizeof PUT_REPLY - 1) == 0) {
        reply_ended(replies);
        next += sizeof PUT_REPLY - 1;
        continue;
      }
    }
    const char *line_end = memchr(next, '\n', left);
    if (line_end == NULL) break;
    size_t line_length = (size_t)(line_end - next);
    if (!replies->in_rows) {
      if (is_half_an_error(next, line_end, end)) break;
      if (!is_line(next, line_length, "ok")) wrong_reply(replies, next, left);
      replies->in_rows = true;
    } else if (line_length == 0) {
      reply_ended(replies);
      replies->in_rows = false;
    } else {
      row_came(replies, next, line_length);
    }
    next = line_end + 1;
  }
  return (size_t)(next - in);
}

const struct protocol EARDRUM = {.name = "eardrum", .format = format, .after_point = 1, .parse = parse,
                                 .rows_have_keys = true, .keeps_points = true};
