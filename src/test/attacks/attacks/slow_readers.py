"""Exports and graphs that are hardly read, with small buffers."""
from swarm import Swarm, get
from target import put_all

PATHS = ["/api/points?key=slow.reader", "/api/series?match=*", "/metrics/index.json", "/actuator/prometheus",
         "/render?target=slow.reader&from=0&until=200000&format=json", "/actuator/sbom/application", "/"]


def prepare(server):
    put_all(server.tcp, (f"put slow.reader {number} {number}\n" for number in range(200_000)))


def attack(target, deadline):
    def script(number):
        for _ in range(50):
            yield get(PATHS[number % len(PATHS)])
    Swarm(target.http, 400, script, read=False, addresses=target.addresses, receive_buffer=2048).run(deadline)
