"""Full TLS handshakes in a loop, and many at once."""
import socket
import ssl
import threading
import time

from swarm import tls

OPTIONS = {"spring.ssl.bundle.jks.port.keystore.location": "file:{keystore}",
           "spring.ssl.bundle.jks.port.keystore.password": "changeit", "eardrum.tcp.ssl.bundle": "port"}
TLS = True


def attack(target, deadline):
    def client():
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", target.tcp), timeout=20) as plain:
                    with tls().wrap_socket(plain) as connection:
                        connection.sendall(b"get handshake\n")
                        connection.recv(100)
            except (OSError, ssl.SSLError):
                time.sleep(0.01)
    threads = [threading.Thread(target=client, daemon=True) for _ in range(200)]
    for thread in threads:
        thread.start()
    time.sleep(max(0, deadline - time.monotonic()))
