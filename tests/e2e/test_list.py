#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The list mode: what Logstash's redis input does to a list (BLPOP, or its script of LRANGE and LTRIM for batches) gives every
event once and in order; and the cap."""
import json
import time
import unittest

import redis

import scene
import support

LIST = "{ajar}:list"
# What the redis input of Logstash runs for batch_count > 1, as its documentation describes it: up to so many from the head.
BATCH = """
local taken = redis.call('LRANGE', KEYS[1], 0, ARGV[1])
redis.call('LTRIM', KEYS[1], ARGV[1] + 1, -1)
return taken
"""
BATCH_COUNT = 125


class WithList(unittest.TestCase):
    def setUp(self):
        self.redis = support.Redis().start()
        self.addCleanup(self.redis.close)
        self.client = redis.Redis(unix_socket_path=self.redis.socket, decode_responses=True, socket_timeout=10)

    def read(self, *options):
        run = support.ajar("read", "--redis", self.redis.url, "--redis-list", LIST, *options, *support.distinct_captures())
        self.assertEqual(run.returncode, 3, run.stderr)
        return run

    def ids(self, documents):
        return [json.loads(document)["event"]["id"] for document in documents]

    def expected(self):
        return [entry["id"] for _, entry in self.redis.entries()]

    def take_batches(self):
        name = self.client.script_load(BATCH)
        while batch := self.client.evalsha(name, 1, LIST, BATCH_COUNT - 1):
            yield from batch


class Reading(WithList):
    def test_batches_give_each_event_once_and_in_order(self):
        self.read()
        self.assertEqual(self.ids(self.take_batches()), self.expected())
        self.assertGreater(len(self.expected()), 2 * BATCH_COUNT)
        self.assertEqual(self.client.exists(LIST), 0)

    def test_one_by_one_gives_each_event_once_and_in_order(self):
        self.read()
        taken = []
        while answer := self.client.blpop(LIST, timeout=1):
            taken.append(answer[1])
        self.assertEqual(self.ids(taken), self.expected())

    def test_documents_are_those_of_the_stream(self):
        self.read()
        self.assertEqual(self.client.lrange(LIST, 0, -1), [entry["json"] for _, entry in self.redis.entries()])

    def test_at_the_cap_the_oldest_go_and_that_is_told_once(self):
        run = self.read("--redis-list-max", "100")
        self.assertEqual(run.stderr.count("at its cap of 100"), 1)
        self.assertEqual(self.ids(self.client.lrange(LIST, 0, -1)), self.expected()[-100:])

    def test_the_list_alone(self):
        run = self.read("--redis-stream=false", "--json")
        self.assertEqual(self.client.keys("*exposure*") + self.client.keys("{ajar}:events"), [])
        self.assertEqual(self.ids(self.client.lrange(LIST, 0, -1)), [e["event"]["id"] for e in support.events_of(run.stdout)])


class Live(scene.Scene):
    def test_what_goes_at_the_cap_is_counted(self):
        server = support.Redis().start()
        self.addCleanup(server.close)
        watch = scene.Watch(self, server.url, "--sensor", "span-1", "--redis-list", LIST, "--redis-list-max", "3")
        scene.ask(scene.LOOKER, scene.LIST)
        scene.ask(scene.TAKER, scene.SEARCH)
        support.wait_until(lambda: server.ask("XLEN", "{ajar}:events") > 3, "more than the list holds")
        watch.stop()
        self.assertEqual(server.ask("LLEN", LIST), 3)
        # The last heartbeat goes with the last event, so what that one pushed off is in no heartbeat any more.
        gone = server.ask("XLEN", "{ajar}:events") - 3
        self.assertIn(int(server.ask("HGET", "{ajar}:sensor:span-1", "list_dropped")), range(1, gone + 1))

    def test_a_sensor_at_rest_leaves_redis_alone(self):
        server = support.Redis().start()
        self.addCleanup(server.close)
        scene.Watch(self, server.url, "--sensor", "span-1", "--redis-list", LIST)
        support.wait_until(lambda: server.ask("EXISTS", "{ajar}:sensor:span-1"), "the first heartbeat")
        time.sleep(1)    # what the start brought along
        client = redis.Redis(unix_socket_path=server.socket, socket_timeout=10)
        client.config_resetstat()
        time.sleep(3)    # it looks once in 5 s whether Redis is there; the next heartbeat is due after 30 s
        asked = [stats["calls"] for name, stats in client.info("commandstats").items() if "eval" in name]
        self.assertLessEqual(sum(asked), 1)

    def test_a_reader_that_takes_while_events_come_gets_each_once(self):
        server = support.Redis().start()
        self.addCleanup(server.close)
        client = redis.Redis(unix_socket_path=server.socket, decode_responses=True, socket_timeout=10)
        watch = scene.Watch(self, server.url, "--redis-list", LIST)
        name, taken = client.script_load(BATCH), []
        for _ in range(6):
            scene.ask(scene.LOOKER, scene.LIST)
            taken += client.evalsha(name, 1, LIST, 4)
        watch.stop()
        while batch := client.evalsha(name, 1, LIST, 4):
            taken += batch
        ids = [json.loads(document)["event"]["id"] for document in taken]
        self.assertEqual(ids, [entry["id"] for _, entry in server.entries()])
        self.assertEqual(len([d for d in taken if json.loads(d)["event"]["action"] == "store-query"]), 6)


if __name__ == "__main__":
    scene.main()
