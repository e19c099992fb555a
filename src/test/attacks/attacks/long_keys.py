"""New series without end, with keys as long as allowed."""
from swarm import Swarm

ALONE = True


def attack(target, deadline):
    def script(number):
        i = 0
        while True:
            lines = []
            for _ in range(200):
                i += 1
                lines.append(f"put {number}.{i}.".ljust(516, "k") + " 1 1\n")
            yield "".join(lines).encode()
    Swarm(target.tcp, 40, script, addresses=target.addresses).run(deadline)
