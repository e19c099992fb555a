/*
 * Which points there are, and what they look like on the wire.
 *
 * The puts of a connection are numbered. With n series, number k goes to series k % n and is the point k / n of it: its
 * row in a reply. Connection, series and row therefore give value and timestamp, and nothing has to be kept to verify
 * what is read.
 */
#ifndef POINTS_H
#define POINTS_H

#include <stdint.h>
#include <string.h>

/* "<value> <timestamp>", of four and ten bytes. Values are 10.0 to 99.9, which come back as they were sent. */
enum { START = 1700000000, VALUE_LENGTH = 4, POINT_LENGTH = 15, VALUES = 900, VALUE_STEP = 7, MOST_PREFIX = 100,
       MOST_KEY = 160 };

extern char VALUE_TEXTS[VALUES][VALUE_LENGTH];

/* Must be called once, before anything else. */
void prepare_values(void);

/* Writes the key of a series, and returns its length. */
size_t format_key(char *out, const char *prefix, unsigned connection, unsigned series);

/* The next point that a connection puts. */
struct next_point {
  char text[POINT_LENGTH];
  unsigned value;
  unsigned series; /* of 0 … count - 1 */
  unsigned count;
  unsigned row; /* in the series */
};

struct next_point first_point(unsigned connection, unsigned series_count);

/* Writes the point with a number. */
void format_point(char *out, unsigned connection, uint64_t number, uint64_t row);

void next_second(struct next_point *point);

/* Writes the point, and goes on to the next one. */
static inline void take_point(struct next_point *point, char *out) {
  memcpy(point->text, VALUE_TEXTS[point->value], VALUE_LENGTH);
  memcpy(out, point->text, POINT_LENGTH);
  point->value += VALUE_STEP;
  if (point->value >= VALUES) point->value -= VALUES;
  if (++point->series == point->count) {
    point->series = 0;
    point->row++;
    next_second(point);
  }
}

#endif
