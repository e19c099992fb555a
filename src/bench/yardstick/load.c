#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common.h"
#include "connection.h"

enum { EVENTS = 256, LOOK_MILLIS = 100, FILL_DEPTH = 100 };

struct load {
  const struct options *options;
  struct connection *connections;
  int epoll;
  struct measurement *measurement; /* NULL while nothing is measured */
};

static bool is_over(const struct load *load) { return load->measurement != NULL && load->measurement->ended != 0; }

static void look(struct load *load, int64_t now) {
  if (load->measurement != NULL) look_at_clock(load->measurement, now);
}

/* Reads replies, and asks again if they were the last ones of a window. Returns whether the connection is done. */
static bool handle_replies(struct load *load, struct connection *connection) {
  unsigned answered = receive(connection);
  if (load->measurement != NULL) count_answered(load->measurement, answered);
  if (answered == 0 || !is_answered(connection)) return false;
  int64_t now = now_nanos();
  if (load->measurement != NULL) count_window(load->measurement, now - connection->window_began);
  look(load, now);
  if (is_over(load)) {
    connection->done = true;
  } else {
    ask(connection, now);
  }
  return connection->done;
}

/* Handles what happens until all connections are done. */
static void drive(struct load *load) {
  struct epoll_event events[EVENTS];
  unsigned active = 0;
  for (unsigned i = 0; i < load->options->connections; i++) {
    ask(&load->connections[i], now_nanos());
    if (!load->connections[i].done) active++;
  }
  int64_t last_event = now_nanos();
  while (active > 0) {
    int count = epoll_wait(load->epoll, events, EVENTS, LOOK_MILLIS);
    if (count < 0 && errno != EINTR) fail(FAILED, "epoll: %s", strerror(errno));
    int64_t now = now_nanos();
    look(load, now);
    if (count > 0 && !is_over(load)) last_event = now;
    if ((double)(now - last_event) > load->options->timeout * 1e9) {
      fail(FAILED, "%u connections got no answer for %g s", active, load->options->timeout);
    }
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) send_window(connection);
      if ((events[i].events & ~(uint32_t)EPOLLOUT) && handle_replies(load, connection)) active--;
    }
  }
}

static void run_phase(struct load *load, const struct phase *phase) {
  for (unsigned i = 0; i < load->options->connections; i++) begin_phase(&load->connections[i], phase);
  drive(load);
  for (unsigned i = 0; i < load->options->connections; i++) end_phase(&load->connections[i]);
}

/* Writes the points that are read later. */
static void fill(struct load *load, bool lists) {
  const struct options *options = load->options;
  struct phase delete = {.put = DELETE, .depth = FILL_DEPTH, .limit = options->series};
  struct phase put = {.put = lists ? APPEND : PUT, .depth = FILL_DEPTH,
                      .limit = (uint64_t)options->series * options->points};
  if (lists && !options->protocol->keeps_points) run_phase(load, &delete);
  run_phase(load, &put);
}

static void measure(struct load *load, struct measurement *measurement, const struct phase *phase) {
  int64_t now = now_nanos();
  measurement->server = load->options->server;
  measurement->from = now + (int64_t)(load->options->warmup * 1e9);
  measurement->to = measurement->from + (int64_t)(load->options->seconds * 1e9);
  load->measurement = measurement;
  run_phase(load, phase);
  load->measurement = NULL;
}

/* Connections are files, and there may be more of them than a program may have by default. */
static void allow_many_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

struct totals run_load(const struct options *options, struct measurement *measurement) {
  struct load load = {.options = options, .epoll = epoll_create1(0)};
  if (load.epoll < 0) fail(FAILED, "epoll: %s", strerror(errno));
  allow_many_files();
  prepare_values();
  load.connections = allocate(options->connections, sizeof *load.connections);
  for (unsigned i = 0; i < options->connections; i++) {
    open_connection(&load.connections[i], options, i, load.epoll);
  }

  bool lists = options->points > 1 || options->read != GET;
  enum command read = options->read == GET && lists ? RANGE : options->read;
  /* In a mix, what is read stays as it is, and the puts go into other series. */
  unsigned first_put = options->gets > 0 ? options->series : 0;
  struct phase phase = {.put = PUT, .get = read, .gets = options->gets, .first_put = first_put,
                        .depth = options->depth};
  struct phase check = {.get = GET, .gets = 100, .first_get = first_put, .depth = 1, .limit = options->series,
                        .reads_back = true};
  if (options->gets > 0 && !options->filled) fill(&load, lists);
  measure(&load, measurement, &phase);
  if (options->verify && options->gets < 100) run_phase(&load, &check);

  struct totals totals = {0};
  for (unsigned i = 0; i < options->connections; i++) {
    totals.puts += load.connections[i].replies.all_puts;
    totals.gets += load.connections[i].replies.all_gets;
    totals.rows += load.connections[i].replies.all_rows;
    close_connection(&load.connections[i]);
  }
  free(load.connections);
  close(load.epoll);
  return totals;
}
