# SPDX-License-Identifier: Apache-2.0
"""A client for Eardrum, the metrics server. It is one file and needs Python 3.8 or newer, and nothing else.

    from eardrum import Client

    with Client("127.0.0.1", 8888, timeout=10) as client:
        client.put("palm.cpu", 23.7)                     # now, in whole seconds
        client.put("palm.cpu", 23.9, 1150864257)
        print(client.get("palm.cpu"))                    # {'palm.cpu': [(1150864257, 23.9), ...]}

Every failure between the client and the server is a ClientError with its reason. The client sends nothing twice by
itself, and never takes a part of a reply for the whole one.

Several threads may share a client; they take turns. While a stream is open, other commands raise a ClientError.
"""

import itertools
import math
import operator
import re
import selectors
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from types import TracebackType
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, NoReturn, Optional, SupportsFloat, Tuple
from typing import Type, Union

__version__ = "0.1.0.dev0"
__all__ = ["Client", "ClientError", "Progress", "Rows"]

Point = Tuple[int, float]
Row = Tuple[str, int, float]
Put = Union[Tuple[str, SupportsFloat], Tuple[str, SupportsFloat, Optional[int]]]

_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1
_CONTROL = re.compile("[\x00-\x20\x7f]")
_NUMBER = rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_ROW = re.compile(rb"([^ ]+) (" + _NUMBER + rb") ([+-]?[0-9]{1,40})")
_RECEIVED = 65536  # bytes that one call receives
_LONGEST_LINE = 1 << 20  # bytes; what is longer does not come from an Eardrum
_MOST_ERROR_LINES = 16
_GROUP = 512  # puts in one write
_IN_FLIGHT = 16384  # puts without a reply


class Progress(NamedTuple):
    """How far put_many has come. Points are numbered from 0, in the order in which they were given.

    Those before answered are stored or refused. Those from there to before sent may or may not be stored. The others
    were never sent, so a caller can go on from answered over another connection: sending a point again does no harm.
    """

    sent: int
    stored: int
    refused: int

    @property
    def answered(self) -> int:
        """How many points are stored or refused; also the index of the first one without an answer."""
        return self.stored + self.refused


class ClientError(Exception):
    """A failure between the client and the server.

    reason says what went wrong:
      unreachable      there is no connection: refused, unknown host, no route, TLS, or timeout
      timeout          the server sent or took nothing for as long as the client's timeout
      closed           the connection ended, or was closed before
      malformed reply  what arrived is not a reply; the other side is not the expected server
      invalid          no command can carry what was given; nothing was sent
      anything else    the server's own words behind its status error, such as wrong command or storage unavailable

    closed says whether the connection has been given up with it. If so, the put that failed may or may not be stored;
    sending it again is safe. progress is how far put_many has come, and None for everything else.
    """

    def __init__(self, reason: str, message: str, closed: bool = False, progress: Optional[Progress] = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.closed = closed
        self.progress = progress

    # Pools of processes pickle what a worker raises.
    def __reduce__(self) -> Tuple[Type["ClientError"], Tuple[str, str, bool, Optional[Progress]]]:
        return type(self), (self.reason, str(self), self.closed, self.progress)


class Client:
    """A connection to a server. It is made when the client is created, and kept until close().

    host and port are the server's. timeout is the longest wait in seconds for the connection, for the next bytes of a
    reply, and for the server to take a command; None waits for ever. tls is True for TLS with the system's
    certificates, or an ssl.SSLContext of your own, such as ssl.create_default_context(cafile="ca.pem").

    The client does not connect again by itself: after a failure with closed, the caller decides what to send again,
    and calls reconnect().
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 8888, timeout: Optional[float] = None, *,
                 tls: Union[bool, ssl.SSLContext] = False) -> None:
        if timeout is not None and not timeout > 0:
            _refuse(f"timeout is {timeout!r}: give a positive number of seconds, or None to wait for ever")
        self._host, self._port, self._timeout, self._tls = host, port, timeout, tls
        self._lock = threading.RLock()
        self._socket: Optional[socket.socket] = None
        self._lost = "it was not made"
        self._partial = bytearray()  # of a line
        self._lines: List[bytes] = []  # received and not yet read, the last one first
        self._rows: Optional["Rows"] = None  # a stream that is open
        self._busy = False  # within a command
        self.reconnect()

    def reconnect(self) -> None:
        """Connects again, after closing the connection if there is one. Nothing is sent again."""
        with self._lock:
            if self._busy:
                _refuse("reconnect() within another call")
            self.close()
            try:
                self._socket = _connect(self._host, self._port, self._timeout, self._tls)
            except (OSError, ValueError, OverflowError) as e:
                self._lost = f"could not connect to {self._host} port {self._port}: {_text(e)}"
                raise ClientError("unreachable", self._lost, True) from e
            self._partial.clear()
            self._lines.clear()

    def close(self) -> None:
        """Closes the connection; again does nothing. A command of another thread ends with a ClientError."""
        connection = self._socket
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits
            except OSError:
                pass  # it has ended already
        with self._lock:
            if self._socket is not None and self._socket is connection:
                self._give_up("this program closed it")

    @property
    def closed(self) -> bool:
        """Whether the connection has been closed or given up."""
        return self._socket is None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<eardrum.Client {self._host}:{self._port}{', closed' if self.closed else ''}>"

    def put(self, key: str, value: SupportsFloat, timestamp: Optional[int] = None) -> None:
        """Stores a point, and returns once the server has acknowledged it.

        value is a finite number. timestamp is an integer of 64 bits, by convention in seconds since 1970, and the
        current time in whole seconds without one. The same key and timestamp again replace the value.
        """
        self._acknowledge(_put(key, value, timestamp))

    def put_many(self, points: Iterable[Put], on_refused: Optional[Callable[[int, str], None]] = None) -> int:
        """Stores points, (key, value, timestamp) or (key, value) each, without waiting for each reply.

        Returns how many are stored. Points go out in groups of 512, and at most 16,896 have no reply at any time, so
        memory does not grow with their number. A point that is refused stops the rest, and raises a ClientError with
        the progress; with on_refused, that is called with its index and the reason instead, and the rest is sent. A
        point that no command can carry always stops the rest. If points itself raises an exception, so does put_many,
        after the points before it have been answered.
        """
        source = iter(points)
        with self._exchange() as connection:
            pipeline = _Pipeline(connection, self._timeout, on_refused)
            pipeline.run(source)
        if pipeline.failure is not None:
            raise pipeline.failure
        return pipeline.stored

    def get(self, key: str = "*") -> Dict[str, List[Point]]:
        """Returns the points of a key, or with * of all keys: key to (timestamp, value), ascending by timestamp.

        Keys are in the order of their first put. If nothing is stored, the result is empty. It is held in memory;
        stream() does without.
        """
        points: Dict[str, List[Point]] = {}
        with self._lock, self.stream(key) as rows:
            for name, timestamp, value in rows:
                found = points.get(name)
                if found is None:
                    found = points[name] = []
                found.append((timestamp, value))
        for found in points.values():
            found.sort(key=operator.itemgetter(0))  # nothing to do, but for other servers of this protocol
        return points

    def stream(self, key: str = "*") -> "Rows":
        """Returns the points of a key, or with * of all keys, one by one as (key, timestamp, value).

        Memory does not grow with their number. Until the last one has been taken, other commands raise a ClientError.
        Closing the stream before its end closes the connection. A cut reply ends with a ClientError, never as if it
        were whole.
        """
        return self._open(b"get " + _word(key, "key"), None if key == "*" else key)

    def keys(self, pattern: str = "*") -> List[str]:
        """Returns the keys that match a pattern, in the order of their first put."""
        with self._exchange() as connection:
            self._ask(connection, b"keys " + _word(pattern, "pattern"))
            return [_decode(line) for line in iter(self._read_line, b"")]

    def last(self, pattern: str = "*") -> Dict[str, Point]:
        """Returns the newest point of each key that matches: key to (timestamp, value).

        A pattern has *, ?, [ or {, as over HTTP: * stops at dots, ** does not, and a lone * is everything.
        """
        exact = None if re.search(r"[*?\[{]", pattern) else pattern
        with self._lock, self._open(b"last " + _word(pattern, "pattern"), exact) as rows:
            return {key: (timestamp, value) for key, timestamp, value in rows}

    def range(self, key: str, start: int = _SMALLEST, end: int = _LARGEST) -> List[Point]:
        """Returns the points of a key from start to end, both included: (timestamp, value), ascending by timestamp."""
        command = b"range %s %d %d" % (_key(key), _timestamp(start, "start"), _timestamp(end, "end"))
        with self._lock, self._open(command, key) as rows:
            return [(timestamp, value) for _, timestamp, value in rows]

    def delete(self, key: str, start: Optional[int] = None, end: Optional[int] = None) -> None:
        """Deletes a key with all its points, or its points from start to end, both included.

        Only a server with eardrum.tcp.delete=true does that; others answer wrong command. An unknown key is no error.
        """
        command = b"delete " + _key(key)
        if start is not None or end is not None:
            command += b" %d %d" % (_timestamp(_SMALLEST if start is None else start, "start"),
                                    _timestamp(_LARGEST if end is None else end, "end"))
        self._acknowledge(command)

    def _acknowledge(self, command: bytes) -> None:
        with self._exchange() as connection:
            self._ask(connection, command)
            line = self._read_line()
            if line:
                _malformed(line)

    def _open(self, command: bytes, key: Optional[str]) -> "Rows":
        with self._exchange() as connection:
            self._ask(connection, command)
            self._rows = Rows(self, key)
            return self._rows

    # Any failure that may leave a reply unread ends the connection, also Ctrl+C: a late reply must not be taken for
    # that of the next command.
    @contextmanager
    def _exchange(self, rows: Optional["Rows"] = None) -> Iterator[socket.socket]:
        with self._lock:
            connection = self._socket
            if connection is None:
                raise ClientError("closed", f"there is no connection: {self._lost}", True)
            if self._busy or self._rows is not rows:
                _refuse("another command has not ended: take all rows of its stream first, or use two clients")
            self._busy = True
            try:
                if rows is None and (self._lines or self._partial):
                    _malformed(self._lines[-1] if self._lines else bytes(self._partial))
                yield connection
            except OSError as e:
                error = _failure(e, self._timeout)
                self._give_up(str(error))
                raise error from e
            except ClientError as e:
                if e.closed:
                    self._give_up(str(e))
                raise
            except BaseException as e:
                self._give_up(f"a command was interrupted: {_text(e)}")
                raise
            finally:
                self._busy = False

    def _give_up(self, why: str) -> None:
        self._lost = why
        connection, self._socket = self._socket, None
        self._rows = None
        if connection is not None:
            connection.close()

    def _ask(self, connection: socket.socket, command: bytes) -> None:
        try:
            connection.sendall(command + b"\n")
        except socket.timeout:
            raise
        except OSError as e:
            # The server may have said why it has closed the connection.
            try:
                self._read_status()
            except OSError:
                pass
            raise e
        self._read_status()

    def _read_status(self) -> None:
        status = self._read_line()
        if status == b"error":
            lines = list(itertools.islice(iter(self._read_line, b""), _MOST_ERROR_LINES))
            if len(lines) == _MOST_ERROR_LINES:
                _malformed(lines[-1])
            raise _refusal(b" ".join(lines))
        if status != b"ok":
            _malformed(status)

    def _read_line(self) -> bytes:
        while not self._lines:
            connection = self._socket
            if connection is None:
                raise ConnectionError(self._lost)
            received = connection.recv(_RECEIVED)
            if not received:
                middle = f" in the middle of a line: {bytes(self._partial[:100])!r}" if self._partial else ""
                raise ConnectionError("the server closed the connection" + middle)
            if len(self._partial) > _LONGEST_LINE:
                _malformed(bytes(self._partial))
            if b"\n" in received:
                self._lines = bytes(self._partial + received).split(b"\n")
                self._partial = bytearray(self._lines.pop())
                self._lines.reverse()
            else:
                self._partial += received
        return self._lines.pop()


class Rows:
    """The rows of a reply, (key, timestamp, value) each, read as they are taken. One thread may use it at a time."""

    def __init__(self, client: Client, key: Optional[str]) -> None:
        self._client: Optional[Client] = client
        self._expected = key
        self._name = b""
        self._key = ""

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Row:
        client = self._client
        if client is None:
            raise StopIteration
        try:
            # Most rows are there already; those that must be waited for take the long way.
            line = client._lines.pop() if client._lines and client._rows is self else self._wait(client)
            if line:
                return self._row(line)
        except BaseException as e:
            self._client = None
            if client._rows is self:
                client._give_up(_text(e))
            raise
        self._client = None
        client._rows = None
        raise StopIteration

    def _wait(self, client: Client) -> bytes:
        if client._rows is not self:
            raise ClientError("closed", f"the stream did not end: {client._lost}", True)
        with client._exchange(self):
            return client._read_line()

    def _row(self, line: bytes) -> Row:
        found = _ROW.fullmatch(line)
        if not found:
            _malformed(line)
        name, digits, seconds = found.groups()
        if name != self._name:
            self._key = _decode(name)
            self._name = name
            if self._expected is not None and self._key != self._expected:
                _malformed(line)
        timestamp, value = int(seconds), float(digits)
        if not (_SMALLEST <= timestamp <= _LARGEST and math.isfinite(value)):
            _malformed(line)
        return self._key, timestamp, value

    def close(self) -> None:
        """Closes the stream. Before its end, that closes the connection too, because the rest of it is under way."""
        client, self._client = self._client, None
        if client is not None and client._rows is self:
            client._give_up("a stream was closed before its end")

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()


# Sends and receives in one thread, without blocking in either. A client that only sent could wait for a server that
# waits for the client to take its replies; two threads may not use one TLS connection.
class _Pipeline:

    def __init__(self, connection: socket.socket, timeout: Optional[float],
                 on_refused: Optional[Callable[[int, str], None]]) -> None:
        self._connection, self._timeout, self._on_refused = connection, timeout, on_refused
        self.stored = 0
        self.failure: Optional[Exception] = None  # after which the connection can be used
        self._sent = self._refused = 0
        self._unsent = memoryview(b"")
        self._unread = b""
        self._writes = False  # TLS must write before it can read

    def run(self, source: Iterator[Put]) -> None:
        try:
            self._connection.settimeout(0)
            with selectors.DefaultSelector() as selector:
                selector.register(self._connection, selectors.EVENT_READ)
                self._work(source, selector)
            self._connection.settimeout(self._timeout)
            if isinstance(self.failure, ClientError):
                self.failure = self._with_progress(self.failure)
                if self.failure.closed:
                    raise self.failure
        except OSError as e:
            raise self._with_progress(self._end(_failure(e, self._timeout))) from e
        except ClientError as e:
            raise e if e.progress else self._with_progress(e)

    def _work(self, source: Iterator[Put], selector: selectors.BaseSelector) -> None:
        more = True
        while True:
            if more and not self._unsent and self.failure is None and self._open() <= _IN_FLIGHT:
                more = self._fill(source)
            if not self._unsent and self._open() == 0 and (not more or self.failure is not None):
                if self._unread:
                    _malformed(self._unread)
                return
            sent = self._send() if self._unsent else False
            if not self._receive() and not sent:
                events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent or self._writes else 0)
                selector.modify(self._connection, events)
                if not selector.select(self._timeout):
                    raise socket.timeout()

    def _open(self) -> int:
        return self._sent - self.stored - self._refused

    def _fill(self, source: Iterator[Put]) -> bool:
        commands: List[bytes] = []
        try:
            for point in itertools.islice(source, _GROUP):
                if not isinstance(point, (tuple, list)) or len(point) not in (2, 3):
                    _refuse(f"{point!r} is not (key, value, timestamp)")
                commands.append(_put(*point) + b"\n")
        except ClientError as e:
            self.failure = ClientError(e.reason, f"point {self._sent + len(commands)}: {e}")
        except Exception as e:
            self.failure = e
        self._unsent = memoryview(b"".join(commands))
        self._sent += len(commands)
        return len(commands) == _GROUP

    def _send(self) -> bool:
        try:
            sent = self._connection.send(self._unsent)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError as e:
            # The server may have said why it has closed the connection.
            try:
                self._receive()
            except OSError:
                pass
            raise e
        self._unsent = self._unsent[sent:]
        return True

    def _receive(self) -> bool:
        self._writes = False
        try:
            received = self._connection.recv(_RECEIVED)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except ssl.SSLWantWriteError:
            self._writes = True
            return False
        if not received:
            raise ConnectionError("the server closed the connection")
        replies = self._unread + received
        start = 0
        end = replies.find(b"\n\n")
        while end >= 0:
            self._count(replies[start:end])
            start = end + 2
            end = replies.find(b"\n\n", start)
        self._unread = replies[start:]
        if not (b"ok\n".startswith(self._unread[:3]) or b"error\n".startswith(self._unread[:6])) or len(
                self._unread) > _LONGEST_LINE:
            _malformed(self._unread)
        return True

    def _count(self, reply: bytes) -> None:
        if self._open() == 0:
            _malformed(reply)
        if reply == b"ok":
            self.stored += 1
        elif reply == b"error" or reply.startswith(b"error\n"):
            index = self.stored + self._refused
            refusal = _refusal(reply[6:])
            self._refused += 1
            if refusal.closed:
                self.failure = refusal
            elif self._on_refused is None:
                self.failure = self.failure or ClientError(refusal.reason, f"point {index}: {refusal}")
            else:
                try:
                    self._on_refused(index, refusal.reason)
                except Exception as e:
                    self.failure = self.failure or e
        else:
            _malformed(reply)

    # Why the server has closed the connection says more than that it has.
    def _end(self, error: ClientError) -> ClientError:
        if isinstance(self.failure, ClientError):
            return ClientError(self.failure.reason, f"{self.failure}; then {error}", True)
        return error

    def _with_progress(self, error: ClientError) -> ClientError:
        progress = Progress(self._sent, self.stored, self._refused)
        message = f"{error} ({progress.stored} points stored, {progress.sent - progress.answered} uncertain)"
        return ClientError(error.reason, message, error.closed, progress)


def _connect(host: str, port: int, timeout: Optional[float], tls: Union[bool, ssl.SSLContext]) -> socket.socket:
    connection = socket.create_connection((host, port), timeout)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is False:
            return connection
        context = tls if isinstance(tls, ssl.SSLContext) else ssl.create_default_context()
        return context.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _put(key: str, value: SupportsFloat, timestamp: Optional[int] = None) -> bytes:
    seconds = int(time.time()) if timestamp is None else _timestamp(timestamp, "timestamp")
    return b"put %s %s %d" % (_key(key), _value(value), seconds)


# What a word may not have is what would end it: a key with a line end could begin another command.
def _word(word: str, what: str) -> bytes:
    if not isinstance(word, str):
        _refuse(f"{what} {word!r} is not a str")
    if not word or _CONTROL.search(word):
        _refuse(f"{what} {word!r} is empty, or has blanks, line ends or other control characters")
    try:
        return word.encode("utf-8")
    except UnicodeEncodeError:
        _refuse(f"{what} {word!r} has a lone surrogate, which UTF-8 can't carry")


def _key(key: str) -> bytes:
    if key == "*":
        _refuse("key * is reserved: it means all keys")
    return _word(key, "key")


def _value(value: SupportsFloat) -> bytes:
    if type(value) is not float:
        # bool_ is NumPy's before 2.0
        if isinstance(value, (bool, str, bytes)) or type(value).__name__ in ("bool_", "bool"):
            _refuse(f"value {value!r} is not a number")
        try:
            value = float(value)
        except OverflowError:
            _refuse("value is too large for a double")
        except (TypeError, ValueError):
            _refuse(f"value {value!r} is not a number")
    if not math.isfinite(value):
        _refuse(f"value {value!r} is not finite")
    return float.__repr__(value).encode("ascii")


def _timestamp(timestamp: int, what: str) -> int:
    try:
        if isinstance(timestamp, bool):
            raise TypeError
        number = operator.index(timestamp)
    except TypeError:
        _refuse(f"{what} {timestamp!r} is not an integer; whole seconds are int(time.time())")
    if not _SMALLEST <= number <= _LARGEST:
        _refuse(f"{what} {number} is not an integer of 64 bits")
    return number


def _decode(name: bytes) -> str:
    try:
        key = name.decode("utf-8")
    except UnicodeDecodeError:
        _malformed(name)
    if _CONTROL.search(key):
        _malformed(name)
    return key


def _refuse(message: str) -> NoReturn:
    raise ClientError("invalid", message)


def _malformed(line: bytes) -> NoReturn:
    raise ClientError("malformed reply", f"what arrived is not a reply of an Eardrum: {line[:100]!r}", True)


def _refusal(text: bytes) -> ClientError:
    reason = text.decode("utf-8", "replace").replace("\n", " ") or "error"
    return ClientError(reason, f"the server answers: {reason}", reason in ("too many connections", "TLS expected"))


def _failure(e: OSError, timeout: Optional[float]) -> ClientError:
    if isinstance(e, socket.timeout):
        return ClientError("timeout", f"the server sent or took nothing for {timeout} s", True)
    return ClientError("closed", f"the connection ended: {_text(e)}", True)


def _text(e: BaseException) -> str:
    return str(e) or type(e).__name__
