#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`ajar report`: captures, the journal and Redis tell the same, nothing that is read changes, the page is complete."""
import glob
import hashlib
import html.parser
import json
import os
import subprocess
import tempfile
import unittest

import support

DECEMBER = [path for path in sorted(glob.glob(os.path.join(support.CAPTURES, "elasticsearch-6.8.23-december-*.pcap"))) if "loss" not in path]
NAMES = ["--site", "hq", "--sensor", "span-1"]
# All but when and how often something was asked again that gave nothing new: of that Redis hears with the next event.
SAME = ("id", "store", "version", "address", "port", "zone", "status", "closed", "verdict", "severity", "first_seen", "times_opened", "records", "returned", "datasets",
        "classes", "windows", "actors", "actors_outside", "countries", "indexed_by", "group", "hardening")
GEO = ["--geo", support.CITY, "--geo", support.ASN]


def report(*arguments):
    """(document or text, run); standard error is empty unless the run failed."""
    run = subprocess.run([support.AJAR, "report", *arguments], capture_output=True, text=True, timeout=support.SECONDS)
    return run


def document(*arguments):
    run = report("--json", *arguments)
    assert run.returncode in (0, 3), run.stderr
    return json.loads(run.stdout)


def outside(doc):
    return [e for e in doc["exposures"] if e["zone"] == "outside"]


def state_of(folder):
    """Every file with what is in it."""
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            files[name] = hashlib.sha256(file.read()).hexdigest()
    return files


class FromCaptures(unittest.TestCase):
    def test_tells_the_december_case(self):
        doc = document(*NAMES, *DECEMBER)
        self.assertEqual({e["address"] for e in outside(doc)}, {f"10.20.30.{n}" for n in range(11, 16)})
        for exposure in outside(doc):
            self.assertEqual(exposure["status"], "closed")
            self.assertEqual(exposure["group"]["servers"], 5)
            self.assertEqual(exposure["group"]["same"], "data")
            self.assertEqual(exposure["indexed_by"], "Censys")
            self.assertEqual(exposure["records"], 1656)
            self.assertIn("https://", exposure["hardening"])
        self.assertEqual(doc["totals"]["records"], 1656)
        self.assertEqual(doc["totals"]["open_outside"], 0)
        self.assertEqual(doc["totals"]["servers"], 5)

    def test_status_says_whether_a_store_stands_open_to_the_outside(self):
        self.assertEqual(report(*DECEMBER).returncode, 0)
        self.assertEqual(report(*DECEMBER[:-1]).returncode, 3)
        self.assertEqual(report(support.harmless_capture()).returncode, 0)

    def test_trusted_clients_are_listed_with_all_alone(self):
        allowed = ["--trust", "10.20.40.0/24,203.0.113.0/24,198.51.100.0/24"]
        doc = document(*allowed, *DECEMBER)
        self.assertEqual((doc["exposures"], doc["allowed"]), ([], []))
        doc = document("--all", *allowed, *DECEMBER)
        self.assertEqual(doc["exposures"], [])
        self.assertEqual({e["address"] for e in doc["allowed"]}, {f"10.20.30.{n}" for n in range(11, 16)})
        self.assertEqual({c["allowed"] for e in doc["allowed"] for c in e["clients"]}, {"trusted client"})
        self.assertEqual(report(*allowed, *DECEMBER[:-1]).returncode, 0)

    def test_dates_bound_what_is_listed(self):
        self.assertEqual(outside(document("--since", "2020-01-01", *DECEMBER)), [])
        self.assertEqual(outside(document("--until", "2019-12-20", *DECEMBER)), [])
        self.assertEqual(len(outside(document("--since", "2019-12-30", "--until", "2019-12-31", *DECEMBER))), 5)

    def test_text_has_a_block_for_each_store(self):
        run = report(*GEO, *DECEMBER)
        self.assertEqual(run.stdout.count("  closed  elasticsearch"), len([e for e in document(*GEO, *DECEMBER)["exposures"] if e["status"] == "closed"]))
        self.assertIn("5 servers, 1 data set", " ".join(run.stdout.split()))
        self.assertEqual([line for line in run.stdout.splitlines() if len(line) > 100], [])


class Page(html.parser.HTMLParser):
    VOID = {"meta", "br", "line", "rect", "circle", "path"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class AsPage(unittest.TestCase):
    def test_is_one_complete_page(self):
        page = Page(report("--html", "-", *GEO, *DECEMBER).stdout)
        text = " ".join(page.text.split())
        for part in ("GDPR article 33", "e-mail addresses", "5 servers, 1 data set", "When they stood open", "What to do next", "How it was proven", "Censys"):
            self.assertIn(part, text)
        self.assertEqual({"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}, set())
        self.assertEqual([a for _, attributes in page.tags for a in attributes if a.startswith("on") or a == "src"], [])
        links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
        self.assertEqual([link for link in links if not link.startswith("https://")], [])

    def test_goes_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.html")
            run = report("--html", path, *DECEMBER[:-1])
            self.assertEqual((run.returncode, run.stdout), (3, ""))
            with open(path, encoding="utf-8") as file:
                Page(file.read())
            self.assertEqual(os.stat(path).st_mode & 0o7, 0)
            run = report("--html", os.path.join(folder, "no", "report.html"), *DECEMBER)
            self.assertEqual(run.returncode, 1)
            self.assertIn("report.html", run.stderr)


class FromJournal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-report-")
        self.addCleanup(folder.cleanup)
        self.folder, self.journal = folder.name, os.path.join(folder.name, "journal.db")

    def read(self, *captures):
        run = support.ajar("read", *NAMES, *GEO, "--journal", self.journal, *captures)
        self.assertIn(run.returncode, (0, 3), run.stderr)

    def test_tells_what_the_captures_tell(self):
        self.read(*DECEMBER)
        self.assertEqual(document("--journal", self.journal, "--reads")["exposures"], document(*NAMES, *GEO, *DECEMBER)["exposures"])

    def test_many_readings_are_like_one(self):
        for capture in DECEMBER:
            self.read(capture)
        kept, once = document("--journal", self.journal, "--reads")["exposures"], document(*NAMES, *GEO, *DECEMBER)["exposures"]
        self.assertEqual([(e["address"], e["zone"], e["status"], e["returned"], e["classes"]) for e in kept],
                         [(e["address"], e["zone"], e["status"], e["returned"], e["classes"]) for e in once])

    def test_readings_are_not_what_is_live(self):
        self.read(*DECEMBER)
        self.assertEqual(document("--journal", self.journal)["exposures"], [])

    def test_changes_nothing(self):
        self.read(*DECEMBER)
        before = state_of(self.folder)
        self.assertEqual(report("--journal", self.journal, "--reads", "--all").returncode, 0)
        after = state_of(self.folder)
        self.assertEqual({name: after.get(name) for name in before}, before)

    def test_says_what_is_wrong(self):
        run = report("--journal", self.journal)
        self.assertEqual(run.returncode, 1)
        self.assertIn("No such file", run.stderr)
        self.assertEqual(os.listdir(self.folder), [])
        with open(self.journal, "w") as file:
            file.write("no journal at all, but a text of some length that is no database")
        run = report("--journal", self.journal)
        self.assertIn(run.returncode, (1, 2))
        self.assertEqual(len(run.stderr.splitlines()), 1)


class FromRedis(unittest.TestCase):
    def setUp(self):
        self.redis = support.Redis(port=support.free_port()).start()
        self.addCleanup(self.redis.close)

    def test_tells_what_the_captures_tell(self):
        run = support.ajar("read", *NAMES, *GEO, "--redis", self.redis.url, *DECEMBER)
        self.assertIn(run.returncode, (0, 3), run.stderr)
        kept = document("--redis", self.redis.url, "--reads")
        self.assertEqual(*([{name: e.get(name) for name in SAME} for e in doc["exposures"]] for doc in (kept, document(*NAMES, *GEO, *DECEMBER))))
        self.assertEqual(document("--redis", self.redis.url)["exposures"], [])

    def test_needs_no_right_to_write(self):
        support.ajar("read", *NAMES, "--redis", self.redis.url, *DECEMBER)
        self.redis.ask("ACL", "SETUSER", "reader", "on", ">secret", "~{ajar}:*", "+exists", "+scan", "+hmget", "+ping", "+select", "+role")
        doc = document("--redis", f"redis://reader:secret@127.0.0.1:{self.redis.port}", "--reads")
        self.assertEqual(len(outside(doc)), 5)
        self.assertNotIn("secret", json.dumps(doc))

    def test_what_others_wrote_there_is_counted_and_left_out(self):
        for number, text in enumerate(("", "{}", "nonsense", '{"address":"10.0.0.1"}')):
            self.redis.ask("HSET", f"{{ajar}}:exposure:{number:032x}", "last_seen", "x", "report", text)
        self.redis.ask("SET", "{ajar}:exposure:short", "x")
        doc = document("--redis", self.redis.url)
        self.assertEqual((doc["exposures"], doc["totals"]["unreadable"]), ([], 4))

    def test_says_that_nobody_listens(self):
        run = report("--redis", f"redis://127.0.0.1:{support.free_port()}")
        self.assertEqual((run.returncode, len(run.stderr.splitlines())), (1, 1))


class Usage(unittest.TestCase):
    def refused(self, *arguments):
        run = report(*arguments)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        return run.stderr

    def test_one_source(self):
        self.assertIn("one source", self.refused(DECEMBER[0], "--redis", "redis://localhost"))
        self.assertIn("--reads is about what a journal", self.refused(DECEMBER[0], "--reads"))

    def test_dates(self):
        self.assertIn("2019-12-05", self.refused("--since", "5.12.2019"))

    def test_one_form_on_standard_output(self):
        self.assertIn("--html", self.refused("--json", "--html", "-", DECEMBER[0]))


if __name__ == "__main__":
    support.main()
