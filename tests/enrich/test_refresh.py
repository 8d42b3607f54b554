#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_refresh.py AJAR: deploy/scanners on small collections that are made up, and ajar check on what it wrote."""
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TOOL = os.path.join(ROOT, "deploy", "scanners")
AJAR = ""

YAML = """# head
format: 1
scanners:
  - name: Seeker
    kind: search-engine
    lists: [seeker.txt]
  - name: Stretchoid
    kind: research
    lists: [stretchoid.txt]
"""
UNLICENSE = "This is free and unencumbered software released into the public domain.\n"
CC0 = "MISP warning-lists are licensed under CC0 1.0 Universal.\n"


class Shipped(unittest.TestCase):
    """What lies in signatures/scanners and what people are told of it."""

    FOLDER = os.path.join(ROOT, "signatures", "scanners")

    def scanners(self):
        with open(os.path.join(self.FOLDER, "scanners.yaml"), encoding="utf-8") as file:
            for block in file.read().split("\n  - name: ")[1:]:
                found = re.search(r"lists: \[(.*)\]", block)
                yield block.split("\n")[0], re.split(", *", found[1]) if found else []

    def networks(self, name):
        with open(os.path.join(self.FOLDER, name), encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if not line.startswith("#")]

    def test_table_of_the_documentation_has_each_name_and_its_networks(self):
        with open(os.path.join(ROOT, "docs", "scanners.md"), encoding="utf-8") as file:
            rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in file if line.startswith("| ")]
        told = {row[0]: row[3] for row in rows if len(row) == 5 and row[1] in ("search-engine", "research", "tool")}
        count = {name: sum(len(self.networks(item)) for item in lists) for name, lists in self.scanners()}
        self.assertEqual(told, {name: str(count[name] or "none yet") if lists else "" for name, lists in self.scanners()})

    def test_lists_have_an_owner_and_say_where_they_are_from(self):
        named = [item for _, lists in self.scanners() for item in lists]
        self.assertEqual(sorted(named), sorted(name for name in os.listdir(self.FOLDER) if name.endswith(".txt")))
        for name in named:
            with open(os.path.join(self.FOLDER, name), encoding="utf-8") as file:
                text = file.read()
            for word in ("source", "licence", "date", "made") if self.networks(name) else ():
                self.assertRegex(text, f"(?m)^# {word}: .", name)


class Refresh(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.into = self.path("signatures/scanners")
        self.write("signatures/scanners/scanners.yaml", YAML)
        self.write("signatures/scanners/seeker.txt", "# by hand\n192.0.2.0/24\n")
        self.write("signatures/scanners/stretchoid.txt", "# empty\n")
        with open(os.path.join(ROOT, "signatures", "elasticsearch.yaml"), encoding="utf-8") as file:
            self.write("signatures/elasticsearch.yaml", file.read())

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def written(self, name):
        with open(os.path.join(self.into, name), encoding="utf-8") as file:
            return file.read()

    def networks(self, name):
        return [line for line in self.written(name).splitlines() if not line.startswith("#")]

    def openfilters(self, **files):
        self.write("of/LICENSE", UNLICENSE)
        for name, text in files.items():
            self.write(f"of/cidr/{name}.txt", text)
        return self.path("of")

    def misp(self, **lists):
        self.write("misp/README.md", CC0)
        for name, words in lists.items():
            self.write(f"misp/lists/{name.replace('_', '-')}/list.json", json.dumps({"type": "cidr", "list": words}))
        return self.path("misp")

    def run_tool(self, *words):
        return subprocess.run([TOOL, "--into", self.into, *words], capture_output=True, text=True, check=False)

    def makes(self, *words):
        run = self.run_tool("--date", "2026-11-01", *words)
        self.assertEqual(run.returncode, 0, run.stderr)
        check = subprocess.run([AJAR, "check", "--journal", "memory", "--signatures", self.path("signatures")], capture_output=True, text=True, check=False)
        self.assertIn("ok       scanners: ", check.stdout)
        return run.stdout

    def refuses(self, wanted, *words):
        before = {name: self.written(name) for name in os.listdir(self.into)}
        run = self.run_tool(*words)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertIn(wanted, run.stderr)
        self.assertEqual(before, {name: self.written(name) for name in os.listdir(self.into)}, "something was written")

    def test_joins_neighbours_and_both_families(self):
        self.makes(self.openfilters(seeker_v4="198.51.100.0/25\n198.51.100.128/25\n203.0.113.7\n", seeker_v6="2001:db8::/33\n2001:db8:8000::/33\n"))
        self.assertEqual(self.networks("seeker.txt"), ["198.51.100.0/24", "203.0.113.7", "2001:db8::/32"])

    def test_merges_collections_and_names_both(self):
        self.makes(self.openfilters(seeker_v4="198.51.100.0/25\n"), self.misp(seeker_nt_scanning=["198.51.100.128/25", "198.51.100.3/32"]))
        self.assertEqual(self.networks("seeker.txt"), ["198.51.100.0/24"])
        for line in ("# source: OpenFilters/internet-scanners, 2026-11-01", "# source: MISP/misp-warninglists, 2026-11-01",
                     "# licence: CC0-1.0 AND Unlicense", "# date: 2026-11-01"):
            self.assertIn(line, self.written("seeker.txt").splitlines())

    def test_knows_what_a_collection_spells_otherwise(self):
        self.makes(self.openfilters(strechoid_v4="198.51.100.9\n"))
        self.assertEqual(self.networks("stretchoid.txt"), ["198.51.100.9"])
        self.assertEqual(self.written("scanners.yaml"), YAML)

    def test_leaves_lists_alone_that_nobody_has(self):
        self.makes(self.openfilters(strechoid_v4="198.51.100.9\n", seeker_v4="# none now\n"))
        self.assertEqual(self.written("seeker.txt"), "# by hand\n192.0.2.0/24\n")

    def test_adds_scanners_that_are_new_once(self):
        source = self.openfilters(prober_v4="198.51.100.9\n", other_v4="198.51.100.10\n")
        self.assertIn("1 scanners added", self.makes(source))
        self.assertEqual(self.written("scanners.yaml"), YAML + "  - name: prober\n    kind: research\n    lists: [prober.txt]\n")
        self.assertIn("0 scanners added", self.makes(source))

    def test_reads_misp_lists_of_scanners_only(self):
        self.makes(self.misp(prober_scanner=["198.51.100.9"], shadowserver=["198.51.100.10"], public_dns=["198.51.100.11"]))
        self.assertEqual(sorted(os.listdir(self.into)), ["prober.txt", "scanners.yaml", "seeker.txt", "shadowserver.txt", "stretchoid.txt"])

    def test_clears_host_bits_that_a_collection_left(self):
        self.makes(self.openfilters(seeker_v4="198.51.100.77/24\n"))
        self.assertEqual(self.networks("seeker.txt"), ["198.51.100.0/24"])

    def test_reads_an_archive_without_unpacking_it(self):
        path = self.path("of.tar.gz")
        with tarfile.open(path, "w:gz") as archive:
            for name, text in (("x-main/LICENSE", UNLICENSE), ("x-main/cidr/seeker_v4.txt", "198.51.100.9\n"), ("x-main/../../cidr/evil_v4.txt", "x\n")):
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(text), 1790000000
                archive.addfile(member, io.BytesIO(text.encode()))
        run = self.run_tool(path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.networks("seeker.txt"), ["198.51.100.9"])
        self.assertIn("# date: 2026-09-21", self.written("seeker.txt"))

    def test_refuses_what_is_no_network(self):
        self.refuses("cidr/seeker_v4.txt:2: 'scan.example'", self.openfilters(seeker_v4="198.51.100.9\nscan.example\n"))

    def test_refuses_half_the_internet(self):
        self.refuses("0.0.0.0/1 is too wide", self.openfilters(seeker_v4="0.0.0.0/1\n"))

    def test_refuses_another_licence(self):
        source = self.openfilters(seeker_v4="198.51.100.9\n")
        self.write("of/LICENSE", "All rights reserved.\n")
        self.refuses("LICENSE is not the Unlicense", source)
        source = self.misp(seeker_scanner=["198.51.100.9"])
        self.write("misp/README.md", "ask us\n")
        self.refuses("does not name the licence", source)

    def test_refuses_what_is_no_collection(self):
        self.write("empty/README.md", CC0)
        self.refuses("neither MISP/misp-warninglists", self.path("empty"))
        self.refuses("no folder", self.path("none"))
        self.write("misp/README.md", CC0)
        self.write("misp/lists/seeker-scanner/list.json", "{")
        self.refuses("not a list of networks in MISP's form", self.path("misp"))

    def test_refuses_all_when_the_second_source_is_broken(self):
        self.refuses("'x' is not a network", self.misp(seeker_scanner=["198.51.100.9"]), self.openfilters(prober_v4="x\n"))

    def test_refuses_more_than_ajar_takes(self):
        lines = "\n".join(f"11.{i >> 15}.{i >> 7 & 255}.{(i & 127) * 2}" for i in range(131073))
        self.refuses("131074 networks in all; ajar takes 131072", self.openfilters(prober_v4=lines))


if __name__ == "__main__":
    AJAR = sys.argv.pop(1)
    unittest.main()
