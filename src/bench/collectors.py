#!/usr/bin/env python3
"""Measures how long one client's put takes beside four clients that stream puts, with several collectors and heaps.

    ./mvnw package -DskipTests
    python3 src/bench/collectors.py [--rounds 3] [--seconds 10] [--java /path/to/java] [--fsync everysec]
                                    [--heap 256m]... [--collector Serial]...

A server for each heap and collector, in turns, each with an empty store. The streams run for two seconds before the
first put is measured. The figures are those of the puts of all rounds together, but for the points that the streams put
and the CPU time, which are medians. The resident memory is what the server has at the end of the load.
"""
import argparse
import collections
import re
import statistics
import subprocess
import tempfile
import time

import processes
from fairness import percentile, put_times


def measure(heap, collector, options):
    """Times of single puts, points a second of the streams, CPU µs of the server for each of these, and resident MB."""
    tcp, web = processes.free_port(), processes.free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = processes.eardrum_environment(tcp, web, "data", options.fsync)
        command = [options.java, f"-Xmx{heap}", f"-XX:+Use{collector}GC", "-jar", processes.JAR]
        with processes.server(command, processes.listening(tcp), folder, environment) as process:
            load = subprocess.Popen([options.java, "-Xmx256m", "-XX:+UseSerialGC", "-cp", processes.CLASSES,
                                     "io.eardrum.cli.load.LoadGenerator", "stream", "127.0.0.1", str(tcp), "--connections", "4",
                                     "--seconds", str(options.seconds + 4), "--warmup", "0"],
                                    stdout=subprocess.PIPE, text=True, env=processes.without_settings({}))
            time.sleep(2)
            used = processes.cpu_seconds(process)
            times = put_times(tcp, options.seconds)
            line = load.communicate(timeout=120)[0].strip()
            used = processes.cpu_seconds(process) - used
            points = int(re.search(r"\((\d+) points", line).group(1))
            return times, points / (options.seconds + 4), used / points * 1e6, processes.resident_bytes(process) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--java", default="java")
    parser.add_argument("--fsync", default="everysec")
    parser.add_argument("--heap", action="append")
    parser.add_argument("--collector", action="append", help="as in -XX:+Use...GC")
    options = parser.parse_args()
    kinds = [(heap, collector) for heap in options.heap or ["256m", "1g", "4g"]
             for collector in options.collector or ["G1", "Serial", "Parallel"]]
    rounds = collections.defaultdict(list)
    for _ in range(options.rounds):
        for kind in kinds:
            rounds[kind].append(measure(*kind, options))
    print("| heap | collector | puts | p50 ms | p99 ms | p99.9 ms | longest ms | thousand points/s of the streams | CPU µs a point "
          "| resident MB |\n" + "| --- " * 10 + "|")
    for (heap, collector), results in rounds.items():
        times = sorted(time for each, *_ in results for time in each)
        rate, cpu, resident = (statistics.median(column) for column in list(zip(*results))[1:])
        print(f"| {heap} | {collector} | {len(times)} | "
              + " | ".join(f"{percentile(times, share):.2f}" for share in (0.5, 0.99, 0.999, 1))
              + f" | {rate / 1e3:.0f} | {cpu:.2f} | {resident:.0f} |", flush=True)


if __name__ == "__main__":
    main()
