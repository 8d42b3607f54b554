#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The shipped captures: what ajar says of each connection is what the recorded server held, and every event is valid."""
import gzip
import os
import re
import shutil
import tempfile
import unittest

import support
import contract    # support says where it is


def difference(want, have):
    """The fields that an .expected line names and that ajar says otherwise."""
    wrong = {}
    if have["verdict"] == "none" and "none" in [want["verdict"], *want.get("also", [])]:
        return wrong
    for name, value in want.items():
        if want["verdict"] == "none" and name != "verdict":
            continue
        if name in ("client", "server", "also", *support.GIVEN) or name == "verdict" and have[name] in want.get("also", []):
            continue
        said = have.get(name)
        if name == "datasets":
            value, said = set(value), said or set()
        if said != value:
            wrong[name] = f"expected {value}, ajar says {said}"
    return wrong


class Captures(unittest.TestCase):
    maxDiff = None

    def test_each_connection_is_judged_as_expected(self):
        for capture in support.captures():
            want = {(e["client"], e["server"]): e for e in support.expected(capture)}
            have = support.by_connection(support.read_json(capture))
            with self.subTest(capture=capture):
                wrong = {}
                for connection, line in want.items():
                    missing = {"verdict": "none", "datasets": set()}
                    found = difference(line, have.get(connection, missing))
                    if found:
                        wrong[connection] = found
                self.assertEqual(wrong, {})

    def test_no_exposure_is_invented(self):
        for capture in support.captures():
            want = {(e["client"], e["server"]) for e in support.expected(capture)}
            with self.subTest(capture=capture):
                have = support.by_connection(support.read_json(capture))
                self.assertEqual([c for c, facts in have.items() if facts["verdict"] in support.EXPOSED and c not in want], [])

    def test_every_event_is_valid(self):
        events = support.read_json("--geo", support.CITY, "--geo", support.ASN, *support.captures())
        self.assertGreater(len(events), 100)    # and each was checked when it was read
        contract.check(events[0])
        broken = dict(events[0])
        del broken["@timestamp"]
        with self.assertRaises(AssertionError, msg="the schema accepts an event without a time"):
            contract.check(broken)

    def test_events_have_ids_of_their_own_that_stay(self):
        for capture in support.captures():
            with self.subTest(capture=capture):
                first, again = ([e["event"]["id"] for e in support.of_stores(support.read_json(capture))] for _ in range(2))
                self.assertEqual(len(set(first)), len(first))
                self.assertEqual(first, again)

    def test_folding_leaves_counts_and_openings_as_they_are(self):
        def told(events):
            return [e for e in events if e["event"]["action"] in ("store-query", "store-session")]

        def opened(events):
            return [e["event"]["id"] for e in events if e["event"]["action"] == "exposure-opened"]
        all_told = support.read_json(*support.captures())
        folding = support.read_json("--events-per-minute", "1", *support.captures())
        self.assertTrue(any(e["event"]["action"] == "events-folded" for e in folding))
        self.assertLess(2 * len(told(folding)), len(told(all_told)))
        self.assertEqual(len(told(folding)) + sum(e["ajar"].get("folded", 0) for e in folding), len(told(all_told)))
        self.assertEqual(opened(folding), opened(all_told))
        self.assertLessEqual({e["event"]["id"] for e in told(folding)}, {e["event"]["id"] for e in told(all_told)})
        tables = [re.sub(r"[0-9.]+ s$", "", support.ajar("read", *options, *support.captures()).stdout.rstrip())    # how long it took
                  for options in ([], ["--events-per-minute", "1"])]
        self.assertIn("EXPOSED", tables[0])
        self.assertEqual(tables[0], tables[1])

    def test_a_folder_gives_what_its_files_give(self):
        # Captures of servers with addresses of their own: what is known of one server from one file may judge its next file.
        alone, servers = {}, set()
        with tempfile.TemporaryDirectory() as folder:
            for number, capture in enumerate(support.captures()):
                here = {line["server"].rsplit(":", 1)[0] for line in support.expected(capture)}
                if servers & here:
                    continue
                servers |= here
                alone.update(support.by_connection(support.read_json(capture)))
                os.makedirs(os.path.join(folder, "deeper", str(number)))
                shutil.copy(capture, os.path.join(folder, "deeper", str(number)))
            self.assertGreater(len(servers), 3)
            self.assertEqual(support.by_connection(support.read_json(folder)), alone)

    def test_standard_input_and_gzip_give_what_the_file_gives(self):
        capture = support.exposed_capture()
        with open(capture, "rb") as file:
            content = file.read()
        ids = [e["event"]["id"] for e in support.of_stores(support.read_json(capture))]
        self.assertTrue(ids)
        for stdin in (content, gzip.compress(content)):
            self.assertEqual([e["event"]["id"] for e in support.of_stores(support.read_json("-", stdin=stdin))], ids)

    def test_outside_addresses_are_placed_and_unknown_ones_stay_unplaced(self):
        events = support.of_stores(support.read_json("--geo", support.CITY, "--geo", support.ASN, *support.captures()))
        places = {e["source"]["ip"]: e["source"] for e in events}
        self.assertIn("203.0.113.42", places)
        amsterdam = places["203.0.113.42"]
        self.assertEqual(amsterdam["geo"]["country_iso_code"], "NL")
        self.assertEqual(amsterdam["geo"]["city_name"], "Amsterdam")
        self.assertAlmostEqual(amsterdam["geo"]["location"]["lat"], 52.37, places=3)
        self.assertAlmostEqual(amsterdam["geo"]["location"]["lon"], 4.90, places=3)
        self.assertEqual(amsterdam["as"], {"number": 64500, "organization": {"name": "Example Hosting"}})
        for event in support.of_stores(support.read_json(support.exposed_capture())):
            self.assertFalse({"geo", "as"} & set(event["source"]), "a place without a database")

    def test_exit_status_and_table_tell_exposed_from_harmless(self):
        exposed = support.ajar("read", support.exposed_capture())
        self.assertEqual(exposed.returncode, 3, exposed.stderr)
        self.assertIn("EXPOSED", exposed.stdout)
        self.assertEqual(exposed.stderr, "")
        self.assertNotIn("\033", exposed.stdout, "colour in a pipe")
        harmless = support.ajar("read", support.harmless_capture())
        self.assertEqual(harmless.returncode, 0, harmless.stderr)
        self.assertNotIn("EXPOSED", harmless.stdout)
        self.assertTrue(harmless.stdout.strip(), "nothing found is said too")


if __name__ == "__main__":
    support.main()
