#!/usr/bin/env python3
"""Measures Graphite's read API beside Debian's graphite-web: the same points, the same requests, in turns.

    ./mvnw package -DskipTests
    apt-get install graphite-web graphite-carbon
    python3 src/bench/graphite.py [--series 10000] [--rounds 11] [--heap 512m] [--java /path/to/java]

Eardrum has default settings but for its ports and its folder. Graphite reads whisper files of one archive of a minute's step,
with one process of its own and no caches of answers. Both are warm before a request is measured, and each request comes on a
connection of its own. Without graphite-web, Eardrum is measured alone. At last, some requests come at once, of which each has
to be answered or refused; anything else fails the run.
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import processes

sys.path.insert(0, os.path.join(processes.ROOT, "src", "test", "graphite"))
import compare  # noqa: E402

POINTS = 60
LEAVES = ("cpu.user", "cpu.system", "cpu.idle", "cpu.wait", "mem.used", "mem.free", "disk.read", "disk.write", "net.in", "net.out")
RENDERS = ("sumSeries(prod.*.*.*.*)", "sumSeries(movingAverage(prod.*.*.*.*,5))", "groupByNode(perSecond(prod.*.*.*.*),2,'sum')",
           "highestAverage(prod.*.*.cpu.user,10)", "prod.*.*.*.*")
FINDS = ("prod.*.*", "prod.dc1.h0004.*.*")
AT_ONCE = (4, 16)

WHISPER = """
import json, os, sys, whisper
for line in sys.stdin:
    key, points = json.loads(line)
    path = os.path.join(sys.argv[1], *key.split(".")) + ".wsp"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    whisper.create(path, [(60, 1440)], xFilesFactor=0)
    whisper.update_many(path, points)
"""


def points(count, last):
    """The points of each series: key -> [(timestamp, value)]."""
    keys = [f"prod.dc{n // len(LEAVES) % 4 + 1}.h{n // len(LEAVES):04}.{LEAVES[n % len(LEAVES)]}" for n in range(count)]
    return {key: [(last - 60 * (POINTS - 1 - minute), (7 * n + 13 * minute) % 1000 / 10) for minute in range(POINTS)]
            for n, key in enumerate(keys)}


def fill_eardrum(port, series):
    with socket.create_connection(("127.0.0.1", port), timeout=300) as client:
        def send():
            for minute in range(POINTS):
                client.sendall("".join(f"put {key} {values[minute][1]} {values[minute][0]}\n"
                                       for key, values in series.items()).encode())
        sender = threading.Thread(target=send)
        sender.start()
        expected = POINTS * len(series) * len(b"ok\n\n")
        while expected > 0:
            answer = client.recv(1 << 16)
            if not answer or answer.strip(b"ok\n"):
                sys.exit(f"Eardrum did not take all points: {answer[:200]!r}")
            expected -= len(answer)
        sender.join()


def fill_whisper(folder, series):
    lines = "".join(json.dumps(item) + "\n" for item in series.items())
    subprocess.run([compare.PYTHON, "-c", WHISPER, folder], input=lines, text=True, check=True, timeout=600)


def ask(base, path, parameters):
    """Milliseconds until the answer is complete, and the answer."""
    url = f"{base}{path}?{urllib.parse.urlencode(parameters)}"
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=300) as answer:
        body = answer.read()
    return (time.monotonic() - began) * 1000, body


def requests(last):
    span = [("from", last - 60 * POINTS), ("until", last), ("format", "json")]
    return [*((target, "/render", [("target", target), *span]) for target in RENDERS),
            *((f"/metrics/find?query={query}", "/metrics/find", [("query", query)]) for query in FINDS)]


def same(eardrum, graphite):
    """Whether both have the same values. The names of aggregates differ, as they are meant to."""
    ours, theirs = json.loads(eardrum), json.loads(graphite)
    if not ours or "datapoints" not in ours[0]:
        return ours == theirs
    return len(ours) == len(theirs) and all(
        compare.close(p[0], q[0]) and p[1] == q[1]
        for our, their in zip(ours, theirs) for p, q in zip(our["datapoints"], their["datapoints"]))


def measure(options, bases, last):
    print("\n| request | Eardrum ms | " + ("graphite-web ms | ratio | " if len(bases) > 1 else "")
          + "bytes |\n| --- | --- |" + " --- | --- |" * (len(bases) - 1) + " --- |", flush=True)
    for name, path, parameters in requests(last):
        for _ in range(options.warmup):
            ask(bases[0], path, parameters)
        for base in bases[1:]:
            ask(base, path, parameters)
        taken, bodies = [[] for _ in bases], {}
        for _ in range(options.rounds):
            for number, base in enumerate(bases):
                # A slow peer is asked less often, so that a run ends.
                if number == 0 or len(taken[number]) < options.peer_rounds:
                    milliseconds, bodies[number] = ask(base, path, parameters)
                    taken[number].append(milliseconds)
        if len(bases) > 1 and not is_late(name) and not same(bodies[0], bodies[1]):
            sys.exit(f"the answers to {name} differ: {bodies[0][:300]!r}, {bodies[1][:300]!r}")
        medians = [statistics.median(times) for times in taken]
        cells = [f"{median:,.0f}" if median >= 10 else f"{median:.1f}" for median in medians]
        if len(bases) > 1:
            cells.append(f"{medians[1] / medians[0]:.0f}")
        print(f"| `{name}` | " + " | ".join(cells) + f" | {len(bodies[0]):,} |", flush=True)


def is_late(name):
    """graphite-web 1.1.8 shows moving windows one step late."""
    return name.startswith("sumSeries(moving")


def at_once(base, last):
    for count in AT_ONCE:
        for name, path, parameters in requests(last)[:len(RENDERS)]:
            def status(_):
                try:
                    return ask(base, path, parameters)[0], 200
                except urllib.error.HTTPError as ex:
                    if b"message" not in ex.read():
                        raise
                    return 0, ex.code
            with concurrent.futures.ThreadPoolExecutor(count) as pool:
                results = list(pool.map(status, range(count)))
            statuses = [code for _, code in results]
            if set(statuses) - {200, 503}:
                sys.exit(f"{count} requests at once for {name}: {statuses}")
            print(f"{count} at once, {name}: {statuses.count(200)} answered, slowest {max(ms for ms, _ in results):,.0f} ms, "
                  f"{statuses.count(503)} refused", flush=True)


@contextlib.contextmanager
def graphite(folder, series):
    """A graphite-web that has the series, or None if it is not installed."""
    if not os.path.exists("/usr/bin/carbon-cache"):
        yield None
        return
    port = processes.free_port()
    started = compare.start_graphite(folder, port, processes.free_port())
    try:
        fill_whisper(f"{folder}/whisper", series)
        deadline = time.monotonic() + 60
        while True:
            try:
                processes.http(port, "/version")
                break
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit("graphite-web does not answer after 60 s")
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in started:
            processes.stop(process)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--peer-rounds", type=int, default=3, help="requests of graphite-web that are measured")
    parser.add_argument("--warmup", type=int, default=40, help="requests of Eardrum before those that are measured")
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--java", default="java")
    options = parser.parse_args()
    last = int(time.time()) // 60 * 60
    series = points(options.series, last)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as peer:
        tcp, web = processes.free_port(), processes.free_port()
        command = [options.java, f"-Xmx{options.heap}", "-jar", processes.JAR]
        environment = {"EARDRUM_TCP_PORT": str(tcp), "SERVER_PORT": str(web), "EARDRUM_STORAGE_PATH": os.path.join(folder, "data")}
        with processes.server(command, lambda: processes.http(web, "/actuator/health"), folder, environment) as server:
            fill_eardrum(tcp, series)
            with graphite(peer, series) as other:
                measure(options, [base for base in (f"http://127.0.0.1:{web}", other) if base], last)
            at_once(f"http://127.0.0.1:{web}", last)
            print(f"resident: {processes.resident_bytes(server) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
