#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { IN_SIZE = 1 << 16, HUNDRED = 100 };

void open_connection(struct connection *connection, const struct options *options, unsigned number, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  *connection = (struct connection){.options = options, .number = number, .epoll = epoll};
  connection->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (connection->socket < 0) fail(FAILED, "no socket for connection %u: %s", number, strerror(errno));
  if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0) {
    fail(FAILED, "127.0.0.1 port %u: %s", options->port, strerror(errno));
  }
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event) != 0) fail(FAILED, "epoll: %s", strerror(errno));
  connection->in = allocate(IN_SIZE, 1);
  connection->replies = (struct replies){.protocol = options->protocol, .verify = options->verify,
                                         .prefix = options->prefix, .connection = number,
                                         .series_count = options->series};
}

void close_connection(struct connection *connection) {
  close(connection->socket);
  free(connection->in);
}

void begin_phase(struct connection *connection, const struct phase *phase) {
  const struct options *options = connection->options;
  connection->phase = phase;
  connection->done = false;
  connection->asked = 0;
  connection->next_get = 0;
  connection->gets_due = 0;
  if (phase->gets < HUNDRED) {
    connection->puts =
        prepare_requests(options, phase->put, connection->number, phase->first_put, options->series);
    connection->put_count = 0;
  }
  if (phase->gets > 0) {
    connection->gets =
        prepare_requests(options, phase->get, connection->number, phase->first_get, options->series);
  }
  connection->point = first_point(connection->number, options->series);
  size_t longest = connection->puts.longest > connection->gets.longest ? connection->puts.longest
                                                                       : connection->gets.longest;
  connection->out = allocate(phase->depth, longest);
  connection->replies.expected = allocate(phase->depth, sizeof *connection->replies.expected);
  connection->replies.first_series = phase->first_get;
}

void end_phase(struct connection *connection) {
  free_requests(&connection->puts);
  free_requests(&connection->gets);
  free(connection->out);
  free(connection->replies.expected);
}

/* Copies the request of a series into the window, and returns where it ends. */
static inline char *copy_request(char *out, const struct requests *requests, unsigned series) {
  size_t start = series == 0 ? 0 : requests->ends[series - 1];
  size_t length = requests->ends[series] - start;
  memcpy(out, requests->bytes + start, length);
  return out + length;
}

static inline char *write_put(struct connection *connection, char *out, struct expected *expected) {
  unsigned series = connection->point.series;
  *expected = (struct expected){.command = connection->puts.command, .series = series,
                                .first_row = connection->point.row};
  out = copy_request(out, &connection->puts, series);
  if (connection->puts.command != DELETE) {
    take_point(&connection->point, out - connection->options->protocol->after_point - POINT_LENGTH);
  } else {
    connection->point.series++;
  }
  connection->put_count++;
  return out;
}

/* The rows of a series that was put into until now. */
static unsigned rows_put(const struct connection *connection, unsigned series) {
  unsigned count = connection->options->series;
  return (unsigned)((connection->put_count + count - 1 - series) / count);
}

static inline char *write_get(struct connection *connection, char *out, struct expected *expected) {
  const struct options *options = connection->options;
  unsigned series = connection->next_get;
  *expected = (struct expected){.command = connection->gets.command, .series = series, .rows = options->points};
  if (connection->phase->get >= LAST) {
    expected->rows = connection->phase->get == LAST ? 1 : options->rows;
    expected->first_row = options->points - expected->rows;
  }
  if (connection->phase->reads_back) {
    unsigned rows = rows_put(connection, series);
    expected->rows = options->protocol->keeps_points ? rows : 1;
    expected->first_row = rows - expected->rows;
  }
  if (++connection->next_get == options->series) connection->next_get = 0;
  return copy_request(out, &connection->gets, series);
}

/* Spreads the gets evenly among the puts. */
static inline bool is_get_next(struct connection *connection) {
  connection->gets_due += connection->phase->gets;
  if (connection->gets_due < HUNDRED) return false;
  connection->gets_due -= HUNDRED;
  return true;
}

void ask(struct connection *connection, int64_t now) {
  const struct phase *phase = connection->phase;
  struct replies *replies = &connection->replies;
  uint64_t left = phase->limit > 0 ? phase->limit - connection->asked : UINT64_MAX;
  unsigned count = left < phase->depth ? (unsigned)left : phase->depth;
  replies->asked = count;
  replies->answered = 0;
  if (count == 0) {
    connection->done = true;
    return;
  }
  char *out = connection->out;
  for (unsigned i = 0; i < count; i++) {
    struct expected *expected = &replies->expected[i];
    out = is_get_next(connection) ? write_get(connection, out, expected) : write_put(connection, out, expected);
  }
  connection->asked += count;
  connection->out_length = (size_t)(out - connection->out);
  connection->sent = 0;
  connection->window_began = now;
  send_window(connection);
}

static void wait_to_send(struct connection *connection, bool wait) {
  if (connection->waits_to_send == wait) return;
  struct epoll_event event = {.events = wait ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(connection->epoll, EPOLL_CTL_MOD, connection->socket, &event) != 0) {
    fail(FAILED, "epoll: %s", strerror(errno));
  }
  connection->waits_to_send = wait;
}

void send_window(struct connection *connection) {
  while (connection->sent < connection->out_length) {
    ssize_t sent = send(connection->socket, connection->out + connection->sent,
                        connection->out_length - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) fail(FAILED, "sending on connection %u: %s", connection->number, strerror(errno));
      wait_to_send(connection, true);
      return;
    }
    connection->sent += (size_t)sent;
  }
  wait_to_send(connection, false);
}

unsigned receive(struct connection *connection) {
  ssize_t received = recv(connection->socket, connection->in + connection->in_length, IN_SIZE - connection->in_length,
                          MSG_DONTWAIT);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (received < 0) fail(FAILED, "reading from connection %u: %s", connection->number, strerror(errno));
  if (received == 0) fail(FAILED, "the server has closed connection %u", connection->number);
  connection->in_length += (size_t)received;
  unsigned answered = connection->replies.answered;
  size_t parsed = connection->options->protocol->parse(&connection->replies, connection->in, connection->in_length);
  connection->in_length -= parsed;
  memmove(connection->in, connection->in + parsed, connection->in_length);
  if (connection->in_length == IN_SIZE) fail(FAILED, "the server sent a line of more than %d bytes", IN_SIZE);
  return connection->replies.answered - answered;
}
