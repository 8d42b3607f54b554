#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Classes of data in replies: every value that the record generator put there is counted, and nothing else is, neither in ordinary
web material nor where a value was masked or hashed before."""
import collections
import functools
import os
import unittest

import stories
import support


def lines_with_classes(capture):
    return {(line["client"], line["server"]): line for line in support.expected(capture) if "classes" in line}


def classes_by_connection(events):
    """(client, server) -> {class: what its last event says of it}"""
    found = collections.defaultdict(dict)
    for event in support.of_stores(events):
        if event["event"]["action"].startswith("store-"):
            found[support.endpoint(event["source"]), support.endpoint(event["destination"])].update({c["name"]: c for c in event["ajar"].get("classes", [])})
    return found


@functools.lru_cache(maxsize=None)
def said_of(capture):
    events = support.read_json("--scan", "full", capture)
    return classes_by_connection(events), stories.exposures(events)


class Precision(unittest.TestCase):
    maxDiff = None

    def test_each_connection_gave_away_what_is_expected_and_nothing_else(self):
        checked = 0
        for capture in support.captures():
            want = lines_with_classes(capture)
            if not want:
                continue
            have, _ = said_of(capture)
            for connection, line in want.items():
                with self.subTest(capture=os.path.basename(capture), asked=line.get("datasets"), connection=connection):
                    said = {name: c["values"] for name, c in have[connection].items() if c["values"]}
                    self.assertEqual(said, line["classes"])
                    if "named" in line:
                        self.assertEqual({name for name, c in have[connection].items() if c.get("by_name")} & set(line["named"]), set(line["named"]))
                checked += 1
        self.assertGreater(checked, 50)

    def test_what_hands_out_no_records_hands_out_no_values(self):
        # Banners, listings, node lists, mappings, refusals: of every version, and of web servers that are no store. Where settings or
        # the text of somebody's queries have values in them the expectation says so and the test above holds it.
        checked = 0
        for capture in support.captures():
            for line in support.expected(capture):
                if line["verdict"] in support.RUNGS[:support.RUNGS.index("data")] and "classes" not in line and "data" not in line.get("also", []):
                    with self.subTest(capture=os.path.basename(capture), connection=line["client"]):
                        have = said_of(capture)[0].get((line["client"], line["server"]), {})
                        self.assertEqual({name: c["values"] for name, c in have.items() if c["values"]}, {})
                    checked += 1
        self.assertGreater(checked, 200)

    def test_what_was_masked_hashed_or_written_oddly_is_told_apart(self):
        checked = collections.Counter()
        for capture in support.distinct_captures():
            lines = [line for line in lines_with_classes(capture).values() if line["verdict"] in support.EXPOSED and line["credentials"] == "none"]
            if not any(line.get(kind) for line in lines for kind in ("odd", "masked", "hashed")):
                continue
            for (server, zone), state in said_of(capture)[1].items():
                here = [line for line in lines if line["server"] == server and (line["direction"] == "internal") == (zone == "internal")]
                if not here:
                    continue
                for kind in ("odd", "masked", "hashed"):
                    want = collections.Counter()
                    for line in here:
                        want.update(line.get(kind, {}))
                    with self.subTest(capture=os.path.basename(capture), server=server, zone=zone, kind=kind):
                        self.assertEqual(stories.classes(state, kind), dict(+want))
                    checked[kind] += sum(want.values())
        self.assertTrue(all(checked[kind] >= 30 for kind in ("odd", "masked", "hashed")), checked)

    def test_records_taken_in_pages_give_an_address_each(self):
        # Of every way of paging and of every coding: plain, compressed, chunked, cut anywhere. A record there has one e-mail and one case number.
        checked = 0
        for capture in support.captures():
            if not capture.removesuffix(".pcap").endswith(("-scroll", "-paging", "-pit")):
                continue
            have, _ = said_of(capture)
            for line in support.expected(capture):
                with self.subTest(capture=os.path.basename(capture), connection=line["client"]):
                    values = {name: c["values"] for name, c in have[line["client"], line["server"]].items()}
                    self.assertEqual(values.get("email"), line["returned"])
                    self.assertGreaterEqual(values.get("case_number", 0), line["returned"])
                checked += 1
        self.assertGreater(checked, 20)

    def test_values_that_come_twice_are_distinct_once(self):
        capture = os.path.join(support.CAPTURES, "elasticsearch-6.8.23-classes.pcap")
        (state,) = said_of(capture)[1].values()
        values, distinct = stories.classes(state), stories.classes(state, "distinct")
        # All 60 people twice, and ten of them once more; 20 broken addresses. The estimate is exact for so few, or nearly.
        self.assertEqual(values["email"], 2 * 60 + 10 + 20)
        self.assertAlmostEqual(distinct["email"], 80, delta=6)
        self.assertAlmostEqual(distinct["iban"], 30, delta=3)


if __name__ == "__main__":
    support.main()
