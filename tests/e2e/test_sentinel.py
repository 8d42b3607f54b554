#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar and a Redis that Sentinels watch over: it finds the master, and after a failover the new one, where every event is once."""
import os
import signal
import time

import scene
import servers
import support


class Failover(scene.Scene):
    def setUp(self):
        self.pair = servers.Sentinels(self)

    def actions(self, redis, action="store-query"):
        return [event for event in redis.events() if event["event"]["action"] == action]

    def test_events_go_on_at_the_new_master_each_once(self):
        dead = support.free_port()    # one of the addresses may be stale
        watch = scene.Watch(self, self.pair.url([dead, *self.pair.ports]))
        scene.ask(scene.LOOKER, scene.LIST)
        support.wait_until(lambda: len(self.actions(self.pair.replica)) == 1, "the first event, at the replica too")
        began = time.monotonic()
        self.pair.master.stop()
        scene.ask(scene.TAKER, scene.SEARCH)    # nobody takes it now
        support.wait_until(lambda: "role:master" in self.pair.info(self.pair.replica), "the failover")
        failed_over = time.monotonic()
        support.wait_until(lambda: len(self.actions(self.pair.replica)) == 2, "the event of the time between")
        print(f"\nfailover after {failed_over - began:.1f} s, events {time.monotonic() - failed_over:.1f} s after it")
        scene.ask(scene.LOOKER, scene.SEARCH)
        support.wait_until(lambda: len(self.actions(self.pair.replica)) == 3, "an event after the failover")
        watch.stop()
        ids = [event["event"]["id"] for event in self.pair.replica.events()]
        self.assertEqual(len(ids), len(set(ids)), "an event came twice")
        sequences = [event["event"]["sequence"] for event in self.pair.replica.events()]
        self.assertEqual(sequences, sorted(sequences))

    def test_a_promoted_replica_that_lacks_the_tail_gets_it_again(self):
        watch = scene.Watch(self, self.pair.url())
        scene.ask(scene.LOOKER, scene.LIST)
        support.wait_until(lambda: len(self.actions(self.pair.replica)) == 1, "the first event, at the replica too")
        # From here on the replica hears nothing: what the master takes now is lost with it.
        os.kill(self.pair.replica.server.pid, signal.SIGSTOP)
        self.pair.master.ask("CLIENT", "KILL", "TYPE", "replica")
        scene.ask(scene.TAKER, scene.SEARCH)
        support.wait_until(lambda: len(self.actions(self.pair.master)) == 2, "the event that only the master has")
        kept = [event["event"]["id"] for event in self.pair.master.events()]
        self.pair.master.stop()
        os.kill(self.pair.replica.server.pid, signal.SIGCONT)
        support.wait_until(lambda: "role:master" in self.pair.info(self.pair.replica), "the failover", seconds=20)
        self.assertEqual(len(self.actions(self.pair.replica)), 1, "the replica lost nothing: this tests nothing")
        support.wait_until(lambda: len(self.actions(self.pair.replica)) == 2, "the lost event again")
        watch.stop()
        ids = [event["event"]["id"] for event in self.pair.replica.events()]
        self.assertEqual(ids[:len(kept)], kept)
        self.assertEqual(len(ids), len(set(ids)), "an event came twice")


class Reading(scene.Scene):
    def test_a_reading_finds_the_master_and_says_what_is_wrong_without_one(self):
        pair = servers.Sentinels(self)
        run = support.ajar("read", "--redis", pair.url(), support.exposed_capture())
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertTrue(pair.master.events())
        run = support.ajar("read", "--redis", pair.url().replace(pair.NAME, "nobody"), support.exposed_capture())
        self.assertEqual(run.returncode, 1)
        self.assertIn("nobody", run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)


if __name__ == "__main__":
    scene.main()
