"""Ports for servers under test: free ones that the system doesn't give to outgoing connections before the server has them.

usage: ports.py [number]    prints so many on one line, or one

None comes twice in a process; nor in several that work side by side, if the variable CLAIMED_PORTS names one folder for them.
"""
import contextlib
import os
import random
import socket
import sys

# Below those of outgoing connections, which begin at 32768 on Linux; EardrumProcess.java takes those below these.
RANGE = range(20000, 30000)

given = set()


def claim(port):
    """Whether nobody was given this port before."""
    if port in given:
        return False
    folder = os.environ.get("CLAIMED_PORTS")
    if folder:
        try:
            os.close(os.open(os.path.join(folder, str(port)), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
    given.add(port)
    return True


def free_port(*hosts):
    """A port that is free on each of these addresses; without any, on the loopback address."""
    for port in random.sample(RANGE, 100):
        with contextlib.ExitStack() as sockets:
            try:
                for host in hosts or ("127.0.0.1",):
                    sockets.enter_context(socket.socket()).bind((host, port))
            except OSError:
                continue
            if claim(port):
                return port
    sys.exit("no port is free")


if __name__ == "__main__":
    print(*(free_port() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
