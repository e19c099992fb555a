#!/usr/bin/env python3
"""Measures Eardrum beside other servers that take metrics, on this machine, in one run, and prints ratios.

    ./mvnw package -DskipTests
    python3 src/bench/compare.py [--seconds 8] [--rounds 3] [--java /path/to/java]

Others are measured where they are installed (Debian: redis-server and redis-tools, victoria-metrics); nothing is
installed here. Everything listens on the loopback address, on ports of its own, in a temporary folder, and is ended by
its process id. The figures are medians of the rounds.
"""
import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADS = [("50 x 1", 50, 1), ("8 x 16", 8, 16), ("4 x 500", 4, 500)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def server(command, ready, folder, environment=None):
    log = open(os.path.join(folder, "log"), "w")
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                ready()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{command[0]} did not start: {open(log.name).read()[-2000:]}")
                time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def cpu_seconds(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def http(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
        return reply.read().decode()


def eardrum(fsync, options):
    """Points acknowledged a second, by load."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        tcp, web = free_port(), free_port()
        environment = {"EARDRUM_TCP_PORT": str(tcp), "SERVER_PORT": str(web), "EARDRUM_STORAGE_FSYNC": fsync,
                       "EARDRUM_STORAGE_PATH": os.path.join(folder, "data")}
        command = [options.java, "-Xmx2g", "-jar", os.path.join(ROOT, "target", "eardrum.jar")]
        start = [1_200_000_000]

        def load(mode, *extra):
            out = subprocess.run([options.java, "-Xmx512m", "-cp", os.path.join(ROOT, "target", "classes"),
                                  "io.eardrum.cli.load.LoadGenerator", mode, "127.0.0.1", str(tcp), *extra],
                                 capture_output=True, text=True, timeout=300)
            if out.returncode != 0:
                sys.exit(f"{mode} {extra}: {out.stderr}")
            return out.stdout

        def puts(mode, *extra):
            # A later start each time: the points are to be new ones.
            start[0] += 100_000_000
            out = load(mode, *extra, "--start", str(start[0]), "--seconds", str(options.seconds), "--warmup", "3")
            return float(re.search(r"(\d+) points/s", out).group(1)), out.strip()

        with server(command, lambda: http(web, "/actuator/health"), folder, environment) as process:
            for name, connections, depth in LOADS:
                results[name], line = puts("window", "--connections", str(connections), "--depth", str(depth))
                print("   ", line, flush=True)
            before = cpu_seconds(process)
            results["streaming"], line = puts("stream", "--connections", "4", "--depth", "500")
            print("   ", line, flush=True)
            total = int(re.search(r"(\d+) with warm-up", line).group(1))
            results["CPU s a million points, streaming"] = (cpu_seconds(process) - before) / (total / 1e6)
            if fsync == "everysec":
                line = load("get-all").strip()
                print("   ", line, flush=True)
                results["get *, rows/s"] = float(re.search(r"(\d+) rows/s", line).group(1))
    return results


def victoria(options):
    """Points a second that it takes on its Graphite port, where it acknowledges nothing."""
    with tempfile.TemporaryDirectory() as folder:
        graphite, web = free_port(), free_port()
        command = ["victoria-metrics", f"-graphiteListenAddr=127.0.0.1:{graphite}",
                   f"-httpListenAddr=127.0.0.1:{web}", f"-storageDataPath={folder}/data", "-retentionPeriod=100y"]

        def inserted():
            match = re.search(r'vm_rows_inserted_total\{type="graphite"[^}]*\} (\S+)', http(web, "/metrics"))
            return float(match.group(1)) if match else 0

        def send(number, points, lap):
            lines = "".join(f"palm.host{(i * 4 + number) % 1000:03d}.cpu.user {i % 1000 / 10} "
                            f"{1_200_000_000 + lap * 10_000_000 + i // 250 * 10}\n" for i in range(points)).encode()
            return lines

        with server(command, lambda: http(web, "/health"), folder) as process:
            rates = []
            costs = []
            points = options.seconds * 600_000
            for lap in range(2):
                blocks = [send(number, points, lap) for number in range(4)]
                before, used, began = inserted(), cpu_seconds(process), time.monotonic()

                def stream(block):
                    with socket.create_connection(("127.0.0.1", graphite)) as s:
                        s.sendall(block)
                threads = [threading.Thread(target=stream, args=(block,)) for block in blocks]
                for thread in threads:
                    thread.start()
                while inserted() - before < 4 * points and time.monotonic() - began < 120:
                    time.sleep(0.05)
                took = time.monotonic() - began
                for thread in threads:
                    thread.join()
                rates.append(4 * points / took)
                costs.append((cpu_seconds(process) - used) / (4 * points / 1e6))
            print(f"    victoria-metrics: {rates[-1]:.0f} points/s, not acknowledged", flush=True)
            began = time.monotonic()
            rows = 0
            url = (f"http://127.0.0.1:{web}/api/v1/export/csv?format=__name__,__value__,__timestamp__:unix_s"
                   "&match[]={__name__!=%22%22}&start=1200000000")
            with urllib.request.urlopen(url, timeout=120) as reply:
                while block := reply.read(1 << 20):
                    rows += block.count(b"\n")
            export = rows / (time.monotonic() - began)
            print(f"    victoria-metrics: {rows} rows exported as CSV, {export:.0f} rows/s", flush=True)
    return {"streaming": rates[-1], "CPU s a million points, streaming": costs[-1], "get *, rows/s": export}


def redis(fsync):
    """SET commands a second, with the append-only file."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--appendonly", "yes", "--appendfsync",
                   fsync, "--save", "", "--dir", folder]

        def ready():
            socket.create_connection(("127.0.0.1", port)).close()
        with server(command, ready, folder):
            for name, connections, depth in LOADS:
                count = {1: 300_000, 16: 1_500_000, 500: 3_000_000}[depth]
                out = subprocess.run(["redis-benchmark", "-p", str(port), "-t", "set", "-c", str(connections), "-P",
                                      str(depth), "-n", str(count), "-r", "1000", "-q"], capture_output=True, text=True,
                                     timeout=300).stdout.replace("\r", "\n").strip().splitlines()[-1]
                results[name] = float(re.search(r"([\d.]+) requests per second", out).group(1))
                print(f"    {name}: {out}", flush=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--java", default="java")
    options = parser.parse_args()
    runs = {}

    def measure(name, work):
        print(f"  {name}", flush=True)
        for load, figure in work().items():
            runs.setdefault((name, load), []).append(figure)

    for number in range(options.rounds):
        print(f"round {number + 1}", flush=True)
        for fsync in ("everysec", "always"):
            measure(f"Eardrum {fsync}", lambda: eardrum(fsync, options))
            if shutil.which("redis-server"):
                measure(f"Redis AOF {fsync}", lambda: redis(fsync))
        if shutil.which("victoria-metrics"):
            measure("VictoriaMetrics", lambda: victoria(options))
    medians = {key: statistics.median(figures) for key, figures in runs.items()}
    print("\n| load | " + " | ".join(dict.fromkeys(name for name, _ in medians)) + " |")
    names = list(dict.fromkeys(name for name, _ in medians))
    print("| --- |" + " --- |" * len(names))
    for load in dict.fromkeys(load for _, load in medians):
        cells = [medians.get((name, load)) for name in names]
        print(f"| {load} | " + " | ".join("" if c is None else f"{c:,.2f}" if c < 100 else f"{c:,.0f}" for c in cells)
              + " |")
    print()
    for fsync in ("everysec", "always"):
        for load in dict.fromkeys(load for _, load in medians):
            for peer in (f"Redis AOF {fsync}", "VictoriaMetrics"):
                ours, theirs = medians.get((f"Eardrum {fsync}", load)), medians.get((peer, load))
                if ours and theirs:
                    print(f"Eardrum {fsync}, {load}: {ours / theirs:.2f} x {peer}")


main()
