#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the owner allows, on the December case: trusted clients, parts of a store that are public, maintenance. It is counted and kept,
and nobody is alarmed; what is not allowed is told as before."""
import os
import sqlite3
import tempfile
import unittest

import stories
import support

STORY = stories.Story("elasticsearch-6.8.23-december-")
FIVE = [f"10.20.30.{n}:9200" for n in range(11, 16)]
FINDER = "203.0.113.61"


def zones(journal):
    """(server, zone) -> row of the journal"""
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return {(row["address"], row["zone"]): dict(row) for row in database.execute("SELECT * FROM v_exposures")}


class Policy(unittest.TestCase):
    def read(self, *options):
        """(events, states, rows of the journal) of the case under this policy."""
        with tempfile.TemporaryDirectory(prefix="ajar-policy-") as folder:
            journal = os.path.join(folder, "journal.db")
            events = support.read_json("--journal", journal, *options, *STORY.captures)
            return events, stories.exposures(events), zones(journal)

    def check(self, options, allowed):
        events, states, journal = self.read(*options)
        for server in FIVE:
            told = [c for c in STORY.proofs(server, "outside") if not allowed(c)]
            quiet = [c for zone in ("outside", "internal") for c in STORY.proofs(server, zone) if allowed(c)]    # of both zones there is one
            state = states[server, "outside"]
            with self.subTest(options=options, server=server):
                self.assertEqual(state["verdict"], max((c.line["verdict"] for c in told), key=support.RUNGS.index))
                self.assertEqual(state.get("returned", 0), sum(c.line.get("returned", 0) for c in told))
                self.assertEqual(state["actors"], len({c.address for c in told}))
                self.assertTrue(told[-1].has(state["open_at_least"]["until"]), state["open_at_least"])
                self.assertNotIn((server, "allowed"), states)    # no event is about it
                self.assertEqual((server, "allowed") in journal, bool(quiet))
                if quiet:
                    self.assertEqual(journal[server, "allowed"]["returned"], sum(c.line.get("returned", 0) for c in quiet))
                    self.assertEqual(journal[server, "allowed"]["verdict"], max((c.line["verdict"] for c in quiet), key=support.RUNGS.index))
        return events

    def test_without_a_policy_nothing_is_allowed(self):
        self.check([], lambda c: False)

    def test_what_a_trusted_client_does_is_counted_and_not_told(self):
        events = self.check(["--trust", FINDER], lambda c: c.address == FINDER)
        exposing = [e for e in events if e["event"]["action"] in ("store-query", "exposure-opened", "exposure-updated") and e["event"]["kind"] == "alert"]
        self.assertNotIn(FINDER, {e["source"]["ip"] for e in exposing})

    def test_maintenance_is_quiet_while_it_lasts(self):
        self.check(["--maintenance", "2019-12-29T00:00Z/2019-12-30T00:00Z 10.20.30.0/24"], lambda c: "3-read" in c.capture)

    def test_a_public_part_is_never_a_listing_and_never_the_whole(self):
        # Of the fourth server, customers are public: one client read ten of them, another listed all indices in the same breath.
        part = "10.20.30.14:9200 elasticsearch path=/customers dataset=customers"
        _, states, journal = self.read("--public", part)
        self.assertEqual(journal["10.20.30.14:9200", "allowed"]["verdict"], "data")
        self.assertGreaterEqual(journal["10.20.30.14:9200", "allowed"]["returned"], 10)
        state = states["10.20.30.14:9200", "outside"]
        self.assertIn(state["verdict"], ("metadata", "data"))
        self.assertEqual(state["records"], 1656)
        for server in FIVE[:3] + FIVE[4:]:
            self.assertNotIn((server, "allowed"), journal)
            self.assertEqual(states[server, "outside"]["returned"], STORY.amounts(server, "outside")["returned"])


if __name__ == "__main__":
    support.main()
