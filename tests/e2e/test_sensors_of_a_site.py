#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two sensors of one site that each see a part of the founding case: in Redis their exposures are those of one that sees all."""
import os
import tempfile
import unittest

import replay
import scene
import stories
import support

STORY = stories.Story("elasticsearch-6.8.23-december-")
FINDER = "203.0.113.61"
SAME = ("zone", "status", "closed_by", "times_opened", "store", "address", "verdict", "records", "returned", "bytes", "actors", "requests", "countries", "datasets", "site")


class Merged(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-site-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def redis(self):
        redis = support.Redis()
        self.addCleanup(redis.close)
        return redis.start()

    def watch(self, name, redis, *options):
        return replay.watch(self, os.path.join(self.folder, name + ".db"), "--sensor", name, "--site", "hq", "--redis", redis.url,
                            "--geo", support.CITY, *options)

    def exposures(self, redis):
        """(address, zone) -> hash"""
        found = {}
        for key in redis.ask("KEYS", "{ajar}:exposure:*"):
            if key.count(":") == 2:
                fields = redis.ask("HGETALL", key)
                fields = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2]))
                found[fields["address"], fields["zone"]] = {**fields, "id": key}
        return found

    def test_what_two_see_is_what_one_sees(self):
        alone, both = self.redis(), self.redis()
        sensors = [self.watch("all", alone), self.watch("north", both, "--filter", f"not host {FINDER}"), self.watch("south", both, "--filter", f"host {FINDER}")]
        sender = replay.Replay(self, STORY.captures)
        sender.send()
        replay.stop(self, *sensors)
        one, two = self.exposures(alone), self.exposures(both)
        self.assertEqual(sorted(one), STORY.doors())
        self.assertEqual(sorted(two), sorted(one))
        for door, want in one.items():
            with self.subTest(door=door):
                have = two[door]
                self.assertEqual(have["id"], want["id"])
                self.assertEqual({name: have.get(name) for name in SAME}, {name: want.get(name) for name in SAME})
                for name in ("first_seen", "last_seen"):    # each sensor has its own clock readings of one packet
                    self.assertAlmostEqual(stories.micros(have[name]), stories.micros(want[name]), delta=20000, msg=name)
                self.assertEqual(set(have["sensors"].split(",")), {"north", "south"} if door[1] == "outside" else {"north"})
        self.assertEqual(sorted(both.ask("ZRANGE", "{ajar}:exposures:open", 0, -1)), sorted(alone.ask("ZRANGE", "{ajar}:exposures:open", 0, -1)))


if __name__ == "__main__":
    scene.main()
