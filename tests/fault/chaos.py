#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""chaos.py [--seconds N] [--rate N] [--profile single|sentinel|cluster] [--keep] SEED...
A steady flow of findings into the real delivery side and a Redis of its own, while both, the journal and the link between them are
disturbed at moments drawn from SEED; then everything is let go on, and compared: tests/fault/README.md. Exit status: 0, 1 if a seed failed,
2 if it cannot run here. A folder with what the failed run left is kept, and named."""
import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

import jsonschema

import compare
import evidence
import faults
import inside
from feeder import Feeder, Memory
from servers import PASSWORD, USER, Cluster, Failover, Single, wait_until

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FEED = os.environ.get("AJAR_FAULT_FEED", os.path.join(ROOT, "build", "tests", "fault", "ajar-fault-feed"))
MEMORY_LIMIT_KIB = 512 * 1024
EVENT_BYTES = 3000      # room in the journal and in Redis for an event, generously
SETTLE_SECONDS = 90
NOTICE_SECONDS = 10
SCHEMA_SAMPLE = 400
LIST = "{ajar}:list"

CONFIG = """\
sensor: fault
site: fault
journal:
  path: {journal}
  max_mib: 65536
  durability: {durability}
events:
  per_minute: {per_minute}
redis:
  url: {url}
  user: {user}
  password_file: {password}
  stream_max: 100000000
  list: "{list}"
  list_max: 100000000
"""


class World:
    """One run: what is drawn from the seed, the servers, the sensor, and what happened."""

    def __init__(self, options, seed):
        self.options, self.seed, self.random = options, seed, random.Random(f"{options.profile} {seed}")
        self.folder = tempfile.mkdtemp(prefix=f"ajar-fault-{options.profile}-{seed}-")
        self.blocked = False    # the journal cannot be written
        self.marks, self.failures, self.lock_of_marks = [], [], threading.Lock()
        self.far = options.far
        self.count = options.rate * options.seconds
        self.lists = options.profile == "single" and self.random.random() < 0.3
        self.per_minute = 2 if self.random.random() < 0.25 else 0    # events of one store and client told one by one; 0 = all
        self.open_journal()
        self.open_redis()
        self.feeder = Feeder(FEED, self.folder, seed, self.count, options.rate, self.write_config())

    def open_journal(self):
        folder = os.path.join(self.folder, "disk")
        self.on_memory = self.random.random() < 0.7
        if self.on_memory:
            inside.mount_memory(folder, 64 + 2 * self.count * EVENT_BYTES // (1 << 20))
        else:
            os.makedirs(folder)
        self.durability = self.random.choice(["normal", "normal", "full"])
        self.journal = os.path.join(folder, "journal.db")

    def open_redis(self):
        if self.options.profile == "sentinel":
            self.redis = Failover(self.folder)
        elif self.options.profile == "cluster":
            self.redis = Cluster(self.folder)
        else:
            transport = self.random.choice(["unix", "tcp", "veth", "veth"])
            self.redis = Single(self.folder, transport, self.random.choice(["none", "rdb", "aof"]), self.far.namespace)

    def write_config(self):
        password, config = os.path.join(self.folder, "password"), os.path.join(self.folder, "ajar.yaml")
        with open(password, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(journal=self.journal, durability=self.durability, per_minute=self.per_minute, url=self.redis.url, user=USER, password=password,
                                     list=LIST if self.lists else ""))
        geo = [os.path.join(os.environ["AJAR_BUILD"], "tests", "geo", name) for name in ("city.mmdb", "asn.mmdb")]
        return ["watch", "-i", "none", "-c", config, "--geo", geo[0], "--geo", geo[1]]

    def plan(self):
        """{table name: planned faults}; those of one table never overlap, those of different ones do."""
        seconds, journal = self.options.seconds, dict(faults.JOURNAL)
        if not self.on_memory:
            del journal["fill_disk"]
        tables = {"redis": (faults.PROFILES[self.options.profile], 0.8), "sensor": (faults.SENSOR, 1.5), "journal": (journal, 2.5)}
        only = self.options.only
        if self.options.fault:
            tables = {name: ({fault: table[fault] for fault in table if fault in self.options.fault}, pause)
                      for name, (table, pause) in tables.items()}
            tables = {name: part for name, part in tables.items() if part[0]}
        return {name: (table, faults.draw(self.random, table, self, seconds, pause))
                for name, (table, pause) in tables.items() if not only or name in only}

    def done(self):
        return self.feeder.state.begun

    def stop_sensor(self):
        status = self.feeder.stop()
        if status != 0 and not self.blocked:
            self.fail(f"the sensor ended with status {status} after SIGTERM: {self.feeder.said()[-500:]}")

    def fail(self, sentence):
        self.failures.append(sentence)
        print(f"  seed {self.seed}: {sentence}")

    def say(self, text):
        if self.options.verbose:
            print(f"  {time.monotonic() - self.started:6.2f} s {text}", flush=True)

    def disturb(self, table, plan):
        """One thread for each table."""
        for planned in plan:
            delay = self.started + planned.at - time.monotonic()
            time.sleep(max(delay, 0))
            fault, first = table[planned.fault], self.done()
            self.blocked = self.blocked or planned.fault in compare.BLOCKING
            try:
                self.say(f"{planned.fault} for {planned.lasts} s")
                fault.begin(self)
                last = self.done()
                time.sleep(planned.lasts)
                fault.end(self)
                self.say(f"{planned.fault} over")
            except Exception as error:    # the harness's own trouble must not pass for success
                self.fail(f"{planned.fault}: {type(error).__name__}: {error}")
                return
            if planned.fault in compare.BLOCKING:
                time.sleep(1)    # what waits in memory is committed with the next try
                last = self.done()
                self.blocked = False
            with self.lock_of_marks:
                self.marks.append(compare.Mark(planned.fault, first, last))

    def run(self):
        plan = self.plan()
        with open(os.path.join(self.folder, "plan.json"), "w", encoding="utf-8") as file:
            json.dump({name: p for name, (_, p) in plan.items()}, file, indent=1)
        self.started = time.monotonic()
        self.say(f"Redis at {self.redis.url}, journal {self.durability} on {'memory' if self.on_memory else 'disk'}, "
                 f"{self.per_minute or 'all'} events a minute told, {'a list too' if self.lists else 'no list'}")
        faults.start_sensor(self)
        self.memory = Memory(self.feeder)
        self.memory.start()
        threads = [threading.Thread(target=self.disturb, args=part) for part in plan.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(max(self.started + self.options.seconds - time.monotonic(), 0))
        self.settle()
        self.judge()
        return not self.failures

    def settle(self):
        """All faults are over: everything found has to be accepted and delivered."""
        faults.heal(self)
        wait_until(lambda: self.feeder.state.done >= self.count, "the end of the flow", SETTLE_SECONDS)
        evidence_of = evidence.Journal(self.journal)
        try:
            wait_until(lambda: evidence_of.last_sequence() == evidence.last_delivered(self.redis.master()), "all that was accepted in Redis",
                       SETTLE_SECONDS)
        except AssertionError as error:
            self.fail(f"{error}: accepted up to {evidence_of.last_sequence()}, in Redis up to {evidence.last_delivered(self.redis.master())}")
        self.stop_sensor()
        self.memory.ended.set()
        self.memory.join()

    def judge(self):
        journal, server, state = evidence.Journal(self.journal), self.redis.master(), self.feeder.state
        accepted, stream = journal.events(), evidence.stream_of(server)
        entries, delivered = evidence.entries_of(accepted), [entry for entry, _ in stream]
        older = [entry for entry in delivered if entry.sequence < entries[0].sequence] if journal.expired() else []
        wrong = compare.check_sequences(accepted)
        wrong += compare.compare_stream(older + entries, delivered)
        if self.lists:
            wrong += compare.compare_stream(older + entries, evidence.list_of(server, LIST), "the list")
        wrong += self.judge_states(journal, server)
        accepted = [evidence.accepted_of(document) for _, document in stream[:len(older)]] + accepted
        wrong += self.judge_ids(accepted, journal)
        wrong += self.judge_documents([document for _, document in stream])
        if self.memory.peak > MEMORY_LIMIT_KIB and not os.environ.get("AJAR_SANITIZE"):
            wrong.append(f"all processes together had {self.memory.peak // 1024} MiB of memory; the limit is {MEMORY_LIMIT_KIB // 1024}")
        for sentence in wrong:
            self.fail(sentence)
        print(f"seed {self.seed}: {'FAILED' if self.failures else 'ok'}: {len(self.marks)} faults, {state.begun} findings, {len(accepted)} events "
              f"accepted, {state.dropped} findings dropped at the ring, peak {self.memory.peak // 1024} MiB", flush=True)

    def judge_states(self, journal, server):
        exposures, (states, scores) = journal.exposures(), evidence.states_of(server)
        sources, known = journal.sources(), evidence.sources_of(server)
        if journal.expired():
            sources |= known
        wrong = compare.compare_states(exposures, states, "exposures")
        wrong += compare.compare_states(dict.fromkeys(exposures), dict.fromkeys(scores), "open exposures")
        return wrong + compare.compare_states(dict.fromkeys(sources), dict.fromkeys(known), "sources")

    def losses(self, journal):
        """What may be missing, by what happened."""
        state = self.feeder.state
        losses = compare.losses_of(self.marks, argparse.Namespace(slots=state.slots, dropped=state.dropped_numbers(), cut=state.cut()))
        full = [mark for mark in self.marks if mark.fault == "fill_disk"]
        if journal.expired() and not full:
            self.fail("delivered events went from the journal within the hour, though the disk was not full")
        lost = [mark.last for mark in self.marks if mark.fault in compare.LOSING or (mark.fault == "kill_redis" and self.is_forgetful())]
        # The sensor learns what Redis lost when it is connected again, after a pause of some seconds at most.
        if journal.expired() and full and max(lost, default=-1) >= full[0].first - NOTICE_SECONDS * self.options.rate:
            losses.ranges.append(compare.Loss(0, full[-1].last, "gone from the journal on a full disk, then from Redis"))
        return losses

    def is_forgetful(self):
        """Whether a Redis that dies has less when it is there again."""
        return self.options.profile == "single" and self.redis.server.persistence != "aof"

    def judge_ids(self, accepted, journal):
        losses, state = self.losses(journal), self.feeder.state
        wrong = []
        if len(state.dropped_numbers()) != state.dropped:
            wrong.append(f"the harness lost count of dropped findings: {len(state.dropped_numbers())} and {state.dropped}")
        told = evidence.reference_of(self.feeder.reference())
        if self.per_minute:
            return wrong + compare.compare_folded(told, accepted, journal.folded(), losses)
        different, missing = compare.compare_reference(told, accepted, losses)
        refused = sum(trouble["count"] for trouble in journal.troubles() if trouble["kind"] == "events-not-accepted")
        self.say(f"{len(missing)} events missing, {refused} of them refused and counted")
        return wrong + different + compare.compare_refused(missing, losses, refused)

    def judge_documents(self, documents):
        with open(os.path.join(ROOT, "docs", "event.schema.json"), encoding="utf-8") as file:
            schema = jsonschema.Draft202012Validator(json.load(file))
        sample = self.random.sample(documents, min(SCHEMA_SAMPLE, len(documents)))
        sample += [d for d in documents if b'"action":"sensor-' in d][:50]
        for document in sample:
            for error in schema.iter_errors(json.loads(document)):
                return [f"an event breaks docs/event.schema.json: {error.message}"]
        return []

    def close(self):
        for pid in self.feeder.processes():
            os.kill(pid, 9)
        servers = [*getattr(self.redis, "nodes", []), *getattr(self.redis, "sentinels", []), getattr(self.redis, "server", None)]
        for server in filter(None, servers):
            server.resume()
            server.kill()
        self.leave_folder()

    def leave_folder(self):
        """tmpfs goes with the namespace: what a failed run left is copied out of it."""
        state = os.path.dirname(self.journal)
        keep = self.failures or self.options.keep
        if self.on_memory:
            if keep:
                shutil.copytree(state, os.path.join(self.folder, "kept-disk"))
            os.system(f"umount {state}")
        if keep:
            print(f"  kept: {self.folder}")
        else:
            shutil.rmtree(self.folder)


def parse_arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("seeds", nargs="+", type=int, metavar="SEED")
    a.add_argument("--seconds", type=int, default=15, help="of disturbance, for each seed (15)")
    a.add_argument("--rate", type=int, default=20000, help="findings a second (20000)")
    a.add_argument("--profile", choices=list(faults.PROFILES), default="single")
    a.add_argument("--only", action="append", choices=["redis", "sensor", "journal", "nothing"], help="disturb only this; repeats")
    a.add_argument("--fault", action="append", choices=[*faults.REDIS, *faults.SENSOR, *faults.JOURNAL], help="only this one; repeats")
    a.add_argument("--keep", action="store_true", help="keep the folder of a run that went well, too")
    a.add_argument("--verbose", action="store_true", help="print each fault")
    return a.parse_args()


def main():
    options = parse_arguments()
    inside.enter()
    options.far = inside.Far()
    failed = []
    for seed in options.seeds:
        world = World(options, seed)
        try:
            world.run()
        except Exception as error:
            world.fail(f"{type(error).__name__}: {error}")
        finally:
            world.close()
        if world.failures:
            failed.append(seed)
    if failed:
        sys.exit(f"failed: {' '.join(map(str, failed))}; again with: {sys.argv[0]} --profile {options.profile} --seconds {options.seconds} "
                 f"--rate {options.rate} --verbose SEED")


if __name__ == "__main__":
    main()
