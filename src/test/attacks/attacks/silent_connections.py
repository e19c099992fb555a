"""More silent connections than the server takes, from one address or a few."""
from swarm import Swarm


def attack(target, deadline):
    def script(number):
        yield b""
    Swarm(target.tcp, 11_000, script, addresses=target.addresses).run(deadline)
