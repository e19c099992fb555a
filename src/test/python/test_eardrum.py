"""Tests the Python client against a server that misbehaves. `python3 -m unittest discover -s src/test/python` runs them."""

import ast
import pickle
import re
import signal
import socket
import sys
import threading
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "src" / "main" / "python"))

import eardrum  # noqa: E402
from eardrum import Client, ClientError  # noqa: E402
from scripted_server import ScriptedServer, acknowledge, last_words, replies  # noqa: E402


def connect(server, timeout=20.0, **options):
    return Client("127.0.0.1", server.port, timeout, **options)


class ClientCase(unittest.TestCase):

    def assert_fails(self, reason, call, *arguments, closed=None):
        with self.assertRaises(ClientError) as raised:
            call(*arguments)
        self.assertEqual(raised.exception.reason, reason, raised.exception)
        if closed is not None:
            self.assertEqual(raised.exception.closed, closed)
        return raised.exception


class CommandTests(ClientCase):

    def assert_sends(self, expected, command, reply="ok\n\n"):
        with ScriptedServer(replies(reply)) as server, connect(server) as client:
            result = command(client)
            self.assertEqual(server.received.decode(), expected)
            return result

    def test_a_put_is_one_line(self):
        self.assert_sends("put palm.cpu 23.7 1150864247\n", lambda client: client.put("palm.cpu", 23.7, 1150864247))

    def test_a_put_without_a_timestamp_is_of_now_in_whole_seconds(self):
        with mock.patch("time.time", return_value=1150864247.999):
            self.assert_sends("put palm.cpu 1.0 1150864247\n", lambda client: client.put("palm.cpu", 1))

    def test_timestamp_0_is_a_timestamp(self):
        self.assert_sends("put palm.cpu 1.0 0\n", lambda client: client.put("palm.cpu", 1, 0))

    def test_keys_travel_in_utf_8(self):
        self.assert_sends("put größe.\u2028 1.0 1\n", lambda client: client.put("größe.\u2028", 1, 1))

    def test_values_are_written_with_all_their_digits(self):
        class Number(float):
            def __repr__(self):
                return "np.float64(0.1)"

        for value, written in ((0.1, "0.1"), (1e16, "1e+16"), (5e-324, "5e-324"), (-0.0, "-0.0"), (7, "7.0"),
                               (0.1 + 0.2, "0.30000000000000004"), (1.7976931348623157e308, "1.7976931348623157e+308"),
                               (Number(0.1), "0.1"), (2**63, "9.223372036854776e+18")):
            with self.subTest(value=written):
                self.assert_sends(f"put k {written} 1\n", lambda client: client.put("k", value, 1))

    def test_further_words_are_one_line_each(self):
        self.assert_sends("keys *\n", lambda client: client.keys())
        self.assert_sends("keys palm.*\n", lambda client: client.keys("palm.*"))
        self.assert_sends("last *\n", lambda client: client.last())
        self.assert_sends("range k -5 7\n", lambda client: client.range("k", -5, 7))
        self.assert_sends("range k -9223372036854775808 9223372036854775807\n", lambda client: client.range("k"))
        self.assert_sends("delete k\n", lambda client: client.delete("k"))
        self.assert_sends("delete k 1 2\n", lambda client: client.delete("k", 1, 2))
        self.assert_sends("delete k 1 9223372036854775807\n", lambda client: client.delete("k", start=1))
        self.assert_sends("delete k -9223372036854775808 0\n", lambda client: client.delete("k", end=0))

    def test_get_returns_the_points_of_each_key_by_time(self):
        self.assertEqual(self.assert_sends("get *\n", lambda client: client.get("*"),
                                           "ok\nb 13.0 1503319739\nb 12.0 1503319740\na 1e+16 -5\n\n"),
                         {"b": [(1503319739, 13.0), (1503319740, 12.0)], "a": [(-5, 1e16)]})

    def test_get_puts_the_points_of_other_servers_into_order(self):
        self.assertEqual(self.assert_sends("get k\n", lambda client: client.get("k"), "ok\nk 2 9\nk 1 3\n\n"),
                         {"k": [(3, 1.0), (9, 2.0)]})

    def test_get_of_an_unknown_key_is_empty(self):
        self.assertEqual(self.assert_sends("get k\n", lambda client: client.get("k")), {})

    def test_separators_of_other_alphabets_belong_to_keys(self):
        for key in ("a\u0085b", "a\u00a0b", "a\u2028b", "a\u3000b"):
            with self.subTest(key=key):
                self.assertEqual(self.assert_sends(f"get {key}\n", lambda client: client.get(key), f"ok\n{key} 1.0 1\n\n"),
                                 {key: [(1, 1.0)]})

    def test_keys_last_and_range_return_what_they_say(self):
        self.assertEqual(self.assert_sends("keys *\n", lambda client: client.keys(), "ok\nb\na\n\n"), ["b", "a"])
        self.assertEqual(self.assert_sends("last *\n", lambda client: client.last(), "ok\nb 1.5 2\na 3.0 4\n\n"),
                         {"b": (2, 1.5), "a": (4, 3.0)})
        self.assertEqual(self.assert_sends("range k 1 2\n", lambda client: client.range("k", 1, 2), "ok\nk 1.5 2\n\n"),
                         [(2, 1.5)])

    def test_a_stream_has_the_rows_one_by_one(self):
        self.assertEqual(self.assert_sends("get *\n", lambda client: list(client.stream()), "ok\nb 13.0 2\na 1.0 1\n\n"),
                         [("b", 2, 13.0), ("a", 1, 1.0)])

    def test_what_arrives_byte_by_byte_is_the_same(self):
        with mock.patch("eardrum._RECEIVED", 1):
            self.test_get_returns_the_points_of_each_key_by_time()
            self.test_keys_last_and_range_return_what_they_say()
            self.test_a_stream_has_the_rows_one_by_one()
            with ScriptedServer(acknowledge) as server, connect(server) as client:
                self.assertEqual(client.put_many([("k", 1, i) for i in range(1000)]), 1000)

    def test_one_connection_is_kept(self):
        with ScriptedServer(acknowledge) as server, connect(server) as client:
            for timestamp in range(5):
                client.put("k", 1, timestamp)
            client.get("k")
            client.keys()
            self.assertEqual(server.connections, 1)


class RefusedTests(ClientCase):

    def assert_nothing_sent(self, *calls):
        with ScriptedServer(acknowledge) as server, connect(server) as client:
            for call in calls:
                self.assert_fails("invalid", call, client, closed=False)
            client.put("last", 1, 1)
            self.assertEqual(server.received, b"put last 1.0 1\n")

    def test_no_key_can_carry_another_command(self):
        for key in ("a 1 1\nput b", "a\n", "a\r", "a b", "a\tb", "", " ", "\x00", "\x7f", "a\x0bb", "\ud800"):
            with self.subTest(key=key):
                self.assert_nothing_sent(lambda client: client.put(key, 1, 1), lambda client: client.get(key),
                                         lambda client: client.stream(key), lambda client: client.keys(key),
                                         lambda client: client.last(key), lambda client: client.range(key),
                                         lambda client: client.delete(key), lambda client: client.put_many([(key, 1, 1)]))

    def test_what_is_no_text_is_no_key(self):
        for key in (None, 5, b"k", ["k"]):
            with self.subTest(key=key):
                self.assert_nothing_sent(lambda client: client.put(key, 1, 1), lambda client: client.get(key))

    def test_the_word_for_all_keys_is_no_key(self):
        self.assert_nothing_sent(lambda client: client.put("*", 1, 1), lambda client: client.delete("*"),
                                 lambda client: client.range("*"))

    def test_what_is_no_finite_number_is_no_value(self):
        bool_ = type("bool_", (), {"__float__": lambda self: 1.0})
        for value in (float("nan"), float("inf"), -float("inf"), True, False, None, "1", b"1", [], 1j, 10**400, bool_()):
            with self.subTest(value=str(value)[:20]):
                self.assert_nothing_sent(lambda client: client.put("k", value, 1))

    def test_what_is_no_integer_of_64_bits_is_no_timestamp(self):
        for timestamp in (1.0, 1.5, "1", True, 2**63, -(2**63) - 1, float("nan"), []):
            with self.subTest(timestamp=timestamp):
                self.assert_nothing_sent(lambda client: client.put("k", 1, timestamp))

    def test_what_a_stream_yields_is_not_taken_for_a_put(self):
        self.assert_nothing_sent(lambda client: client.put_many([("k", 1503319739, 13.0)]))

    def test_a_timeout_of_nothing_is_refused(self):
        for timeout in (0, -1, float("nan")):
            self.assert_fails("invalid", Client, "127.0.0.1", 1, timeout)


class FailureTests(ClientCase):

    # Each with the commands that it is wrong for.
    MALFORMED = {
        "ok\nblablabla\n\n": "put get keys? last range",
        "ok\nk 1.0\n\n": "put get last range", "ok\nk 1.0 1 1\n\n": "put get last range",
        "ok\nk  1.0 1\n\n": "put get last range", "ok\nk 1.0 1 \n\n": "put get last range",
        "ok\n k 1.0 1\n\n": "put get last range", "ok\n 1.0 1\n\n": "put get last range",
        "ok\nk\t1.0\t1\n\n": "put get keys last range",
        "ok\nk one 1\n\n": "put get last range", "ok\nk nan 1\n\n": "put get last range",
        "ok\nk inf 1\n\n": "put get last range", "ok\nk 1e400 1\n\n": "put get last range",
        "ok\nk 1_0 1\n\n": "put get last range", "ok\nk ١ 1\n\n": "put get last range",
        "ok\nk 1.0 1.0\n\n": "put get last range", "ok\nk 1.0 1e3\n\n": "put get last range",
        "ok\nk 1.0 9223372036854775808\n\n": "put get last range", "ok\nk 1.0 ١\n\n": "put get last range",
        "ok\nk 1.0 now\n\n": "put get last range", "ok\nother 1.0 1\n\n": "put get last range",
        "ok\nk 1.0 1\nother 1.0 1\n\n": "put get last range",
        "ok\r\n\r\n": "put get keys last range delete", "OK\n\n": "put get keys last range delete",
        "ok \n\n": "put get keys last range delete", " ok\n\n": "put get keys last range delete",
        "\n\n": "put get keys last range delete", "\nok\n\n": "put get keys last range delete",
        "HTTP/1.1 400 Bad Request\r\n\r\n": "put get keys last range delete",
        "SSH-2.0-OpenSSH_9.2\r\n": "put get keys last range delete", "errors\nx\n\n": "put get keys last range delete",
        b"ok\nk\xff 1.0 1\n\n": "put get keys last range", b"ok\n\x00 1.0 1\n\n": "put get keys last range",
    }

    CALLS = {
        "put": lambda client: client.put("k", 1.0, 1), "get": lambda client: client.get("k"),
        "keys": lambda client: client.keys(), "last": lambda client: client.last("k"),
        "range": lambda client: client.range("k"), "delete": lambda client: client.delete("k"),
    }

    def test_a_malformed_reply_is_an_error_and_ends_the_connection(self):
        for reply, commands in self.MALFORMED.items():
            for command in commands.split():
                if command in self.CALLS:
                    with self.subTest(reply=reply, command=command), ScriptedServer(replies(reply)) as server, \
                            connect(server) as client:
                        self.assert_fails("malformed reply", self.CALLS[command], client, closed=True)
                        self.assertTrue(client.closed)
                        self.assert_fails("closed", client.put, "k", 1, 1)

    def test_no_part_of_a_reply_is_taken_for_the_whole_one(self):
        calls = dict(self.CALLS, stream=lambda client: list(client.stream()),
                     all=lambda client: client.get("*"), many=lambda client: client.put_many([("k", 1, 1)]))
        whole = {"put": "ok\n\n", "delete": "ok\n\n", "many": "ok\n\n", "get": "ok\nk 12.5 1503319740\nk 1.0 1503319741\n\n",
                 "all": "ok\nk 12.5 150\nj 1.0 15\n\n", "stream": "ok\nk 12.5 150\nj 1.0 15\n\n", "keys": "ok\na\nbb\n\n",
                 "last": "ok\nk 12.5 150\n\n", "range": "ok\nk 12.5 150\nk 1.0 151\n\n"}
        for command, reply in whole.items():
            for status in (reply, "error\nwrong command\n\n"):
                for end in range(len(status)):
                    with self.subTest(command=command, reply=status[:end]), \
                            ScriptedServer(last_words(status[:end])) as server, connect(server) as client:
                        self.assert_fails("closed", calls[command], client, closed=True)
                        self.assertTrue(client.closed)

    def test_a_reset_is_an_error(self):
        def script(session):
            session.read_line()
            session.write(b"ok\nk 1.0 1\n")
            session.reset()

        with ScriptedServer(script) as server, connect(server) as client:
            self.assert_fails("closed", client.get, "k", closed=True)

    def test_a_late_reply_is_not_taken_for_the_next_one(self):
        late = threading.Event()

        def script(session):
            session.read_line()
            late.wait(20)
            session.write(b"ok\n\n")

        with ScriptedServer(script, replies("ok\nk 1.0 1\n\n")) as server, connect(server, 0.05) as client:
            self.assert_fails("timeout", client.put, "k", 1, 1, closed=True)
            late.set()
            self.assert_fails("closed", client.get, "k", closed=True)
            self.assertEqual(server.connections, 1)
            client.reconnect()
            self.assertEqual(client.get("k"), {"k": [(1, 1.0)]})

    def test_a_reply_that_stops_in_the_middle_is_a_timeout(self):
        with ScriptedServer(replies("ok\nk 1.0 1\n")) as server, connect(server, 0.05) as client:
            self.assert_fails("timeout", client.get, "k", closed=True)

    def test_a_reply_that_nobody_asked_for_is_malformed(self):
        with ScriptedServer(replies("ok\n\nok\n\n")) as server, connect(server) as client:
            client.put("k", 1, 1)
            self.assert_fails("malformed reply", client.put, "k", 1, 2, closed=True)

    def test_an_error_has_the_words_of_the_server_and_leaves_the_connection(self):
        for text in ("wrong command", "storage unavailable", "too many series", "timestamp too far in the future"):
            with self.subTest(text=text), ScriptedServer(replies(f"error\n{text}\n\n", "ok\n\n")) as server, \
                    connect(server) as client:
                error = self.assert_fails(text, client.put, "k", 1, 1, closed=False)
                self.assertIn(text, str(error))
                client.put("k", 1, 1)

    def test_an_error_without_words_is_an_error(self):
        with ScriptedServer(replies("error\n\n", "ok\n\n")) as server, connect(server) as client:
            self.assert_fails("error", client.put, "k", 1, 1, closed=False)
            client.put("k", 1, 1)

    def test_a_server_that_is_full_says_so(self):
        def script(session):
            session.write(b"error\ntoo many connections\n\n")

        with ScriptedServer(script) as server:
            with connect(server) as client:
                self.assert_fails("too many connections", client.put, "k", 1, 1, closed=True)
            with connect(server) as client:
                error = self.assert_fails("too many connections", client.put_many, [("k", 1, 1)] * 2000, closed=True)
                self.assertEqual(error.progress.stored, 0)
                self.assertTrue(client.closed)

    def test_lines_without_an_end_do_not_fill_the_memory(self):
        def script(session):
            session.read_line()
            for _ in range(200):
                session.write(b"x" * 65536)

        for call in (self.CALLS["get"], lambda client: client.put_many([("k", 1, 1)])):
            with ScriptedServer(script) as server, connect(server) as client:
                self.assert_fails("malformed reply", call, client, closed=True)

    def test_errors_without_an_end_do_not_fill_the_memory(self):
        with ScriptedServer(replies("error\n" + "again\n" * 1000)) as server, connect(server) as client:
            self.assert_fails("malformed reply", client.put, "k", 1, 1, closed=True)

    def test_no_server_is_an_error(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            error = self.assert_fails("unreachable", Client, "127.0.0.1", taken.getsockname()[1], 5, closed=True)
        self.assertIn("127.0.0.1 port", str(error))
        self.assert_fails("unreachable", Client, "127.0.0.1", 99999, closed=True)
        self.assert_fails("unreachable", Client, "a" * 70 + ".invalid", 1, closed=True)

    def test_an_error_crosses_the_border_of_a_process(self):
        error = ClientError("timeout", "too late", True, eardrum.Progress(5, 2, 1))
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual((copy.reason, str(copy), copy.closed, copy.progress),
                         ("timeout", "too late", True, (5, 2, 1)))
        self.assertEqual(copy.progress.answered, 3)

    def test_a_closed_client_says_that_it_was_closed(self):
        with ScriptedServer(acknowledge) as server:
            client = connect(server)
            client.close()
            client.close()
            self.assertIn("this program closed it", str(self.assert_fails("closed", client.put, "k", 1, 1, closed=True)))
            self.assertIn("closed", repr(client))

    def test_close_ends_the_command_of_another_thread(self):
        began = threading.Event()

        def script(session):
            session.read_line()
            began.set()
            session.stay_silent()

        with ScriptedServer(script) as server:
            client = connect(server, None)
            threading.Thread(target=lambda: (began.wait(20), client.close()), daemon=True).start()
            self.assert_fails("closed", client.get, "k", closed=True)

    @unittest.skipUnless(hasattr(signal, "setitimer"), "there is no such signal")
    def test_an_interrupted_command_ends_the_connection(self):
        def interrupt(*_):
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        for call in (self.CALLS["get"], lambda client: client.put_many([("k", 1, 1)]),
                     lambda client: list(client.stream())):
            with ScriptedServer(replies("ok\n")) as server, connect(server) as client:
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                with self.assertRaises(KeyboardInterrupt):
                    call(client)
                self.assertTrue(client.closed)


class StreamTests(ClientCase):

    def test_nothing_else_is_sent_while_a_stream_is_open(self):
        with ScriptedServer(replies("ok\na 1.0 1\nb 2.0 2\n\n", "ok\n\n")) as server, connect(server) as client:
            rows = client.stream()
            self.assertEqual(next(rows), ("a", 1, 1.0))
            for call in (*FailureTests.CALLS.values(), lambda client: client.put_many([("k", 1, 1)])):
                self.assert_fails("invalid", call, client, closed=False)
            self.assertEqual(list(rows), [("b", 2, 2.0)])
            self.assertEqual(list(rows), [])
            client.put("k", 1, 1)
            self.assertEqual(server.received, b"get *\nput k 1.0 1\n")

    def test_closing_a_stream_before_its_end_closes_the_connection(self):
        with ScriptedServer(replies("ok\na 1.0 1\nb 2.0 2\n\n")) as server, connect(server) as client:
            with client.stream() as rows:
                next(rows)
            self.assertIn("stream", str(self.assert_fails("closed", client.put, "k", 1, 1, closed=True)))
            self.assertEqual(list(rows), [])

    def test_closing_a_stream_behind_its_end_leaves_the_connection(self):
        with ScriptedServer(replies("ok\na 1.0 1\n\n", "ok\n\n")) as server, connect(server) as client:
            with client.stream() as rows:
                self.assertEqual(len(list(rows)), 1)
            client.put("k", 1, 1)

    def test_a_stream_ends_with_an_error_if_its_connection_was_closed(self):
        with ScriptedServer(replies("ok\na 1.0 1\nb 2.0 2\n\n", "ok\n\n")) as server, connect(server) as client:
            rows = client.stream()
            next(rows)
            client.reconnect()
            self.assert_fails("closed", next, rows, closed=True)
            self.assertFalse(client.closed)

    def test_a_wrong_key_is_an_error_before_the_first_row(self):
        with ScriptedServer(replies("error\nstorage unavailable\n\n")) as server, connect(server) as client:
            self.assert_fails("storage unavailable", client.stream, closed=False)

    def test_a_long_reply_needs_little_memory(self):
        import tracemalloc
        block = "".join(f"k 1.0 {i}\n" for i in range(10_000)).encode()

        def script(session):
            session.read_line()
            session.write(b"ok\n")
            for _ in range(5):
                session.write(block)
            session.write(b"\n")

        with ScriptedServer(script) as server, connect(server) as client:
            rows = client.stream("k")
            next(rows)
            tracemalloc.start()
            self.addCleanup(tracemalloc.stop)
            self.assertEqual(sum(1 for _ in rows), 49_999)
            self.assertLess(tracemalloc.get_traced_memory()[1], 1_500_000)


class PutManyTests(ClientCase):

    def test_points_are_sent_in_order_and_counted(self):
        with ScriptedServer(acknowledge) as server, connect(server) as client, \
                mock.patch("time.time", return_value=7.5):
            self.assertEqual(client.put_many(iter([("a", 1, 5), ["b", 2.5], ("c", 3, None)])), 3)
            self.assertEqual(server.received, b"put a 1.0 5\nput b 2.5 7\nput c 3.0 7\n")
            self.assertEqual(client.put_many([]), 0)
            client.put("k", 1, 1)

    def test_few_points_are_on_their_way_at_any_time(self):
        taken = [0]
        checked = threading.Event()

        def points():
            for i in range(100_000):
                taken[0] += 1
                yield "k", 1, i

        def script(session):
            # Nothing is answered until the client has sent what it may.
            lines = 0
            while lines < 16_896:
                lines += session.connection.recv(65536).count(b"\n")
            session.connection.settimeout(0.1)
            with self.assertRaises(socket.timeout):
                session.connection.recv(65536)
            self.assertEqual((lines, taken[0]), (16_896, 16_896))
            checked.set()
            session.connection.settimeout(20)
            session.write(b"ok\n\n" * lines)
            while True:
                more = session.connection.recv(65536)
                if not more:
                    return
                session.write(b"ok\n\n" * more.count(b"\n"))

        with ScriptedServer(script) as server, connect(server) as client:
            self.assertEqual(client.put_many(points()), 100_000)
            self.assertTrue(checked.is_set())

    def test_a_server_that_takes_no_more_before_its_replies_are_taken_is_served(self):
        def script(session):
            session.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            while session.read_line():
                session.write(b"error\nstorage unavailable" + b" now" * 500 + b"\n\n")

        refused = []
        with ScriptedServer(script) as server, connect(server) as client:
            points = (("k" * 4000, 1, i) for i in range(2_000))
            self.assertEqual(client.put_many(points, lambda i, _: refused.append(i)), 0)
        self.assertEqual(refused, list(range(2_000)))

    def refusing(self, *indexes):
        def script(session):
            index = 0
            while session.read_line():
                session.write(b"error\ntoo many series\n\n" if index in indexes else b"ok\n\n")
                index += 1

        return script

    def test_a_refused_point_stops_the_others(self):
        with ScriptedServer(self.refusing(2)) as server, connect(server) as client:
            error = self.assert_fails("too many series", client.put_many, [("k", 1, i) for i in range(100_000)], closed=False)
            self.assertIn("point 2: ", str(error))
            self.assertEqual(error.progress.refused, 1)
            self.assertEqual(error.progress.answered, error.progress.sent)
            self.assertEqual(server.received.count(b"\n"), error.progress.sent)
            self.assertLess(error.progress.sent, 20_000)
            client.put("k", 1, 1)

    def test_a_handler_has_each_refused_point(self):
        refused = []
        with ScriptedServer(self.refusing(0, 700, 1_999)) as server, connect(server) as client:
            self.assertEqual(client.put_many((("k", 1, i) for i in range(2_000)), lambda *r: refused.append(r)), 1_997)
            self.assertEqual(refused, [(i, "too many series") for i in (0, 700, 1_999)])

    def test_a_point_that_no_command_can_carry_stops_those_behind_it(self):
        for wrong in (("k", float("nan"), 1), ("k",), ("k", 1, 1, 1), "kv", 5, None):
            with self.subTest(wrong=wrong), ScriptedServer(acknowledge) as server, connect(server) as client:
                points = [("k", 1, i) for i in range(600)] + [wrong, ("k", 1, 700)]
                error = self.assert_fails("invalid", client.put_many, points, lambda *_: None, closed=False)
                self.assertIn("point 600: ", str(error))
                self.assertEqual(error.progress, (600, 600, 0))
                self.assertEqual(server.received.count(b"\n"), 600)
                client.put("k", 1, 1)

    def test_what_the_points_raise_comes_through_and_leaves_the_connection(self):
        def points():
            yield "k", 1, 1
            raise OSError("file gone")

        with ScriptedServer(acknowledge) as server, connect(server) as client:
            with self.assertRaisesRegex(OSError, "file gone"):
                client.put_many(points())
            self.assertEqual(server.received, b"put k 1.0 1\n")
            client.put("k", 1, 2)

    def test_a_client_that_is_closed_within_put_many_is_closed(self):
        for wait in (0, 1_000):
            with self.subTest(wait=wait), ScriptedServer(acknowledge) as server, connect(server) as client:
                def points():
                    for i in range(wait):
                        yield "k", 1, i
                    client.close()
                    yield from (("k", 1, i) for i in range(1_000))

                self.assert_fails("closed", client.put_many, points(), closed=True)
                self.assertTrue(client.closed)

    def test_what_the_handler_raises_comes_through_and_leaves_the_connection(self):
        def handler(_index, _reason):
            raise LookupError("mine")

        with ScriptedServer(self.refusing(1)) as server, connect(server) as client:
            with self.assertRaisesRegex(LookupError, "mine"):
                client.put_many([("k", 1, i) for i in range(10)], handler)
            client.put("k", 1, 2)

    def test_a_command_within_put_many_is_refused(self):
        with ScriptedServer(acknowledge) as server, connect(server) as client:
            def points():
                yield "k", 1, 1
                client.put("other", 1, 1)

            self.assert_fails("invalid", client.put_many, points(), closed=False)
            self.assertEqual(server.received, b"put k 1.0 1\n")

    def test_a_lost_connection_says_how_far_the_points_have_come(self):
        def script(session):
            for _ in range(1_000):
                session.read_line()
                session.write(b"ok\n\n")
            session.write(b"ok")

        with ScriptedServer(script) as server, connect(server) as client:
            error = self.assert_fails("closed", client.put_many, (("k", 1, i) for i in range(50_000)), closed=True)
            self.assertGreaterEqual(error.progress.sent, 1_000)
            self.assertLessEqual(error.progress.stored, 1_000)
            self.assertTrue(client.closed)

    def test_a_server_that_stops_to_answer_is_a_timeout(self):
        with ScriptedServer(replies("ok\n\n", "ok\n\n")) as server, connect(server, 0.1) as client:
            error = self.assert_fails("timeout", client.put_many, [("k", 1, i) for i in range(10)], closed=True)
            self.assertEqual(error.progress, (10, 2, 0))

    def test_a_malformed_reply_ends_the_connection(self):
        for reply in ("ok\nk 1.0 1\n\n", "HTTP/1.1 400 Bad Request\r\n", "okay", "ok\n\nok\n\n", "ok\n\nok\n", "\n\n"):
            with self.subTest(reply=reply), ScriptedServer(replies(reply)) as server, connect(server) as client:
                self.assert_fails("malformed reply", client.put_many, [("k", 1, 1)], closed=True)
                self.assertTrue(client.closed)

    def test_blocking_reads_have_their_timeout_afterwards(self):
        with ScriptedServer(acknowledge) as server, connect(server, 17.0) as client:
            client.put_many([("k", 1, 1)])
            self.assertEqual(client._socket.gettimeout(), 17.0)


class ThreadTests(ClientCase):

    def test_threads_that_share_a_client_get_their_own_replies(self):
        def script(session):
            while True:
                line = session.read_line()
                if not line:
                    return
                key = line[4:-1].decode()
                session.write(f"ok\n{key} 1.0 1\n\n".encode())

        wrong = []
        done = []

        def work(client, name):
            for i in range(100):
                if client.get(f"{name}.{i}") != {f"{name}.{i}": [(1, 1.0)]}:
                    wrong.append(f"{name}.{i}")
            done.append(name)

        with ScriptedServer(script) as server, connect(server) as client:
            threads = [threading.Thread(target=work, args=(client, f"t{i}")) for i in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            self.assertEqual(wrong, [])
            self.assertEqual(len(done), 4)


class FileTests(unittest.TestCase):

    SOURCE = (ROOT / "src/main/python/eardrum.py").read_text("utf-8")

    def test_the_version_is_that_of_the_build(self):
        pom = (ROOT / "pom.xml").read_text("utf-8")
        version = re.search(r"<artifactId>eardrum</artifactId>\s*<version>([^<]+)<", pom).group(1)
        self.assertEqual(eardrum.__version__, version.replace("-SNAPSHOT", ".dev0"))

    def test_python_3_8_can_read_it(self):
        ast.parse(self.SOURCE, feature_version=(3, 8))

    def test_it_needs_the_standard_library_alone(self):
        needed = {name.split(".")[0] for node in ast.walk(ast.parse(self.SOURCE))
                  for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                               else [node.module] if isinstance(node, ast.ImportFrom) else [])}
        self.assertLessEqual(needed, {"contextlib", "itertools", "math", "operator", "re", "selectors", "socket", "ssl",
                                      "threading", "time", "types", "typing"})

    def test_everything_public_is_documented_and_typed(self):
        for owner in (eardrum.Client, eardrum.Rows, eardrum.Progress, eardrum.ClientError):
            self.assertTrue(owner.__doc__, owner)
        for name, method in vars(Client).items():
            if not name.startswith("_") and callable(method):
                self.assertTrue(method.__doc__, name)
                self.assertIn("return", method.__annotations__, name)


if __name__ == "__main__":
    unittest.main()
