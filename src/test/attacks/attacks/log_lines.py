"""Requests that are wrong in ways that are logged."""
from swarm import READ, Swarm, get, post


def attack(target, deadline):
    requests = [b"X" * 7000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"DELETE /actuator/backup HTTP/1.1\r\nHost: localhost\r\n\r\n",
                post("/actuator/backup", 2, "x" * 3000) + b"{}", get("/" + "n" * 6000), b"nonsense\r\n\r\n",
                get("/api/points", "Host: evil.example\r\n"), get("/%", "Origin: http://evil.example\r\n")]

    def script(number):
        yield requests[number % len(requests)]
        yield READ
    Swarm(target.http, 70, script, addresses=target.addresses).run(deadline)
