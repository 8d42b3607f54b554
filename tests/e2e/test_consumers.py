#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The programs of deploy/consumers on events that ajar put into a real Redis. The group consumer is killed again and again, and
at the end every event was worked on exactly once."""
import collections
import csv
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import support

CONSUMERS = os.path.join(support.ROOT, "deploy", "consumers")
SEED = int(os.environ.get("AJAR_TEST_SEED", "1"))
KILLS = 25


class WithEvents(unittest.TestCase):
    """A Redis, a folder, and consumers that are ended with the test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ajar-consumers-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.redis = support.Redis().start()
        self.addCleanup(self.redis.close)

    def fill(self, *arguments):
        run = support.ajar("read", "--geo", support.CITY, "--geo", support.ASN, "--redis", self.redis.url,
                           *(arguments or support.captures()))
        self.assertIn(run.returncode, (0, 3), run.stderr)

    def ids(self):
        return [entry["id"] for _, entry in self.redis.entries()]

    def consumer(self, name, *arguments):
        """Starts one; what it says is in its .said, a file."""
        said = tempfile.TemporaryFile(mode="w+")
        self.addCleanup(said.close)
        process = subprocess.Popen([os.path.join(CONSUMERS, name), *arguments], stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.said = said
        return process

    def text_of(self, process):
        process.said.seek(0)
        return process.said.read()

    def run_to_end(self, name, *arguments):
        run = subprocess.run([os.path.join(CONSUMERS, name), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=support.SECONDS)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout, run.stderr

    def end(self, process, how=signal.SIGTERM):
        process.send_signal(how)
        self.assertEqual(process.wait(timeout=10), 0, self.text_of(process))


class Group(WithEvents):
    def setUp(self):
        super().setUp()
        self.ledger = os.path.join(self.folder, "cases.db")
        self.options = ["--redis", self.redis.url, "--ledger", self.ledger]

    def cases(self):
        """Which events were worked on, each as often as that happened."""
        if not os.path.exists(self.ledger):
            return []
        with sqlite3.connect(self.ledger, timeout=10) as database:
            try:
                return [row[0] for row in database.execute("SELECT event FROM cases ORDER BY number")]
            except sqlite3.OperationalError:    # no table yet
                return []

    def pending(self):
        groups = self.redis.ask("XINFO", "GROUPS", "{ajar}:events")
        facts = groups[0] if isinstance(groups[0], dict) else dict(zip(groups[0][::2], groups[0][1::2]))
        return facts["pending"]

    def test_every_event_is_worked_on_once_although_consumers_are_killed(self):
        dice = random.Random(SEED)
        died_with_work = 0
        ids = set()
        for kill in range(KILLS):
            if len(ids) - len(self.cases()) < 200:    # events keep coming; at another site they are others
                self.fill("--site", f"site-{kill}", *support.captures())
                ids = set(self.ids())
            done = len(self.cases())
            # Names change: what a dead one held is taken over by another.
            process = self.consumer("group.py", *self.options, "--name", f"one-{dice.randrange(3)}", "--take-over", "0.2")
            support.wait_until(lambda: len(self.cases()) > done, "progress", seconds=20)
            time.sleep(dice.random() * 0.06)
            process.kill()
            process.wait()
            died_with_work += self.pending() > 0
        said = self.run_to_end("group.py", *self.options, "--name", "last", "--take-over", "0.2", "--until-empty")[1]
        worked = collections.Counter(self.cases())
        self.assertEqual({event: times for event, times in worked.items() if times != 1}, {}, "worked on more than once")
        self.assertEqual(set(worked), ids)
        self.assertEqual(self.pending(), 0)
        self.assertIn(" 0 lost", said)
        self.assertGreater(died_with_work, KILLS // 4, "the kills came too late to matter")
        print(f"\nseed {SEED}: {KILLS} kills, {died_with_work} of them with work in hand; {len(ids)} events, each once")

    def test_several_share_the_work(self):
        many = [self.consumer("group.py", *self.options, "--name", f"one-{n}", "--take-over", "0.2") for n in range(3)]
        self.fill()
        expected = set(self.ids())
        support.wait_until(lambda: len(self.cases()) >= len(expected), "all work", seconds=30)
        for process in many:
            self.end(process)
        self.assertEqual(sorted(self.cases()), sorted(expected))
        self.assertEqual(self.pending(), 0)

    def test_one_alone_keeps_the_order(self):
        self.fill(*support.distinct_captures())
        self.run_to_end("group.py", *self.options, "--until-empty")
        self.assertEqual(self.cases(), self.ids())

    def test_a_redis_that_comes_back_empty_is_read_from_its_start(self):
        process = self.consumer("group.py", *self.options)
        self.fill(support.exposed_capture())
        count = len(self.redis.events())
        support.wait_until(lambda: len(self.cases()) == count, "the work")
        self.redis.stop()
        self.redis.start()
        self.fill(support.harmless_capture())
        expected = count + len(self.redis.events())
        support.wait_until(lambda: len(self.cases()) == expected, "the work after the restart", seconds=30)
        self.end(process, signal.SIGINT)
        self.assertIn("again in", self.text_of(process))

    def test_what_was_trimmed_before_it_was_done_is_counted(self):
        self.fill(support.exposed_capture())
        count = len(self.redis.events())
        self.redis.ask("XGROUP", "CREATE", "{ajar}:events", "cases", 0)
        self.redis.ask("XREADGROUP", "GROUP", "cases", "dead", "COUNT", 3, "STREAMS", "{ajar}:events", ">")
        self.redis.ask("XREADGROUP", "GROUP", "cases", "me", "COUNT", 2, "STREAMS", "{ajar}:events", ">")
        self.redis.ask("XTRIM", "{ajar}:events", "MAXLEN", count - 5)
        said = self.run_to_end("group.py", *self.options, "--name", "me", "--take-over", "0", "--until-empty")[1]
        self.assertIn(f"{count - 5} done, 0 known already, 5 lost", said)
        self.assertEqual(self.pending(), 0)


class Others(WithEvents):
    def alerts(self):
        return [event for event in self.redis.events() if event["event"]["severity"] >= 70]

    def lines(self, process):
        return [line for line in self.text_of(process).splitlines() if not line.startswith("alerts.py:")]

    def test_alerts_come_as_lines_and_a_lost_connection_is_said(self):
        process = self.consumer("alerts.py", "--redis", self.redis.url)
        support.wait_until(lambda: "listening" in self.text_of(process), "the subscription")
        self.fill(support.exposed_capture())
        expected = self.alerts()
        self.assertTrue(expected)
        support.wait_until(lambda: len(self.lines(process)) == len(expected), "the alerts")
        for line, event in zip(self.lines(process), expected):
            for word in (event["event"]["action"], event["source"]["ip"], event["destination"]["ip"], event["ajar"]["verdict"]):
                self.assertIn(word, line)
        self.redis.stop()
        support.wait_until(lambda: "may be missing" in self.text_of(process), "the message of the loss")
        self.redis.start()
        support.wait_until(lambda: self.text_of(process).count("listening") >= 2, "the second subscription", seconds=30)
        self.fill(support.exposed_capture())
        support.wait_until(lambda: len(self.lines(process)) == 2 * len(expected), "the alerts after the restart")
        self.end(process)

    def test_report_shows_what_stands_open(self):
        self.fill()
        (key,) = self.redis.ask("KEYS", "{ajar}:import:*:exposures:open")
        ids = self.redis.ask("ZRANGE", key, 0, -1)
        doors = {self.redis.ask("HGET", key.replace("exposures:open", "exposure:" + door), "address") for door in ids}
        self.assertTrue(doors)
        reading = key[len("{ajar}:import:"):-len(":exposures:open")]
        table, _ = self.run_to_end("report.py", "--redis", self.redis.url, "--import", reading)
        self.assertIn(f"{len(ids)} open", table)
        for door in doors:
            self.assertIn(door, table)
        rows = list(csv.DictReader(io.StringIO(self.run_to_end("report.py", "--redis", self.redis.url, "--import", reading, "--csv")[0])))
        self.assertEqual({row["address"] for row in rows}, doors)
        self.assertEqual([row["last_seen"] for row in rows], sorted((row["last_seen"] for row in rows), reverse=True))
        self.assertIn("\n0 open", self.run_to_end("report.py", "--redis", self.redis.url)[0], "live and read are kept apart")

    def shell(self, what):
        return self.run_to_end("redis-cli.sh", what, "-s", self.redis.socket)[0].splitlines()

    def test_shell_examples_show_what_the_stream_holds(self):
        self.assertEqual(self.shell("doors") + self.shell("alerts") + self.shell("sensors"), [])
        follow = self.consumer("redis-cli.sh", "follow", "-s", self.redis.socket)
        time.sleep(0.3)
        self.fill(support.exposed_capture())
        entries = self.redis.entries()
        support.wait_until(lambda: len(self.text_of(follow).splitlines()) == len(entries), "the lines of all events")
        for line, (_, entry) in zip(self.text_of(follow).splitlines(), entries):
            self.assertIn(f" {entry['severity']} {entry['action']} {entry['verdict']} ", line)
        self.assertEqual(len(self.shell("alerts")), min(10, len(self.alerts())))
        self.redis.ask("GEOADD", "{ajar}:sources", 4.9, 52.37, "203.0.113.42")
        self.assertIn("203.0.113.42", self.shell("sources"))
        self.redis.ask("ZADD", "{ajar}:exposures:open", 1, "x", 2, "y")
        self.redis.ask("HSET", "{ajar}:exposure:y", "address", "10.20.30.11:9200", "last_seen", "2019-12-29T10:11:20Z")
        self.assertIn("10.20.30.11:9200", self.shell("doors")[0])
        self.redis.ask("HSET", "{ajar}:sensor:span-1", "packets", 7, "seen", "2019-12-29T10:11:20Z")
        self.assertIn("{ajar}:sensor:span-1  2019-12-29T10:11:20Z  7", self.shell("sensors")[0])

    def test_a_wrong_word_is_a_usage_error(self):
        run = subprocess.run([os.path.join(CONSUMERS, "redis-cli.sh"), "nonsense"], capture_output=True, text=True, timeout=10)
        self.assertEqual(run.returncode, 2)
        self.assertIn("doors", run.stderr)


if __name__ == "__main__":
    support.main()
