#!/usr/bin/env python3
"""Measures the time from the start of the process to the first `ok`, and prints medians.

    ./mvnw package -DskipTests
    python3 src/bench/startup.py [--starts 5] [--java /path/to/java]... [--points 10000000]

For each JVM: the jar as it is built; the jar extracted into a folder, as in the image; and the same with the archive
that the JVM supports: from JDK 25 on, a cache of classes and profiles (JEP 483, 514 and 515), and before that, class
data sharing. Each is started with an empty store, in turns, so that a busy machine is busy for all. Then the fastest of
a JVM is started with a store whose points are in the log, as kill -9 leaves them. CPU seconds are those of the process
until it ends, which is at once; they vary less than the time. Nothing is left behind.
"""
import argparse
import dataclasses
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import processes

TRAIN = os.path.join(processes.ROOT, "src", "main", "docker", "train.sh")
IMAGE_OPTIONS = ["-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError"]
# Room for all points in memory, so that none of them gets into chunks before the server is killed.
LOG_OPTIONS = {"STORAGE_MEMORY": "3GB", "STORAGE_CHECKPOINT_INTERVAL": "1d"}


@dataclasses.dataclass
class Variant:
    name: str
    command: list
    seconds: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=list)


def first_ok(port, process, log):
    """Waits for the answer to a put; tries every 5 ms whether the port takes connections."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                client.sendall(b"put bench.startup 1 1\n")
                answer = client.recv(64)
        except ConnectionRefusedError:
            time.sleep(0.005)
            continue
        if answer == b"ok\n\n":
            return
        sys.exit(f"the first answer is {answer}")
    sys.exit(f"no answer: {processes.tail(log)}")


def start(command, folder, data, **settings):
    """Starts a server until its first `ok`, and kills it. Returns seconds, CPU seconds, and what it logged."""
    tcp, log = processes.free_port(), os.path.join(folder, "log")
    environment = processes.eardrum_environment(tcp, processes.free_port(), data, "always", **settings)
    used = children_cpu()
    with open(log, "w") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   env=processes.without_settings(environment))
    try:
        first_ok(tcp, process, log)
        took = time.monotonic() - began
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return took, children_cpu() - used, processes.tail(log, 100_000)


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def variants(java, folder):
    """The ways to start with one JVM. Creates what they need in a folder."""
    version = processes.java_version(java)
    base = os.path.join(folder, f"jdk{version}")
    subprocess.run([java, "-Djarmode=tools", "-jar", processes.JAR, "extract", "--destination", base], check=True,
                   stdout=subprocess.DEVNULL)
    extracted = [java, *IMAGE_OPTIONS, *(["--enable-native-access=ALL-UNNAMED"] if version > 21 else [])]
    jar = ["-jar", os.path.join(base, "eardrum.jar")]
    archive = os.path.join(base, "archive")
    if version >= 25:
        name, making, using = "AOT cache", f"-XX:AOTCacheOutput={archive}", f"-XX:AOTCache={archive}"
    else:
        name, making, using = "class data sharing", f"-XX:ArchiveClassesAtExit={archive}", f"-XX:SharedArchiveFile={archive}"
    subprocess.run(["bash", TRAIN, *extracted, making, *jar], check=True, timeout=300, stdout=subprocess.DEVNULL)
    if not os.path.exists(archive):
        sys.exit(f"JDK {version} made no archive")
    print(f"JDK {version}: an archive of {os.path.getsize(archive) / 1e6:.0f} MB", flush=True)
    return [Variant(f"JDK {version}, jar", [java, "-jar", processes.JAR]),
            Variant(f"JDK {version}, extracted", [*extracted, *jar]),
            Variant(f"JDK {version}, extracted, {name}", [*extracted, using, *jar])]


def measure(ways, options, folder):
    for number in range(options.starts + 1):
        for way in ways:
            data = tempfile.mkdtemp(dir=folder)
            seconds, cpu, _ = start(way.command, folder, data)
            shutil.rmtree(data)
            # The first start of each is not measured; it brings the files into the page cache.
            if number > 0:
                way.seconds.append(seconds)
                way.cpu.append(cpu)
    print("\n| started from | first ok after, s | fastest | CPU s |\n| --- | --- | --- | --- |")
    for way in ways:
        print(f"| {way.name} | {statistics.median(way.seconds):.2f} | {min(way.seconds):.2f} "
              f"| {statistics.median(way.cpu):.2f} |", flush=True)


def fill(port, points):
    """Puts points of 1000 series over one connection, and returns when all are acknowledged."""
    replies = [0]

    def read(client):
        while replies[0] < points * 4:
            received = client.recv(1 << 16)
            if not received or received.replace(b"ok\n\n", b"").strip(b"ok\n"):
                sys.exit(f"instead of ok: {received[:100]}")
            replies[0] += len(received)

    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        reader = threading.Thread(target=read, args=(client,))
        reader.start()
        for block in range(0, points, 100_000):
            client.sendall("".join(f"put palm.host{i % 1000:03d}.cpu.user {i * 7 % 1000 / 10} {1_200_000_000 + i // 1000 * 10}\n"
                                   for i in range(block, min(block + 100_000, points))).encode())
        reader.join()


def fill_and_kill(way, points, folder, data):
    tcp = processes.free_port()
    environment = processes.eardrum_environment(tcp, processes.free_port(), data, "never", **LOG_OPTIONS)
    command = [way.command[0], "-Xmx4g", *way.command[1:]]
    with processes.server(command, processes.listening(tcp), folder, environment) as process:
        fill(tcp, points)
        process.kill()
        process.wait()


def measure_recovery(way, options, folder):
    empty = statistics.median(way.seconds)
    filled = os.path.join(folder, "filled")
    fill_and_kill(way, options.points, folder, filled)
    command = [way.command[0], "-Xmx4g", *way.command[1:]]
    seconds = []
    millis = []
    for _ in range(options.starts):
        data = tempfile.mkdtemp(dir=folder)
        shutil.copytree(filled, data, dirs_exist_ok=True)
        took, _, log = start(command, folder, data, **LOG_OPTIONS)
        read = re.search(r"read (\d+) points from the log, all in (\d+) ms", log)
        if not read or int(read.group(1)) != options.points:
            sys.exit(f"not {options.points} points in the log: {log}")
        seconds.append(took)
        millis.append(int(read.group(2)))
        shutil.rmtree(data)
    shutil.rmtree(filled)
    took = statistics.median(seconds)
    print(f"\n{way.name}, {options.points / 1e6:g} million points in the log: first ok after {took:.2f} s, {took - empty:.2f} s "
          f"more than empty; reading the log {options.points / statistics.median(millis) / 1e3:.1f} M points/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5, help="of each kind")
    parser.add_argument("--java", action="append", help="a JVM to measure; may be given several times")
    parser.add_argument("--points", type=int, default=10_000_000, help="in the log; 0 leaves this out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ways = [variants(java, folder) for java in options.java or ["java"]]
        measure([way for each in ways for way in each], options, folder)
        for each in ways if options.points else []:
            measure_recovery(min(each, key=lambda way: statistics.median(way.seconds)), options, folder)


if __name__ == "__main__":
    main()
