/*
 * Puts load on Eardrum or on Redis, the same for both, and prints what they answered; yardstick --help has the options.
 *
 * Build: cc -O2 -Wall -Wextra -Werror -o yardstick *.c
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "load.h"
#include "options.h"

struct figures {
  double seconds;
  double rate; /* requests a second */
  double p50, p99, p999; /* microseconds of a window */
  double server_cpu; /* microseconds a command */
  double client_share; /* of the CPU time that there was */
};

static struct figures figures_of(const struct measurement *measurement) {
  const struct histogram *windows = &measurement->windows;
  double seconds = (double)(measurement->ended - measurement->began) * 1e-9;
  double answered = (double)measurement->answered;
  return (struct figures){.seconds = seconds,
                          .rate = answered / seconds,
                          .p50 = (double)quantile_nanos(windows, 0.5) * 1e-3,
                          .p99 = (double)quantile_nanos(windows, 0.99) * 1e-3,
                          .p999 = (double)quantile_nanos(windows, 0.999) * 1e-3,
                          .server_cpu = answered > 0 ? measurement->server_cpu * 1e6 / answered : 0,
                          .client_share = measurement->client_cpu / seconds / (double)sysconf(_SC_NPROCESSORS_ONLN)};
}

static void print_line(const struct options *options, const struct figures *figures) {
  printf("%s %s %u x %u: %.0f requests/s, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, ", options->protocol->name,
         options->load, options->connections, options->depth, figures->rate, figures->p50, figures->p99,
         figures->p999);
  if (options->server != 0) printf("server %.2f CPU us a command, ", figures->server_cpu);
  printf("client %.0f %% of the CPU\n", figures->client_share * 100);
}

static void print_json(const struct options *options, const struct figures *figures, uint64_t answered,
                       const struct totals *totals) {
  printf("{\"server\": \"%s\", \"load\": \"%s\", \"connections\": %u, \"depth\": %u, \"seconds\": %.3f, "
         "\"answered\": %" PRIu64 ", \"requests_per_second\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, "
         "\"p999_us\": %.2f, ",
         options->protocol->name, options->load, options->connections, options->depth, figures->seconds, answered,
         figures->rate, figures->p50, figures->p99, figures->p999);
  if (options->server != 0) printf("\"server_cpu_us\": %.4f, ", figures->server_cpu);
  printf("\"client_share\": %.4f, \"all_puts\": %" PRIu64 ", \"all_gets\": %" PRIu64 ", \"all_rows\": %" PRIu64 "}\n",
         figures->client_share, totals->puts, totals->gets, totals->rows);
}

int main(int count, char **words) {
  static struct measurement measurement;
  struct options options = parse_options(count, words);
  struct totals totals = run_load(&options, &measurement);
  struct figures figures = figures_of(&measurement);
  if (options.json) {
    print_json(&options, &figures, measurement.answered, &totals);
  } else {
    print_line(&options, &figures);
  }
  return 0;
}
