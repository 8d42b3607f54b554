#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""However captures are read, in one run or many, whole or overlapping, killed in the middle and done again: the journal says the same of
exposures in the end."""
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import packets
import stories
import support

DECEMBER = stories.Story("elasticsearch-6.8.23-december-")
APRIL = stories.Story("elasticsearch-7.10.2-april-")
VIEWS = {"v_exposures": ("address", "zone"), "v_actors": ("server", "port", "zone", "address"), "v_datasets": ("server", "port", "zone", "name"),
         "v_classes": ("server", "port", "zone", "name"), "v_windows": ("server", "port", "zone", "time")}


def rows(journal):
    """All that the journal says of exposures, but for which reading said it: (view, what it is about) -> row."""
    said = {}
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        for view, keys in VIEWS.items():
            for row in database.execute(f"SELECT * FROM {view}"):
                key = (view, *(row[name] for name in keys))
                assert key not in said, f"twice: {key}"
                said[key] = {name: row[name] for name in row.keys() if name not in ("import_id", "accepted")}
    return said


def differences(have, want):
    """What one journal says and another does not."""
    found = [f"{key} is {'missing' if key in want else 'too much'}" for key in have.keys() ^ want.keys()]
    for key in have.keys() & want.keys():
        found += [f"{key}: {name} is {have[key][name]!r}, not {value!r}" for name, value in want[key].items() if have[key][name] != value]
    return sorted(found)


class Runs(unittest.TestCase):
    """However the captures are read, the journal says the same in the end."""
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-founding-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def read(self, name, *captures):
        journal = os.path.join(self.folder, name)
        run = support.ajar("read", "--journal", journal, *captures)
        self.assertIn(run.returncode, (0, 3), run.stderr)
        return journal

    def same(self, name, *runs):
        """A journal after these runs says what it says after one run over all."""
        for story in (DECEMBER, APRIL):
            with self.subTest(story=os.path.basename(story.captures[0])):
                whole, parts = self.read(f"one-{name}", *story.captures), None
                for captures in runs[0](story):
                    parts = self.read(f"many-{name}", *captures)
                self.assertEqual(differences(rows(parts), rows(whole)), [])
            for file in os.listdir(self.folder):
                os.unlink(os.path.join(self.folder, file))

    def test_a_run_for_each_day_gives_what_one_run_gives(self):
        self.same("days", lambda story: [[capture] for capture in story.captures])

    def test_the_order_and_the_number_of_files_change_nothing(self):
        def one_file(story):
            path = os.path.join(self.folder, "all.pcap")
            with open(path, "wb") as file:
                file.writelines(packets.frames(story.captures))
            return path
        for story in (DECEMBER, APRIL):
            whole = rows(self.read("whole-" + os.path.basename(story.captures[0]), *story.captures))
            for name, arguments in (("backwards", story.captures[::-1]), ("one", [one_file(story)])):
                with self.subTest(story=os.path.basename(story.captures[0]), how=name):
                    self.assertEqual(differences(rows(self.read(name + os.path.basename(story.captures[0]), *arguments)), whole), [])

    def test_reading_it_again_counts_nothing_twice(self):
        self.same("again", lambda story: [story.captures, story.captures])

    def test_packets_that_lie_in_two_captures_count_once(self):
        def overlapping(story):
            parts = []
            for number, capture in enumerate(story.captures):
                whole = packets.read(capture)
                for name, part in (("a", whole[:len(whole) * 2 // 3]), ("b", whole[len(whole) // 3:])):
                    parts.append(os.path.join(self.folder, f"{number}-{name}.pcap"))
                    packets.write(parts[-1], part)
            return [parts]
        self.same("overlap", overlapping)

    def test_a_mirror_that_copies_each_packet_twice_changes_nothing(self):
        def doubled(story):
            parts = []
            for number, capture in enumerate(story.captures):
                parts.append(os.path.join(self.folder, f"{number}.pcap"))
                packets.write(parts[-1], sorted((packet for micros, frame in packets.read(capture) for packet in ((micros, frame), (micros + 3, frame))), key=lambda p: p[0]))
            return [parts]
        whole, twice = self.read("one", *DECEMBER.captures), self.read("twice", *doubled(DECEMBER)[0])
        self.assertEqual(differences(rows(twice), rows(whole)), [])

    def test_a_run_that_was_killed_and_done_again_gives_the_same(self):
        whole = self.read("whole", *DECEMBER.captures)
        stream = b"".join(packets.frames(DECEMBER.captures))
        for part in (0.15, 0.4, 0.55, 0.8):
            with self.subTest(part=part):
                journal = os.path.join(self.folder, f"killed-{part}")
                reader = subprocess.Popen([support.AJAR, "read", "--journal", journal, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                reader.stdin.write(stream[:int(len(stream) * part)])
                reader.stdin.flush()
                time.sleep(0.3)
                reader.send_signal(signal.SIGKILL)
                reader.wait()
                reader.stdin.close()
                self.read(f"killed-{part}", *DECEMBER.captures)
                self.assertEqual(differences(rows(journal), rows(whole)), [])


if __name__ == "__main__":
    support.main()
