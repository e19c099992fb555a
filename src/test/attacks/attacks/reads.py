"""Reads that keep many points, and read much before they write anything."""
from swarm import Swarm, get
from target import put_all


def prepare(server):
    put_all(server.tcp, (f"put reads.{number % 3} {number} {number * 7919 % 300_000}\n" for number in range(300_000)))


def attack(target, deadline):
    paths = ["/api/points?key=reads.0&max-points=100000", "/api/points?key=reads.1&max-points=10000",
             "/api/points?" + "&".join(["key=reads.2"] * 100) + "&max-points=4",
             "/render?target=reads.*&from=0&until=300000&format=json",
             "/render?target=movingAverage(reads.*,%20100000)&from=0&until=300000&format=json",
             "/api/points?key=reads.0&format=csv"]

    def script(number):
        for _ in range(20):
            yield get(paths[number % len(paths)])
    Swarm(target.http, 100, script, read=False, addresses=target.addresses, receive_buffer=2048).run(deadline)
