"""Guesses of the password."""
import base64

from swarm import READ, Swarm, get

OPTIONS = {"eardrum.http.user": "eardrum", "eardrum.http.password": "correct horse battery"}


def attack(target, deadline):
    def script(number):
        i = 0
        while True:
            i += 1
            guess = base64.b64encode(f"eardrum:{number}-{i}".encode()).decode()
            yield get("/api/series", f"Authorization: Basic {guess}\r\n")
            yield READ
    Swarm(target.http, 50, script, addresses=target.addresses).run(deadline)
