"""A server that does what a test says, once for each connection."""

import socket
import struct
import threading


class ScriptedServer:
    """Listens on a free port of 127.0.0.1. Each connection is given to the next script, and the last one is repeated."""

    def __init__(self, *scripts, tls=None):
        self._scripts = list(scripts)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.received = bytearray()
        self._open = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection, script):
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            session = Session(self, connection)
            try:
                script(session)
            finally:
                session.end()
        except OSError:
            pass  # the client has gone
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in [self._listener, *self._open]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()
        for thread in self._threads:
            thread.join(10)


class Session:
    """What a script has of its connection."""

    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self._lines = connection.makefile("rb")

    def read_line(self):
        line = self._lines.readline()
        self.server.received += line
        return line

    def write(self, reply):
        self.connection.sendall(reply)

    def stay_silent(self):
        while self.read_line():
            pass

    def end(self):
        self._lines.close()

    def reset(self):
        """Lets the end of the script reset the connection, as the system does for a killed process."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def replies(*texts):
    """Answers each command with the next reply, and then closes the connection behind the last command."""

    def script(session):
        for text in texts:
            if not session.read_line():
                return
            session.write(text if isinstance(text, bytes) else text.encode())
        session.stay_silent()

    return script


def last_words(text):
    """Answers one command, and closes the connection."""

    def script(session):
        session.read_line()
        session.write(text if isinstance(text, bytes) else text.encode())

    return script


def acknowledge(session):
    """Answers everything with ok."""
    while session.read_line():
        session.write(b"ok\n\n")
