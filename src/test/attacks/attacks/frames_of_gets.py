"""Clients that pipeline gets in frames of 256 KiB, and read the replies."""
from swarm import Swarm


def attack(target, deadline):
    frame = b"get u\n" * 43_690

    def script(number):
        while True:
            yield frame
    Swarm(target.tcp, 80, script, addresses=target.addresses).run(deadline)
