#!/usr/bin/env python3
"""Measures how long lists and finds over HTTP take in a store of many series.

    ./mvnw package -DskipTests
    java -Xmx2g -jar target/eardrum.jar --eardrum.storage.path=/tmp/lists --eardrum.storage.fsync=everysec &
    python3 src/bench/lists.py --fill
    python3 src/bench/lists.py

With --fill, it puts a point into each of the series host.h<0..999>.m<0..1999>, two millions. Otherwise it sends each
request until the keys are sorted and the code is compiled, and then times some more, on one connection that is kept.
With --pid of the server, it prints the CPU time of the server for each request as well, which other loads change less.
"""
import argparse
import http.client
import os
import socket
import statistics
import threading
import time
import urllib.parse

HOSTS = 1_000
METRICS = 2_000
REQUESTS = [
    ("/api/series", {"match": "host.h1.m5*", "limit": 1000}),
    ("/api/series", {"match": "host.h1.m55*"}),
    ("/api/latest", {"match": "host.h1.m5*"}),
    ("/api/latest", {"match": "host.h{1,22,333}.m5?"}),
    ("/api/latest", {"match": "host.*.m55"}),
    ("/metrics/find", {"query": "host.h1.m5*"}),
    ("/metrics/find", {"query": "*"}),
    ("/metrics/find", {"query": "host.*"}),
    ("/render", {"target": "sumSeries(host.h1.m5*)", "from": "-5min", "format": "json"}),
    ("/federate", {"match[]": "host.h1.m5*", "max-age": "10d"}),
    ("/api/series", {"match": "*abc*"}),
    ("/api/series", {"contains": "abc"}),
    ("/api/series", {"contains": "h77.m77"}),
]


def fill(port):
    """Puts a point into each series, and waits for all replies."""
    connection = socket.create_connection(("127.0.0.1", port))
    seconds = int(time.time()) - 60
    expected = HOSTS * METRICS * len(b"ok\n\n")
    replies = bytearray()

    def read():
        received = 0
        while received < expected:
            some = connection.recv(1 << 20)
            if not some or b"e" in some:
                replies.extend(some)
                return
            received += len(some)

    reader = threading.Thread(target=read)
    reader.start()
    for host in range(HOSTS):
        connection.sendall("".join(f"put host.h{host}.m{metric} {metric} {seconds}\n" for metric in range(METRICS)).encode())
    reader.join()
    if replies:
        raise SystemExit(f"not every put was answered ok: {bytes(replies[:200])!r}")


def cpu_millis(pid):
    """Returns the CPU time of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(connection, path, parameters, arguments):
    """Sends one request many times. Returns the times in ms, the CPU time of each in ms, and the size of the answer."""
    url = path + "?" + urllib.parse.urlencode(parameters)
    times = []
    for i in range(arguments.warmup + arguments.requests):
        if i == arguments.warmup:
            before = cpu_millis(arguments.pid) if arguments.pid else 0
        start = time.perf_counter()
        connection.request("GET", url)
        response = connection.getresponse()
        body = response.read()
        times.append((time.perf_counter() - start) * 1000)
        if response.status != 200:
            raise SystemExit(f"{url}: {response.status} {body[:200]!r}")
    cpu = (cpu_millis(arguments.pid) - before) / arguments.requests if arguments.pid else 0
    return times[arguments.warmup:], cpu, len(body)


def main():
    """Fills the store or measures requests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--http-port", type=int, default=8080)
    parser.add_argument("--fill", action="store_true")
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--requests", type=int, default=15)
    parser.add_argument("--pid", type=int)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.port)
        return
    connection = http.client.HTTPConnection("127.0.0.1", arguments.http_port)
    print("| request | median ms | least ms | CPU ms | bytes |\n| --- | --- | --- | --- | --- |")
    for path, parameters in REQUESTS:
        times, cpu, size = measure(connection, path, parameters, arguments)
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        print(f"| `{path}?{query}` | {statistics.median(times):.1f} | {min(times):.1f} | {cpu:.1f} | {size} |", flush=True)


if __name__ == "__main__":
    main()
