#!/usr/bin/env python3
"""Measures what a server takes that nobody uses: resident memory and CPU time, a minute after its start.

    ./mvnw package -DskipTests
    python3 src/bench/idle.py [--starts 5] [--wait 60] [--seconds 60] --way '<name>=<command>'...

A way is a command line that starts a server, such as "jar=java -jar $PWD/target/eardrum.jar" or "script=$PWD/bin/eardrum serve".
One server of each way runs at the same time, each with an empty store. After their first `ok`, they are left alone for
--wait seconds. Then their memory is read, and the CPU time of the next --seconds. With --threads, the threads that took
most of it are printed, too.
"""
import argparse
import collections
import contextlib
import os
import shlex
import statistics
import tempfile
import time

import processes
from startup import first_ok

TICKS = os.sysconf("SC_CLK_TCK")


def memory(pid):
    """Resident bytes: all, those of files, and of the heap and other anonymous memory."""
    with open(f"/proc/{pid}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return [int(lines[name].split()[0]) / 1e3 * 1.024 for name in ("VmRSS", "RssFile", "RssAnon")]


def threads(pid):
    times = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/schedstat") as stat, \
                open(f"/proc/{pid}/task/{thread}/comm") as name:
            times[thread, name.read().strip()] = int(stat.read().split()[0]) / 1e9
    return times


def begin(way, folder, stack):
    home = tempfile.mkdtemp(dir=folder)
    tcp = processes.free_port()
    environment = processes.eardrum_environment(tcp, processes.free_port(), os.path.join(home, "data"), "always")
    process = stack.enter_context(processes.server(shlex.split(way), processes.listening(tcp), home, environment))
    first_ok(tcp, process, os.path.join(home, "log"))
    return process


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5, help="of each way")
    parser.add_argument("--wait", type=float, default=60, help="seconds until the memory is read")
    parser.add_argument("--seconds", type=float, default=60, help="whose CPU time is measured")
    parser.add_argument("--threads", action="store_true", help="print which threads took it")
    parser.add_argument("--way", action="append", required=True, help="<name>=<command>; may be given several times")
    options = parser.parse_args()
    ways = dict(way.split("=", 1) for way in options.way)
    measured = collections.defaultdict(list)
    for _ in range(options.starts):
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            running = {name: begin(command, folder, stack) for name, command in ways.items()}
            time.sleep(options.wait)
            before = {name: (memory(process.pid), threads(process.pid)) for name, process in running.items()}
            time.sleep(options.seconds)
            for name, process in running.items():
                resident, old = before[name]
                used = {thread: now - old.get(thread, 0) for thread, now in threads(process.pid).items()}
                measured[name].append([*resident, sum(used.values()) / options.seconds * 100])
                if options.threads:
                    for (_, thread), seconds in sorted(used.items(), key=lambda each: -each[1])[:8]:
                        print(f"{name}: {thread} {seconds / options.seconds * 100:.2f} %", flush=True)
    print("\n| started as | resident MB | of it files | anonymous | % of a core |\n| --- | --- | --- | --- | --- |")
    for name, rows in measured.items():
        all_, files, anonymous, cpu = (statistics.median(column) for column in zip(*rows))
        print(f"| {name} | {all_:.0f} | {files:.0f} | {anonymous:.0f} | {cpu:.2f} |", flush=True)


if __name__ == "__main__":
    main()
