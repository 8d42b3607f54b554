#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The judge of the fault harness can say no: each comparison is shown something right and the same with one thing wrong."""
import types
import unittest

from compare import (Accepted, Entry, Loss, Losses, Mark, Told, check_sequences, compare_folded, compare_reference, compare_refused,
                     compare_states, compare_stream, losses_of)

STREAM = [Entry(n, f"id{n}") for n in range(1, 9)]
TOLD = [Told(n, "store-query", f"q{n}", "-", "aa") for n in range(8)]
TOLD.insert(3, Told(2, "exposure-opened", "o2", "x", "bb"))
ACCEPTED = [Accepted(10 + i, t.action, t.id, t.exposure, t.checksum) for i, t in enumerate(TOLD)]


def without(events, *ids):
    return [e for e in events if e.id not in ids]


class Stream(unittest.TestCase):
    def test_passes_the_same(self):
        self.assertEqual(compare_stream(STREAM, list(STREAM)), [])

    def test_passes_gaps_that_the_journal_has_too(self):
        self.assertEqual(compare_stream(STREAM[:3] + STREAM[5:], STREAM[:3] + STREAM[5:]), [])

    def assert_wrong(self, delivered, words):
        (sentence,) = compare_stream(STREAM, delivered)
        self.assertIn(words, sentence)

    def test_sees_a_dropped_event(self):
        self.assert_wrong(STREAM[:3] + STREAM[4:], "lacks 1 of 8")

    def test_sees_a_lost_tail(self):
        self.assert_wrong(STREAM[:-2], "lacks 2 of 8")

    def test_sees_a_repeated_event(self):
        self.assert_wrong(STREAM[:4] + STREAM[3:], "more than once")

    def test_sees_a_reordered_event(self):
        self.assert_wrong(STREAM[:2] + [STREAM[3], STREAM[2]] + STREAM[4:], "out of order 1 times")

    def test_sees_an_event_that_was_never_accepted(self):
        self.assert_wrong(STREAM + [Entry(9, "id9")], "did not accept")

    def test_sees_an_id_under_another_sequence(self):
        sentences = compare_stream(STREAM, STREAM[:-1] + [Entry(8, "other")])
        self.assertEqual(len(sentences), 2)


class Sequences(unittest.TestCase):
    def test_passes_rising_ones(self):
        self.assertEqual(check_sequences(ACCEPTED), [])

    def test_sees_a_sequence_used_twice(self):
        self.assertIn("do not rise", check_sequences(ACCEPTED + [ACCEPTED[-1]._replace(id="new")])[0])

    def test_sees_an_id_accepted_twice(self):
        self.assertIn("twice", check_sequences(ACCEPTED + [ACCEPTED[0]._replace(sequence=99)])[0])


class Reference(unittest.TestCase):
    def assert_wrong(self, accepted, words, losses=()):
        sentences, _ = compare_reference(TOLD, accepted, Losses(ranges=losses))
        self.assertTrue(any(words in s for s in sentences), sentences)

    def test_passes_the_same(self):
        self.assertEqual(compare_reference(TOLD, ACCEPTED, Losses()), ([], []))

    def test_passes_what_the_sensor_says_about_itself(self):
        status = [Accepted(9, "sensor-status", "s", "-", "cc"), Accepted(99, "sensor-trouble", "t", "-", "cc")]
        self.assertEqual(compare_reference(TOLD, status[:1] + ACCEPTED + status[1:], Losses()), ([], []))

    def test_sees_a_missing_event(self):
        self.assert_wrong(without(ACCEPTED, "q5"), "missing without a reason")

    def test_passes_a_missing_event_with_a_reason(self):
        sentences, missing = compare_reference(TOLD, without(ACCEPTED, "q5"), Losses([5]))
        self.assertEqual((sentences, missing), ([], without(TOLD, *(t.id for t in TOLD if t.id != "q5"))))

    def test_sees_a_loss_beside_the_one_with_a_reason(self):
        self.assert_wrong(without(ACCEPTED, "q5", "q6"), "missing without a reason", [Loss(5, 6, "killed")])

    def test_sees_an_unknown_event(self):
        self.assert_wrong(ACCEPTED + [Accepted(99, "store-query", "strange", "-", "aa")], "unknown to an undisturbed run")

    def test_passes_an_exposure_opened_later_as_its_opening_was_lost(self):
        later = without(ACCEPTED, "q2", "o2") + [Accepted(99, "exposure-opened", "o5", "x", "bb")]
        self.assertEqual(compare_reference(TOLD, later, Losses([2]))[0], [])

    def test_sees_an_exposure_opened_twice(self):
        self.assert_wrong(ACCEPTED + [Accepted(99, "exposure-opened", "o5", "x", "bb")], "unknown to an undisturbed run")

    def test_passes_other_updates_where_something_was_lost(self):
        told = TOLD + [Told(6, "exposure-updated", "u6", "x", "bb")]
        later = without(ACCEPTED, "q2", "o2") + [Accepted(98, "exposure-opened", "o5", "x", "bb"), Accepted(99, "exposure-updated", "u7", "x", "bb")]
        self.assertEqual(compare_reference(told, later, Losses([2]))[0], [])

    def test_sees_other_updates_where_nothing_was_lost(self):
        update = [Accepted(99, "exposure-updated", "u7", "x", "bb")]
        self.assert_wrong(ACCEPTED + update, "unknown to an undisturbed run")
        told = TOLD + [Told(6, "exposure-updated", "u6", "x", "bb")]
        self.assertIn("missing without a reason", compare_reference(told, ACCEPTED, Losses())[0][0])

    def test_passes_a_store_reached_later_as_its_first_answer_was_lost(self):
        told = TOLD + [Told(6, "store-reachable", "r6", "-", "bb")]
        reached = [Accepted(99, "store-reachable", "r7", "-", "bb")]
        self.assertEqual(compare_reference(told, ACCEPTED + reached, Losses([6]))[0], [])
        self.assert_wrong(ACCEPTED + reached, "unknown to an undisturbed run")

    def test_sees_other_contents(self):
        self.assert_wrong([e._replace(checksum="dd") if e.id == "q4" else e for e in ACCEPTED], "something else")

    def test_sees_another_order(self):
        self.assert_wrong([ACCEPTED[1], ACCEPTED[0]] + ACCEPTED[2:], "another order")


class Folded(unittest.TestCase):
    def test_passes_as_many_as_were_not_folded(self):
        self.assertEqual(compare_folded(TOLD, without(ACCEPTED, "q4", "q5"), 2, Losses()), [])

    def test_sees_one_too_few_and_one_too_many(self):
        self.assertIn("8 events are told", compare_folded(TOLD, without(ACCEPTED, "q4", "q5"), 1, Losses())[0])
        self.assertIn("8 events are told", compare_folded(TOLD, without(ACCEPTED, "q4", "q5"), 3, Losses())[0])

    def test_passes_one_too_few_with_a_reason(self):
        self.assertEqual(compare_folded(TOLD, without(ACCEPTED, "q4", "q5"), 1, Losses([4])), [])

    def test_sees_an_unknown_event(self):
        strange = without(ACCEPTED, "q5") + [Accepted(99, "store-query", "strange", "-", "aa")]
        self.assertIn("unknown to", compare_folded(TOLD, strange, 0, Losses())[0])


class States(unittest.TestCase):
    STATES = {"a": {"verdict": "data", "actors": "3"}, "b": {"verdict": "open"}}

    def test_passes_the_same(self):
        self.assertEqual(compare_states(self.STATES, dict(self.STATES), "exposures"), [])

    def test_sees_a_missing_a_foreign_and_a_different_one(self):
        self.assertIn("not in Redis", compare_states(self.STATES, {"a": self.STATES["a"]}, "exposures")[0])
        self.assertIn("not in the journal", compare_states({"a": self.STATES["a"]}, self.STATES, "exposures")[0])
        changed = {**self.STATES, "a": {"verdict": "data", "actors": "4"}}
        self.assertIn("{'actors': '3'}", compare_states(self.STATES, changed, "exposures")[0])


class History(unittest.TestCase):
    STATE = types.SimpleNamespace(slots=4, dropped=set(), cut=set())

    def losses(self, *marks, **facts):
        return losses_of(marks, types.SimpleNamespace(**{**vars(self.STATE), **facts}))

    def assert_ranges(self, losses, *expected):
        self.assertEqual([(loss.first, loss.last) for loss in losses.ranges], list(expected))

    def test_a_dead_delivery_side_is_no_excuse(self):
        self.assert_ranges(self.losses(Mark("kill_delivery", 100, 101)))

    def test_a_dead_sensor_excuses_what_was_in_the_ring(self):
        self.assert_ranges(self.losses(Mark("kill_all", 100, 101)), (95, 101))

    def test_findings_that_never_got_into_the_ring_do_not_fill_it(self):
        self.assert_ranges(self.losses(Mark("kill_all", 100, 101), dropped={97, 98}), (93, 101))

    def test_a_delivery_side_that_dies_while_the_journal_is_locked_excuses_the_time_since(self):
        self.assert_ranges(self.losses(Mark("lock_journal", 50, 120), Mark("kill_delivery", 100, 101)), (45, 120), (45, 101))

    def test_a_locked_journal_excuses_what_was_counted_and_no_more(self):
        losses = self.losses(Mark("lock_journal", 3, 9))
        missing = [t for t in TOLD if t.number in (5, 6)]
        self.assertEqual(compare_refused(missing, losses, 2), [])
        self.assertIn("1 were said to be lost", compare_refused(missing, losses, 1)[0])

    def test_an_update_that_was_never_due_was_not_refused(self):
        losses = self.losses(Mark("lock_journal", 3, 6), dropped={7})
        update, query = Told(5, "exposure-updated", "u5", "x", "cc"), Told(7, "store-query", "q7", "-", "aa")
        self.assertEqual(compare_refused([update, query], losses, 0), [])
        self.assertTrue(compare_refused([update], losses, 0), "nothing else was lost")

    def test_a_full_ring_and_a_killed_producer_excuse_one_finding_each(self):
        losses = self.losses(dropped={7}, cut={9})
        self.assertEqual([number for number in range(12) if losses.reasons(number)], [7, 9])


if __name__ == "__main__":
    unittest.main()
