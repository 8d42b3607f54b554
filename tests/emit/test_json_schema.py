#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_json_schema.py SAMPLES ROOT: whatever bytes are in an event, its document is UTF-8, JSON, not too long, and of the schema."""
import collections
import json
import os
import subprocess
import sys
import unittest

ROOT = sys.argv.pop()
SAMPLES = sys.argv.pop()
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import contract

LINE_MAX = 16384
ACTIONS = ["store-query", "store-session", "exposure-opened", "events-folded", "sensor-status", "sensor-trouble"]


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a name twice: {names}"
    return dict(pairs)


def samples(seed, count):
    run = subprocess.run([SAMPLES, str(seed), str(count)], capture_output=True, timeout=60, check=True)
    return run.stdout.split(b"\n")[:-1]


class Schema(unittest.TestCase):
    def test_documents_of_random_events_keep_the_contract(self):
        actions, longest = collections.Counter(), 0
        for seed in (1, 2, 3):
            for line in samples(seed, 400):
                event = json.loads(line.decode("utf-8"), object_pairs_hook=no_duplicates)
                contract.check(event)
                actions[event["event"]["action"]] += 1
                longest = max(longest, len(line))
        self.assertLessEqual(longest, LINE_MAX)
        self.assertGreater(longest, 8000, "none of them is long")
        for action in ACTIONS:
            self.assertGreater(actions[action], 50, action)

    def test_schema_rejects_what_is_no_event(self):
        by_action = {}
        for line in samples(4, 200):
            event = json.loads(line)
            by_action[event["event"]["action"]] = line
        for action in ACTIONS:
            for path in ("@timestamp", "ajar.site", "ajar.schema_version", "event.id", "event.sequence"):
                with self.subTest(action=action, without=path):
                    event = json.loads(by_action[action])
                    contract.check(event)
                    *groups, name = path.split(".")
                    node = event
                    for group in groups:
                        node = node[group]
                    del node[name]
                    with self.assertRaises(AssertionError):
                        contract.check(event)
            with self.subTest(action=action):
                event = json.loads(by_action[action])
                event["ajar"]["surprise"] = 1
                with self.assertRaises(AssertionError):
                    contract.check(event)

    def test_each_action_has_its_own_part(self):
        part = {"events-folded": "folded", "sensor-status": "status", "sensor-trouble": "trouble", "exposure-opened": "exposure_state",
                "store-query": "requests", "store-session": "requests"}
        for line in samples(5, 100):
            event = json.loads(line)
            del event["ajar"][part[event["event"]["action"]]]
            with self.assertRaises(AssertionError):
                contract.check(event)


if __name__ == "__main__":
    unittest.main()
