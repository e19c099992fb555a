#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "points.h"

static const char HELP[] =
    "usage: yardstick eardrum|redis PORT put|get|last|range|mix [OPTION...]\n"
    "\n"
    "Puts load on a server at 127.0.0.1 from one thread, and prints what it answered. Each connection sends DEPTH\n"
    "requests at once, and the next ones when all of them are answered; that is the round trip of a window.\n"
    "\n"
    "  put   new points, in turn for each series of the connection (Redis: SET of value and timestamp)\n"
    "  get   all points of a series that was filled before (Redis: GET, or LRANGE of all where --points is above 1)\n"
    "  last  the newest point of such a series (Redis: LINDEX of a list)\n"
    "  range its newest --rows points, by their timestamps (Redis: LRANGE)\n"
    "  mix   both: gets as above, and puts into as many other series\n"
    "\n"
    "  --connections N     (50)\n"
    "  --depth N           requests in flight on each connection (1)\n"
    "  --series N          series of each connection (100)\n"
    "  --points N          points of a series that is read (1)\n"
    "  --rows N            points of a range (60, or all if there are fewer)\n"
    "  --gets PERCENT      share of gets in a mix (50)\n"
    "  --seconds S         how long to measure (5)\n"
    "  --warmup S          how long to run before that (1)\n"
    "  --timeout S         how long to wait for an answer (10)\n"
    "  --prefix TEXT       beginning of all keys (server): <prefix><connection>.metric<series>\n"
    "  --server-pid PID    also say what CPU time this process used\n"
    "  --filled            do not fill the series: a run before has done so, with the same other options\n"
    "  --verify            compare every value that is read, and read back what was put; slower\n"
    "  --json              print the figures as a JSON object\n"
    "\n"
    "Exit status: 0, 1 if the server is not there or gives any answer but the right one, 2 for a wrong command line.\n";

static double number(const char *name, const char *text, double least, double most) {
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || errno != 0 || !(value >= least && value <= most)) {
    fail(WRONG_USAGE, "%s is to be a number from %g to %g, not '%s'", name, least, most, text);
  }
  return value;
}

static unsigned whole(const char *name, const char *text, unsigned least, unsigned most) {
  double value = number(name, text, least, most);
  if (value != (unsigned)value) fail(WRONG_USAGE, "%s is to be a whole number, not '%s'", name, text);
  return (unsigned)value;
}

static const char *key_prefix(const char *text) {
  if (strlen(text) > MOST_PREFIX) fail(WRONG_USAGE, "--prefix is to have at most %d bytes", MOST_PREFIX);
  for (const char *c = text; *c != '\0'; c++) {
    if (*c <= ' ' || *c > '~') fail(WRONG_USAGE, "--prefix is to have printable ASCII without blanks");
  }
  return text;
}

static const struct protocol *protocol_named(const char *name) {
  if (strcmp(name, EARDRUM.name) == 0) return &EARDRUM;
  if (strcmp(name, REDIS.name) == 0) return &REDIS;
  fail(WRONG_USAGE, "the server is to be eardrum or redis, not '%s'", name);
}

static enum command read_of(const char *load) {
  if (strcmp(load, "last") == 0) return LAST;
  return strcmp(load, "range") == 0 ? TAIL : GET;
}

static unsigned gets_of(const char *load, unsigned in_mix) {
  if (strcmp(load, "put") == 0) return 0;
  if (strcmp(load, "get") == 0 || read_of(load) != GET) return 100;
  if (strcmp(load, "mix") == 0) return in_mix;
  fail(WRONG_USAGE, "the load is to be put, get, last, range or mix, not '%s'", load);
}

struct options parse_options(int count, char **words) {
  enum { CONNECTIONS = 1, DEPTH, SERIES, POINTS, ROWS, GETS, SECONDS, WARMUP, TIMEOUT, PREFIX, SERVER, FILLED, VERIFY,
         JSON, USAGE };
  static const struct option known[] = {
      {"connections", required_argument, NULL, CONNECTIONS}, {"depth", required_argument, NULL, DEPTH},
      {"series", required_argument, NULL, SERIES},           {"points", required_argument, NULL, POINTS},
      {"gets", required_argument, NULL, GETS},               {"seconds", required_argument, NULL, SECONDS},
      {"warmup", required_argument, NULL, WARMUP},           {"timeout", required_argument, NULL, TIMEOUT},
      {"prefix", required_argument, NULL, PREFIX},           {"server-pid", required_argument, NULL, SERVER},
      {"rows", required_argument, NULL, ROWS},               {"filled", no_argument, NULL, FILLED},
      {"verify", no_argument, NULL, VERIFY},                 {"json", no_argument, NULL, JSON},
      {"help", no_argument, NULL, USAGE},                    {NULL, 0, NULL, 0}};
  struct options options = {.connections = 50, .depth = 1, .series = 100, .points = 1, .rows = 60, .seconds = 5,
                            .warmup = 1, .timeout = 10, .prefix = "server"};
  unsigned in_mix = 50;
  opterr = 0;
  int option;
  while ((option = getopt_long(count, words, "", known, NULL)) != -1) {
    switch (option) {
      case CONNECTIONS: options.connections = whole("--connections", optarg, 1, 10000); break;
      case DEPTH: options.depth = whole("--depth", optarg, 1, 100000); break;
      case SERIES: options.series = whole("--series", optarg, 1, 1000000); break;
      case POINTS: options.points = whole("--points", optarg, 1, 1000000); break;
      case ROWS: options.rows = whole("--rows", optarg, 1, 1000000); break;
      case GETS: in_mix = whole("--gets", optarg, 1, 99); break;
      case SECONDS: options.seconds = number("--seconds", optarg, 0.1, 3600); break;
      case WARMUP: options.warmup = number("--warmup", optarg, 0, 3600); break;
      case TIMEOUT: options.timeout = number("--timeout", optarg, 0.1, 3600); break;
      case PREFIX: options.prefix = key_prefix(optarg); break;
      case SERVER: options.server = (pid_t)whole("--server-pid", optarg, 1, 1u << 30); break;
      case FILLED: options.filled = true; break;
      case VERIFY: options.verify = true; break;
      case JSON: options.json = true; break;
      case USAGE: fputs(HELP, stdout); exit(0);
      default: fail(WRONG_USAGE, "'%s' is no option, or its value is missing; see --help", words[optind - 1]);
    }
  }
  if (count - optind != 3) fail(WRONG_USAGE, "a server, a port and a load are needed; see --help");
  options.protocol = protocol_named(words[optind]);
  options.port = (uint16_t)whole("the port", words[optind + 1], 1, 65535);
  options.load = words[optind + 2];
  options.read = read_of(options.load);
  if (options.rows > options.points) options.rows = options.points;
  options.gets = gets_of(options.load, in_mix);
  return options;
}
