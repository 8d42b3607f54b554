#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar read and a real redis-server: what is written, read back with redis-cli, and every way in which Redis says no."""
import concurrent.futures
import unittest

import support

PASSWORD = "a:long/pass word@1"
PASSWORD_IN_URL = "a%3Along%2Fpass%20word%401"
FIELDS = {"id", "action", "severity", "store", "verdict", "src", "dst", "country", "json"}


class WithRedis(unittest.TestCase):
    def redis(self, **options):
        redis = support.Redis(**options)
        self.addCleanup(redis.close)
        return redis.start()

    def read(self, url, *arguments):
        return support.ajar("read", "--json", "--geo", support.CITY, "--geo", support.ASN, "--redis", url, *arguments)


class Contract(WithRedis):
    def setUp(self):
        self.server = self.redis()
        run = self.read(self.server.url, *support.distinct_captures())
        self.assertEqual(run.returncode, 3, run.stderr)
        self.printed = support.of_stores(support.events_of(run.stdout))

    def test_every_event_is_in_the_stream_once_and_in_order(self):
        ids = [e["event"]["id"] for e in support.of_stores(self.server.events())]
        self.assertEqual(ids, [e["event"]["id"] for e in self.printed])
        self.assertEqual(len(set(ids)), len(ids))

    def test_fields_of_an_entry_repeat_its_event(self):
        for _, entry in self.server.entries():
            event = support.events_of(entry["json"])[0]
            if event["event"]["action"] == "sensor-status":
                continue
            self.assertEqual(set(entry), FIELDS)
            self.assertEqual(entry["id"], event["event"]["id"])
            self.assertEqual(entry["action"], event["event"]["action"])
            self.assertEqual(int(entry["severity"]), event["event"]["severity"])
            self.assertEqual(entry["store"], event["ajar"]["store"])
            self.assertEqual(entry["verdict"], event["ajar"]["verdict"])
            self.assertTrue(entry["src"].startswith(event["source"]["ip"]), entry["src"])
            self.assertTrue(entry["dst"].startswith(event["destination"]["ip"]), entry["dst"])
            self.assertEqual(entry["country"], event["source"].get("geo", {}).get("country_iso_code", ""))

    def test_a_reading_is_marked_and_leaves_the_open_doors_alone(self):
        (mark,) = {event["ajar"]["import"] for event in support.of_stores(self.server.events())}
        self.assertEqual(self.server.ask("EXISTS", "{ajar}:exposures:open"), 0)
        self.assertEqual(self.server.ask("KEYS", "{ajar}:sensor:*"), [])
        doors = self.server.ask("ZRANGE", "{ajar}:import:%s:exposures:open" % mark, 0, -1)
        life, stores = {}, {}
        for event in self.printed:
            if event["event"]["action"].startswith("exposure-"):
                stores[event["ajar"]["exposure"]] = event["ajar"]["store"]
                life[event["ajar"]["exposure"]] = event["ajar"]["exposure_state"]["status"]
        self.assertEqual(sorted(doors), sorted(exposure for exposure, status in life.items() if status == "open"))
        for exposure, status in life.items():
            self.assertEqual(self.server.ask("HGET", "{ajar}:import:%s:exposure:%s" % (mark, exposure), "status"), status)
        for door in doors:
            key = "{ajar}:import:%s:exposure:%s" % (mark, door)
            self.assertEqual(self.server.ask("HGET", key, "store"), stores[door])
            self.assertGreater(self.server.ask("TTL", key), 0)

    def test_all_keys_lie_in_one_slot(self):
        keys = self.server.ask("KEYS", "*")
        self.assertTrue(keys)
        for key in keys:
            self.assertTrue(key.startswith("{ajar}:"), key)


class Ways(WithRedis):
    def same_as_printed(self, server, run, database=0):
        self.assertEqual(run.returncode, 3, run.stderr)
        ids = [e["event"]["id"] for e in support.of_stores(support.events_of(run.stdout))]
        self.assertTrue(ids)
        self.assertEqual([e["event"]["id"] for e in support.of_stores(server.events(database))], ids)

    def test_password_over_tcp(self):
        server = self.redis(port=support.free_port(), password=PASSWORD)
        run = self.read(f"redis://:{PASSWORD_IN_URL}@127.0.0.1:{server.port}", support.exposed_capture())
        self.same_as_printed(server, run)

    def test_user_and_database(self):
        acl = ["--user", "sensor", "on", ">" + "pw1", "~{ajar}:*", "&{ajar}:*", "+@all"]
        server = self.redis(port=support.free_port(), arguments=acl)
        run = self.read(f"redis://sensor:pw1@127.0.0.1:{server.port}/3", support.exposed_capture())
        self.same_as_printed(server, run, database=3)
        self.assertEqual(server.entries(), [])

    def test_stream_that_other_sensors_write_too(self):
        server = self.redis()
        server.ask("XADD", "{ajar}:events", "*", "id", "other", "json", "{}")
        self.assertEqual(self.read(server.url, support.exposed_capture()).returncode, 3)
        self.assertEqual(server.entries()[0][1]["id"], "other")
        self.assertGreater(len(server.entries()), 1)


class Refusals(WithRedis):
    def refused(self, url, *words):
        """One message, exit status 1, and no event was given out."""
        run = self.read(url, support.exposed_capture())
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        return run.stderr

    def test_nobody_listens(self):
        port = support.free_port()
        self.refused(f"redis://127.0.0.1:{port}", f"127.0.0.1:{port}", "refused")

    def test_no_such_socket(self):
        self.refused("unix:///nonexistent/redis.sock", "/nonexistent/redis.sock", "No such file")

    def test_wrong_password_which_is_not_repeated(self):
        server = self.redis(port=support.free_port(), password=PASSWORD)
        message = self.refused(f"redis://:wrong-secret@127.0.0.1:{server.port}", "WRONGPASS")
        self.assertNotIn("wrong-secret", message)
        self.assertEqual(server.entries(), [])

    def test_password_missing(self):
        server = self.redis(port=support.free_port(), password=PASSWORD)
        self.refused(f"redis://127.0.0.1:{server.port}", "NOAUTH")

    def test_no_such_database(self):
        server = self.redis(port=support.free_port())
        self.refused(f"redis://127.0.0.1:{server.port}/99", "99")

    def test_a_server_that_takes_no_writes(self):
        """ajar tries for as long as it would for a server that comes back; both cases wait at the same time."""
        full = self.redis(arguments=["--maxmemory", "1", "--maxmemory-policy", "noeviction"])
        replica = self.redis(arguments=["--replicaof", "127.0.0.1", str(support.free_port())])
        with concurrent.futures.ThreadPoolExecutor() as both:
            runs = [(word, both.submit(self.read, server.url, support.exposed_capture()))
                    for word, server in (("OOM", full), ("READONLY", replica))]
        for word, run in runs:
            with self.subTest(word):
                self.assertEqual(run.result().returncode, 1, run.result().stderr)
                self.assertIn(word, run.result().stderr)


if __name__ == "__main__":
    support.main()
