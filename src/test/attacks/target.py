"""The server that is attacked, and the client that must not notice."""
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time

from swarm import tls

START_SECONDS = 90


class Server:
    """A server in a directory of its own, with some options and a small heap."""

    def __init__(self, command, ports, options, heap, descriptors=None, encrypted=False):
        self.tcp, self.http, self.graphite = ports
        self.folder = tempfile.mkdtemp(prefix="attacks-")
        self.command, self.options, self.heap, self.descriptors = command, options, heap, descriptors
        self.tls = self.with_certificate() if encrypted else None
        self.process = None

    def with_certificate(self):
        keystore = f"{self.folder}/keys.p12"
        subprocess.run(["keytool", "-genkeypair", "-alias", "port", "-keyalg", "EC", "-dname", "CN=localhost", "-keystore", keystore,
                        "-storepass", "changeit"], check=True, capture_output=True)
        self.options = {name: value.format(keystore=keystore) for name, value in self.options.items()}
        return tls()

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("EARDRUM_", "SPRING_"))}
        settings = {"eardrum.tcp.port": self.tcp, "server.port": self.http, "eardrum.graphite.port": self.graphite,
                    "eardrum.storage.path": f"{self.folder}/data", "eardrum.storage.fsync": "everysec",
                    "eardrum.storage.min-free-space": "64MB", **self.options}
        command = ["java", f"-Xmx{self.heap}", *self.command, *(f"--{name}={value}" for name, value in settings.items())]
        if self.descriptors:
            command = ["bash", "-c", f'ulimit -n {self.descriptors}; exec "$@"', "bash", *command]
        self.log = open(f"{self.folder}/log", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while self.health("readiness", 5) != 200:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"the server did not start:\n{self.tail()}")
            time.sleep(0.1)
        return self

    def health(self, group, timeout):
        """The status of a probe, or None if it was not answered."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=timeout)
            connection.request("GET", f"/actuator/health/{group}")
            status = connection.getresponse().status
            connection.close()
            return status
        except (OSError, http.client.HTTPException):
            return None

    def alive(self):
        return self.process.poll() is None

    def stop(self, limit):
        """How many seconds the server took to end after SIGTERM, or None if it did not end in time."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(limit)
            return time.monotonic() - started
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def forget(self):
        """Moves the log away, so that faults of one run are not reported for the next."""
        os.replace(f"{self.folder}/log", f"{self.folder}/log.{time.time_ns()}")

    def tail(self):
        with open(f"{self.folder}/log", "rb") as log:
            return "\n".join(line[:300] for line in log.read()[-20_000:].decode(errors="replace").split("\n")[-15:])

    def ran_out_of_memory(self):
        with open(f"{self.folder}/log", "rb") as log:
            return b"OutOfMemoryError" in log.read()

    def resident_megabytes(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))
        except (OSError, StopIteration):
            return 0


class Failure(Exception):
    pass


class Probe:
    """Another client. It puts a point from time to time, on one connection and on new ones, and requests the health."""

    PUT_SECONDS, CONNECT_SECONDS, HEALTH_SECONDS, PATIENCE = 0.02, 0.5, 0.5, 120

    def __init__(self, server):
        self.server = server
        self.puts, self.connects, self.healths, self.failures = [], [], [], []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self.put, self.connect, self.ask)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *ignored):
        self.stopped.set()
        for thread in self.threads:
            thread.join(self.PATIENCE)
            if thread.is_alive():
                self.failures.append("a request was not answered at all")

    def put(self):
        number = 0
        while not self.stopped.is_set():
            try:
                with self.open() as connection:
                    while not self.stopped.wait(self.PUT_SECONDS):
                        number += 1
                        self.puts.append(self.timed(lambda: self.put_on(connection, number)))
            except OSError as ex:
                self.failures.append(f"put: {ex}")
                self.stopped.wait(0.1)

    def connect(self):
        while not self.stopped.wait(self.CONNECT_SECONDS):
            try:
                self.connects.append(self.timed(self.put_on_a_new_connection))
            except OSError as ex:
                self.failures.append(f"connect: {ex}")

    def ask(self):
        while not self.stopped.wait(self.HEALTH_SECONDS):
            for group in ("readiness", "liveness"):
                started = time.monotonic()
                status = self.server.health(group, self.PATIENCE)
                self.healths.append(time.monotonic() - started)
                if status != 200:
                    self.failures.append(f"{group}: {status}")

    def put_on_a_new_connection(self):
        with self.open() as connection:
            self.put_on(connection, 0)

    def open(self):
        connection = socket.create_connection(("127.0.0.1", self.server.tcp), timeout=self.PATIENCE)
        return self.server.tls.wrap_socket(connection) if self.server.tls else connection

    @staticmethod
    def put_on(connection, number):
        connection.sendall(b"put probe %d %d\n" % (number, int(time.time())))
        reply = b""
        while not reply.endswith(b"\n\n"):
            data = connection.recv(4096)
            if not data:
                raise OSError("the connection was closed")
            reply += data
        if reply != b"ok\n\n":
            raise OSError(f"answered {reply!r}")

    @staticmethod
    def timed(action):
        started = time.monotonic()
        action()
        return time.monotonic() - started


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def put_all(port, lines):
    """Puts points, as many at once as fit, and waits for all answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        answered, sent = 0, 0

        def read():
            nonlocal answered
            rest = b""
            while True:
                data = connection.recv(1 << 16)
                if not data:
                    return
                rest += data
                answered += rest.count(b"\n\n")
                rest = rest[-1:] if not rest.endswith(b"\n\n") else b""

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        batch = []
        for line in lines:
            batch.append(line)
            if len(batch) == 1000:
                connection.sendall("".join(batch).encode())
                sent += len(batch)
                batch = []
        connection.sendall("".join(batch).encode())
        connection.shutdown(socket.SHUT_WR)
        reader.join(120)

