"""Ports for servers under test: free ones that the system doesn't give to outgoing connections before the server has them.

usage: ports.py    prints one
"""
import contextlib
import random
import socket
import sys

# Below those of outgoing connections, which begin at 32768 on Linux; EardrumProcess.java has the same.
RANGE = range(20000, 30000)


def free_port(*hosts):
    """A port that is free on each of these addresses; without any, on the loopback address."""
    for port in random.sample(RANGE, 100):
        with contextlib.ExitStack() as sockets:
            try:
                for host in hosts or ("127.0.0.1",):
                    sockets.enter_context(socket.socket()).bind((host, port))
                return port
            except OSError:
                continue
    sys.exit("no port is free")


if __name__ == "__main__":
    print(free_port())
