"""New points of one series, each older than the one before, while slow clients read it."""
from swarm import Swarm


def attack(target, deadline):
    def script(number):
        last = 1 << 50
        if number % 4 == 0:
            while True:
                yield b"get descending\n"
        while True:
            last -= 4000
            yield "".join(f"put descending {i} {last - i - number * (1 << 40)}\n" for i in range(4000)).encode()
    Swarm(target.tcp, 24, script, addresses=target.addresses).run(deadline)
