#!/usr/bin/env python3
"""Measures Eardrum beside Redis, or a jar beside another one, with one client program for all of them.

    ./mvnw package -DskipTests
    python3 src/bench/yardstick.py [--loads put,get,get-100,mix] [--shapes 1x1,50x1,8x16,4x500]
                                   [--fsync everysec,always] [--seconds 5] [--warmup 3] [--rounds 3]
                                   [--java /path/to/java] [--memory 16MB] [--json figures.json]
    python3 src/bench/yardstick.py --jars old.jar new.jar [--rounds 7] [...]

The client is the C program in src/bench/yardstick, which is compiled first (Debian: gcc and libc6-dev). Redis must be
installed (Debian: redis-server).

Loads: put; get, of a series of one point; get-N, of a series of N points; mix, as many gets of one point as puts into
other series; mixP, a mix of which P percent are gets; last-N, the newest point of a series of N points; range-N, its
newest 60 points. For Redis a put is a SET of value and timestamp, a get of one point the GET of it, and more points are
an LRANGE over a list, each point an element; last is the LINDEX of the last element. Shapes are connections x requests
that each of them has in flight. A connection sends its requests together, and the next ones when all are answered; that
time is the round trip whose percentiles are printed.

The servers take turns, and the first server of one round is the second of the next. Each has an empty folder and listens on the
loopback address. In each round a server first does each load of the last shape once without being measured, and then all loads.
Ratios are those of one round, as the median of all rounds, with the least and the greatest. CPU is the time of the server's
process for a command, user and system. If the client takes more than 40 % of the machine's CPU, requests/s measures the
client, and the ratio of CPU counts instead.

With --jars, the new jar is within noise if the median of new/old is at least 0.97 for requests/s (0.95 with fsync
always), and at most 1.1 for the p99; the exit status is 1 if it is not.
"""
import argparse
import contextlib
import datetime
import glob
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

import processes

SOURCES = os.path.join(processes.ROOT, "src", "bench", "yardstick")
COMPILE = ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]
SHAPE = re.compile(r"[1-9]\d{0,3}x[1-9]\d{0,4}")
LOAD = re.compile(r"put|mix([1-9]\d?)?|(get|last|range)(-[1-9]\d{0,5})?")
MIX = re.compile(r"mix(\d+)")
FSYNC = re.compile(r"everysec|always")
# Above this share of the CPU, the figures measure the speed of the client.
CLIENT_SHARE = 0.4
LEAST_RATE = {"everysec": 0.97, "always": 0.95}
MOST_P99 = 1.1
# Seconds beyond those of the load: to connect, to fill the series that are read, and to wait for the last replies.
PATIENCE = 120


def build(folder):
    """Compiles the client, and returns its path."""
    program = os.path.join(folder, "yardstick")
    if shutil.which(COMPILE[0]) is None:
        sys.exit("there is no cc: the client is written in C")
    sources = sorted(glob.glob(f"{SOURCES}/*.c"))
    run = subprocess.run([*COMPILE, "-o", program, *sources], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"the client can not be compiled:\n{run.stderr}")
    return program


class Eardrum:
    kind = "eardrum"

    def __init__(self, name, fsync, options, jar=processes.JAR):
        self.name, self.fsync = name, fsync
        self.command = [options.java, f"-Xmx{options.heap}", "-jar", jar]
        self.more = {"STORAGE_MEMORY": options.memory} if options.memory else {}

    @contextlib.contextmanager
    def running(self):
        """Starts it in an empty folder. Gives its process, and the port for the load."""
        with tempfile.TemporaryDirectory() as folder:
            self.port, self.web = processes.free_port(), processes.free_port()
            environment = processes.eardrum_environment(self.port, self.web, os.path.join(folder, "data"), self.fsync,
                                                        **self.more)
            with processes.server(self.command, lambda: processes.http(self.web, "/actuator/health"), folder,
                                  environment) as process:
                yield process, self.port

    def counts(self):
        """The puts, gets and rows that the running server has counted."""
        samples = processes.http(self.web, "/actuator/prometheus")

        def total(name):
            return sum(int(float(line.split()[-1])) for line in samples.splitlines() if line.startswith(name))

        def answered(command):
            return total(f'eardrum_requests_total{{command="{command}",outcome="ok"}}')

        return {"puts": answered("put"), "gets": answered("get") + answered("last") + answered("range"),
                "rows": total("eardrum_points_returned_total")}


class Redis:
    kind = "redis"

    def __init__(self, name, fsync):
        self.name, self.fsync = name, fsync

    @contextlib.contextmanager
    def running(self):
        """Starts it in an empty folder. Gives its process, and the port for the load."""
        with tempfile.TemporaryDirectory() as folder:
            self.port = processes.free_port()
            command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly",
                       "yes", "--appendfsync", self.fsync, "--dir", folder]
            with processes.server(command, processes.listening(self.port), folder) as process:
                yield process, self.port

    def counts(self):
        """The puts and gets that the running server has counted; it counts no rows."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(b"INFO commandstats\r\n")
            reply = connection.makefile("rb")
            text = reply.read(int(reply.readline()[1:])).decode()
        calls = {name: int(count) for name, count in re.findall(r"cmdstat_(\w+):calls=(\d+)", text)}
        return {"puts": calls.get("set", 0) + calls.get("rpush", 0),
                "gets": calls.get("get", 0) + calls.get("lrange", 0) + calls.get("lindex", 0)}


def run_client(program, kind, port, load, shape, *more, seconds, warmup):
    """Runs one load. Returns the figures that the client prints."""
    word, _, points = load.partition("-")
    mix = MIX.fullmatch(word)
    if mix:
        word, more = "mix", (*more, "--gets", mix[1])
    connections, depth = shape.split("x")
    command = [program, kind, str(port), word, "--connections", connections, "--depth", depth,
               "--points", points or "1", "--seconds", str(seconds), "--warmup", str(warmup), "--json", *more]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + warmup + PATIENCE)
    except subprocess.TimeoutExpired:
        sys.exit(f"{kind}, {load} {shape}: not done {PATIENCE} s after its time")
    if run.returncode != 0:
        sys.exit(f"{kind}, {load} {shape}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def measure(program, server, options):
    """Starts a server and puts all loads on it, one after the other. Returns their figures by load and shape."""
    print(f"  {server.name}, fsync {server.fsync}", flush=True)
    # Writing and deleting what the previous server has left must not count for this one.
    os.sync()
    figures = {}
    with server.running() as (process, port):
        for load in options.loads:
            # The first measurement must not include the time in which a JVM compiles. The deepest shape makes it
            # compile soonest.
            run_client(program, server.kind, port, load, options.shapes[-1], "--prefix", f"warm-{load}-", seconds=0.1,
                       warmup=options.warmup)
        for load in options.loads:
            for shape in options.shapes:
                # Each load has keys of its own, so that its points are new, and it reads only what it has filled.
                figure = run_client(program, server.kind, port, load, shape, "--series", str(options.series),
                                    "--prefix", f"run{len(figures):02d}-", "--server-pid", str(process.pid),
                                    seconds=options.seconds, warmup=options.warmup)
                figures[f"{load} {shape}"] = figure
                print(f"    {load} {shape}: {figure['requests_per_second']:,.0f} requests/s, "
                      f"p50 {milliseconds(figure['p50_us'])} ms, p99 {milliseconds(figure['p99_us'])} ms, "
                      f"p99.9 {milliseconds(figure['p999_us'])} ms, {figure['server_cpu_us']:.2f} CPU µs a command, "
                      f"client {figure['client_share']:.0%} of the CPU", flush=True)
    return figures


def milliseconds(microseconds):
    return f"{microseconds / 1000:.2f}"


class Pair:
    """What two servers did in one load, round by round."""

    def __init__(self, load, first_runs, second_runs):
        self.load, self.first_runs, self.second_runs = load, first_runs, second_runs

    def medians(self, figure):
        return tuple(statistics.median(run[figure] for run in runs) for runs in (self.first_runs, self.second_runs))

    def ratios(self, figure):
        """The first divided by the second, for each round. CPU time is counted in steps of 10 ms, so there may be none."""
        return [first[figure] / second[figure] if second[figure] else float("nan")
                for first, second in zip(self.first_runs, self.second_runs)]

    def ratio(self, figure):
        return statistics.median(self.ratios(figure))

    def spread(self, figure):
        ratios = self.ratios(figure)
        return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"

    def client_share(self):
        return max(self.medians("client_share"))

    def verdict(self, fsync):
        """Whether the first is as good as the second, apart from noise."""
        rate, p99 = self.ratio("requests_per_second"), self.ratio("p99_us")
        within = rate >= LEAST_RATE[fsync] and p99 <= MOST_P99
        return within, "within noise" if within else "NOT within noise"


def print_pairs(first, second, pairs):
    print(f"\n| load | {first} requests/s | {second} requests/s | ratio | p50 ms | p99 ms | p99.9 ms | ratio of p99 "
          "| CPU µs a command | ratio of CPU | client |\n|" + " --- |" * 11)
    for pair in pairs:
        rates = [f"{rate:,.0f}" for rate in pair.medians("requests_per_second")]
        times = [" / ".join(map(milliseconds, pair.medians(figure))) for figure in ("p50_us", "p99_us", "p999_us")]
        cpu = " / ".join(f"{cpu:.2f}" for cpu in pair.medians("server_cpu_us"))
        share = " / ".join(f"{share:.0%}" for share in pair.medians("client_share"))
        print("| " + " | ".join([pair.load, *rates, pair.spread("requests_per_second"), *times, pair.spread("p99_us"),
                                 cpu, pair.spread("server_cpu_us"), share]) + " |")
    for pair in pairs:
        if pair.client_share() > CLIENT_SHARE:
            print(f"{pair.load}: the client took {pair.client_share():.0%} of the CPU, so the ratio that counts is "
                  f"that of CPU µs a command: {pair.spread('server_cpu_us')}")


def print_verdicts(pairs, fsync):
    """Prints new/old of each pair of runs. Returns whether all loads are within noise."""
    print()
    for pair in pairs:
        ratios = " ".join(f"{ratio:.2f}" for ratio in pair.ratios("requests_per_second"))
        print(f"{pair.load}, fsync {fsync}: new/old {ratios}, median {pair.ratio('requests_per_second'):.3f} (at least "
              f"{LEAST_RATE[fsync]}), p99 {pair.ratio('p99_us'):.2f} (at most {MOST_P99}): {pair.verdict(fsync)[1]}")
    return all([pair.verdict(fsync)[0] for pair in pairs])


def rounds(program, contests, options):
    """Runs the servers in turns. Returns, for each two of them, their figures of all rounds by load."""
    runs = [([], []) for _ in contests]
    for number in range(options.rounds):
        print(f"round {number + 1}", flush=True)
        for contest, results in zip(contests, runs):
            # The order changes, because the machine may not be the same for the second server.
            for server, result in list(zip(contest, results))[::-1 if number % 2 else 1]:
                result.append(measure(program, server, options))
    return [[Pair(load, [run[load] for run in first], [run[load] for run in second]) for load in first[0]]
            for first, second in runs]


def write_json(path, contests, results, options):
    runs = [{"fsync": first.fsync, "load": pair.load, first.name: pair.first_runs, second.name: pair.second_runs}
            for (first, second), pairs in zip(contests, results) for pair in pairs]
    content = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
               "commit": processes.git_commit(), "java": processes.java_version(options.java),
               "kernel": platform.release(), "cores": os.cpu_count(), "seconds": options.seconds,
               "rounds": options.rounds, "runs": runs}
    with open(path, "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def words(pattern, kind):
    """A type of argument: words with commas between them."""
    def parse(text):
        for word in text.split(","):
            if not pattern.fullmatch(word):
                raise argparse.ArgumentTypeError(f"'{word}' is no {kind}")
        return text.split(",")
    return parse


def within(least, most, kind):
    """A type of argument: a number."""
    def parse(text):
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {least} to {most}")
        return number
    return parse


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")


def parse_options():
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jars", nargs=2, metavar=("OLD", "NEW"), help="compare these, and not Eardrum with Redis")
    parser.add_argument("--loads", type=words(LOAD, "load"), default=["put", "get", "get-100", "mix"])
    parser.add_argument("--shapes", type=words(SHAPE, "shape"), default=["1x1", "50x1", "8x16", "4x500"])
    parser.add_argument("--fsync", type=words(FSYNC, "fsync"), default=["everysec", "always"])
    parser.add_argument("--series", type=within(1, 1_000_000, int), default=100, help="of each connection")
    parser.add_argument("--seconds", type=within(0.1, 3600, float), default=5, help="of each load")
    parser.add_argument("--warmup", type=within(0, 3600, float), default=3, help="seconds before each load")
    parser.add_argument("--rounds", type=within(1, 100, int), help="3, or 7 pairs of jars")
    parser.add_argument("--java", default="java")
    parser.add_argument("--heap", default="2g", help="of Eardrum")
    parser.add_argument("--memory", help="eardrum.storage.memory; with little of it, more points are read from chunks")
    parser.add_argument("--json", help="a file that gets all figures")
    options = parser.parse_args()
    options.rounds = options.rounds or (7 if options.jars else 3)
    for jar in options.jars or [processes.JAR]:
        if not os.path.isfile(jar):
            parser.error(f"there is no {jar}")
    if shutil.which(options.java) is None:
        parser.error(f"there is no {options.java}")
    if not options.jars and shutil.which("redis-server") is None:
        parser.error("there is no redis-server to compare with")
    return options


def main():
    options = parse_options()
    if options.jars:
        old, new = map(os.path.abspath, options.jars)
        contests = [(Eardrum("old", fsync, options, old), Eardrum("new", fsync, options, new))
                    for fsync in options.fsync]
    else:
        contests = [(Eardrum("Eardrum", fsync, options), Redis("Redis", fsync)) for fsync in options.fsync]
    with tempfile.TemporaryDirectory() as folder:
        results = rounds(build(folder), contests, options)
    good = True
    for (first, second), pairs in zip(contests, results):
        if options.jars:
            # The ratio is new/old, although the old jar is named first.
            pairs = [Pair(pair.load, pair.second_runs, pair.first_runs) for pair in pairs]
            first, second = second, first
        print(f"\nfsync {first.fsync}, medians of {options.rounds} rounds; {first.name} / {second.name}")
        print_pairs(first.name, second.name, pairs)
        if options.jars:
            good = print_verdicts(pairs, first.fsync) and good
    if options.json:
        write_json(options.json, contests, results, options)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
