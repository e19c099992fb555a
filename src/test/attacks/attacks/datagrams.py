"""Datagrams to Graphite's port, as fast as they can be sent."""
import socket
import time


def attack(target, deadline):
    good = b"".join(b"datagrams.%d 1 %d\n" % (number % 50, number) for number in range(2000))[:60_000]
    bad = bytes(range(256)) * 200
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while time.monotonic() < deadline:
            for data in (good, bad, b"\n" * 60_000, b"x" * 60_000):
                try:
                    sender.sendto(data, ("127.0.0.1", target.graphite))
                except OSError:
                    time.sleep(0.01)
