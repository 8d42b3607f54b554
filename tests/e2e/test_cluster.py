#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar and a Redis Cluster of three nodes: from any of them it finds the one that has its slot, and follows when the slot moves."""
import scene
import servers
import support


class Moving(scene.Scene):
    def setUp(self):
        self.cluster = servers.Cluster(self)

    def actions(self, node, action="store-query"):
        return [event for event in node.events() if event["event"]["action"] == action]

    def ids(self, node):
        return [event["event"]["id"] for event in node.events()]

    def url(self, *nodes):
        return "redis://" + ",".join(f"{servers.HOST}:{node.port}" for node in nodes)

    def test_the_slot_moves_while_events_come_and_none_is_missing_or_twice(self):
        source, target = self.cluster.owner(), self.cluster.others()[0]
        watch = scene.Watch(self, self.url(self.cluster.others()[1]))    # told another node than has the slot
        scene.ask(scene.LOOKER, scene.LIST)
        support.wait_until(lambda: len(self.actions(source)) == 1, "the first event")

        self.cluster.begin_move(source, target)
        scene.ask(scene.TAKER, scene.SEARCH)    # the keys are still there
        support.wait_until(lambda: len(self.actions(source)) == 2, "an event while the slot is about to move")
        self.assertGreater(self.cluster.move_keys(source, target, 2), 0)
        scene.ask("203.0.113.61", scene.LIST)    # some are here, some there
        self.cluster.end_move(source, target)
        self.assertIs(self.cluster.owner(), target)
        support.wait_until(lambda: len(self.actions(target)) == 3, "the event of the time between")
        scene.ask(scene.LOOKER, scene.SEARCH)
        support.wait_until(lambda: len(self.actions(target)) == 4, "an event after the move")
        watch.stop()
        ids = self.ids(target)
        self.assertEqual(len(ids), len(set(ids)), "an event came twice")
        for node in self.cluster.others():
            self.assertEqual(node.ask("DBSIZE"), 0)

    def test_a_node_that_dies_is_waited_for_and_gets_what_it_lost(self):
        owner = self.cluster.owner()
        watch = scene.Watch(self, self.url(*self.cluster.nodes))
        scene.ask(scene.LOOKER, scene.LIST)
        support.wait_until(lambda: len(self.actions(owner)) == 1, "the first event")
        before = self.ids(owner)
        owner.stop()    # it has no replica: CLUSTERDOWN
        scene.ask(scene.TAKER, scene.SEARCH)
        support.wait_until(lambda: "cluster_state:fail" in servers.info(self.cluster.nodes[self.cluster.nodes[0] is owner], "CLUSTER", "INFO"),
                           "the cluster to notice")
        owner.start()    # it keeps its slots and its name, and no data
        support.wait_until(lambda: len(self.actions(owner)) == 2, "both events", seconds=30)
        watch.stop()
        ids = self.ids(owner)
        self.assertEqual(ids[:len(before)], before)
        self.assertEqual(len(ids), len(set(ids)), "an event came twice")


class Reading(scene.Scene):
    def test_a_reading_finds_its_node_from_any_other(self):
        cluster = servers.Cluster(self)
        for number, node in enumerate(cluster.nodes):
            site = f"site-{number}"    # other ids
            run = support.ajar("read", "--site", site, "--redis", f"redis://{servers.HOST}:{node.port}", support.exposed_capture())
            self.assertEqual(run.returncode, 3, run.stderr)
            self.assertTrue([e for e in cluster.owner().events() if e["ajar"]["site"] == site])

    def test_keys_without_one_slot_are_refused_before_anything_is_written(self):
        cluster = servers.Cluster(self)
        run = support.ajar("read", "--redis-prefix", "ajar", "--redis", f"redis://{servers.HOST}:{cluster.nodes[0].port}", support.exposed_capture())
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertIn("{", run.stderr)
        self.assertEqual([node.ask("DBSIZE") for node in cluster.nodes], [0, 0, 0])


if __name__ == "__main__":
    scene.main()
