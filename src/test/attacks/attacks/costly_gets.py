"""Clients that pipeline gets of everything, and read the replies."""
from swarm import Swarm
from target import put_all


def prepare(server):
    put_all(server.tcp, (f"put costly.{number % 1000} {number} {number}\n" for number in range(100_000)))


def attack(target, deadline):
    def script(number):
        while True:
            yield b"get *\n" * 100
    Swarm(target.tcp, 60, script, addresses=target.addresses).run(deadline)
