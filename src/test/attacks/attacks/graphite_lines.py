"""Graphite's port: long lines, new series, nonsense, silence, and lines that never end."""
import os

from swarm import Swarm, Wait


def attack(target, deadline):
    noise = os.urandom(1 << 16)

    def script(number):
        kind = number % 4
        if kind == 0:
            yield b"k" * 4000
            while True:
                yield Wait(5)
                yield b"k"
        if kind == 1:
            while True:
                yield noise
        i = 0
        while kind == 2:
            yield "".join(f"graphite.{number}.{i + j % 5}.{'k' * 200} 1 {j}\n" for j in range(100)).encode()
            i += 5
            yield Wait(0.1)
    Swarm(target.graphite, 2000, script, addresses=target.addresses).run(deadline)
