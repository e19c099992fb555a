"""Many clients in one thread. Each client is a generator that yields what to do next:

    bytes            sends them
    Wait(seconds)    does nothing for that time
    READ             waits until something can be read, and discards it
    RESET            ends the connection with a reset, and begins anew
    CLOSE            ends the connection, and begins anew

When a generator ends, its connection stays open until the swarm ends. When the server ends a connection, the client
begins anew.
"""
import heapq
import itertools
import random
import resource
import selectors
import socket
import ssl
import struct
import time

READ, RESET, CLOSE = object(), object(), object()
LINGER_NONE = struct.pack("ii", 1, 0)
PAUSE_AFTER_FAILURE = 0.05
CONNECTS_AT_ONCE = 200


class Wait:
    def __init__(self, seconds):
        self.seconds = seconds


class Client:
    def __init__(self, number):
        self.number = number
        self.socket = None
        self.script = None
        self.unsent = memoryview(b"")
        self.reading = False
        self.due = 0


class Swarm:
    """`read`: whether clients read what arrives while they send. `addresses`: how many addresses they come from."""

    def __init__(self, port, count, script, read=True, addresses=1, receive_buffer=None):
        self.port, self.count, self.script = port, count, script
        self.read, self.addresses, self.receive_buffer = read, addresses, receive_buffer
        self.selector = selectors.DefaultSelector()
        self.timers, self.order = [], itertools.count()
        self.connected = self.ended = self.sent = self.received = 0
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = count + 100
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))

    def run(self, deadline):
        clients = [Client(number) for number in range(self.count)]
        for number, client in enumerate(clients):
            self.later(client, number // CONNECTS_AT_ONCE * 0.02)
        while time.monotonic() < deadline:
            self.step(deadline)
        for client in clients:
            if client.socket:
                client.socket.close()
        self.selector.close()

    def step(self, deadline):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            client = heapq.heappop(self.timers)[2]
            self.resume(client)
        pause = min(deadline, self.timers[0][0] if self.timers else deadline) - time.monotonic()
        for key, events in self.selector.select(max(0, pause)):
            if time.monotonic() > deadline:
                return
            self.serve(key.data, events)

    def serve(self, client, events):
        try:
            if events & selectors.EVENT_READ:
                data = client.socket.recv(1 << 18)
                self.received += len(data)
                if not data:
                    return self.again(client)
                if client.reading:
                    client.reading = False
                    self.go_on(client)
            if events & selectors.EVENT_WRITE and client.socket:
                self.send(client)
        except OSError:
            self.again(client)

    def resume(self, client):
        try:
            if client.socket is None:
                self.connect(client)
            else:
                self.go_on(client)
        except OSError:
            self.again(client)

    def connect(self, client):
        client.socket = connection = socket.socket()
        if self.receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        connection.setblocking(False)
        connection.bind((f"127.0.0.{2 + client.number % self.addresses}", 0))
        client.script = self.script(client.number)
        client.unsent = memoryview(b"")
        client.reading = False
        self.selector.register(connection, selectors.EVENT_WRITE, client)
        connection.connect_ex(("127.0.0.1", self.port))
        self.connected += 1

    def send(self, client):
        if client.unsent:
            try:
                sent = client.socket.send(client.unsent)
            except BlockingIOError:
                return
            self.sent += sent
            client.unsent = client.unsent[sent:]
        if not client.unsent:
            self.go_on(client)

    def go_on(self, client):
        what = next(client.script, None)
        events = selectors.EVENT_READ if self.read else 0
        if isinstance(what, bytes):
            client.unsent = memoryview(what)
            events |= selectors.EVENT_WRITE
        elif isinstance(what, Wait):
            self.later(client, what.seconds)
        elif what is READ:
            client.reading = True
            events |= selectors.EVENT_READ
        elif what is RESET or what is CLOSE:
            if what is RESET:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            return self.again(client, 0)
        self.listen(client, events)

    def listen(self, client, events):
        registered = client.socket in self.selector.get_map()
        if events and registered:
            self.selector.modify(client.socket, events, client)
        elif events:
            self.selector.register(client.socket, events, client)
        elif registered:
            self.selector.unregister(client.socket)

    def again(self, client, pause=PAUSE_AFTER_FAILURE):
        self.ended += 1
        if client.socket:
            self.listen(client, 0)
            client.socket.close()
            client.socket = None
        # What was planned for the old connection must not be done on the new one.
        self.timers = [timer for timer in self.timers if timer[2] is not client]
        heapq.heapify(self.timers)
        self.later(client, pause)

    def later(self, client, seconds):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), client))


def post(path, body_length, content_type, more=""):
    """The head of a POST request."""
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {body_length}\r\n{more}\r\n").encode()


def get(path, more=""):
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def form(path, fields):
    """A whole POST request with a form; the fields are encoded already."""
    body = fields.encode() if isinstance(fields, str) else fields
    return post(path, len(body), "application/x-www-form-urlencoded") + body


def letters(length, seed):
    return "".join(random.Random(seed).choices("ab", k=length))


def tls():
    """A context that trusts every server."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
