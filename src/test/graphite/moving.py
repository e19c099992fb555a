"""Follows docs/moving-from-graphite.md: takes the program and the configuration from there, brings whisper files over, and
relays new points to both."""
import configparser
import io
import json
import os
import re
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
DOCUMENT = os.path.join(ROOT, "docs", "moving-from-graphite.md")

SCHEMAS = """
[moved]
pattern = ^moved\\.
retentions = 10s:1h,1m:1d
"""

TARGETS = ["moved.*.*", "sumSeries(moved.*.*)", "groupByNode(moved.*.*,1,'max')", "perSecond(moved.a.count)",
           "summarize(moved.*.cpu,'5min','max')", "aliasByNode(moved.b.*,2)"]


def block(beginning):
    """The text of the block in the document that begins like this."""
    with open(DOCUMENT) as document:
        blocks = re.findall(r"```text\n(.*?)```", document.read(), re.S)
    return next(text for text in blocks if text.startswith(beginning))


def points(now):
    """Two hours of points, of which Graphite keeps the older ones in a coarser archive."""
    return {f"moved.{host}.{what}": [(t, 1 / 3 + number + t % 700 if what == "cpu" else float(t % 86_400 * (number + 1)))
                                     for t in range(now - 7200, now, 10)]
            for number, host in enumerate(("a", "b")) for what in ("cpu", "count")}


def await_points(ask, base, now):
    """Waits until Graphite has written them."""
    deadline = time.time() + 60
    while time.time() < deadline:
        answers = [json.loads(ask(base, "/render", [("target", "moved.*.*"), ("from", begin), ("until", begin + 600),
                                                    ("format", "json")])) for begin in (now - 610, now - 7200)]
        if all(len(answer) == 4 and all(v is not None for one in answer for v, _ in one["datapoints"]) for answer in answers):
            return
        time.sleep(0.2)
    sys.exit("Graphite has not got what is to be moved after 60 s")


def import_whisper(folder, python, tcp_port):
    """Step 3."""
    program = os.path.join(folder, "whisper-lines.py")
    with open(program, "w") as file:
        file.write(block('"""Prints the points'))
    # A file that is damaged does not stop the others.
    broken = os.path.join(folder, "whisper", "moved", "broken.wsp")
    with open(broken, "wb") as file:
        file.write(b"nothing")
    lines = subprocess.run([python, program, os.path.join(folder, "whisper")], capture_output=True, timeout=60, check=True)
    os.remove(broken)
    if broken not in lines.stderr.decode():
        sys.exit(f"the damaged file is not named: {lines.stderr.decode()}")
    subprocess.run([os.path.join(ROOT, "bin", "eardrum"), "import", "-", f"--port={tcp_port}"], input=lines.stdout, timeout=60,
                   check=True, stdout=subprocess.DEVNULL)


def start_relay(folder, python, ports, environment):
    """Step 2. Returns the process; the ports of the document become those of this run."""
    def real(text):
        return re.sub(r"\b2[012]0[34]\b", lambda port: str(ports.get(port.group(), port.group())), text)

    relay = configparser.ConfigParser(interpolation=None)
    relay.optionxform = str
    relay.read_file(io.StringIO(real(block("[cache]"))))
    relay.remove_section("cache")
    relay["relay"].update({"USER": "", "LINE_RECEIVER_INTERFACE": "127.0.0.1", "PICKLE_RECEIVER_INTERFACE": "127.0.0.1",
                           "STORAGE_DIR": folder, "CONF_DIR": folder, "LOG_DIR": f"{folder}/log", "PID_DIR": folder,
                           "ENABLE_LOGROTATION": "False"})
    with open(f"{folder}/carbon.conf", "a") as file:
        relay.write(file)
    with open(f"{folder}/relay-rules.conf", "w") as file:
        file.write(real(block("[default]")))
    log = open(f"{folder}/log/relay", "w")
    return subprocess.Popen([python, "/usr/bin/carbon-relay", f"--config={folder}/carbon.conf", "--instance=1",
                             f"--logdir={folder}/log", f"--pidfile={folder}/relay.pid", "--nodaemon", "start"],
                            stdout=log, stderr=log, env=environment, stdin=subprocess.DEVNULL)


def relay_points(both, port, process, folder):
    """Sends points to the relay, and waits until both have them. Returns the time of the last one."""
    last = int(time.time()) // 10 * 10
    lines = "".join(f"moved.relayed.{name} {7.25 * number + k} {last - 10 * k}\n"
                    for number, name in enumerate("ab") for k in range(30))
    deadline = time.time() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(lines.encode())
            break
        except ConnectionRefusedError:
            if process.poll() is not None or time.time() > deadline:
                with open(f"{folder}/log/relay") as log:
                    sys.exit(f"carbon-relay does not listen:\n{log.read()[-2000:]}")
            time.sleep(0.2)
    missing = set(both.bases)
    while missing:
        for name in sorted(missing):
            answer = json.loads(both.ask(both.bases[name], "/render", [
                ("target", "moved.relayed.*"), ("from", last - 300), ("until", last), ("format", "json")]))
            if [sum(v is not None for v, _ in one["datapoints"]) for one in answer] == [30, 30]:
                missing.remove(name)
        if time.time() > deadline:
            sys.exit(f"{sorted(missing)} did not get what was relayed: {answer}")
        time.sleep(0.2)
    return last


def compare(both, ranges, difference):
    """Step 4."""
    for target in TARGETS:
        for begin, end in ranges:
            both.compare("/render", [("target", target), ("from", begin), ("until", end), ("format", "json")],
                         difference(target))
    both.compare("/metrics/find", [("query", "moved.*.*")],
                 lambda ours, theirs: None if json.loads(ours) == json.loads(theirs) else f"{ours}\n    not {theirs}")
