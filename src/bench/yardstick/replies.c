#include "replies.h"

#include <stdio.h>
#include <string.h>

#include "points.h"
#include "protocol.h"

enum { SHOWN = 200 };

static const char *const NAMES[] = {"put", "append", "get", "range", "last", "tail", "delete"};

/* Makes bytes fit to be printed in one line. */
static void escape(char *out, size_t size, const char *bytes, size_t length) {
  size_t end = 0;
  for (size_t i = 0; i < length && end + 5 < size; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte == '\n' || byte == '\r') {
      end += (size_t)sprintf(out + end, "\\%c", byte == '\n' ? 'n' : 'r');
    } else if (byte < ' ' || byte > '~') {
      end += (size_t)sprintf(out + end, "\\x%02x", byte);
    } else {
      out[end++] = (char)byte;
    }
  }
  out[end] = '\0';
}

void wrong_reply(const struct replies *replies, const char *reply, size_t length) {
  char text[SHOWN];
  escape(text, sizeof text, reply, length);
  if (replies->answered == replies->asked) {
    fail(FAILED, "%s sent what was not asked for: \"%s\"", replies->protocol->name, text);
  }
  const struct expected *expected = &replies->expected[replies->answered];
  fail(FAILED, "%s answered a %s of series %u of connection %u: \"%s\"", replies->protocol->name,
       NAMES[expected->command], expected->series, replies->connection, text);
}

void wrong_rows(const struct replies *replies) {
  const struct expected *expected = &replies->expected[replies->answered];
  fail(FAILED, "%s answered a %s of series %u of connection %u with %u rows and not %u", replies->protocol->name,
       NAMES[expected->command], expected->series, replies->connection, replies->rows, expected->rows);
}

void verify_row(const struct replies *replies, const char *row, size_t length) {
  char right[MOST_KEY + 1 + POINT_LENGTH];
  const struct expected *expected = &replies->expected[replies->answered];
  uint64_t number = (uint64_t)expected->first_row + replies->rows;
  size_t end = 0;
  if (replies->protocol->rows_have_keys) {
    end = format_key(right, replies->prefix, replies->connection, replies->first_series + expected->series);
    right[end++] = ' ';
  }
  format_point(right + end, replies->connection, number * replies->series_count + expected->series, number);
  end += POINT_LENGTH;
  if (length == end && memcmp(row, right, end) == 0) return;
  char text[SHOWN];
  escape(text, sizeof text, row, length);
  fail(FAILED, "%s returned \"%s\" and not \"%.*s\"", replies->protocol->name, text, (int)end, right);
}
