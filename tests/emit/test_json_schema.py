#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_json_schema.py SAMPLES STORY ROOT: whatever bytes are in an event, its document is UTF-8, JSON, not too long, and of the schema;
and so are those that the ledger makes of a story of findings."""
import collections
import json
import os
import subprocess
import sys
import unittest

ROOT = sys.argv.pop()
STORY = sys.argv.pop()
SAMPLES = sys.argv.pop()
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import contract

LINE_MAX = 16384
TOLD = ["store-query", "store-session", "exposure-opened", "events-folded", "sensor-status", "sensor-trouble"]    # in the story
ACTIONS = TOLD + ["exposure-updated", "exposure-closed", "store-reachable"]
# ECS 8.17: the types that are expected in a category.
ECS_TYPES = {"database": {"access", "change", "info", "error"}, "intrusion_detection": {"allowed", "denied", "info"},
             "network": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
             "process": {"access", "change", "end", "info", "start"}}


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a name twice: {names}"
    return dict(pairs)


def lines_of(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, timeout=60, check=True).stdout.split(b"\n")[:-1]


def samples(seed, count):
    return lines_of(SAMPLES, seed, count)


class Schema(unittest.TestCase):
    def test_documents_of_random_events_keep_the_contract(self):
        actions, longest = collections.Counter(), 0
        for seed in (1, 2, 3):
            for line in samples(seed, 400):
                event = json.loads(line.decode("utf-8"), object_pairs_hook=no_duplicates)
                contract.check(event)
                self.check_words(event)
                actions[event["event"]["action"]] += 1
                longest = max(longest, len(line))
        self.assertLessEqual(longest, LINE_MAX)
        self.assertGreater(longest, 8000, "none of them is long")
        for action in ACTIONS:
            self.assertGreater(actions[action], 50, action)

    def test_documents_of_a_story_keep_the_contract(self):
        events = contract.read(lines_of(STORY, 1, 1500))
        actions = collections.Counter(event["event"]["action"] for event in events)
        for action in TOLD:
            self.assertGreater(actions[action], 3, action)
        for event in events:
            self.check_words(event)
        folded = sum(event["ajar"].get("folded", 0) for event in events)
        self.assertGreater(folded, 100)
        ids = [event["event"]["id"] for event in events]
        self.assertEqual(len(set(ids)), len(ids))
        self.assertEqual([event["event"]["sequence"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(events, contract.read(lines_of(STORY, 1, 1500)), "not the same in every run")

    def check_words(self, event):
        allowed = set().union(*(ECS_TYPES[category] for category in event["event"]["category"]))
        self.assertLessEqual(set(event["event"]["type"]), allowed, event["event"])

    def test_schema_rejects_what_is_no_event(self):
        by_action = {}
        for line in samples(4, 300):
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
                "exposure-updated": "exposure_state", "exposure-closed": "exposure_state", "store-reachable": "store",
                "store-query": "requests", "store-session": "requests"}
        for line in samples(5, 100):
            event = json.loads(line)
            del event["ajar"][part[event["event"]["action"]]]
            with self.assertRaises(AssertionError):
                contract.check(event)


if __name__ == "__main__":
    unittest.main()
