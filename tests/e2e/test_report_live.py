#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`ajar report` beside a running `ajar watch`: from its journal while it writes it, and from the Redis that it feeds, also with a second
sensor of the same site. Both tell the founding case, which takes a second here."""
import json
import os
import subprocess
import tempfile
import unittest

import replay
import scene
import stories
import support
from test_report import SAME

STORY = stories.Story("elasticsearch-6.8.23-december-")
OUTSIDE = {(f"10.20.30.{n}", "outside") for n in range(11, 16)}


def report(*arguments):
    run = subprocess.run([support.AJAR, "report", "--json", *arguments], capture_output=True, text=True, timeout=support.SECONDS)
    assert run.returncode in (0, 3), run.stderr
    return json.loads(run.stdout)


def doors(doc):
    return {(e["address"], e["zone"]) for e in doc["exposures"]}


class Live(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-report-")
        self.addCleanup(folder.cleanup)
        self.folder, self.journal = folder.name, os.path.join(folder.name, "journal.db")
        self.redis = support.Redis().start()
        self.addCleanup(self.redis.close)
        self.replay = replay.Replay(self, STORY.captures)

    def start(self, name, journal):
        return replay.watch(self, journal, "--site", "hq", "--sensor", name, "--redis", self.redis.url)

    def from_redis(self):
        return report("--redis", self.redis.url)

    def test_journal_and_redis_tell_the_same_while_it_runs(self):
        sensor = self.start("span-1", self.journal)
        self.replay.send()
        support.wait_until(lambda: doors(report("--journal", self.journal)) >= OUTSIDE, "the journal")
        support.wait_until(lambda: doors(self.from_redis()) >= OUTSIDE, "Redis, which is told of changes once a minute")
        self.assertIsNone(sensor.poll(), "looking at its journal disturbs nobody")
        replay.stop(self, sensor)
        kept, told = report("--journal", self.journal), self.from_redis()
        self.assertEqual([{name: e.get(name) for name in SAME} for e in told["exposures"]], [{name: e.get(name) for name in SAME} for e in kept["exposures"]])
        self.assertEqual({**told["totals"], "bytes_internal": 0, "stores": 0}, {**kept["totals"], "bytes_internal": 0, "stores": 0})
        self.assertGreater(kept["sight"]["packets"], 0)
        self.assertLessEqual({"gaps", "dropped", "flows", "at"}, set(kept["sight"]))
        self.assertEqual(report("--journal", self.journal, "--reads")["exposures"], [])

    def test_two_sensors_of_a_site_are_told_as_one(self):
        sensors = [self.start("span-1", self.journal), self.start("span-2", os.path.join(self.folder, "second.db"))]
        self.replay.send()
        support.wait_until(lambda: doors(self.from_redis()) >= OUTSIDE, "Redis")
        for sensor in sensors:
            replay.stop(self, sensor)
        doc, one = self.from_redis(), report("--journal", self.journal)
        self.assertEqual(doors(doc), doors(one))
        mine = {(e["address"], e["zone"]): e for e in one["exposures"]}
        for exposure in doc["exposures"]:
            self.assertEqual(sorted(exposure["sensors"].split(",")), ["span-1", "span-2"])
            other = mine[exposure["address"], exposure["zone"]]
            self.assertEqual(exposure["status"], other["status"])
            self.assertEqual(exposure["actors"], other["actors"])
            self.assertLessEqual(exposure["open_at_least"]["since"][:19], other["open_at_least"]["since"][:19])


if __name__ == "__main__":
    scene.main()
