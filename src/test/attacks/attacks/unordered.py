"""Points of one series in any order except the ascending one, while other clients read the series over and over."""
import random

from swarm import Swarm


def attack(target, deadline):
    chance = random.Random(7)
    frames = ["".join(f"put unordered {i} {chance.randrange(1 << 40)}\n" for i in range(4000)).encode() for _ in range(8)]

    def script(number):
        while True:
            if number % 4:
                yield frames[number % len(frames)].replace(b"put unordered 1", b"put unordered %d" % number)
            else:
                yield b"get unordered\n"
    Swarm(target.tcp, 40, script, addresses=target.addresses).run(deadline)
