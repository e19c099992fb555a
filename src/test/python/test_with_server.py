"""Tests the Python client with a running server, which the environment names: see PythonClientIntegrationTests."""

import os
import ssl
import sys
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src" / "main" / "python"))

from eardrum import Client, ClientError  # noqa: E402
from scripted_server import ScriptedServer, acknowledge, last_words  # noqa: E402

PORT = int(os.environ.get("EARDRUM_TEST_PORT", 0))
TLS_PORT = int(os.environ.get("EARDRUM_TEST_TLS_PORT", 0))
CERTIFICATES = Path(os.environ.get("EARDRUM_TEST_CERTIFICATES", "."))


@unittest.skipUnless(PORT, "EARDRUM_TEST_PORT names no server")
class ServerTests(unittest.TestCase):

    def setUp(self):
        self.client = Client("127.0.0.1", PORT, 20)
        self.addCleanup(self.client.close)
        for key in self.client.keys():
            self.client.delete(key)

    def test_points_come_back_as_they_were_put(self):
        values = [0.1, -0.0, 1e16, 5e-324, 1.7976931348623157e308, 0.30000000000000004, 23.7, 1e23, 1.5e-05]
        for timestamp, value in enumerate(values):
            self.client.put("größe.\u00a0\u2028.ß", value, timestamp)
        self.client.put("other", 7, -(2**63))
        self.client.put("other", 8, 2**63 - 1)
        self.client.put("other", 2**53 + 1, 0)
        self.assertEqual(self.client.get(), {"größe.\u00a0\u2028.ß": list(enumerate(values)),
                                             "other": [(-(2**63), 7.0), (0, 2.0**53), (2**63 - 1, 8.0)]})
        self.assertEqual(str(self.client.get("größe.\u00a0\u2028.ß")["größe.\u00a0\u2028.ß"][1][1]), "-0.0")
        self.assertEqual(self.client.get("unknown"), {})

    def test_further_words_do_what_they_say(self):
        for key in ("b.cpu", "a.cpu", "a.mem"):
            for timestamp in (1, 2, 3):
                self.client.put(key, timestamp * 1.5, timestamp)
        self.assertEqual(self.client.keys(), ["b.cpu", "a.cpu", "a.mem"])
        self.assertEqual(self.client.keys("a.*"), ["a.cpu", "a.mem"])
        self.assertEqual(self.client.keys("none.*"), [])
        self.assertEqual(self.client.last("*.cpu"), {"b.cpu": (3, 4.5), "a.cpu": (3, 4.5)})
        self.assertEqual(self.client.last("a.mem"), {"a.mem": (3, 4.5)})
        self.assertEqual(self.client.last("none"), {})
        for key in ("back\\slash", "clo]sed}"):
            self.client.put(key, 1, 1)
            self.assertEqual(self.client.last(key), {key: (1, 1.0)})
            self.assertEqual(self.client.keys(key), [key])
            self.client.delete(key)
        self.assertEqual(self.client.range("a.cpu", 2, 3), [(2, 3.0), (3, 4.5)])
        self.assertEqual(self.client.range("a.cpu"), [(1, 1.5), (2, 3.0), (3, 4.5)])
        self.assertEqual(self.client.range("a.cpu", 3, 2), [])
        self.client.delete("a.cpu", end=2)
        self.assertEqual(self.client.get("a.cpu"), {"a.cpu": [(3, 4.5)]})
        self.client.delete("a.cpu")
        self.client.delete("unknown")
        self.assertEqual(self.client.keys(), ["b.cpu", "a.mem"])

    def test_many_points_are_stored_and_streamed(self):
        self.assertEqual(self.client.put_many((f"k.{i % 7}", i, i) for i in range(50_000)), 50_000)
        with self.client.stream() as rows:
            self.assertEqual(sorted(timestamp for _, timestamp, _ in rows), list(range(50_000)))
        self.assertEqual(len(self.client.get("k.0")["k.0"]), 7_143)

    def test_refused_points_are_told_and_the_session_goes_on(self):
        long = "k" * 600
        with self.assertRaises(ClientError) as raised:
            self.client.put(long, 1, 1)
        self.assertEqual((raised.exception.reason, raised.exception.closed), ("wrong command", False))
        refused = []
        self.assertEqual(self.client.put_many([("k", 1, 1), (long, 1, 1), ("k", 1, 2)], lambda *r: refused.append(r)), 2)
        self.assertEqual(refused, [(1, "wrong command")])
        self.assertEqual(self.client.get("k"), {"k": [(1, 1.0), (2, 1.0)]})

    def test_threads_may_share_a_client(self):
        failures = []

        def work(name):
            try:
                for timestamp in range(50):
                    self.client.put(name, timestamp, timestamp)
                    if self.client.last(name) != {name: (timestamp, float(timestamp))}:
                        failures.append(name)
            except ClientError as e:
                failures.append(str(e))

        threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(failures, [])
        self.assertEqual({key: len(points) for key, points in self.client.get().items()}, {f"t{i}": 50 for i in range(4)})


@unittest.skipUnless(TLS_PORT, "EARDRUM_TEST_TLS_PORT names no server")
class TlsTests(unittest.TestCase):

    def setUp(self):
        self.context = ssl.create_default_context(cafile=str(CERTIFICATES / "cert.pem"))

    def own_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / "cert.pem", CERTIFICATES / "key.pem")
        return context

    def test_points_travel_over_tls(self):
        with Client("127.0.0.1", TLS_PORT, 20, tls=self.context) as client:
            client.put("tls", 1, 1)
            self.assertEqual(client.put_many(("tls", i, i) for i in range(20_000)), 20_000)
            self.assertEqual(client.get("tls")["tls"], [(i, float(i)) for i in range(20_000)])
            self.assertEqual(client.last("tls"), {"tls": (19_999, 19_999.0)})

    def test_a_certificate_that_nobody_trusts_is_refused(self):
        with self.assertRaises(ClientError) as raised:
            Client("127.0.0.1", TLS_PORT, 20, tls=True)
        self.assertEqual(raised.exception.reason, "unreachable")
        self.assertIn("certificate", str(raised.exception))

    def test_a_server_without_tls_is_unreachable(self):
        with self.assertRaises(ClientError) as raised:
            Client("127.0.0.1", PORT, 20, tls=self.context)
        self.assertEqual(raised.exception.reason, "unreachable")

    def test_a_client_without_tls_hears_that_it_is_expected(self):
        with Client("127.0.0.1", TLS_PORT, 20) as client:
            with self.assertRaises(ClientError) as raised:
                client.put("k", 1, 1)
        self.assertEqual((raised.exception.reason, raised.exception.closed), ("TLS expected", True))

    def test_a_cut_reply_over_tls_is_not_taken_for_the_whole_one(self):
        with ScriptedServer(last_words("ok\nk 1.0 1\n"), tls=self.own_context()) as server, \
                Client("127.0.0.1", server.port, 20, tls=self.context) as client:
            with self.assertRaises(ClientError) as raised:
                client.get("k")
        self.assertEqual(raised.exception.reason, "closed")

    def test_a_silent_server_is_a_timeout_over_tls(self):
        with ScriptedServer(lambda session: session.stay_silent(), tls=self.own_context()) as server, \
                Client("127.0.0.1", server.port, 0.2, tls=self.context) as client:
            with self.assertRaises(ClientError) as raised:
                client.put_many([("k", 1, 1)])
        self.assertEqual(raised.exception.reason, "timeout")

    def test_more_than_a_socket_takes_is_sent_over_tls(self):
        with ScriptedServer(acknowledge, tls=self.own_context()) as server, \
                Client("127.0.0.1", server.port, 20, tls=self.context) as client:
            self.assertEqual(client.put_many(("k" * 4000, 1, i) for i in range(1_000)), 1_000)


if __name__ == "__main__":
    unittest.main()
