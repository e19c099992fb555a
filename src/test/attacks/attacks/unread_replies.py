"""Clients that request much and read none of it."""
from swarm import Swarm
from target import put_all


def prepare(server):
    put_all(server.tcp, (f"put unread.{number % 10} {number} {number}\n" for number in range(100_000)))


def attack(target, deadline):
    def script(number):
        while True:
            yield b"get *\n" * 1000
    Swarm(target.tcp, 2000, script, read=False, addresses=target.addresses, receive_buffer=2048).run(deadline)
