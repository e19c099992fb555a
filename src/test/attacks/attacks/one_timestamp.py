"""Points that overwrite each other: one timestamp, two in turn, and some hundred."""
from swarm import Swarm

DISTINCT = [1, 2, 500]


def attack(target, deadline):
    frames = ["".join(f"put one.timestamp.{count} {i} {i % count}\n" for i in range(8000)).encode() for count in DISTINCT]

    def script(number):
        while True:
            yield frames[number % len(frames)]
    Swarm(target.tcp, 80, script, addresses=target.addresses).run(deadline)
