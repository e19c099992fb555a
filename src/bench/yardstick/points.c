#include "points.h"

#include <inttypes.h>
#include <stdio.h>

enum { TIMESTAMP_LENGTH = 10 };

char VALUE_TEXTS[VALUES][VALUE_LENGTH];

void prepare_values(void) {
  for (unsigned i = 0; i < VALUES; i++) {
    unsigned tenths = 100 + i;
    VALUE_TEXTS[i][0] = (char)('0' + tenths / 100);
    VALUE_TEXTS[i][1] = (char)('0' + tenths / 10 % 10);
    VALUE_TEXTS[i][2] = '.';
    VALUE_TEXTS[i][3] = (char)('0' + tenths % 10);
  }
}

size_t format_key(char *out, const char *prefix, unsigned connection, unsigned series) {
  return (size_t)snprintf(out, MOST_KEY, "%s%u.metric%u", prefix, connection, series);
}

static unsigned value_of(unsigned connection, uint64_t number) {
  return (unsigned)((connection + number * VALUE_STEP) % VALUES);
}

void format_point(char *out, unsigned connection, uint64_t number, uint64_t row) {
  char text[POINT_LENGTH + 16];
  snprintf(text, sizeof text, "%.4s %" PRIu64, VALUE_TEXTS[value_of(connection, number)], START + row);
  memcpy(out, text, POINT_LENGTH);
}

struct next_point first_point(unsigned connection, unsigned series_count) {
  struct next_point point = {.value = value_of(connection, 0), .count = series_count};
  format_point(point.text, connection, 0, 0);
  return point;
}

void next_second(struct next_point *point) {
  char *digit = point->text + POINT_LENGTH - 1;
  for (int i = 0; i < TIMESTAMP_LENGTH && *digit == '9'; i++) *digit-- = '0';
  ++*digit;
}
