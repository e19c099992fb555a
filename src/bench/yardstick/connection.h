/* One connection: it sends a window of requests, reads all replies to it, and sends the next one. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "points.h"
#include "replies.h"
#include "requests.h"

/* What all connections do until it is done, or until they must stop. */
struct phase {
  enum command put;   /* PUT, APPEND, or DELETE */
  enum command get;   /* GET, RANGE, LAST or TAIL */
  unsigned gets;      /* of a hundred requests */
  unsigned first_put; /* series */
  unsigned first_get;
  unsigned depth;
  uint64_t limit;     /* requests of each connection; 0: no end */
  bool reads_back;    /* the gets are of what was put in the phase before, however much that is */
};

struct connection {
  const struct options *options;
  const struct phase *phase;
  unsigned number;
  int socket;
  int epoll;
  bool waits_to_send;
  bool done;

  struct requests puts, gets;
  struct next_point point; /* of the next put */
  unsigned next_get;       /* series */
  unsigned gets_due;       /* hundredths of a get */
  uint64_t asked;          /* requests of the phase */
  uint64_t put_count;      /* in the last phase that had puts */

  char *out;
  size_t out_length;
  size_t sent;
  char *in;
  size_t in_length;
  struct replies replies;
  int64_t window_began;
};

/* Connects, and is watched by epoll from then on. */
void open_connection(struct connection *connection, const struct options *options, unsigned number, int epoll);

void close_connection(struct connection *connection);

/* Prepares what is sent in a phase. */
void begin_phase(struct connection *connection, const struct phase *phase);

void end_phase(struct connection *connection);

/* Sends the next window, or is done if the phase has no more. */
void ask(struct connection *connection, int64_t now);

/* Sends the rest of a window that did not fit into the socket. */
void send_window(struct connection *connection);

/* Reads what has arrived, and returns how many replies ended in it. */
unsigned receive(struct connection *connection);

static inline bool is_answered(const struct connection *connection) {
  return connection->replies.answered == connection->replies.asked;
}

#endif
