#include "requests.h"

#include <stdlib.h>

#include "common.h"
#include "points.h"

struct requests prepare_requests(const struct options *options, enum command command, unsigned connection,
                                 unsigned first_series, unsigned count) {
  struct requests requests = {.command = command, .count = count};
  char key[MOST_KEY];
  /* That of the last series is the longest key. */
  size_t key_length = format_key(key, options->prefix, connection, first_series + count - 1);
  struct rows tail = {options->points - options->rows, options->points - 1};
  char request[MOST_REQUEST];
  requests.longest = options->protocol->format(request, command, key, key_length, tail);
  /* Each is written with a zero behind it, over which the next one goes. */
  requests.bytes = allocate(count * requests.longest + MOST_REQUEST, 1);
  requests.ends = allocate(count, sizeof *requests.ends);
  size_t end = 0;
  for (unsigned i = 0; i < count; i++) {
    key_length = format_key(key, options->prefix, connection, first_series + i);
    end += options->protocol->format(requests.bytes + end, command, key, key_length, tail);
    requests.ends[i] = end;
  }
  return requests;
}

void free_requests(struct requests *requests) {
  free(requests->bytes);
  free(requests->ends);
  *requests = (struct requests){0};
}
