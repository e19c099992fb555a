#!/usr/bin/env python3
"""Runs a real Prometheus, with the files of the compose profile, on a server under load, and looks what it makes of them.

    check.py <directory of prometheus and promtool> <Eardrum's TCP port> <Eardrum's HTTP port>

The server should make a checkpoint every second. promtool checks the files and runs the tests of the alerts; then each target
has to be up, each rule has to evaluate, and each query of the dashboards has to give data. Prometheus runs in a scratch folder
on a free port of the loopback interface until this ends, after two minutes at most. Exits with 1 at the first fault.
"""

import contextlib
import glob
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "src", "build"))
from ports import free_port  # noqa: E402

FILES = os.path.join(ROOT, "src", "main", "docker", "monitoring")
VARIABLES = {"$__rate_interval": "20s", "$__range": "1m", "$instance": ".*"}
LIMIT = 120  # seconds

tools, tcp_port, http_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
prometheus = os.path.join(tools, "prometheus")
promtool = os.path.join(tools, "promtool")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    print("$", os.path.basename(command[0]), *(os.path.relpath(word, ROOT) if "/" in word else word for word in command[1:]))
    print(re.sub(r"(?m)^", "  ", done.stdout.strip()))
    if done.returncode != 0:
        sys.exit("check.py: failed")


def ask(port, path, **parameters):
    url = f"http://127.0.0.1:{port}{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]
    except urllib.error.HTTPError as error:
        sys.exit(f"check.py: {parameters}: {error.read().decode()}")


def until(what, check, deadline):
    """Returns what `check` returns once that is something; ends this after the deadline, with what it raised last."""
    last = None
    while time.monotonic() < deadline:
        try:
            found = check()
            if found:
                return found
        except OSError as error:
            last = error
        time.sleep(0.2)
    sys.exit(f"check.py: {what}: not in time ({last})")


def put_cron_jobs():
    with socket.create_connection(("127.0.0.1", tcp_port), timeout=10) as connection:
        stream = connection.makefile("rw", newline="\n")
        for key in ("cron.backup.bytes", "cron.load"):
            stream.write(f"put {key} 23.7 {int(time.time())}\n")
            stream.flush()
            assert stream.readline() == "ok\n", "a put was refused"
            stream.readline()


def back_up():
    request = urllib.request.Request(f"http://127.0.0.1:{http_port}/actuator/backup", data=b'{"name": "check"}',
                                     headers={"Content-Type": "application/json"}, method="POST")
    urllib.request.urlopen(request, timeout=30).close()


def wrong_command_and_reset():
    with socket.create_connection(("127.0.0.1", tcp_port), timeout=10) as connection:
        connection.sendall(b"get cron.load\nput a b c\n" * 5)
        connection.recv(1024)
        # what a client does that vanishes
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # a handshake that fails, for the port has no TLS
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tcp_port), timeout=10) as connection:
        ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")


def load(stop):
    """Batches of puts one after the other: enough to see in each meter, and no measurement."""
    with socket.create_connection(("127.0.0.1", tcp_port), timeout=10) as connection:
        stream = connection.makefile("r", newline="\n")
        timestamp = int(time.time())
        while not stop.is_set():
            timestamp += 1
            connection.sendall("".join(f"put load.{i} {i} {timestamp}\n" for i in range(100)).encode())
            for _ in range(200):
                stream.readline()
            stop.wait(0.02)


def queries():
    """Title, expression and data source of each query in the dashboards."""
    for file in sorted(glob.glob(os.path.join(FILES, "grafana", "dashboards", "*.json"))):
        with open(file) as text:
            dashboard = json.load(text)
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                if "expr" in target:
                    yield f"{os.path.basename(file)}: {panel['title']} {target['refId']}", target["expr"]


def configuration(folder):
    """The files as they are, but with this server as the target and without patience."""
    shutil.copy(os.path.join(FILES, "prometheus", "alerts.yml"), folder)
    with open(os.path.join(FILES, "prometheus", "prometheus.yml")) as file:
        text = file.read()
    text, targets = re.subn(r"'eardrum:8080'", f"'127.0.0.1:{http_port}'", text)
    text, intervals = re.subn(r"(?m)^( *\w+_(?:interval|timeout)): .*$", r"\1: 1s", text)
    if (targets, intervals) != (2, 4):
        sys.exit(f"check.py: {targets} targets and {intervals} intervals in prometheus.yml, where 2 and 4 are expected")
    path = os.path.join(folder, "prometheus.yml")
    with open(path, "w") as file:
        file.write(text)
    return path


def check(port, deadline):
    base = "/api/v1/"
    until("Prometheus is ready", lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=10).close() or True,
          deadline)
    targets = until("targets are up",
                    lambda: (lambda t: t if len(t) == 2 and all(x["health"] == "up" for x in t) else None)(
                        ask(port, base + "targets")["activeTargets"]), deadline)
    print("up:", ", ".join(f"{t['labels']['job']} {t['scrapeUrl'].split('?')[0]}" for t in targets))
    print("labels as scraped:", ask(port, base + "query", query="eardrum_last_value")["result"][0]["metric"])

    def rules():
        all_rules = [rule for group in ask(port, base + "rules")["groups"] for rule in group["rules"]]
        return all_rules if all_rules and all(rule["health"] != "unknown" for rule in all_rules) else None

    evaluated = until("rules are evaluated", rules, deadline)
    broken = [f"{rule['name']}: {rule.get('lastError')}" for rule in evaluated if rule["health"] != "ok"]
    if broken:
        sys.exit("check.py: " + "; ".join(broken))
    print(f"{len(evaluated)} alerts evaluate; not inactive:", [r["name"] for r in evaluated if r["state"] != "inactive"])

    empty = dict(queries())
    all_queries = len(empty)
    while empty and time.monotonic() < deadline:
        wrong_command_and_reset()
        for title, expression in list(empty.items()):
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            if expression.startswith("ALERTS"):
                # Whether there is an alert is none of our business, and that this can be asked is.
                ask(port, base + "query", query=expression)
                del empty[title]
                continue
            values = [s["value"][1] for s in ask(port, base + "query", query=expression)["result"]]
            if values and any(v not in ("NaN", "+Inf") for v in values):
                del empty[title]
        time.sleep(1)
    if empty:
        sys.exit("check.py: without data: " + "; ".join(f"{t}: {e}" for t, e in empty.items()))
    print(f"{all_queries} queries of the dashboards give data")


def main():
    run(promtool, "check", "config", os.path.join(FILES, "prometheus", "prometheus.yml"))
    run(promtool, "test", "rules", os.path.join(ROOT, "src", "test", "monitoring", "alerts-test.yml"))
    put_cron_jobs()
    back_up()
    deadline = time.monotonic() + LIMIT
    port = free_port()
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        config = configuration(folder)
        with open(os.path.join(folder, "log"), "w+") as log:
            process = subprocess.Popen(
                [prometheus, "--config.file=" + config, "--storage.tsdb.path=" + os.path.join(folder, "data"),
                 f"--web.listen-address=127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            putting = threading.Thread(target=load, args=(stop,), daemon=True)
            putting.start()
            try:
                check(port, deadline)
            except SystemExit:
                log.seek(0)
                print(log.read()[-2000:])
                raise
            finally:
                stop.set()
                process.terminate()
                process.wait(20)


main()
