#!/usr/bin/env python3
"""Measures how the cost of a put and of a read grows: with the series, with the points of a series, with connections; and how
the cost of a client that connects grows with the sessions that exist.

    ./mvnw package -DskipTests
    python3 src/bench/growth.py [--only series,points,connections,visits] [--seconds 5] [--java /path/to/java] [--heap 2g]

Cost is the CPU time of the server, from /proc, so it does not depend on how much of the machine the load generator
takes. Each part has a server of its own, on the loopback address, with fsync everysec in a temporary folder. A put is
one of 500 in flight on each of 4 connections. In the part about connections, each connection has one in flight.
"""
import argparse
import contextlib
import os
import re
import resource
import socket
import tempfile
import time

import processes

SERIES = [1_000, 10_000, 100_000, 1_000_000]
POINTS_A_SERIES = [100, 1_000, 10_000, 100_000, 1_000_000]
CONNECTIONS = [1, 10, 100, 1_000, 5_000]
IDLE_SESSIONS = [0, 1_000, 3_000, 9_000]
VISITS = 10_000
READS = 200
MEASURABLE_PUTS = 50_000


class Server:
    """A running server, and what it has spent."""

    def __init__(self, process, tcp, options):
        self.process, self.tcp, self.options = process, tcp, options
        self.start = 1_200_000_000

    def put(self, mode, connections, depth, series, seconds=None, warmup=0):
        """Puts points that are all later than those before. Returns points, points/s, CPU microseconds a point, p99 in ms."""
        self.start += 100_000_000
        before = processes.cpu_seconds(self.process)
        line = processes.load(self.options.java, self.tcp, mode, "--connections", connections, "--depth", depth,
                              "--series", series, "--start", self.start, "--warmup", warmup,
                              "--seconds", seconds or self.options.seconds)
        cpu = processes.cpu_seconds(self.process) - before
        points = int(re.search(r"(\d+) with warm-up", line).group(1))
        rate = float(re.search(r"(\d+) points/s", line).group(1))
        return points, rate, cpu / points * 1e6, float(re.search(r"p99 ([\d.]+)", line).group(1))

    def read(self, command):
        """Sends a get, and reads its reply. Returns the number of rows."""
        with socket.create_connection(("127.0.0.1", self.tcp), timeout=300) as client:
            client.sendall(command.encode() + b"\n")
            client.shutdown(socket.SHUT_WR)
            lines = 0
            while block := client.recv(1 << 20):
                lines += block.count(b"\n")
        return lines - 2

    def cost_of(self, command, times):
        """CPU microseconds of one get, and its rows."""
        before = processes.cpu_seconds(self.process)
        rows = [self.read(command) for _ in range(times)]
        return (processes.cpu_seconds(self.process) - before) / times * 1e6, rows[-1]


def with_server(options, work):
    with tempfile.TemporaryDirectory() as folder:
        tcp, web = processes.free_port(), processes.free_port()
        environment = processes.eardrum_environment(tcp, web, os.path.join(folder, "data"))
        command = [options.java, f"-Xmx{options.heap}", "-jar", processes.JAR]
        with processes.server(command, lambda: processes.http(web, "/actuator/health"), folder, environment) as process:
            server = Server(process, tcp, options)
            # The first measurement must not include the time in which the JVM compiles.
            server.put("window", 4, 500, 1_000, seconds=5)
            work(server)


def print_head(*columns):
    print("\n| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns), flush=True)


def print_row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def by_series(options):
    print_head("series", "puts/s", "CPU µs a put", "CPU µs a `get` of one key", "resident MB")
    for series in SERIES:
        def work(server):
            # The first run creates the series; the second run is measured.
            server.put("window", 4, 500, series, seconds=max(options.seconds, series // 100_000))
            _, rate, cost, _ = server.put("window", 4, 500, series)
            put_one_series(server.tcp, 0, 1)
            got, _ = server.cost_of("get growth.one", READS)
            print_row(f"{series:,}", f"{rate:,.0f}", f"{cost:.2f}", f"{got:.0f}",
                      f"{processes.resident_bytes(server.process) / 1e6:.0f}")
        with_server(options, work)


def by_points(options):
    print_head("points of the series", "CPU µs a put", "CPU µs a `get` of it", "ns a row")

    def work(server):
        stored = 0
        for points in POINTS_A_SERIES:
            began, used = stored, processes.cpu_seconds(server.process)
            stored = put_one_series(server.tcp, stored, points)
            put = (processes.cpu_seconds(server.process) - used) / (stored - began) * 1e6
            # CPU time is counted in steps of 10 ms.
            shown = f"{put:.2f}" if stored - began >= MEASURABLE_PUTS else "-"
            got, rows = server.cost_of("get growth.one", max(3, min(READS, 2_000_000 // points)))
            if rows != points:
                raise SystemExit(f"{rows} rows of {points}")
            print_row(f"{points:,}", shown, f"{got:,.0f}", f"{got / rows * 1e3:.0f}")
    with_server(options, work)


def put_one_series(port, first, last):
    """Puts points of one series until it has `last` of them, 500 in flight."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        for block in range(first, last, 500):
            end = min(block + 500, last)
            client.sendall("".join(f"put growth.one {i % 1000 / 10} {1_100_000_000 + i}\n"
                                   for i in range(block, end)).encode())
            missing = 4 * (end - block)
            while missing:
                received = client.recv(missing)
                if not received:
                    raise SystemExit("the server has closed the connection")
                missing -= len(received)
    return last


def by_connections(options):
    print_head("connections", "puts/s", "CPU µs a put", "p99 ms", "resident MB")

    def work(server):
        for connections in CONNECTIONS:
            _, rate, cost, p99 = server.put("window", connections, 1, 1_000, warmup=2)
            print_row(f"{connections:,}", f"{rate:,.0f}", f"{cost:.1f}", f"{p99:.1f}",
                      f"{processes.resident_bytes(server.process) / 1e6:.0f}")
            # Waits until the sockets of the last run are gone before the next run opens its own.
            time.sleep(1)
    with_server(options, work)


def by_idle_sessions(options):
    print_head("idle sessions", "visits/s", "CPU µs a visit")

    def work(server):
        with contextlib.ExitStack() as sessions:
            there = 0
            visit(server.tcp, VISITS)
            for wanted in IDLE_SESSIONS:
                while there < wanted:
                    session = sessions.enter_context(socket.create_connection(("127.0.0.1", server.tcp), timeout=60))
                    ask(session)
                    there += 1
                used, began = processes.cpu_seconds(server.process), time.monotonic()
                visit(server.tcp, VISITS)
                took = time.monotonic() - began
                cost = (processes.cpu_seconds(server.process) - used) / VISITS * 1e6
                print_row(f"{wanted:,}", f"{VISITS / took:,.0f}", f"{cost:.0f}")
    with_server(options, work)


def visit(port, times):
    """Clients that connect, put, read the answer and leave, one after the other."""
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            ask(client)


def ask(client):
    client.sendall(b"put growth.visit 1 1\n")
    if client.recv(16) != b"ok\n\n":
        raise SystemExit("the server has not taken the point")


PARTS = {"series": by_series, "points": by_points, "connections": by_connections, "visits": by_idle_sessions}


def allow_many_files():
    """Raises the limit of files, which the server and the load generator inherit: 5000 connections are 5000 files for each."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--java", default="java")
    parser.add_argument("--heap", default="2g", help="of the server")
    options = parser.parse_args()
    allow_many_files()
    for part in options.only.split(","):
        if part not in PARTS:
            parser.error(f"{part} is not one of {', '.join(PARTS)}")
        PARTS[part](options)


if __name__ == "__main__":
    main()
