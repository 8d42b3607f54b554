#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar watch, killed whole (SIGKILL to all three processes) while the founding case passes by, started again with the same journal.

What an undisturbed sensor would say, this one says too, but for the connections that were under way when it was killed: of those it
may have seen nothing, or a part. The case takes a second here, so its times are not those of the captures."""
import os
import signal
import sqlite3
import tempfile
import time
import unittest

import replay
import scene
import stories
import support

STORY = stories.Story("elasticsearch-6.8.23-december-")
UNDER_WAY = 150    # frames before the kill that may not have been accepted: 60 ms


def descendants(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = file.read().split()
    return [int(pid), *(d for child in children for d in descendants(child))]


class Killed(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-killed-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.replay = replay.Replay(self, STORY.captures)

    def kill(self, sensor):
        for pid in descendants(sensor.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass    # it went with another
        sensor.wait()

    def exposures(self, journal):
        """(server, zone) -> row"""
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            found = {(row["address"], row["zone"]): dict(row) for row in database.execute("SELECT * FROM v_exposures")}
            for row in database.execute("SELECT * FROM v_classes"):
                exposure = next(e for e in found.values() if e["id"] == row["exposure"])
                exposure.setdefault("of_class", {})[row["name"]] = row["occurrences"]
        return found

    def test_exposures_survive_it(self):
        journal = os.path.join(self.folder, "undisturbed.db")
        sensor = replay.watch(self, journal)
        self.replay.send()
        replay.stop(self, sensor)
        whole = self.exposures(journal)
        self.assertEqual(sorted(whole), STORY.doors())
        for part in (0.3, 0.55, 0.85):
            with self.subTest(part=part):
                self.check(part, whole)

    def check(self, part, whole):
        """Killed after this part of the frames, at once; the rest is sent to the next one."""
        at, journal = int(len(self.replay.frames) * part), os.path.join(self.folder, f"killed-{part}.db")
        sensor = replay.watch(self, journal)
        self.replay.send(0, at)
        self.kill(sensor)
        killed = time.time()
        sensor = replay.watch(self, journal)
        self.replay.send(at)
        replay.stop(self, sensor)
        self.lost = {frozenset(pair) for pair in self.replay.pairs[max(0, at - UNDER_WAY):at + 1] if pair}
        have = self.exposures(journal)
        self.assertLessEqual(set(have), set(whole))
        for door in whole:
            safe = [c for c in STORY.proofs(*door) if not self.is_lost(c)]
            if safe:
                self.assertIn(door, have)
                self.check_door(door, have[door], whole[door], safe)
            if any(self.place(c) < at for c in safe):
                self.assertLess(stories.micros(have[door]["first_seen"]), killed * 1e6, f"{door} forgot since when")

    def check_door(self, door, row, whole, safe):
        """Between what the safe proofs show and what the undisturbed sensor said."""
        if not any(self.is_lost(c) for c in STORY.of(*door, "4-closed")):
            for name in ("status", "closed_by", "times_opened"):
                self.assertEqual(row[name], whole[name], (door, name))
        self.assertGreaterEqual(support.RUNGS.index(row["verdict"]), max(support.RUNGS.index(c.line["verdict"]) for c in safe), door)
        if any("records" in c.line and len(c.line["datasets"]) == 2 for c in safe):
            for name in ("records", "datasets", "group_servers"):
                self.assertEqual(row[name], whole[name], (door, name))
        amounts = {"returned": (sum(c.line.get("returned", 0) for c in safe), row["returned"], whole["returned"]),
                   "actors": (len({c.address for c in safe}), row["actors"], whole["actors"])}
        for name, values in row.get("of_class", {}).items():
            amounts[name] = sum(c.line.get("classes", {}).get(name, 0) for c in safe), values, whole["of_class"][name]
        for name, (least, said, most) in amounts.items():
            self.assertTrue(least <= said <= most, f"{door} {name}: {said}, not from {least} to {most}")

    def is_lost(self, connection):
        """Under way when the sensor was killed."""
        return frozenset((connection.line["client"], connection.line["server"])) in self.lost

    def place(self, connection):
        """Of its last frame."""
        pair = {connection.line["client"], connection.line["server"]}
        return max(n for n, p in enumerate(self.replay.pairs) if p and set(p) == pair)


if __name__ == "__main__":
    scene.main()
