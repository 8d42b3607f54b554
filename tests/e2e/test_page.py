#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/redis.md on a Redis that ajar watch filled, and the rights that the page gives to readers."""
import os
import re
import subprocess
import tempfile

import scene
import support

CONSUMERS = os.path.join(support.ROOT, "deploy", "consumers")


def page():
    with open(os.path.join(support.ROOT, "docs", "redis.md"), encoding="utf-8") as file:
        return file.read()


class Page(scene.Scene):
    def setUp(self):
        self.redis = support.Redis(port=support.free_port()).start()
        self.addCleanup(self.redis.close)
        folder = tempfile.TemporaryDirectory(prefix="ajar-page-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        watch = scene.Watch(self, self.redis.url, "--sensor", "span-1")
        scene.ask(scene.LOOKER, scene.LIST)
        scene.ask(scene.TAKER, *scene.TAKE)
        support.wait_until(lambda: self.redis.ask("EXISTS", "{ajar}:sensor:span-1"), "the heartbeat", seconds=40)
        watch.stop()

    def test_each_example_shows_what_it_promises(self):
        shim = os.path.join(self.folder, "redis-cli")
        with open(shim, "w") as file:
            file.write(f'#!/bin/sh\nexec /usr/bin/redis-cli -s {self.redis.socket} "$@"\n')
        os.chmod(shim, 0o755)
        block = re.search(r"```sh\n(.*?)```", page(), re.S)[1].splitlines()
        promises = [r"sensor-status", r"^[0-9a-f]{32}$", r"10\.20\.30\.11:9200", r'"clients": \[', r"203\.0\.113\.42", r"open_exposures\n1$", r"subscribe"]
        self.assertEqual(len(block), len(promises))
        for line, promise in zip(block, promises):
            with self.subTest(line=line):
                run = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20,
                                     env={**os.environ, "PATH": self.folder + ":" + os.environ["PATH"]})
                self.assertIn(run.returncode, (0, 124), run.stderr)
                self.assertRegex(run.stdout, re.compile(promise, re.M))

    def test_every_key_of_the_table_is_there_and_no_other(self):
        rows = re.findall(r"^\| `(\{ajar\}:[^`]+)` \| ([a-z ]+)", page(), re.M)
        self.assertGreater(len(rows), 6)
        patterns = {re.sub("ID|NAME|UUID", "[^:]+", re.escape(key)): kind for key, kind in rows}
        kinds = {"stream": "stream", "hash": "hash", "sorted set": "zset", "geo set": "zset", "string": "string"}
        met = set()
        for key in self.redis.ask("KEYS", "*"):
            (pattern,) = (p for p in patterns if re.fullmatch(p, key)) or [None]
            self.assertEqual(kinds[patterns[pattern].strip()], self.redis.ask("TYPE", key), key)
            met.add(pattern)
        self.assertEqual({p for p in patterns if p not in met}, {p for p in patterns if patterns[p].startswith("pub")})

    def test_fields_of_hashes_and_entries_are_those_of_the_table(self):
        for start, key in (("{ajar}:exposure:ID", min(self.redis.ask("KEYS", "{ajar}:exposure:*"), key=len)), ("{ajar}:sensor:NAME", "{ajar}:sensor:span-1")):
            (names,) = re.findall(rf"^\| `{re.escape(start)}` \|.*?: `([a-z_ ]+)`", page(), re.M)
            have = set(self.redis.ask("HKEYS", key))
            self.assertEqual(have - set(names.split()), set(), "not on the page")
            self.assertGreaterEqual(len(have), len(names.split()) * 2 // 3)
        self.assertEqual(set(names.split()) - have, set(), "a heartbeat has all of its fields")

    def test_a_reader_may_run_the_consumers_and_write_nothing(self):
        first, more = re.search(r"`(~\{ajar\}:\* &\{ajar\}:\* -@all[^`]*)`\s*\(`([^`]+)` for `group.py`", page()).groups()
        self.assertEqual(self.redis.ask("ACL", "SETUSER", "reader", "on", ">pw", *first.split(), *more.split()), "OK")
        url = f"redis://reader:pw@127.0.0.1:{self.redis.port}"
        for command in (["report.py", "--redis", url], ["group.py", "--redis", url, "--ledger", os.path.join(self.folder, "cases.db"), "--until-empty"],
                        ["redis-cli.sh", "doors", "-u", url], ["redis-cli.sh", "alerts", "-u", url]):
            run = subprocess.run([os.path.join(CONSUMERS, command[0]), *command[1:]], capture_output=True, text=True, timeout=20)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertNotIn("NOPERM", run.stdout + run.stderr)
        alerts = subprocess.run(["timeout", "2", os.path.join(CONSUMERS, "alerts.py"), "--redis", url], capture_output=True, text=True, timeout=20)
        self.assertIn("listening", alerts.stderr)
        self.assertNotIn("NOPERM", alerts.stderr)
        for command in (["DEL", "{ajar}:events"], ["XADD", "{ajar}:events", "*", "a", "b"], ["FLUSHALL"], ["PUBLISH", "{ajar}:alerts", "x"]):
            run = subprocess.run(["redis-cli", "-u", url, *command], capture_output=True, text=True, timeout=10)
            self.assertIn("NOPERM", run.stdout)


if __name__ == "__main__":
    scene.main()
