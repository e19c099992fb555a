"""Processes that listen on the loopback interface, for the measurements beside this file."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "src", "build"))
from ports import free_port  # noqa: E402, F401: for those who import this

JAR = os.path.join(ROOT, "target", "eardrum.jar")
CLASSES = os.path.join(ROOT, "target", "classes")

# Stops what was started, as Ctrl-C does.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def without_settings(extra):
    """This process's environment without anything that configures a server or a JVM, and with additional variables."""
    names = ("EARDRUM_", "SPRING_", "SERVER_", "MANAGEMENT_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
    return {**{k: v for k, v in os.environ.items() if not k.startswith(names)}, **extra}


def eardrum_environment(tcp, web, data, fsync="everysec", **more):
    """What configures a server in a folder of its own; a `more` is the name of a variable without its prefix."""
    return {"EARDRUM_TCP_PORT": str(tcp), "SERVER_PORT": str(web), "EARDRUM_STORAGE_PATH": data,
            "EARDRUM_STORAGE_FSYNC": fsync, **{f"EARDRUM_{name}": str(value) for name, value in more.items()}}


def tail(path, length=2000):
    with open(path, errors="replace") as log:
        return log.read()[-length:]


def listening(port):
    """A check of readiness: whether the port takes connections."""
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close()


@contextlib.contextmanager
def server(command, ready, folder, environment=None, limit=60):
    """A process in a folder, from when `ready` no longer raises OSError until the block ends."""
    path = os.path.join(folder, "log")
    with open(path, "w") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=without_settings(environment or {}))
    try:
        deadline = time.monotonic() + limit
        while True:
            try:
                ready()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{command[0]} did not start: {tail(path)}")
                time.sleep(0.1)
        yield process
    finally:
        stop(process)


def stop(process, patience=30):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(process):
    """User and system time of a running process."""
    with open(f"/proc/{process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(process):
    with open(f"/proc/{process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def http(port, path, timeout=5):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout) as reply:
        return reply.read().decode()


def load(java, tcp, mode, *options):
    """Runs the load generator, and returns the line that it prints."""
    command = [java, "-Xmx512m", "-cp", CLASSES, "io.eardrum.cli.load.LoadGenerator", mode, "127.0.0.1", str(tcp)]
    run = subprocess.run([*command, *map(str, options)], capture_output=True, text=True, timeout=600,
                         env=without_settings({}))
    if run.returncode != 0:
        sys.exit(f"{mode} {options}: {run.stderr}")
    return run.stdout.strip()


def java_version(java):
    """The major version of a JVM."""
    run = subprocess.run([java, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=True)
    line = next(line for line in run.stderr.splitlines() if "java.specification.version" in line)
    return int(line.split("=")[1])


def git_commit():
    run = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return run.stdout.strip() or "unknown"
