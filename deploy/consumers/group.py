#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""group.py: works on every event of ajar exactly once, although it may be killed at any moment.

    group.py --redis redis://localhost --ledger cases.db            runs until SIGTERM or SIGINT
    group.py --ledger cases.db --until-empty                        ends when nothing is left to do

The stream holds each event once. A consumer that dies between its work and its XACK gets the event again; so the id of an
event is kept in the same transaction as the work it caused, and what is known already is only acknowledged."""
import argparse
import json
import signal
import socket
import sqlite3
import sys
import time

import redis

BATCH = 100
WAIT_MS = 1000
REMEMBERED = 200_000    # ids: more than Redis can hand out again, which is what is pending, and after a failover an hour of events


def work(database, event):
    """Yours. What it writes to `database` happens exactly once; what leaves it (a mail, a ticket) needs event.id as its key there.
    An exception ends the program; the event is handed out again."""
    database.execute("INSERT INTO cases (event, severity, document) VALUES (?, ?, ?)",
                     (event["event"]["id"], event["event"]["severity"], json.dumps(event)))


class Ledger:
    """Which events are done. Several consumers on one machine may share the file."""
    def __init__(self, path):
        self.database = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("CREATE TABLE IF NOT EXISTS done (number INTEGER PRIMARY KEY, event TEXT UNIQUE)")
        self.database.execute("CREATE TABLE IF NOT EXISTS cases (number INTEGER PRIMARY KEY, event TEXT, severity INTEGER, document TEXT)")

    def do(self, event):
        """Works on an event unless that was done. One transaction: all of it is there afterwards, or nothing."""
        self.database.execute("BEGIN IMMEDIATE")
        with self.database:    # COMMIT, or ROLLBACK after an exception
            new = self.database.execute("INSERT OR IGNORE INTO done (event) VALUES (?)", (event["event"]["id"],)).rowcount
            if new:
                work(self.database, event)
                self.database.execute("DELETE FROM done WHERE number <= (SELECT max(number) FROM done) - ?", (REMEMBERED,))
        return bool(new)


class Consumer:
    def __init__(self, options):
        self.options = options
        self.stream = options.prefix + ":events"
        self.ledger = Ledger(options.ledger)
        # A dead connection is noticed: every answer comes within WAIT_MS and some seconds.
        self.redis = redis.Redis.from_url(options.redis, decode_responses=True, socket_timeout=WAIT_MS / 1000 + 5)
        self.stopping = False
        self.counts = {"done": 0, "known": 0, "lost": 0}

    def stop(self, *_):
        self.stopping = True    # after the event under work

    def open_group(self):
        """From the oldest event on, so that one that came before this consumer is not missed."""
        try:
            self.redis.xgroup_create(self.stream, self.options.group, id="0", mkstream=True)
        except redis.ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):    # it exists
                raise

    def handle(self, entries):
        for number, fields in entries:
            if self.stopping:
                return
            if not fields:    # trimmed from the stream before it was done: see docs/redis.md, "Size"
                self.counts["lost"] += 1
            else:
                self.counts["done" if self.ledger.do(json.loads(fields["json"])) else "known"] += 1
            self.redis.xack(self.stream, self.options.group, number)    # only now

    def read(self, after, block=None):
        answer = self.redis.xreadgroup(self.options.group, self.options.name, {self.stream: after}, count=BATCH, block=block)
        return answer[0][1] if answer else []

    def finish_own(self):
        """What this consumer had taken when it died: handed out again under its name."""
        while not self.stopping and (entries := self.read("0")):
            self.handle(entries)

    def take_over(self):
        """What others have held for too long: they are dead."""
        start = "0-0"
        while not self.stopping:
            start, _, *trimmed = self.redis.execute_command("XAUTOCLAIM", self.stream, self.options.group, self.options.name,
                                                            int(self.options.take_over * 1000), start, "COUNT", BATCH)
            self.counts["lost"] += len(trimmed[0]) if trimmed else 0    # Redis 7 names those that went from the stream
            self.finish_own()
            if start == "0-0":
                return

    def is_done(self):
        """Nothing new and nothing pending anywhere in the group."""
        (group,) = (g for g in self.redis.xinfo_groups(self.stream) if g["name"] == self.options.group)
        return group["pending"] == 0 and group["last-delivered-id"] == self.redis.xinfo_stream(self.stream)["last-generated-id"]

    def run(self):
        self.open_group()
        self.finish_own()
        looked = 0
        while not self.stopping:
            if time.monotonic() - looked >= self.options.take_over:
                self.take_over()
                looked = time.monotonic()
            entries = self.read(">", block=10 if self.options.until_empty else WAIT_MS)
            self.handle(entries)
            if self.options.until_empty and not entries and self.is_done():
                return

    def run_for_ever(self):
        """A Redis that is away, restarted or failing over is waited for."""
        wait = 0.1
        while not self.stopping:
            try:
                return self.run()
            except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
                print(f"group.py: {error}; again in {wait:.1f} s", file=sys.stderr)
                time.sleep(wait)
                wait = min(wait * 2, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", default="redis://localhost", help="redis://, rediss:// or unix://")
    parser.add_argument("--prefix", default="{ajar}")
    parser.add_argument("--group", default="cases")
    parser.add_argument("--name", default=socket.gethostname(), help="of this consumer; the same after a restart")
    parser.add_argument("--ledger", required=True, help="SQLite file of what was done")
    parser.add_argument("--take-over", type=float, default=60, metavar="SECONDS", help="after which another consumer is dead")
    parser.add_argument("--until-empty", action="store_true")
    consumer = Consumer(parser.parse_args())
    signal.signal(signal.SIGTERM, consumer.stop)
    signal.signal(signal.SIGINT, consumer.stop)
    consumer.run_for_ever()
    print("group.py: {done} done, {known} known already, {lost} lost".format(**consumer.counts), file=sys.stderr)


if __name__ == "__main__":
    main()
