"""Wrong parameters of half a megabyte, which an error message must not repeat."""
from swarm import READ, Swarm, form, get


def attack(target, deadline):
    bodies = [form("/render", b"target=a&" + name + b"=" + b"%01" * 170_000) for name in (b"format", b"tz", b"from", b"until", b"maxDataPoints")]
    bodies.append(get("/api/points?key=a&from=" + "%01" * 2500))

    def script(number):
        while True:
            yield bodies[number % len(bodies)]
            yield READ
    Swarm(target.http, 100, script, addresses=target.addresses).run(deadline)
