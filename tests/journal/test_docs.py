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
            database.execute("UPDATE exposures SET import_id = ''")
        database.close()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_every_command_works(self):
        self.assertGreater(len(commands()), 12)
        for command in commands():
            with self.subTest(command=command):
                run = subprocess.run(command, shell=True, cwd=self.folder, capture_output=True, text=True, check=False)
                self.assertEqual((run.returncode, run.stderr), (0, ""))
                if "VACUUM" not in command and ".recover" not in command and ">" not in command.split('"')[-1]:
                    self.assertNotEqual(run.stdout.strip(), "", "shows nothing")

    def test_what_commands_leave_behind_is_whole(self):
        for command in commands():
            subprocess.run(command.replace("copy.db", "copy2.db").replace("recovered.db", "recovered2.db"), shell=True, cwd=self.folder,
                           capture_output=True, check=False)
        counts = set()
        for name in ("journal.db", "copy2.db", "recovered2.db"):
            with sqlite3.connect(os.path.join(self.folder, name)) as database:
                counts.add(database.execute("SELECT count(*) FROM events").fetchone())
            database.close()
        self.assertEqual(len(counts), 1)
        self.assertGreater(counts.pop()[0], 5)
        with open(os.path.join(self.folder, "day.ndjson"), encoding="utf-8") as lines:
            self.assertGreater(len(lines.readlines()), 5)

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
