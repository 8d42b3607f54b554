#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar watch on a mirror interface: a server and clients in network namespaces (deploy/live), events in a real Redis.

Runs itself again inside deploy/live/namespaces. Prints how long an event took from its packet to Redis."""
import datetime
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import unittest

import support
import contract    # support says where it is

LIVE = os.path.join(support.ROOT, "deploy", "live")
AGENT = "curl/7.88.1"
# The product's budget is 100 ms at rest; the sanitizers and a busy machine get more.
BUDGET_MS = 1000 if os.environ.get("AJAR_SANITIZE") else 100


def command_outside(source, *requests, server="10.20.30.11"):
    return ["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", os.path.join(LIVE, "client"), source, f"http://{server}:9200",
            AGENT, *requests]


def outside(source, *requests, server="10.20.30.11"):
    subprocess.run(command_outside(source, *requests, server=server), check=True, stdout=subprocess.DEVNULL, timeout=support.SECONDS)


def milliseconds(timestamp):
    return datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp() * 1000


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = []
        for address in ("10.20.30.11", "2001:db8:10::11"):
            if ":" in address and not os.path.exists("/proc/net/if_inet6"):
                continue
            server = subprocess.Popen([os.path.join(LIVE, "elasticsearch"), address, "9200"], stdout=subprocess.PIPE, text=True)
            cls.addClassCleanup(server.stdout.close)
            cls.addClassCleanup(server.wait)
            cls.addClassCleanup(server.kill)
            assert server.stdout.readline() == "ready\n"

    def setUp(self):
        self.redis = support.Redis()
        self.addCleanup(self.redis.close)

    def watch(self, *options):
        """Starts ajar watch and returns once it captures."""
        messages = tempfile.TemporaryFile()
        self.addCleanup(messages.close)
        folder = tempfile.TemporaryDirectory(prefix="ajar-journal-")
        self.addCleanup(folder.cleanup)
        journal = os.path.join(folder.name, "journal.db")
        sensor = subprocess.Popen([support.AJAR, "watch", "-i", "mirror0", "--journal", journal, "--redis", self.redis.url, "--geo", support.CITY,
                                   "--geo", support.ASN, *options],
                                  stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
        self.addCleanup(sensor.wait)
        self.addCleanup(sensor.kill)
        sensor.messages = messages
        support.wait_until(lambda: sensor.poll() is not None or "watching mirror0" in self.said(sensor), "ajar watch")
        self.assertIsNone(sensor.poll(), self.said(sensor))
        return sensor

    def said(self, sensor):
        sensor.messages.seek(0)
        return sensor.messages.read().decode()

    def stop(self, sensor, how=signal.SIGTERM):
        sensor.send_signal(how)
        self.assertEqual(sensor.wait(timeout=10), 0, self.said(sensor))

    def actions(self, action, source=None):
        return [e for e in self.redis.events() if e["event"]["action"] == action and (not source or e["source"]["ip"] == source)]

    def test_an_exposure_is_in_redis_before_the_budget_is_over(self):
        self.redis.start()
        sensor = self.watch()
        for _ in range(7):
            seen = len(self.actions("store-query"))
            outside("203.0.113.61", "GET /customers/_search")
            support.wait_until(lambda: len(self.actions("store-query")) > seen, "the event of the query")
        took = [at - milliseconds(json.loads(entry["json"])["@timestamp"]) for at, entry in self.redis.entries()
                if entry["action"] in ("store-query", "exposure-opened")]
        print(f"\npacket to Redis: first {took[0]:.0f} ms, median {statistics.median(took):.0f} ms, longest {max(took):.0f} ms, "
              f"of {len(took)} events")
        self.assertGreater(min(took), -2)
        self.assertLess(statistics.median(took), BUDGET_MS)
        self.stop(sensor)

    def test_dashboards_find_the_open_door(self):
        self.redis.start()
        listener = subprocess.Popen(["redis-cli", "-s", self.redis.socket, "SUBSCRIBE", "{ajar}:alerts"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        support.wait_until(lambda: self.redis.ask("PUBSUB", "NUMSUB", "{ajar}:alerts") == ["{ajar}:alerts", 1]
                           or self.redis.ask("PUBSUB", "NUMSUB", "{ajar}:alerts") == {"{ajar}:alerts": 1}, "the subscription")
        sensor = self.watch("--site", "test-site")
        outside("203.0.113.42", "GET /", "GET /_cat/indices?v")
        outside("203.0.113.61", "GET /customers/_search?scroll=1m&size=1000",
                'POST /_search/scroll {"scroll":"1m","scroll_id":"{scroll}"}')
        support.wait_until(lambda: any(e["ajar"]["verdict"] == "drained" for e in self.actions("store-query")), "the verdict drained")
        self.stop(sensor)

        self.assertEqual(len(self.actions("exposure-opened")), 1)
        (exposure,) = self.redis.ask("ZRANGE", "{ajar}:exposures:open", 0, -1)
        fields = self.redis.ask("HGETALL", "{ajar}:exposure:" + exposure)
        if isinstance(fields, list):
            fields = dict(zip(fields[::2], fields[1::2]))
        for name in ("first_seen", "last_seen", "store", "address", "verdict", "records", "returned", "actors", "countries", "severity"):
            self.assertIn(name, fields)
        self.assertEqual(fields["store"], "elasticsearch")
        self.assertIn("10.20.30.11", fields["address"])
        self.assertEqual(fields["verdict"], "drained")
        self.assertEqual(int(fields["records"]), 1656)
        self.assertEqual(int(fields["actors"]), 2)
        self.assertEqual(set(fields["countries"].split(",")), {"NL", "US"})
        near = self.redis.ask("GEOSEARCH", "{ajar}:sources", "FROMLONLAT", 4.9, 52.4, "BYRADIUS", 200, "km")
        self.assertTrue(any("203.0.113.42" in name for name in near), near)
        (heartbeat,) = self.redis.ask("KEYS", "{ajar}:sensor:*")
        self.assertGreater(self.redis.ask("TTL", heartbeat), 0)
        listener.kill()
        alerts = contract.read(line for line in listener.stdout if line.startswith('{"'))
        self.assertIn("exposure-opened", [e["event"]["action"] for e in alerts])
        for alert in alerts:
            self.assertGreaterEqual(alert["event"]["severity"], 70)

        for event in self.redis.events():
            self.assertEqual(event["ajar"]["site"], "test-site")
            self.assertNotIn("import", event["ajar"])

    def test_a_stop_delivers_what_is_still_open(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=how):
                self.redis.stop()
                self.redis.start()
                sensor = self.watch()
                # The scene's client ends its connection when it is done; a socket of this test's own stays open.
                holder = subprocess.Popen(["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", sys.executable, "-c", HOLD],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                try:
                    self.assertEqual(holder.stdout.readline(), "answered\n")
                    support.wait_until(lambda: self.actions("store-query"), "the event of the query")
                    self.assertEqual(self.actions("store-session"), [])
                    self.stop(sensor, how)
                    self.assertEqual(len(self.actions("store-session")), 1)
                    self.assertTrue(self.actions("sensor-status"))
                finally:
                    holder.communicate()

    def test_ipv6(self):
        if not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        self.redis.start()
        sensor = self.watch()
        outside("2001:db8:30::9", "GET /customers/_count", server="[2001:db8:10::11]")
        (event,) = support.wait_until(lambda: self.actions("store-query", "2001:db8:30::9"), "the event over IPv6")
        self.assertEqual(event["ajar"]["verdict"], "metadata")
        self.assertEqual(event["source"]["geo"]["country_iso_code"], "DE")
        self.assertNotIn("city_name", event["source"]["geo"])
        self.stop(sensor)

    def test_filter_hides_what_it_excludes(self):
        self.redis.start()
        sensor = self.watch("--filter", "not host 203.0.113.61")
        outside("203.0.113.61", "GET /customers/_search")
        outside("203.0.113.42", "GET /customers/_search")
        support.wait_until(lambda: self.actions("store-query", "203.0.113.42"), "the event of the other client")
        self.stop(sensor)
        self.assertEqual(self.actions("store-query", "203.0.113.61"), [])

    def test_events_wait_for_a_redis_that_comes_later(self):
        sensor = self.watch()
        outside("203.0.113.61", "GET /customers/_search")
        self.redis.start()
        support.wait_until(lambda: self.actions("exposure-opened"), "the event after Redis came up", seconds=30)
        self.redis.stop()
        self.redis.start()
        outside("203.0.113.42", "GET /customers/_search")
        support.wait_until(lambda: self.actions("store-query", "203.0.113.42"), "the event after Redis was restarted", seconds=30)
        self.stop(sensor)

    def test_unknown_interface_and_broken_filter_are_one_message(self):
        self.redis.start()
        for options, words in ((["-i", "nope0"], ["nope0"]), (["-i", "mirror0", "--filter", "prot 80"], ["prot 80"])):
            with self.subTest(options=options):
                run = support.ajar("watch", "--journal", "memory", *options)
                self.assertEqual(run.returncode, 1, run.stderr)
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                for word in words:
                    self.assertIn(word, run.stderr)


# One query over a connection that stays open until this program's standard input ends.
HOLD = """
import socket, sys
s = socket.create_connection(("10.20.30.11", 9200), timeout=10)
s.sendall(b"GET /customers/_search HTTP/1.1\\r\\nHost: 10.20.30.11:9200\\r\\n\\r\\n")
s.recv(65536)
print("answered", flush=True)
sys.stdin.read()
"""


def inside_namespaces():
    """Runs this program again where mirror0 is. Status 77: the namespaces cannot be made."""
    run = subprocess.run([os.path.join(LIVE, "namespaces"), sys.executable, *sys.argv], stdin=subprocess.DEVNULL)
    if run.returncode == 77:
        support.cannot_run("no network namespaces, see above")
    sys.exit(run.returncode)


if __name__ == "__main__":
    if "AJAR_CLIENTS" not in os.environ:
        inside_namespaces()
    support.main()
