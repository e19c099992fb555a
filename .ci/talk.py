#!/usr/bin/env python3
"""Talks to a running server as a client would, and fails loudly if an answer is not the promised one.

usage: talk.py HOST TCP_PORT HTTP_PORT
"""
import json
import socket
import sys
import time
import urllib.request

host, tcp_port, http_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
key = f"ci.talk.{time.time_ns()}"


def expect(what, actual, expected):
    if actual != expected:
        sys.exit(f"talk.py: {what}: expected {expected!r}, got {actual!r}")


def reply(stream):
    """One reply, including the empty line that ends it."""
    lines = []
    while not lines or lines[-1] != "\n":
        line = stream.readline()
        if not line:
            sys.exit(f"talk.py: connection closed after {lines!r}")
        lines.append(line)
    return "".join(lines)


with socket.create_connection((host, tcp_port), timeout=10) as connection:
    stream = connection.makefile("r", encoding="utf-8", newline="\n")

    def ask(command):
        connection.sendall(command.encode())
        return reply(stream)

    expect("get of an unknown key", ask(f"get {key}\n"), "ok\n\n")
    expect("put", ask(f"put {key} 12.0 1503319740\n"), "ok\n\n")
    expect("put of an older point", ask(f"put {key} 13 1503319739\r\n"), "ok\n\n")
    expect("put again", ask(f"put {key} 4200000 1503319740\n"), "ok\n\n")
    rows = f"{key} 13.0 1503319739\n{key} 4200000.0 1503319740\n"
    expect("get", ask(f"get {key}\n"), f"ok\n{rows}\n")
    expect("get * holds the rows", rows in ask("get *\n"), True)
    expect("a wrong command", ask(f"got {key}\n"), "error\nwrong command\n\n")

    # Commands cut anywhere and sent at once get one reply each, in order.
    connection.sendall(f"put {key}.2 1".encode())
    time.sleep(0.05)
    connection.sendall(f" 1\nget {key}.2\nput {key}.2\nget {key}.2\n".encode())
    expect("pipelined put", reply(stream), "ok\n\n")
    expect("pipelined get", reply(stream), f"ok\n{key}.2 1.0 1\n\n")
    expect("pipelined wrong command", reply(stream), "error\nwrong command\n\n")
    expect("pipelined get", reply(stream), f"ok\n{key}.2 1.0 1\n\n")

    connection.shutdown(socket.SHUT_WR)
    expect("end of the session", stream.read(), "")


def fetch(path):
    with urllib.request.urlopen(f"http://{host}:{http_port}{path}", timeout=10) as response:
        return response.read().decode()


expect("health", json.loads(fetch("/actuator/health"))["status"], "UP")
expect("readiness", json.loads(fetch("/actuator/health/readiness"))["status"], "UP")
expect("counters in the scrape", "\neardrum_requests_total{" in fetch("/actuator/prometheus"), True)
print(f"talk.py: {host} ports {tcp_port} and {http_port} answer as promised")
