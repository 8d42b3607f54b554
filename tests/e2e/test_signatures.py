#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`ajar signatures`, and signatures of the user's own: beside the shipped ones, in place of one, and tried before they are installed."""
import os
import re
import shutil
import tempfile
import unittest

import support

TOY = """format: 1
name: %s
title: Toys
protocol: http
ports: [7070]
verified: documentation
documentation: [https://toys.example/api]
json:
  common:
    - {path: /toys, mark: toys, kind: array}
    - {path: "/toys/[]", role: record}
identity:
  - {marks: [toys, own-path]}
requests:
  - {name: toys, path: /toys, level: data}
examples:
  - {request: GET /toys, status: 200, body: '{"toys":[{"a":1}]}', verdict: data, returned: 1}
  - {request: GET /toys, status: 200, body: '%s', verdict: none}
"""


class Signatures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ajar-own-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name="toys", body="no toys"):
        path = os.path.join(self.folder, "toys.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(TOY % (name, body))
        return path

    def test_shows_what_each_was_verified_with(self):
        self.write()
        rows = support.ajar("signatures", "list", "--own-signatures", self.folder).stdout.splitlines()
        toys = next(row for row in rows if row.startswith("toys "))
        for word in ("Toys", "7070", "1 requests", "2 examples", "documentation", "(own)"):
            self.assertIn(word, toys)
        self.assertIn("server 1.7.6", next(row for row in rows if row.startswith("elasticsearch ")))
        self.assertIn(f"{len(rows) - 1} signatures, ", rows[-1])
        shown = support.ajar("signatures", "show", "toys", "--own-signatures", self.folder).stdout
        self.assertIn("https://toys.example/api", shown)
        self.assertIn("data      toys", shown)

    def test_are_as_many_as_the_readme_says(self):
        last = support.ajar("signatures", "list").stdout.splitlines()[-1]
        stores, proven = re.match(r"(\d+) signatures, (\d+) verified", last).groups()
        with open(os.path.join(support.ROOT, "README.md"), encoding="utf-8") as readme:
            text = readme.read()
        self.assertIn(f"Known now: {stores} stores", text)
        self.assertIn(f"; {proven} of them proven on recordings of real servers", text)

    def test_runs_every_example_of_all(self):
        run = support.ajar("signatures", "test")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(", 0 differ\n", run.stdout)

    def test_runs_those_of_a_file_that_is_not_installed(self):
        run = support.ajar("signatures", "test", self.write())
        self.assertEqual((run.returncode, run.stdout), (0, "1 signature, 2 examples, 0 differ\n"), run.stderr)
        run = support.ajar("signatures", "test", self.write(), "elasticsearch")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("2 signatures, ", run.stdout)

    def test_runs_the_signature_that_the_guide_writes(self):
        with open(os.path.join(support.ROOT, "docs", "signatures.md"), encoding="utf-8") as guide:
            text = guide.read().split("`boxdb.yaml`:\n")[1].split("\n## ")[0]
        path = os.path.join(self.folder, "boxdb.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(line[4:] for line in text.splitlines()))
        run = support.ajar("signatures", "test", path)
        self.assertEqual((run.returncode, run.stdout), (0, "1 signature, 7 examples, 0 differ\n"), run.stderr)

    def test_says_where_an_example_differs_and_what_came(self):
        path = self.write(body='{"toys":[]}')
        run = support.ajar("signatures", "test", path)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stdout, f"{path}:18: GET /toys: expected none, got open\n1 signature, 2 examples, 1 differ\n")

    def test_names_what_is_neither_a_signature_nor_a_file(self):
        for word, message in (("elastic", "no signature is called \"elastic\""), ("./elastic.yaml", "./elastic.yaml: No such file")):
            run = support.ajar("signatures", "test", word)
            self.assertEqual((run.returncode, run.stdout), (1, ""))
            self.assertIn(message, run.stderr)

    def test_reads_with_the_user_s_own_in_place_of_a_shipped_one(self):
        capture = support.exposed_capture()
        self.assertEqual(support.ajar("read", capture).returncode, 3)
        self.write()
        self.assertEqual(support.ajar("read", "--own-signatures", self.folder, capture).returncode, 3)
        self.write("elasticsearch")
        run = support.ajar("read", "--own-signatures", self.folder, capture)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_stops_at_a_folder_of_the_user_that_is_missing_or_wrong(self):
        missing = os.path.join(self.folder, "missing")
        run = support.ajar("read", "--own-signatures", missing, support.exposed_capture())
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"{missing}: No such file or directory: --own-signatures must name a folder", run.stderr)
        with open(self.write(), "a", encoding="utf-8") as file:
            file.write("colour: red\n")
        run = support.ajar("read", "--own-signatures", self.folder, support.exposed_capture())
        self.assertEqual(run.returncode, 1)
        self.assertIn("toys.yaml:19: unknown key 'colour'", run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
