#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each thing truth.py calls wrong, beside the event that is right."""
import contextlib
import io
import unittest

import truth

KEY = ("198.18.0.7", 40000, "10.20.30.10", 9200)
FACT = {"verdict": "data", "auth_presented": False, "version": "6.8.23", "records": 40, "held": 90,
        "datasets": ["customers"]}
EVENT = {"store": "elasticsearch", "verdict": "data", "version": "6.8.23", "records": 40,
         "datasets": ["customers", "cases"], "credentials": "none"}


def failures(fact, event):
    """How often truth.py complains about an event that differs from the right one as given."""
    check, seen = truth.Check(0), truth.Seen()
    event = {**EVENT, **event}
    seen.add({"ajar": event}, event["verdict"])
    with contextlib.redirect_stdout(io.StringIO()):
        truth.check_connection(check, KEY, {**FACT, **fact}, seen)
    return check.failures


class Truth(unittest.TestCase):
    def test_accepts_what_was_sent(self):
        self.assertEqual(failures({}, {}), 0)

    def test_accepts_what_the_store_holds_in_all(self):
        self.assertEqual(failures({}, {"records": 90}), 0)

    def test_rejects_each_wrong_fact(self):
        for wrong in ({"verdict": "metadata"}, {"verdict": "drained"}, {"verdict": "refused"},
                      {"version": "6.8.2"}, {"records": 41}, {"datasets": ["cases"]},
                      {"store": "couchdb"}):
            with self.subTest(wrong):
                self.assertEqual(failures({}, wrong), 1)

    def test_accepts_a_refusal(self):
        self.assertEqual(failures({"verdict": "refused"}, {"verdict": "refused"}), 0)

    def test_rejects_a_refusal_read_as_something_else(self):
        self.assertEqual(failures({"verdict": "refused"}, {"verdict": "open"}), 1)
        self.assertEqual(failures({"verdict": "refused"}, {"verdict": "revealed"}), 1)

    def test_rejects_an_invented_exposure(self):
        self.assertEqual(failures({"verdict": "revealed"}, {"verdict": "revealed"}), 0)
        self.assertEqual(failures({"verdict": "revealed"}, {"verdict": "open"}), 1)

    def test_rejects_overlooked_credentials(self):
        self.assertEqual(failures({"auth_presented": True}, {"credentials": "presented"}), 0)
        self.assertEqual(failures({"auth_presented": True}, {}), 1)

    def test_keeps_a_lossy_connection_between_floor_and_truth(self):
        lossy = {"lossy": True, "floor": "metadata"}
        self.assertEqual(failures(lossy, {"verdict": "data"}), 0)
        self.assertEqual(failures(lossy, {"verdict": "metadata"}), 0)
        self.assertEqual(failures(lossy, {"verdict": "open"}), 1)
        self.assertEqual(failures(lossy, {"verdict": "tampered"}), 1)


if __name__ == "__main__":
    unittest.main()
