"""The servers that compare.py measures. Each `measure_...` returns its figures by the name of the load."""
import glob
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import processes

STREAM = "streaming"
READ = "reading all, rows/s"
LOADS = [STREAM, READ]
STREAMS = 4


def cpu(load):
    return f"{load}, server CPU s a million points"


def note(text):
    print(f"    {text}", flush=True)


class Meter:
    """Seconds and CPU seconds of a server while a block runs."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        self.began, self.cpu = time.monotonic(), processes.cpu_seconds(self.process)
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.began
        self.cpu = processes.cpu_seconds(self.process) - self.cpu


def measure_eardrum(fsync, loads, options):
    """Points acknowledged a second."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        tcp, web = processes.free_port(), processes.free_port()
        environment = processes.eardrum_environment(tcp, web, os.path.join(folder, "data"), fsync)
        command = [options.java, f"-Xmx{options.heap}", "-jar", processes.JAR]
        with processes.server(command, lambda: processes.http(web, "/actuator/health"), folder, environment) as process:
            with Meter(process) as meter:
                line = processes.load(options.java, tcp, "stream", "--connections", STREAMS, "--depth", 500,
                                      "--seconds", options.seconds, "--warmup", options.warmup)
            note(line)
            figures[STREAM] = float(re.search(r"(\d+) points/s", line).group(1))
            figures[cpu(STREAM)] = meter.cpu / (int(re.search(r"(\d+) with warm-up", line).group(1)) / 1e6)
            if READ in loads:
                line = processes.load(options.java, tcp, "get-all")
                note(line)
                figures[READ] = float(re.search(r"(\d+) rows/s", line).group(1))
    return figures


def graphite_lines(connection, points, start):
    return "".join(f"palm.host{(i * STREAMS + connection) % 1000:03d}.cpu.user {i % 1000 / 10} {start + i // 250 * 10}\n"
                   for i in range(points)).encode()


def stream(port, blocks):
    """Sends a block over each of some connections at once, and waits until the server has read and closed them all."""
    failures = []

    def send(block):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
                connection.sendall(block)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)
        except OSError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=send, args=(block,)) for block in blocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit(f"sending to port {port}: {failures[0]}")


def measure_victoria(_, loads, options):
    """Points a second that it counts as inserted from its Graphite port, where it acknowledges nothing."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        graphite, web = processes.free_port(), processes.free_port()
        command = ["victoria-metrics", f"-graphiteListenAddr=127.0.0.1:{graphite}",
                   f"-httpListenAddr=127.0.0.1:{web}", f"-storageDataPath={folder}/data", "-retentionPeriod=100y"]

        def inserted():
            match = re.search(r'vm_rows_inserted_total\{type="graphite"[^}]*\} (\S+)', processes.http(web, "/metrics"))
            return float(match.group(1)) if match else 0

        with processes.server(command, lambda: processes.http(web, "/health"), folder) as process:
            points = options.seconds * 600_000
            # The first lap warms up.
            for lap in range(2):
                blocks = [graphite_lines(number, points, 1_200_000_000 + lap * 10_000_000) for number in range(STREAMS)]
                before = inserted()
                with Meter(process) as meter:
                    stream(graphite, blocks)
                    deadline = time.monotonic() + 120
                    while inserted() - before < STREAMS * points:
                        if time.monotonic() > deadline:
                            sys.exit(f"VictoriaMetrics has inserted {inserted() - before} of {STREAMS * points} points")
                        time.sleep(0.02)
            figures[STREAM] = STREAMS * points / meter.seconds
            figures[cpu(STREAM)] = meter.cpu / (STREAMS * points / 1e6)
            note(f"{figures[STREAM]:.0f} points/s, not acknowledged")
            if READ in loads:
                figures[READ] = export_csv(web)
    return figures


def export_csv(web):
    began, rows = time.monotonic(), 0
    url = (f"http://127.0.0.1:{web}/api/v1/export/csv?format=__name__,__value__,__timestamp__:unix_s"
           "&match[]={__name__!=%22%22}&start=1200000000")
    with urllib.request.urlopen(url, timeout=120) as reply:
        while block := reply.read(1 << 20):
            rows += block.count(b"\n")
    rate = rows / (time.monotonic() - began)
    note(f"{rows} rows exported as CSV, {rate:.0f} rows/s")
    return rate


CARBON_CONF = """[cache]
STORAGE_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
USER =
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query}
MAX_CACHE_SIZE = inf
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
CARBON_METRIC_INTERVAL = 1
"""

CARBON_SCHEMAS = """[carbon]
pattern = ^carbon\\.
retentions = 1s:1h
[all]
pattern = .*
retentions = 10s:1d
"""


def measure_carbon(_, __, options):
    """Points a second that it takes into its cache from its line port, where it acknowledges nothing. It handles
    everything that it has read before it closes a connection. Its own count, a second later, shows that it took all of
    them."""
    points = options.seconds * 25_000
    with tempfile.TemporaryDirectory() as folder:
        port, query = processes.free_port(), processes.free_port()
        for name, content in (("carbon.conf", CARBON_CONF), ("storage-schemas.conf", CARBON_SCHEMAS)):
            with open(os.path.join(folder, name), "w") as file:
                file.write(content.format(folder=folder, port=port, pickle=processes.free_port(), query=query))
        command = ["carbon-cache", f"--config={folder}/carbon.conf", "--nodaemon", f"--logdir={folder}", "start"]
        with processes.server(command, processes.listening(port), folder, {"GRAPHITE_ROOT": folder}) as process:
            now = int(time.time())
            blocks = [graphite_lines(number, points, now // 10 * 10 - points // 250 * 10) for number in range(STREAMS)]
            with Meter(process) as meter:
                stream(port, blocks)
            await_received(folder, now, STREAMS * points)
    figures = {STREAM: STREAMS * points / meter.seconds, cpu(STREAM): meter.cpu / (STREAMS * points / 1e6)}
    note(f"{figures[STREAM]:.0f} points/s, not acknowledged")
    return figures


def await_received(folder, since, points):
    """Waits until carbon's own series says that it has received that many points."""
    deadline, received = time.monotonic() + 60, 0
    while time.monotonic() < deadline:
        for path in glob.glob(f"{folder}/whisper/carbon/agents/*/metricsReceived.wsp"):
            run = subprocess.run(["whisper-fetch", "--from", str(since - 1), path], capture_output=True, text=True)
            values = [line.split()[1] for line in run.stdout.splitlines() if len(line.split()) == 2]
            received = sum(float(value) for value in values if value != "None")
        if received >= points:
            return
        time.sleep(0.5)
    sys.exit(f"carbon has received {received:.0f} of {points} points")


class Peer:
    """A server to measure, with its name on the command line."""

    def __init__(self, key, name, measure, fsync=None, program=None, loads=tuple(LOADS)):
        self.key, self.name, self.fsync, self.loads = key, name, fsync, loads
        self.program = program
        self.work = measure

    def is_installed(self):
        return self.program is None or shutil.which(self.program) is not None

    def measure(self, loads, options):
        wanted = [load for load in self.loads if load in loads]
        return self.work(self.fsync, wanted, options) if wanted else {}


PEERS = [
    Peer("eardrum", "Eardrum everysec", measure_eardrum, "everysec"),
    Peer("eardrum-always", "Eardrum always", measure_eardrum, "always"),
    Peer("victoria", "VictoriaMetrics", measure_victoria, program="victoria-metrics", loads=(STREAM, READ)),
    Peer("carbon", "carbon", measure_carbon, program="carbon-cache", loads=(STREAM,)),
]
