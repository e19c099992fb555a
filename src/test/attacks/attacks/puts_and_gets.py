"""Frames in which gets follow puts, from clients that wait for their replies and from some that reset in the middle."""
import random

from swarm import CLOSE, READ, RESET, Swarm, Wait


def attack(target, deadline):
    chance = random.Random(11)

    def script(number):
        while number % 4:
            yield b"put both.%d 1 1\nget both.%d\n" % (number, number)
            yield READ
        while True:
            puts = b"".join(b"put cut.%d %d %d\n" % (number % 50, i, i * 3 % 1000) for i in range(chance.choice([1, 10, 500, 5000])))
            yield puts + b"get cut.1\n" * 300 + b"put cut 1"
            if chance.random() < 0.5:
                yield Wait(chance.random() * 0.05)
            yield RESET if chance.random() < 0.7 else CLOSE
    Swarm(target.tcp, 500, script, addresses=target.addresses).run(deadline)
