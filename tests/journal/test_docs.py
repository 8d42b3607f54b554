#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_docs.py AJAR ROOT: docs/journal.md names the columns that the views have, and each of its commands works on a journal that ajar wrote."""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = sys.argv.pop()
AJAR = sys.argv.pop()
CAPTURE = os.path.join(ROOT, "tests/captures/elasticsearch-1.7.6-open.pcap")


def text_of_page():
    with open(os.path.join(ROOT, "docs/journal.md"), encoding="utf-8") as file:
        return file.read()


def commands():
    return re.findall(r"```sh\n(.*?)```", text_of_page(), re.S)


class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="ajar-docs-")
        cls.readings = os.path.join(cls.folder, "readings.db")
        subprocess.run([AJAR, "read", "--journal", cls.readings, CAPTURE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        # The same as a live sensor would leave it: the only difference is the id of the reading.
        live = os.path.join(cls.folder, "journal.db")
        shutil.copy(cls.readings, live)
        with sqlite3.connect(live) as database:
            database.execute("UPDATE events SET import_id = ''")
            database.execute("UPDATE exposures SET import_id = '', scope = ''")
        database.close()
        damaged = os.path.join(cls.folder, "journal.db.corrupt-20191229T101112Z")
        shutil.copy(live, damaged)
        with open(damaged, "r+b") as file:
            file.seek(12 * 8192)
            file.write(b"\xa5" * 8192)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_all(self):
        for command in commands():
            run = subprocess.run(command, shell=True, cwd=self.folder, capture_output=True, text=True, check=False)
            yield command, run

    def count(self, name):
        database = sqlite3.connect(os.path.join(self.folder, name))
        count = database.execute("SELECT count(*) FROM v_events").fetchone()[0]
        database.close()
        return count

    def test_every_command_works(self):
        self.assertGreater(len(commands()), 12)
        for command, run in self.run_all():
            with self.subTest(command=command):
                self.assertEqual(run.returncode, 0)
                if "corrupt" not in command:
                    self.assertEqual(run.stderr, "")
                if "SELECT" in command and "> day.ndjson" not in command and "v_classes" not in command:
                    self.assertNotEqual(run.stdout.strip(), "", "shows nothing")
        events = self.count("journal.db")
        self.assertGreater(events, 30)
        self.assertEqual(self.count("copy.db"), events)
        self.assertGreater(self.count("saved.db"), events / 2)
        with open(os.path.join(self.folder, "day.ndjson"), encoding="utf-8") as lines:
            self.assertEqual(len(lines.readlines()), events)

    def test_page_and_views_have_the_same_columns(self):
        database = sqlite3.connect(self.readings)
        views = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        rows = re.findall(r"^\| `(v_\w+)` \|[^|]*\|([^|]*)\|$", text_of_page(), re.M)
        self.assertEqual({name for name, _ in rows}, views)
        for name, columns in rows:
            real = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            self.assertEqual(re.findall(r"`(\w+)`", columns), real, name)
        database.close()

    def test_page_names_every_table_and_the_version(self):
        database = sqlite3.connect(self.readings)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        section = text_of_page()[text_of_page().index("## Tables"):]
        self.assertEqual(set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.M)))), tables)
        self.assertIn(f"schema: {database.execute('PRAGMA user_version').fetchone()[0]}.", section)
        self.assertIn(f"0x{database.execute('PRAGMA application_id').fetchone()[0]:08x}", section)
        database.close()


if __name__ == "__main__":
    unittest.main()
