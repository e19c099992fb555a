"""Connections of the HTTP port that send nothing, or nothing after their first request."""
from swarm import READ, Swarm, get


def attack(target, deadline):
    def script(number):
        if number % 2:
            yield get("/api/series?limit=1")
            yield READ
        else:
            yield b""
    Swarm(target.http, 5000, script, addresses=target.addresses).run(deadline)
