"""Patterns with very many states over long keys, by clients that leave or stay."""
from urllib.parse import quote

from swarm import CLOSE, READ, Swarm, Wait, get, letters
from target import put_all

WIDE = "*a" + "?" * 420 + "b"
BRANCHES = "{" + ",".join(f"*{letters(8, seed)}*" for seed in range(200)) + "}"


def prepare(server):
    put_all(server.tcp, (f"put {letters(500, number)} 1 1\n" for number in range(4000)))


def attack(target, deadline):
    many = "&".join("match[]=" + quote(f"*a{'?' * 100}b{number:03}") for number in range(60))
    paths = ["/api/series?match=" + quote(WIDE), "/api/series?match=" + quote(BRANCHES), "/federate?" + many,
             "/metrics/find?query=" + quote(WIDE), "/render?target=" + quote("a" + "?" * 420 + "b"),
             "/api/latest?match=" + quote("**a**b**a**b**a**")]

    def script(number):
        yield get(paths[number % len(paths)])
        if number % 2:
            yield Wait(1)
            yield CLOSE
        yield READ
    Swarm(target.http, 100, script, addresses=target.addresses).run(deadline)
