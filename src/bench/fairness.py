#!/usr/bin/env python3
"""Measures how long one client's put takes while other clients are demanding, and prints percentiles.

    ./mvnw package -DskipTests
    python3 src/bench/fairness.py [--seconds 10] [--points 100000000] [--connections 5000] [--fsync always]
                                  [--java /path/to/java] [--bound 50]

One client repeatedly puts a point, waits for its `ok` and pauses for a millisecond. It does so alone, and beside a
client that reads `get *` of all points over and over, a client that requests it and reads nothing, four clients that
stream puts, idle sessions, and all of these together. Exit status 1 if the 99th percentile is above the bound, in
milliseconds, beside any of them. Everything listens on the loopback address, in a temporary folder, and is ended by its
process id.
"""
import argparse
import contextlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

import processes


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def put_times(port, seconds):
    """Seconds that each put took."""
    times = []
    with connect(port) as client:
        deadline = time.perf_counter() + seconds
        number = 0
        while time.perf_counter() < deadline:
            number += 1
            start = time.perf_counter()
            client.sendall(b"put fairness.client 1 %d\n" % number)
            answer = client.recv(16)
            times.append(time.perf_counter() - start)
            if answer != b"ok\n\n":
                sys.exit(f"a put was answered with {answer}")
            time.sleep(0.001)
    return sorted(times)


@contextlib.contextmanager
def reader(port, _options):
    """One client that reads everything, over and over."""
    stop = threading.Event()
    read = [0]

    def run():
        with connect(port) as client:
            while not stop.is_set():
                client.sendall(b"get *\n")
                last = b""
                while not stop.is_set() and not last.endswith(b"\n\n"):
                    chunk = client.recv(1 << 18)
                    read[0] += len(chunk)
                    last = (last + chunk)[-2:]

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        print(f"    read {read[0] / 1e6:.0f} MB", flush=True)


@contextlib.contextmanager
def deaf(port, _options):
    """One client that asks for everything and reads nothing."""
    with connect(port) as client:
        client.sendall(b"get *\n" * 100)
        time.sleep(0.5)
        yield


@contextlib.contextmanager
def streams(port, options):
    """Four clients that stream puts."""
    command = [options.java, "-Xmx512m", "-cp", processes.CLASSES, "io.eardrum.cli.load.LoadGenerator", "stream",
               "127.0.0.1", str(port), "--connections", "4", "--seconds", str(options.seconds + 4), "--warmup", "0"]
    load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=processes.without_settings({}))
    time.sleep(2)
    try:
        yield
    finally:
        print(f"    {load.communicate(timeout=120)[0].strip()}", flush=True)


@contextlib.contextmanager
def idle(port, options):
    """Sessions that have put a point and are then silent."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(port)) for _ in range(options.connections)]
        for client in clients:
            client.sendall(b"put fairness.idle 1 1\n")
        for client in clients:
            client.recv(16)
        yield


@contextlib.contextmanager
def everybody(port, options):
    """All of these loads."""
    with idle(port, options), deaf(port, options), reader(port, options), streams(port, options):
        yield


def percentile(times, share):
    return times[min(len(times) - 1, int(len(times) * share))] * 1000


def measure(port, name, beside, options):
    print(f"  beside {name}", flush=True)
    with beside(port, options):
        times = put_times(port, options.seconds)
    return name, len(times), [percentile(times, share) for share in (0.5, 0.99, 0.999, 1)]


def fill(port, points, java):
    """Puts that many points, and a few more."""
    stored = 0
    while stored < points:
        line = processes.load(java, port, "stream", "--connections", 4, "--seconds", 5, "--warmup", 0,
                              "--start", 1_000_000_000 + stored)
        stored += int(re.search(r"\((\d+) points", line).group(1))
    return stored


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--points", type=int, default=100_000_000)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--fsync", default="always")
    parser.add_argument("--java", default="java")
    parser.add_argument("--bound", type=float, default=50)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 65536), limit))
    tcp, web = processes.free_port(), processes.free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = processes.eardrum_environment(tcp, web, "data", options.fsync)
        command = [options.java, "-Xmx2g", "-jar", processes.JAR]
        with processes.server(command, processes.listening(tcp), folder, environment):
            stored = fill(tcp, options.points, options.java)
            print(f"{stored} points, fsync {options.fsync}", flush=True)
            rows = [measure(tcp, name, beside, options) for name, beside in [
                ("nobody", lambda *_: contextlib.nullcontext()), ("a client that reads everything", reader),
                ("a client that reads nothing", deaf), ("four streams of puts", streams),
                (f"{options.connections} idle sessions", idle), ("all of these", everybody)]]
    print("\n| beside | puts | p50 ms | p99 ms | p99.9 ms | longest ms |\n| --- | --- | --- | --- | --- | --- |")
    for name, count, figures in rows:
        print(f"| {name} | {count} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")
    if late := [name for name, _, figures in rows if figures[1] > options.bound]:
        sys.exit(f"p99 above {options.bound} ms beside: {', '.join(late)}")


if __name__ == "__main__":
    main()
