#!/usr/bin/env python3
"""Has a real collectd send to Graphite's port of a running server, over TCP and then over UDP, and checks what can be
read: every series, with the values that collectd has written to its own files.

usage: collectd.py TCP_PORT HTTP_PORT GRAPHITE_PORT
"""
import csv
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

tcp_port, http_port, graphite_port = (int(argument) for argument in sys.argv[1:4])

CONFIGURATION = """
Hostname "{host}"
FQDNLookup false
Interval 1
BaseDir "{folder}"
PIDFile "{folder}/pid"
TypesDB "/usr/share/collectd/types.db"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{folder}/log"
</Plugin>
LoadPlugin cpu
LoadPlugin load
LoadPlugin interface
LoadPlugin memory
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}/csv"
</Plugin>
LoadPlugin write_graphite
<Plugin write_graphite>
  <Node "eardrum">
    Host "127.0.0.1"
    Port "{port}"
    Protocol "{protocol}"
    LogSendErrors true
    StoreRates false
    Prefix "collectd."
  </Node>
</Plugin>
"""


def fail(message):
    sys.exit(f"collectd.py: {message}")


def rows():
    """All points, as {key: {timestamp: value}}."""
    with socket.create_connection(("127.0.0.1", tcp_port), timeout=10) as connection:
        connection.sendall(b"get *\n")
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("r", encoding="utf-8").read()
    if not reply.startswith("ok\n"):
        fail(f"get * was answered {reply[:100]!r}")
    series = {}
    for line in reply.splitlines()[1:]:
        if line:
            key, value, timestamp = line.split(" ")
            series.setdefault(key, {})[int(timestamp)] = float(value)
    return series


def meters():
    """The samples whose names begin with eardrum_graphite."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/actuator/prometheus", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in
            (line.rsplit(" ", 1) for line in lines if line.startswith("eardrum_graphite"))}


def written(folder):
    """What collectd has written to its own files: (data source, timestamp, value), a list for each file."""
    for path in glob.glob(f"{folder}/csv/*/*/*"):
        with open(path, newline="") as file:
            table = list(csv.reader(file))
        yield path, [(name, int(float(row[0])), float(row[column])) for row in table[1:]
                     for column, name in enumerate(table[0]) if column > 0 and row[column] not in ("nan", "-nan")]


def run(protocol):
    host = f"ci-{protocol}"
    before = meters()
    folder = tempfile.mkdtemp(prefix="collectd.")
    with open(f"{folder}/conf", "w") as file:
        file.write(CONFIGURATION.format(host=host, folder=folder, port=graphite_port, protocol=protocol))
    process = subprocess.Popen([collectd, "-f", "-C", f"{folder}/conf"], stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while max((len(points) for key, points in rows().items() if host in key), default=0) < 4:
            if process.poll() is not None or time.monotonic() > deadline:
                fail(f"nothing comes over {protocol}: {open(f'{folder}/log').read()}")
            time.sleep(0.5)
        process.send_signal(signal.SIGTERM)  # it sends the rest before it ends
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
    time.sleep(1)
    check(protocol, host, folder, before)
    shutil.rmtree(folder)


def check(protocol, host, folder, before):
    series = {key: points for key, points in rows().items() if key.startswith(f"collectd.{host}.")}
    sent = 0
    for path, points in written(folder):
        plugin, kind = path.split(os.sep)[-2:]
        kind = kind[:-len("-2026-01-01")]
        for source, timestamp, value in points:
            keys = [f"collectd.{host}.{plugin}.{kind}", f"collectd.{host}.{plugin}.{kind}.{source}"]
            stored = next((series[key] for key in keys if key in series), None)
            if stored is None:
                fail(f"{protocol}: there is no series {' nor '.join(keys)}; there are {sorted(series)[:20]}")
            # Rounding of a fraction of a second differs between collectd's two plug-ins.
            near = [stored[second] for second in (timestamp, timestamp - 1, timestamp + 1) if second in stored]
            if not any(abs(value - other) <= 1e-5 * max(1, abs(value)) for other in near):
                fail(f"{protocol}: {keys[0]} should be {value} at {timestamp}, and is {stored}")
            sent += 1
    after = meters()

    def grown(name):
        return after[name] - before[name]

    stored = sum(len(points) for points in series.values())
    errors = {name: value for name, value in after.items() if "_errors_" in name and value > before[name]}
    if errors:
        fail(f"{protocol}: {errors}")
    if stored < sent or grown("eardrum_graphite_points_total") != stored:
        fail(f"{protocol}: {sent} points were sent, {stored} are stored, {grown('eardrum_graphite_points_total')} counted")
    if grown(f'eardrum_graphite_bytes_total{{transport="{protocol}"}}') <= 0:
        fail(f"{protocol}: no bytes are counted")
    if (grown("eardrum_graphite_datagrams_total") > 0) != (protocol == "udp"):
        fail(f"{protocol}: {grown('eardrum_graphite_datagrams_total')} datagrams are counted")
    query = urllib.parse.urlencode({"target": f"collectd.{host}.load.load.*term", "from": "-1min", "format": "json"})
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/render?{query}", timeout=10) as answer:
        rendered = json.load(answer)
    names = sorted(target["target"] for target in rendered)
    if names != [f"collectd.{host}.load.load.{term}term" for term in ("long", "mid", "short")]:
        fail(f"{protocol}: /render has {names}")
    if not all(any(value is not None for value, _ in target["datapoints"]) for target in rendered):
        fail(f"{protocol}: /render has no values: {rendered}")
    print(f"collectd over {protocol}: {len(series)} series, {stored} points, {sent} compared with its own files")


collectd = shutil.which("collectd") or "/usr/sbin/collectd"
print(next(line for line in subprocess.run([collectd, "-h"], capture_output=True, text=True).stdout.splitlines()
           if line.startswith("collectd ")))
for transport in ("tcp", "udp"):
    run(transport)
