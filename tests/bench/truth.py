#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares ajar's NDJSON events with the truth of a generated capture, connection by connection.

usage: truth.py TRUTH EVENTS [--show N]

Wrong, and counted as failures: an exposure missed or invented, a refusal read as something else,
credentials overlooked, a wrong verdict of an exposed connection, wrong records, data sets or
version, an alarm on a connection that holds no store, a line that is not JSON. A connection hit by
loss may end lower than its truth, but not below its floor: what had been proven before the first
lost byte. Whether a silent or merely revealing connection is named is shown, not judged.
"""
import collections
import ipaddress
import json
import sys

RUNGS = ["none", "probed", "revealed", "refused", "open", "metadata", "data", "drained", "tampered"]
RANK = {name: rank for rank, name in enumerate(RUNGS)}
OPEN = RANK["open"]


def endpoint(text):
    address, port = text.rsplit(":", 1)
    return str(ipaddress.ip_address(address.strip("[]"))), int(port)


def load_truth(path):
    truth = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fact = json.loads(line)
            truth[endpoint(fact["client"]) + endpoint(fact["server"])] = fact
    return truth


def get(event, dotted):
    if dotted in event:
        return event[dotted]
    for part in dotted.split("."):
        event = event.get(part) if isinstance(event, dict) else None
    return event


class Seen:
    """What the events said about one connection."""

    def __init__(self):
        self.verdict = "none"
        self.facts = {}
        self.datasets = set()
        self.sampled = False

    def add(self, event, verdict):
        if RANK.get(verdict, 0) > RANK[self.verdict]:
            self.verdict = verdict
        for name in ("records", "version", "credentials", "store"):
            value = get(event, "ajar." + name)
            if value not in (None, "", []):
                self.facts[name] = value
        self.sampled = self.sampled or bool(get(event, "ajar.sampled"))
        for name in get(event, "ajar.datasets") or []:
            self.datasets.add(name["name"] if isinstance(name, dict) else str(name))


class Check:
    def __init__(self, show):
        self.count = collections.Counter()
        self.failures = 0
        self.show = show

    def fail(self, what, key, detail):
        self.count["WRONG " + what] += 1
        self.failures += 1
        if self.failures <= self.show:
            print(f"  {what}: {key[0]}:{key[1]} > {key[2]}:{key[3]}: {detail}")


def load_events(path, check):
    seen = collections.defaultdict(Seen)
    addresses = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                check.fail("line that is not JSON", ("", 0, "", 0), line[:80])
                continue
            check.count["events"] += 1
            verdict = get(event, "ajar.verdict")
            key = tuple(get(event, n) for n in
                        ("source.ip", "source.port", "destination.ip", "destination.port"))
            if verdict is None or None in key:
                continue
            for text in (key[0], key[2]):
                if text not in addresses:
                    addresses[text] = str(ipaddress.ip_address(text))
            seen[(addresses[key[0]], key[1], addresses[key[2]], key[3])].add(event, verdict)
    return seen


def check_lossy(check, key, fact, seen):
    want, got, floor = RANK[fact["verdict"]], RANK[seen.verdict], RANK[fact["floor"]]
    if got > want and got >= OPEN:
        check.fail("lossy, more than was sent", key, f"want {fact['verdict']} got {seen.verdict}")
    elif got < floor and floor > RANK["revealed"]:
        check.fail("lossy, less than its floor", key, f"floor {fact['floor']} got {seen.verdict}")
    else:
        check.count["lossy, in full" if got == want else "lossy, lower"] += 1


def check_exposed(check, key, fact, seen):
    if RANK[seen.verdict] < OPEN:
        check.fail("exposure missed", key, f"want {fact['verdict']} got {seen.verdict}")
        return
    check.count["exposures found"] += 1
    # With --scan sampled the number handed out is an estimate, and whether it makes "drained" of "data" with it.
    estimated = seen.sampled and {seen.verdict, fact["verdict"]} == {"data", "drained"}
    if estimated:
        check.count["data or drained by an estimate"] += 1
    elif seen.verdict != fact["verdict"]:
        check.fail("verdict", key, f"want {fact['verdict']} got {seen.verdict}")
    if seen.facts.get("store") not in ("elasticsearch", "opensearch"):
        check.fail("store", key, f"got {seen.facts.get('store')}")
    if "version" in fact and seen.facts.get("version") != fact["version"]:
        check.fail("version", key, f"want {fact['version']} got {seen.facts.get('version')}")
    if "records" in fact and seen.facts.get("records") not in (fact["records"], fact["held"]):
        check.fail("records", key, f"want {fact['records']} got {seen.facts.get('records')}")
    lost = set(fact.get("datasets", ())) - seen.datasets
    if lost:
        check.fail("data sets", key, f"want also {sorted(lost)}")


def check_connection(check, key, fact, seen):
    rank = RANK[seen.verdict]
    if fact.get("lossy"):
        check_lossy(check, key, fact, seen)
    elif fact["auth_presented"]:
        if rank >= OPEN and seen.facts.get("credentials", "none") == "none":
            check.fail("credentials overlooked", key, f"got {seen.verdict}")
        else:
            check.count["with credentials"] += 1
    elif RANK[fact["verdict"]] >= OPEN:
        check_exposed(check, key, fact, seen)
    elif fact["verdict"] == "refused":
        if seen.verdict == "refused":
            check.count["refusals found"] += 1
        else:
            check.fail("refusal", key, f"got {seen.verdict}")
    elif rank >= OPEN:
        check.fail("exposure invented", key, f"want {fact['verdict']} got {seen.verdict}")
    else:
        same = "named" if seen.verdict == fact["verdict"] else "not named"
        check.count[f"{fact['verdict']} {same}"] += 1


def main():
    arguments = sys.argv[1:]
    show = 10
    if "--show" in arguments:
        at = arguments.index("--show")
        show = int(arguments[at + 1])
        del arguments[at:at + 2]
    check = Check(show)
    truth = load_truth(arguments[0])
    events = load_events(arguments[1], check)
    for key, fact in truth.items():
        check_connection(check, key, fact, events.get(key) or Seen())
    for key, seen in events.items():
        if key not in truth and RANK[seen.verdict] >= OPEN:
            check.fail("false alarm", key, f"{seen.facts.get('store')} {seen.verdict}")
    print(f"  truth of {len(truth)} connections: "
          + ", ".join(f"{n} {name}" for name, n in sorted(check.count.items())))
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
