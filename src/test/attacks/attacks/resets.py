"""Connect, ask for everything, reset, over and over."""
from swarm import RESET, Swarm
from target import put_all


def prepare(server):
    put_all(server.tcp, (f"put reset.{number % 1000} {number} {number}\n" for number in range(100_000)))


def attack(target, deadline):
    def script(number):
        yield b"get *\n"
        yield RESET
    Swarm(target.tcp, 300, script, addresses=target.addresses).run(deadline)
