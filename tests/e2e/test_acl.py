#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rights that docs/redis.md names for the sensor's user are enough, and each of them is needed: without it ajar says which one
is missing."""
import os
import re
import unittest

import scene
import support

PASSWORD = "pw-1"


def rights():
    """The words after ">PASSWORD" in the page's ACL line for the sensor."""
    with open(os.path.join(support.ROOT, "docs", "redis.md"), encoding="utf-8") as file:
        line = re.search(r"ACL SETUSER sensor on >PASSWORD (.*)", file.read())[1]
    return line.strip().strip("`").replace("'", "").split()


class WithUser(unittest.TestCase):
    def setUp(self):
        self.redis = support.Redis(port=support.free_port()).start()
        self.addCleanup(self.redis.close)

    def allow(self, words):
        self.assertEqual(self.redis.ask("ACL", "SETUSER", "sensor", "reset", "on", ">" + PASSWORD, *words), "OK")

    def url(self, database=0):
        return f"redis://sensor:{PASSWORD}@127.0.0.1:{self.redis.port}/{database}"

    def read(self, *options, database=0):
        return support.ajar("read", "--geo", support.CITY, "--redis", self.url(database), "--redis-list", "{ajar}:list", *options,
                            support.exposed_capture())


class Rights(WithUser):
    def refusals(self):
        """What Redis refused to this user, by its own log."""
        return [entry["object"] if isinstance(entry, dict) else dict(zip(entry[::2], entry[1::2]))["object"]
                for entry in self.redis.ask("ACL", "LOG")]

    def test_they_are_enough(self):
        self.allow(rights())
        for database in (0, 3):
            run = self.read(database=database)
            self.assertEqual(run.returncode, 3, run.stderr)
            self.assertTrue(self.redis.events(database))
            self.assertTrue(self.redis.ask("EXISTS", "{ajar}:list", database=database))
        self.assertEqual(self.refusals(), [])
        check = support.ajar("check", "--redis", self.url())
        self.assertNotIn("NOPERM", check.stdout + check.stderr)

    def test_without_any_of_them_the_message_says_what_is_not_taken(self):
        """Redis names the command where it can; of what a script may not do, the message names the key or this page."""
        full = rights()
        commands = [word for word in full if word.startswith("+")]
        self.assertGreater(len(commands), 5)
        for missing in commands:
            word = missing[1:].split("|")[0]
            if word in RARE:
                continue
            with self.subTest(without=missing):
                self.redis.ask("FLUSHALL")
                self.allow([w for w in full if w != missing])
                said = self.read(database=3 if word == "select" else 0).stderr
                key = KEYS.get(word)
                if key:
                    self.assertRegex(said, rf"takes the events but not {re.escape('{ajar}:')}\S*{key}\S* \(NOPERM\)")
                else:
                    self.assertRegex(said, rf"NOPERM.*\b{word}\b|may not {word.upper()}|docs/redis.md says what the user has to be allowed")

    def test_a_full_map_stays_in_its_bound_with_and_without_the_rights_for_it(self):
        self.redis.ask("EVAL", FILL, 1, "{ajar}:sources", MAP_MAX)
        for missing in (None, "+zscore", "+zremrangebyrank"):
            with self.subTest(without=missing):
                self.allow([w for w in rights() if w != missing])
                said = self.read("--site", f"without{missing}".replace("+", "-")).stderr
                self.assertEqual(self.redis.ask("ZCARD", "{ajar}:sources"), MAP_MAX)
                self.assertEqual("but not {ajar}:sources (NOPERM)" in said, missing is not None, said)
                # Its members are there now; other ones for the next round.
                members = self.redis.ask("ZRANGE", "{ajar}:sources", 0, -1)
                strangers = [member for member in members if "." in member]
                self.assertEqual(bool(strangers), missing is None)
                for number, member in enumerate(strangers):
                    self.redis.ask("ZREM", "{ajar}:sources", member)
                    self.redis.ask("GEOADD", "{ajar}:sources", 1, 1, f"new-{number}")

    def test_without_the_keys_or_the_channel_that_is_said(self):
        for missing, says in (("~{ajar}:*", "key"), ("&{ajar}:*", "alerts")):
            with self.subTest(without=missing):
                self.redis.ask("FLUSHALL")
                self.allow([w for w in rights() if w != missing])
                self.assertRegex(self.read().stderr.lower(), says)


# State never holds up the events: what of it is refused is left out and named by its key.
KEYS = {"publish": "alerts", "geoadd": "sources", "zcard": "sources", "hset": "exposure", "hget": "exposure", "zadd": "exposures:open", "expire": "exposure"}
# Needed only with a full map (a test of its own); needed to say more before the first write.
# or with exposures that close, or that several sensors see.
RARE = ("zscore", "zremrangebyrank", "ping", "role", "hlen", "hgetall", "hdel", "zrem", "persist")
MAP_MAX = 100000
FILL = "for i = 1, ARGV[1] do redis.call('GEOADD', KEYS[1], i % 180, i % 80, i) end"


class Live(scene.Scene):
    setUp, allow, url = WithUser.setUp, WithUser.allow, WithUser.url

    def test_they_are_enough_for_watch(self):
        self.allow(rights())
        watch = scene.Watch(self, self.url(), "--redis-list", "{ajar}:list", "--sensor", "span-1")
        scene.ask(scene.TAKER, *scene.TAKE)
        support.wait_until(lambda: self.redis.ask("EXISTS", "{ajar}:exposures:open"), "the open door")
        watch.stop()
        for key in ("{ajar}:sensor:span-1", "{ajar}:sources", "{ajar}:list"):
            self.assertTrue(self.redis.ask("EXISTS", key), key)
        self.assertEqual(self.redis.ask("ACL", "LOG"), [])


if __name__ == "__main__":
    scene.main()
