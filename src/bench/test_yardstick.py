#!/usr/bin/env python3
"""Tests yardstick.py and its client: against servers that answer wrongly, and against real ones, whose meters must
agree.

    ./mvnw package -DskipTests
    python3 src/bench/test_yardstick.py

Takes some seconds. Redis takes part where redis-server is installed.
"""
import contextlib
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
import unittest

import processes
import yardstick

EVERY_LOAD = {"put": "4x500", "get": "50x1", "get-10": "8x16", "last": "1x1", "last-10": "8x16", "range-100": "8x16",
              "mix": "1x1", "mix90": "1x1"}
ONE_AT_A_TIME = ["--connections", "1", "--depth", "1", "--series", "1", "--seconds", "0.1", "--warmup", "0"]
FIRST_POINT = b"server0.metric0 10.0 1700000000\n"

scratch = tempfile.TemporaryDirectory()


def setUpModule():
    global program
    program = yardstick.build(scratch.name)


def tearDownModule():
    scratch.cleanup()


@contextlib.contextmanager
def server(answer, piece=1 << 16):
    """A server for one connection and one request at a time; sends `answer(request)` in pieces. Gives its port."""
    def serve():
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(OSError):
            while request := connection.recv(1 << 16):
                reply = answer(request)
                if reply is None:
                    return
                for start in range(0, len(reply), piece):
                    connection.sendall(reply[start:start + piece])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def client(*words):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=20)


class WrongInput(unittest.TestCase):

    def refused(self, message, *words):
        run = client(*words)
        self.assertEqual(2, run.returncode, run.stderr)
        self.assertIn(message, run.stderr)
        self.assertEqual(1, run.stderr.count("\n"), run.stderr)
        self.assertEqual("", run.stdout)

    def test_an_unknown_load_is_refused(self):
        self.refused("not 'pet'", "eardrum", 8888, "pet")

    def test_an_unknown_server_is_refused(self):
        self.refused("not 'memcached'", "memcached", 8888, "put")

    def test_a_number_that_is_none_or_out_of_bounds_is_refused(self):
        for number in ("x", "0", "-1", "1.5", "1e9", "nan", "", "5x"):
            with self.subTest(number):
                self.refused(f"not '{number}'", "eardrum", 8888, "put", "--connections", number)
        self.refused("the port", "eardrum", 65536, "put")
        self.refused("--seconds", "eardrum", 8888, "put", "--seconds", "forever")

    def test_an_unknown_option_and_a_missing_value_are_refused(self):
        self.refused("'--deep'", "eardrum", 8888, "put", "--deep", 5)
        self.refused("'--depth'", "eardrum", 8888, "put", "--depth")

    def test_a_prefix_that_would_break_the_line_is_refused(self):
        self.refused("--prefix", "eardrum", 8888, "put", "--prefix", "a b")

    def test_too_few_words_are_refused(self):
        self.refused("are needed", "eardrum", 8888)

    def test_the_script_refuses_in_one_line_too(self):
        for words in (["--loads", "get,pet"], ["--shapes", "5"], ["--fsync", "never"], ["--rounds", "0"],
                      ["--seconds", "x"], ["--jars", "none.jar", "none.jar"], ["--java", "/none"]):
            with self.subTest(words):
                run = subprocess.run([sys.executable, yardstick.__file__, *words], capture_output=True, text=True,
                                     timeout=20)
                self.assertEqual(2, run.returncode, run.stderr)
                self.assertEqual(1, run.stderr.count("\n"), run.stderr)


class WrongAnswers(unittest.TestCase):

    def fails(self, message, kind, load, answer, *more):
        with server(answer) as port:
            run = client(kind, port, load, *ONE_AT_A_TIME, *more)
        self.assertEqual(1, run.returncode, run.stderr)
        self.assertIn(message, run.stderr)
        self.assertEqual(1, run.stderr.count("\n"), run.stderr)
        self.assertEqual("", run.stdout)

    def eardrum_get(self, reply):
        return lambda request: b"ok\n\n" * request.count(b"put ") or reply

    def redis_get(self, reply):
        return lambda request: b"+OK\r\n" if b"SET" in request else reply

    def test_a_server_that_is_not_there_is_told_of(self):
        run = client("eardrum", processes.free_port(), "put")
        self.assertEqual(1, run.returncode)
        self.assertRegex(run.stderr, r"\Ayardstick: 127\.0\.0\.1 port \d+: Connection refused\n\Z")

    def test_a_process_that_is_not_there_is_told_of(self):
        self.fails("there is no process 4194305", "eardrum", "put", lambda _: b"ok\n\n", "--server-pid", "4194305")

    def test_an_error_ends_the_run_with_the_reply(self):
        self.fails(r'"error\nwrong command\n\n"', "eardrum", "put", lambda _: b"error\nwrong command\n\n")
        self.fails(r'"-ERR no\r\n"', "redis", "put", lambda _: b"-ERR no\r\n")
        self.fails(r'"-ERR no\r\n"', "redis", "get", self.redis_get(b"-ERR no\r\n"))

    def test_an_unknown_status_ends_the_run(self):
        self.fails(r'"yes\n\n"', "eardrum", "put", lambda _: b"yes\n\n")
        self.fails(r'"+YES\r\n"', "redis", "put", lambda _: b"+YES\r\n")

    def test_too_few_and_too_many_rows_end_the_run(self):
        self.fails("with 0 rows and not 1", "eardrum", "get", self.eardrum_get(b"ok\n\n"))
        self.fails("with 2 rows and not 1", "eardrum", "get", self.eardrum_get(b"ok\n" + 2 * FIRST_POINT + b"\n"))
        self.fails("with 1 rows and not 0", "eardrum", "put", lambda _: b"ok\n" + FIRST_POINT + b"\n")
        self.fails(r'"$-1\r\n"', "redis", "get", self.redis_get(b"$-1\r\n"))

    def test_lists_of_redis_with_too_few_and_too_many_rows_end_the_run(self):
        def list_of(rows):
            reply = b"*%d\r\n" % rows + b"$15\r\n10.0 1700000000\r\n" * rows
            fill = {b"DEL": b":0\r\n", b"RPUSH": b":1\r\n:2\r\n"}
            return lambda request: fill.get(request.split(b"\r\n")[2], reply)
        for rows in (0, 1, 3):
            self.fails(f"with {rows} rows and not 2", "redis", "get", list_of(rows), "--points", "2")

    def test_a_wrong_value_is_found_where_values_are_verified(self):
        wrong_point = FIRST_POINT.replace(b"10.0", b"10.1")
        self.fails('returned "server0.metric0 10.1 1700000000" and not "server0.metric0 10.0 1700000000"',
                   "eardrum", "get", self.eardrum_get(b"ok\n" + wrong_point + b"\n"), "--verify")
        self.fails('returned "10.0 1700000001" and not "10.0 1700000000"', "redis", "get",
                   self.redis_get(b"$15\r\n10.0 1700000001\r\n"), "--verify")

    def test_the_newest_points_are_verified_as_such(self):
        self.fails('returned "server0.metric0 10.0 1700000000" and not "server0.metric0 10.7 1700000001"', "eardrum",
                   "last", self.eardrum_get(b"ok\n" + FIRST_POINT + b"\n"), "--points", "2", "--verify")
        self.fails('returned "server0.metric0 10.0 1700000000" and not "server0.metric0 10.7 1700000001"', "eardrum",
                   "range", self.eardrum_get(b"ok\n" + FIRST_POINT + b"\n"), "--points", "2", "--rows", "1",
                   "--verify")

    def test_what_was_put_is_read_back_where_values_are_verified(self):
        self.fails("with 0 rows and not", "eardrum", "put", lambda _: b"ok\n\n", "--verify")
        self.fails('returned "10.0 1700000000" and not', "redis", "put", self.redis_get(b"$15\r\n10.0 1700000000\r\n"),
                   "--verify")

    def test_more_than_was_asked_for_ends_the_run(self):
        self.fails("not asked for", "eardrum", "put", lambda _: b"ok\n\nok\n\n")
        self.fails("not asked for", "redis", "put", lambda _: b"+OK\r\n+OK\r\n")

    def test_a_connection_that_is_closed_ends_the_run(self):
        self.fails("has closed connection 0", "eardrum", "put", lambda _: None)

    def test_silence_ends_the_run(self):
        self.fails("no answer for 0.3 s", "eardrum", "put", lambda _: b"", "--timeout", "0.3")

    def test_half_an_error_is_waited_for(self):
        self.fails("no answer for 0.3 s", "eardrum", "put", lambda _: b"error\n", "--timeout", "0.3")


class RightAnswers(unittest.TestCase):

    def test_asks_for_the_newest_points_only(self):
        requests = []

        def answer(request):
            requests.append(request)
            return b"ok\n\n" * request.count(b"put ") or b"ok\n" + FIRST_POINT.replace(b"00\n", b"01\n") * rows + b"\n"
        for load, rows, request in (("last", 1, b"last server0.metric0\n"),
                                    ("range", 2, b"range server0.metric0 1700000001 1700000002\n")):
            with server(answer) as port:
                run = client("eardrum", port, load, *ONE_AT_A_TIME, "--points", "3", "--rows", "2")
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual(request, requests[-1])

    def test_fills_nothing_where_a_run_before_has_done_so(self):
        requests = []

        def answer(request):
            requests.append(request)
            return b"ok\n" + FIRST_POINT + b"\n"
        with server(answer) as port:
            run = client("eardrum", port, "get", *ONE_AT_A_TIME, "--filled")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual({b"get server0.metric0\n"}, set(requests))

    def test_replies_may_be_cut_anywhere(self):
        replies = {b"put": b"ok\n\n", b"get": b"ok\n" + FIRST_POINT + b"\n"}
        with server(lambda request: replies[request[:3]], piece=1) as port:
            run = client("eardrum", port, "get", *ONE_AT_A_TIME, "--verify")
        self.assertEqual(0, run.returncode, run.stderr)
        replies = {b"SET": b"+OK\r\n", b"GET": b"$15\r\n10.0 1700000000\r\n",
                   b"DEL": b":0\r\n", b"RPUSH": b":1\r\n:2\r\n",
                   b"LRANGE": b"*2\r\n$15\r\n10.0 1700000000\r\n$15\r\n10.7 1700000001\r\n"}
        for points in ("1", "2"):
            with server(lambda request: replies[request.split(b"\r\n")[2]], piece=1) as port:
                run = client("redis", port, "get", *ONE_AT_A_TIME, "--verify", "--points", points)
            self.assertEqual(0, run.returncode, run.stderr)

    def test_the_round_trip_is_the_time_to_the_answer(self):
        def slow(_):
            time.sleep(0.02)
            return b"ok\n\n"
        with server(slow) as port:
            figures = yardstick.run_client(program, "eardrum", port, "put", "1x1", "--series", "1",
                                           seconds=0.5, warmup=0)
        self.assertGreaterEqual(figures["p50_us"], 20_000)
        # With one request at a time, rate and round trip are each other's inverse, except for what a busy machine adds
        # to some of them.
        self.assertAlmostEqual(1, figures["requests_per_second"] * figures["p50_us"] / 1e6, delta=0.5)

    def test_eardrum_counts_what_the_client_counts(self):
        options = types.SimpleNamespace(java="java", heap="256m", memory=None)
        eardrum = yardstick.Eardrum("Eardrum", "everysec", options)
        # This starts in half the time; how fast the server becomes does not matter here.
        eardrum.command.insert(1, "-XX:TieredStopAtLevel=1")
        self.counts_agree(eardrum)

    @unittest.skipUnless(shutil.which("redis-server"), "redis-server is not installed")
    def test_redis_counts_what_the_client_counts(self):
        self.counts_agree(yardstick.Redis("Redis", "everysec"))

    def counts_agree(self, measured):
        """Runs every load, with every value verified."""
        counted = {"puts": 0, "gets": 0, "rows": 0}
        with measured.running() as (process, port):
            for load, shape in EVERY_LOAD.items():
                figures = yardstick.run_client(program, measured.kind, port, load, shape, "--verify", "--prefix", load,
                                               "--server-pid", str(process.pid), seconds=0.5, warmup=0.1)
                self.assertAlmostEqual(figures["answered"], figures["requests_per_second"] * figures["seconds"],
                                       delta=figures["answered"] * 0.01)
                self.assertGreater(figures["answered"], 0)
                self.assertGreater(figures["p50_us"], 0)
                self.assertLessEqual(figures["p50_us"], figures["p99_us"])
                self.assertLessEqual(figures["p99_us"], figures["p999_us"])
                for kind in counted:
                    counted[kind] += figures[f"all_{kind}"]
            self.assertGreater(min(counted.values()), 0)
            self.assertEqual(*self.same_kinds(self.settled(measured, counted), counted))

    def settled(self, measured, counted):
        """What the server has counted, once it is what the client has, or after five seconds."""
        deadline = time.monotonic() + 5
        while True:
            counts = measured.counts()
            if time.monotonic() > deadline or all(counts[kind] >= counted[kind] for kind in counts):
                return counts
            time.sleep(0.1)

    def same_kinds(self, counts, counted):
        return counts, {kind: counted[kind] for kind in counts}


def pair(rates, p99=(1, 1), client_share=0.1):
    """Rounds of two servers: their rates in each, and what is the same in all."""
    runs = [[{"requests_per_second": rate, "p50_us": 1, "p99_us": p99[side], "p999_us": 1, "server_cpu_us": 2 + side,
              "client_share": client_share} for rate in rates_of_one] for side, rates_of_one in enumerate(zip(*rates))]
    return yardstick.Pair("put 1x1", *runs)


class Verdicts(unittest.TestCase):

    def test_the_ratio_is_the_median_of_the_rounds_own(self):
        self.assertEqual(2, pair([(10, 10), (40, 20), (90, 30)]).ratio("requests_per_second"))

    def test_a_jar_is_within_noise_down_to_its_bound(self):
        self.assertTrue(pair([(97, 100)]).verdict("everysec")[0])
        self.assertFalse(pair([(96.9, 100)]).verdict("everysec")[0])
        self.assertTrue(pair([(95, 100)]).verdict("always")[0])
        self.assertFalse(pair([(94.9, 100)]).verdict("always")[0])

    def test_a_jar_with_a_longer_tail_is_not_within_noise(self):
        self.assertTrue(pair([(100, 100)], (11, 10)).verdict("everysec")[0])
        self.assertFalse(pair([(100, 100)], (11.1, 10)).verdict("everysec")[0])

    def test_the_ratio_of_cpu_counts_where_the_client_takes_much_of_it(self):
        for share, said in ((0.4, False), (0.41, True)):
            with contextlib.redirect_stdout(io.StringIO()) as output:
                yardstick.print_pairs("new", "old", [pair([(1, 1)], client_share=share)])
            self.assertEqual(said, "that of CPU µs a command: 0.67 (0.67 to 0.67)" in output.getvalue())


if __name__ == "__main__":
    unittest.main()
