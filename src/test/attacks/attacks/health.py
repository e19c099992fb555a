"""The server's health, the meters and the page over and over, many times at once on each connection, read and unread."""
from swarm import READ, Swarm, Wait, get

PATHS = ["/actuator/health", "/actuator/prometheus", "/version", "/", "/nothing/here"]


def attack(target, deadline):
    def script(number):
        if number % 2:
            yield get(PATHS[0]) * 100
            yield Wait(100)
        while True:
            yield get(PATHS[number % len(PATHS)]) * (100 if number % 3 else 1)
            yield READ
    Swarm(target.http, 400, script, addresses=target.addresses, read=False, receive_buffer=2048).run(deadline)
