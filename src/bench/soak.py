#!/usr/bin/env python3
"""Runs a server for a long time with little memory, and fails if it slows down or grows.

    ./mvnw package -DskipTests
    python3 src/bench/soak.py [--minutes 30] [--interval 30] [--heap 256m] [--storage 96MB] [--java /path/to/java]

All loads run at once for the given time: puts without waiting, to new timestamps and over old ones in turn; clients that put
and get the same point and check it; all points in one reply; clients that come and go; clients that are silent; clients that
request all points and hardly read them; nonsense. After each interval it prints how much was done, and the memory of the
process. It fails (status 1) if
  * a client got a wrong reply, or the process has ended,
  * the median of puts a second in the last third of the intervals is less than --least-rate of that in the first third
    (the very first interval, in which the JVM warms up, does not count),
  * resident memory, or the heap that is alive, in the last third is more than --most-growth above that of the middle third, in medians,
  * resident memory is ever more than --most-memory.
"""
import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import processes

SERIES = 500
IDLE = 200
SLOW_READERS = 4
FIRST_TIMESTAMP = 1_200_000_000
# New timestamps come for this many intervals, and are overwritten from then on, so that the store does not grow without
# end.
NEW_INTERVALS = 3


class Client:
    """A connection that reads whole replies."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb", buffering=1 << 16)

    def ask(self, command):
        self.socket.sendall(command.encode() + b"\n")
        lines = []
        while line := self.file.readline():
            if line == b"\n":
                return lines
            lines.append(line)
        raise OSError("the connection was closed")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Soak:
    """Counts what happens beside the puts."""

    def __init__(self, port):
        self.port = port
        self.ended = threading.Event()
        self.counts = {}
        self.problems = []
        self.lock = threading.Lock()
        self.threads = []

    def start(self, work, *arguments):
        def run():
            while not self.ended.is_set():
                try:
                    work(*arguments)
                except (OSError, AssertionError, ValueError) as problem:
                    if not self.ended.is_set():
                        self.problems.append(f"{work.__name__}: {problem!r}")
                        return
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.threads.append(thread)

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + number

    def take_counts(self):
        with self.lock:
            counts, self.counts = self.counts, {}
        return counts

    def get_what_was_put(self, number):
        """Puts and gets one point over and over."""
        with Client(self.port) as client:
            for value in range(1, 100_000):
                if self.ended.is_set():
                    return
                reply = client.ask(f"put soak.own.{number} {value} 1")
                assert reply == [b"ok\n"], reply
                reply = client.ask(f"get soak.own.{number}")
                assert reply == [b"ok\n", f"soak.own.{number} {value}.0 1\n".encode()], reply
                self.count("gets")
                self.ended.wait(0.002)

    def get_all(self):
        """Reads all points."""
        with Client(self.port) as client:
            client.socket.sendall(b"get *\n")
            rows, tail = 0, b""
            while tail[-2:] != b"\n\n":
                block = client.socket.recv(1 << 20)
                assert block, "the reply was cut"
                rows += block.count(b"\n")
                tail = (tail + block)[-2:]
            self.count("rows", rows - 2)
        self.ended.wait(2)

    def come_and_go(self):
        with Client(self.port) as client:
            assert client.ask(f"put soak.visit {time.time():.3f} 1") == [b"ok\n"]
        self.count("visits")
        self.ended.wait(0.01)

    def be_silent(self):
        clients = [Client(self.port) for _ in range(IDLE)]
        self.ended.wait(30)
        for client in clients:
            assert self.ended.is_set() or client.ask("get soak.nothing") == [b"ok\n"]
            client.close()
        self.count("silent", len(clients))

    def hardly_read(self):
        """Requests all points and reads few of them, until the write timeout resets the connection."""
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(10)
            client.connect(("127.0.0.1", self.port))
            client.sendall(b"get *\n" * 20)
            deadline = time.monotonic() + 20
            try:
                while time.monotonic() < deadline and not self.ended.is_set() and client.recv(512):
                    self.ended.wait(0.25)
            except (ConnectionResetError, TimeoutError):
                self.count("reset")
        self.count("slow")

    def talk_nonsense(self):
        with Client(self.port) as client:
            for line in ("got a", "put a nan 1", "x" * 5000, "put soak.\x01 1 1", "get a b", "put " + "k" * 600 + " 1 1"):
                reply = client.ask(line)
                assert reply == [b"error\n", b"wrong command\n"], reply
                self.count("wrong")
        self.ended.wait(0.05)


def put(options, port, number):
    """Puts for an interval. Returns puts a second."""
    start = FIRST_TIMESTAMP + number % NEW_INTERVALS * 100_000_000
    line = processes.load(options.java, port, "window", "--connections", 4, "--depth", 100, "--series", SERIES,
                          "--start", start, "--warmup", 0, "--seconds", options.interval)
    return float(re.search(r"(\d+) points/s", line).group(1))


def soak(options):
    with tempfile.TemporaryDirectory() as folder:
        tcp, web = processes.free_port(), processes.free_port()
        environment = processes.eardrum_environment(tcp, web, os.path.join(folder, "data"), options.fsync,
                                                    TCP_WRITETIMEOUT="5s", STORAGE_CHECKPOINTINTERVAL="20s",
                                                    STORAGE_MEMORY=options.storage)
        # The whole heap is resident from the start, so that growth of resident memory is not the heap's.
        command = [options.java, f"-Xmx{options.heap}", f"-Xms{options.heap}", "-XX:+AlwaysPreTouch", "-jar", processes.JAR]
        with processes.server(command, lambda: processes.http(web, "/actuator/health"), folder, environment) as process:
            return measure(options, process, tcp, folder)


def measure(options, process, tcp, folder):
    load = Soak(tcp)
    for number in range(2):
        load.start(load.get_what_was_put, number)
    for work in (load.get_all, load.come_and_go, load.be_silent, load.talk_nonsense):
        load.start(work)
    for _ in range(SLOW_READERS):
        load.start(load.hardly_read)
    rates, memory, live = [], [], []
    print("| seconds | puts/s | resident MB | live heap MB | threads | files | beside them |\n" + "| --- " * 7 + "|", flush=True)
    started = time.monotonic()
    while time.monotonic() - started < options.minutes * 60 and not load.problems:
        rates.append(put(options, tcp, len(rates)))
        if process.poll() is not None:
            return [f"the server has ended with {process.returncode}: {processes.tail(os.path.join(folder, 'log'))}"]
        memory.append(processes.resident_bytes(process) / 1e6)
        live.append(live_heap(options, process))
        counts = ", ".join(f"{number:,} {what}" for what, number in sorted(load.take_counts().items()))
        print(f"| {time.monotonic() - started:.0f} | {rates[-1]:,.0f} | {memory[-1]:.0f} | {live[-1]:.0f} "
              f"| {len(os.listdir(f'/proc/{process.pid}/task'))} | {len(os.listdir(f'/proc/{process.pid}/fd'))} | {counts} |",
              flush=True)
    load.ended.set()
    for thread in load.threads:
        thread.join(60)
    return load.problems + judge(options, rates, memory, live)


def live_heap(options, process):
    """Megabytes of heap that are in use after a full collection; 0 if there is no jcmd beside java."""
    jcmd = os.path.join(os.path.dirname(shutil.which(options.java) or ""), "jcmd")
    if not os.path.exists(jcmd):
        return 0
    subprocess.run([jcmd, str(process.pid), "GC.run"], capture_output=True, timeout=60, check=True)
    run = subprocess.run([jcmd, str(process.pid), "GC.heap_info"], capture_output=True, text=True, timeout=60, check=True)
    return int(re.search(r"heap .*?used (\d+)K", run.stdout).group(1)) / 1000


def judge(options, rates, memory, live):
    """What is wrong with the figures."""
    if len(rates) < 7:
        return [f"{len(rates)} intervals are too few to judge"]
    third = (len(rates) - 1) // 3
    first, last = statistics.median(rates[1:1 + third]), statistics.median(rates[-third:])
    before, after = statistics.median(memory[third:-third]), statistics.median(memory[-third:])
    live_before, live_after = statistics.median(live[third:-third]), statistics.median(live[-third:])
    print(f"\n{len(rates)} intervals: {first:,.0f} puts/s at first, {last:,.0f} at last ({last / first:.2f} of it); "
          f"{before:.0f} MB in the middle, {after:.0f} at last, {max(memory):.0f} at most; "
          f"live heap {live_before:.0f} MB in the middle, {live_after:.0f} at last")
    problems = []
    if last < first * options.least_rate:
        problems.append(f"throughput has fallen to {last / first:.2f} of what it was, and {options.least_rate} is the least")
    if after - before > options.most_growth:
        problems.append(f"memory has grown by {after - before:.0f} MB, and {options.most_growth} is the most")
    if live_after - live_before > options.most_growth:
        problems.append(f"the live heap has grown by {live_after - live_before:.0f} MB, and {options.most_growth} is the most")
    if max(memory) > options.most_memory:
        problems.append(f"memory was {max(memory):.0f} MB, and {options.most_memory} is the most")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--interval", type=int, default=30, help="seconds between two lines")
    parser.add_argument("--java", default="java")
    parser.add_argument("--heap", default="256m", help="of the server")
    # Half of it is RocksDB's, outside the heap. RocksDB takes 20 minutes to fill what it has by default.
    parser.add_argument("--storage", default="96MB", help="what points and RocksDB may take")
    parser.add_argument("--fsync", default="always")
    parser.add_argument("--least-rate", type=float, default=0.7)
    parser.add_argument("--most-growth", type=int, default=30, help="MB")
    parser.add_argument("--most-memory", type=int, default=600, help="MB")
    options = parser.parse_args()
    problems = soak(options)
    for problem in problems:
        print(f"FAILED: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
