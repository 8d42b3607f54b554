#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""live.py [--seconds N] [--rate N] [--kind elastic|mix] [--seed N]
Real packets over a veth pair into `ajar watch`, while its Redis is killed, emptied and cut off and its delivery side is killed: no packet
may be lost by the kernel, no finding at the ring, and the stream has to be the journal, which has to be what `ajar read` tells of the same
capture."""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import types

import compare
import evidence
import faults
import inside
from servers import PASSWORD, USER, Single, wait_until

AJAR, FOLDER = os.environ["AJAR"], os.path.dirname(os.environ["AJAR_FAULT_FEED"])
GENERATE = os.path.join(os.environ["AJAR_BUILD"], "tests", "bench", "ajar-bench-generate")
RUNGS = ["none", "probed", "revealed", "refused", "open", "metadata", "data", "drained", "tampered"]
FAULTS = ["kill_redis", "empty_redis", "stop_redis", "cut_link", "black_hole", "no_memory", "kill_delivery"]


class Watch:
    """ajar watch, with the parts of a feeder that faults need."""

    def __init__(self, folder, options):
        self.log = os.path.join(folder, "watch.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([AJAR, "watch", "-i", "mirror0", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: "watching mirror0" in self.said(), "ajar watch: " + self.said())

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill_child(self, name):
        """By the name that ps shows."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="utf-8") as file:
            for pid in map(int, file.read().split()):
                with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                    if name in comm.read():
                        os.kill(pid, 9)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=30)


def parse_arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--seconds", type=int, default=20)
    a.add_argument("--rate", type=int, default=5000, help="packets a second (5000)")
    a.add_argument("--kind", choices=["elastic", "mix"], default="elastic")
    a.add_argument("--seed", type=int, default=1)
    return a.parse_args()


def make_capture(options, folder):
    path = os.path.join(folder, "capture.pcap")
    megabytes = max(5, options.seconds * options.rate // 1000)    # about a kilobyte a packet
    subprocess.run([GENERATE, options.kind, "--out", path, "--truth", path + ".truth", "--seed", str(options.seed), "--size-mb",
                    str(megabytes)], check=True, stdout=subprocess.DEVNULL)
    return path


def proofs(events):
    """The highest rung that each connection proved. How many rungs are told on the way there depends on the time between packets."""
    highest = {}
    for event in events:
        if event["event"]["action"] == "store-query":
            ends = tuple(event[side][part] for side in ("source", "destination") for part in ("ip", "port"))
            highest[ends] = max(highest.get(ends, "none"), event["ajar"]["verdict"], key=RUNGS.index)
    return set(highest.items())


def disturb(world, options, over):
    randomness = random.Random(options.seed)
    table = {**faults.REDIS, **faults.SENSOR}
    while not over.wait(randomness.uniform(0.3, 1.5)):
        fault = table[randomness.choice(FAULTS)]
        fault.begin(world)
        time.sleep(randomness.uniform(0.1, 1) * fault.longest)
        fault.end(world)
        world.faults += 1


def judge(world, journal, capture):
    events, accepted = journal.all_documents(), journal.events()
    wrong = compare.check_sequences(accepted)
    wrong += compare.compare_stream(evidence.entries_of(accepted), [entry for entry, _ in evidence.stream_of(world.redis.master())])
    sensor = [e for e in events if e["event"]["action"] == "sensor-status"][-1]["ajar"]["status"]
    for name in ("dropped_kernel", "dropped_interface", "findings_dropped"):
        if sensor.get(name, 0):
            wrong.append(f"{name} is {sensor[name]}")
    read = subprocess.run([AJAR, "read", "--json", "--scan", "sampled", capture], capture_output=True, text=True, check=False)
    expected, seen = proofs(map(json.loads, read.stdout.splitlines())), proofs(events)
    if expected != seen:
        wrong.append(f"{len(expected - seen)} of {len(expected)} proofs are missing, {len(seen - expected)} are new: {compare.some(expected ^ seen)}")
    print(f"{sensor['packets']} packets, {world.faults} faults, {len(accepted)} events, {len(seen)} connections judged; dropped by kernel and ring: "
          f"{sensor['dropped_kernel']}, {sensor['findings_dropped']}")
    return wrong


def run(options, folder):
    inside.make_mirror()
    far = inside.Far()
    capture, journal = make_capture(options, folder), os.path.join(folder, "journal.db")
    redis = Single(folder, "veth", "aof", far.namespace)
    with open(os.path.join(folder, "password"), "w", encoding="utf-8") as file:
        file.write(PASSWORD + "\n")
    watch = Watch(folder, ["--redis", redis.url.replace("redis://", f"redis://{USER}@"), "--redis-password-file", os.path.join(folder, "password"),
                           "--journal", journal, "--events-per-minute", "0"])
    world = types.SimpleNamespace(redis=redis, far=far, feeder=watch, faults=0)
    over = threading.Event()
    disturber = threading.Thread(target=disturb, args=(world, options, over))
    disturber.start()
    sent = subprocess.run([os.path.join(FOLDER, "ajar-fault-replay"), "feed0", capture, str(options.rate)], check=True, capture_output=True, text=True)
    over.set()
    disturber.join()
    redis.heal()
    book = evidence.Journal(journal)
    time.sleep(1)
    wait_until(lambda: book.last_sequence() == evidence.last_delivered(redis.master()), "all that was accepted in Redis", 90)
    status = watch.stop()
    wrong = judge(world, book, capture)
    if status:
        wrong.append(f"ajar watch ended with status {status}")
    print(f"{sent.stdout.strip()} frames sent")
    redis.server.kill()
    return wrong


def main():
    options = parse_arguments()
    inside.enter()
    folder = tempfile.mkdtemp(prefix="ajar-fault-live-")
    wrong = run(options, folder)
    if wrong:
        sys.exit("\n".join([*wrong, f"kept: {folder}"]))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
