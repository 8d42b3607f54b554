#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The case that ajar is built around, as a story over weeks: since when, to whom, how much, of what kind, one data set or five, closed
when and how."""
import unittest

import stories
import support

DECEMBER = stories.Story("elasticsearch-6.8.23-december-")
APRIL = stories.Story("elasticsearch-7.10.2-april-")
FIVE = [f"10.20.30.{n}:9200" for n in range(11, 16)]
FIRST, SECOND, SIXTH = "10.20.30.21:9200", "10.20.30.22:9200", "[fd00:20:30::22]:9200"
CENSYS, FINDER = "203.0.113.42", "203.0.113.61"
HELD, CUSTOMERS = 1237 + 419, 1237


class Told(unittest.TestCase):
    """What one run over the whole case says."""
    story = None

    @classmethod
    def setUpClass(cls):
        cls.events = support.read_json(*cls.story.captures)
        cls.states = stories.exposures(cls.events)

    def within(self, timestamp, connections, what):
        """The time is one of one of these connections."""
        self.assertIsNotNone(timestamp, what)
        self.assertTrue(any(c.has(timestamp) for c in connections),
                        f"{what}: {timestamp}; connections from {[(c.first, c.last) for c in connections]}, that is {stories.micros(timestamp)}")

    def window(self, door, first, last):
        state = self.states[door]
        self.within(state["open_at_least"]["since"], [first], f"{door} at least since")
        self.within(state["open_at_least"]["until"], [last], f"{door} at least until")

    def check_amounts(self, door):
        state, want = self.states[door], self.story.amounts(*door)
        self.assertEqual(state["verdict"], want["verdict"], door)
        self.assertEqual(state.get("returned", 0), want["returned"], door)
        self.assertEqual(state["actors"], want["actors"], door)

    def events_of(self, action, server=None):
        return [e for e in self.events if e["event"]["action"] == action and (not server or support.endpoint(e["destination"]) == server)]

    def check_group(self, doors):
        """The events that tell the end of the story say that these are one data set."""
        groups = {door: self.states[door].get("group") for door in doors}
        self.assertEqual({g and (g["servers"], g["same"]) for g in groups.values()}, {(len(doors), "data")}, groups)
        self.assertEqual(len({g["id"] for g in groups.values()}), 1, groups)


class December(Told):
    story = DECEMBER

    def test_there_is_one_exposure_for_each_server_and_zone(self):
        self.assertEqual(sorted(self.states), DECEMBER.doors())
        self.assertEqual(len(self.states), 10)

    def test_it_stood_open_to_the_outside_from_the_first_listing_to_the_last_reading(self):
        for server in FIVE:
            proofs = DECEMBER.proofs(server, "outside")
            self.assertIn("2-indexed", proofs[0].capture)
            self.assertIn("3-read", proofs[-1].capture)
            self.window((server, "outside"), proofs[0], proofs[-1])

    def test_it_may_have_stood_open_since_the_evening_before_the_rule_changed(self):
        for server in FIVE:
            knocks = DECEMBER.of(server, "outside", "0-before")
            self.assertEqual(len(knocks), 3)
            self.within(self.states[server, "outside"].get("open_at_most", {}).get("since"), knocks[-1:], f"{server} at most since")

    def test_the_day_of_the_rule_is_the_day_of_the_first_answer(self):
        for server in FIVE:
            (reachable,) = self.events_of("store-reachable", server)
            (greeted,) = DECEMBER.of(server, "outside", "1-opened")
            self.within(reachable["@timestamp"], [greeted], f"{server} reachable")
            self.assertEqual(reachable["source"]["ip"], CENSYS)

    def test_three_were_closed_by_refusal(self):
        for server in FIVE[:3]:
            state, refused = self.states[server, "outside"], DECEMBER.of(server, "outside", "4-closed")
            self.assertEqual((state["status"], state["closed"]["by"]), ("closed", "refused"))
            self.assertNotIn("inferred", state["closed"])
            self.within(state["closed"]["at"], refused[:1], f"{server} closed")
            self.assertEqual(state["open_at_most"]["until"], state["closed"]["at"])

    def test_two_were_closed_by_silence_which_is_inferred(self):
        for server in FIVE[3:]:
            state, silent = self.states[server, "outside"], DECEMBER.of(server, "outside", "4-closed")
            self.assertEqual(len(silent), 4)
            self.assertEqual((state["status"], state["closed"]["by"]), ("closed", "silence"))
            self.assertIs(state["closed"].get("inferred"), True)
            self.within(state["closed"]["at"], silent[:1], f"{server} closed")

    def test_inside_only_the_one_that_refused_the_application_was_closed(self):
        for server in FIVE:
            state = self.states[server, "internal"]
            proofs = DECEMBER.proofs(server, "internal")
            self.window((server, "internal"), proofs[0], proofs[-1])
            self.assertEqual(state["status"], "closed" if server == FIVE[0] else "open")
        refused = [c for c in DECEMBER.of(FIVE[0], "internal", "4-closed") if c.line["verdict"] == "refused"]
        self.within(self.states[FIVE[0], "internal"]["closed"]["at"], refused, "closed inside")

    def test_what_was_held_and_handed_out(self):
        for door in DECEMBER.doors():
            self.check_amounts(door)
        for server in FIVE:
            state = self.states[server, "outside"]
            self.assertEqual((state["records"], state["records_source"]), (HELD, "listing"))
            self.assertEqual(set(state["datasets"]), {"customers", "cases"})

    def test_the_kinds_of_data_and_how_they_were_written(self):
        for server in FIVE[:4]:    # of the fifth the cases were taken too, whose titles may count as case numbers or not
            state, want = self.states[server, "outside"], DECEMBER.amounts(server, "outside")
            self.assertEqual(stories.classes(state), want["classes"], server)
            self.assertEqual(stories.classes(state, "odd"), want["odd"], server)
        taken = self.states[FIVE[0], "outside"]
        self.assertEqual(stories.classes(taken)["email"], CUSTOMERS)
        self.assertEqual(stories.classes(taken, "odd"), {"email": 37})    # every 34th from the 9th of 1237
        self.assertAlmostEqual(stories.classes(taken, "distinct")["email"], CUSTOMERS, delta=CUSTOMERS * 0.1)
        fifth = stories.classes(self.states[FIVE[4], "outside"])
        self.assertEqual({k: fifth[k] for k in ("email", "ipv4", "confidential")}, {"email": 5, "ipv4": 5, "confidential": 5})
        self.assertGreaterEqual(fifth["case_number"], 424)

    def test_the_oldest_and_the_newest_record(self):
        opened = [f"20{5 + i % 15:02d}-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(CUSTOMERS)]
        for server in FIVE[:2]:
            state = self.states[server, "outside"]
            self.assertEqual((state["oldest_record"][:10], state["newest_record"][:10]), (min(opened), max(opened)))

    def test_the_scanner_says_who_it_is(self):
        for server in FIVE:
            self.assertEqual(self.states[server, "outside"].get("indexed_by"), "Censys")
        for event in self.events_of("store-query"):
            scanner = event["ajar"].get("actor", {}).get("scanner", {})
            self.assertEqual(scanner.get("claimed"), "Censys" if event["source"]["ip"] == CENSYS else None, event["source"])
            self.assertNotIn("confirmed", scanner)

    def test_five_servers_are_one_data_set(self):
        self.check_group([(server, "outside") for server in FIVE])

    def test_the_table_and_the_exit_status_say_it_too(self):
        run = support.ajar("read", *DECEMBER.captures)
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual(run.stdout.count("5 servers, 1 data set"), 5, run.stdout)
        self.assertIn("Censys", run.stdout)


class April(Told):
    story = APRIL

    def test_there_is_one_exposure_for_each_server_and_zone(self):
        self.assertEqual(sorted(self.states), APRIL.doors())

    def test_what_was_held_and_handed_out(self):
        for door in APRIL.doors():
            self.check_amounts(door)
            self.assertEqual(stories.classes(self.states[door]), APRIL.amounts(*door)["classes"], door)
        for server in (FIRST, SECOND, SIXTH):
            state = self.states[server, "outside"]
            self.assertEqual((state["records"], state["records_source"]), (911 + 308, "listing"))

    def test_the_first_was_reset_and_opened_again(self):
        state, again = self.states[FIRST, "outside"], APRIL.proofs(FIRST, "outside", "5-reopened")
        self.window((FIRST, "outside"), again[0], again[-1])
        self.assertEqual((state["status"], state["times_opened"]), ("open", 2))
        told = [stories.micros(e["@timestamp"]) for e in self.events_of("exposure-opened", FIRST) if e["ajar"]["exposure_state"]["zone"] == "outside"]
        self.assertEqual(len(told), 2)
        (closed,) = [e for e in self.events_of("exposure-closed", FIRST) if e["ajar"]["exposure_state"]["zone"] == "outside"]
        self.assertEqual(closed["ajar"]["exposure_state"]["closed"]["by"], "reset")
        knocks = APRIL.of(FIRST, "outside", "4-closed")
        self.within(closed["ajar"]["exposure_state"]["closed"]["at"], knocks[:1], "reset")
        self.within(state["open_at_most"]["since"], knocks, "shut before it was opened again")
        before = APRIL.proofs(FIRST, "outside", "1-opened") + APRIL.proofs(FIRST, "outside", "3-read")
        least = closed["ajar"]["exposure_state"]["open_at_least"]
        self.within(least["since"], before[:1], "first time since")
        self.within(least["until"], before[-1:], "first time until")

    def test_the_second_was_closed_by_silence_and_still_answered_inside(self):
        state, silent = self.states[SECOND, "outside"], APRIL.of(SECOND, "outside", "4-closed")
        self.assertEqual((state["status"], state["closed"]["by"], state["closed"].get("inferred")), ("closed", "silence", True))
        self.within(state["closed"]["at"], silent[:1], "silence")
        self.window((SECOND, "outside"), APRIL.proofs(SECOND, "outside")[0], APRIL.proofs(SECOND, "outside")[-1])
        self.assertEqual(self.states[SECOND, "internal"]["status"], "open")

    def test_the_third_was_last_seen_open(self):
        state, proofs = self.states[SIXTH, "outside"], APRIL.proofs(SIXTH, "outside")
        self.window((SIXTH, "outside"), proofs[0], proofs[-1])
        self.assertEqual((state["status"], state["times_opened"]), ("open", 1))
        self.assertNotIn("since", state.get("open_at_most", {}))

    def test_the_scanner_says_who_it_is(self):
        for server in (FIRST, SECOND, SIXTH):
            self.assertEqual(self.states[server, "outside"].get("indexed_by"), "LeakIX")

    def test_three_servers_are_one_data_set(self):
        self.check_group([(server, "outside") for server in (FIRST, SECOND, SIXTH)])


del Told    # it is no test by itself

if __name__ == "__main__":
    support.main()
