"""Three hundred clients at once, while the process may open 160 files."""
from swarm import CLOSE, READ, Swarm, Wait

DESCRIPTORS = 160


def attack(target, deadline):
    def script(number):
        yield b"get few\n"
        yield READ
        yield Wait(0.5)
        yield CLOSE
    Swarm(target.tcp, 300, script, addresses=target.addresses).run(deadline)
