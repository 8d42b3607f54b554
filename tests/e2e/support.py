# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program under test, a private redis-server, events and how they fold.

ctest gives AJAR (the program), AJAR_BUILD (the build tree) and, where a test may be skipped, AJAR_ALLOW_SKIP."""
import collections
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
AJAR = os.environ["AJAR"]
BUILD = os.environ["AJAR_BUILD"]
CITY = os.path.join(BUILD, "tests", "geo", "city.mmdb")
ASN = os.path.join(BUILD, "tests", "geo", "asn.mmdb")
CAPTURES = os.path.join(ROOT, "tests", "captures")
SERVER = os.environ.get("AJAR_TEST_REDIS", "redis-server")    # or valkey-server
SECONDS = 60    # no run of ajar in these tests takes longer

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import contract

RUNGS = ["none", "probed", "revealed", "refused", "open", "metadata", "data", "drained", "tampered"]
EXPOSED = set(RUNGS[4:])
GIVEN = ("classes", "odd", "masked", "hashed", "named", "forwarded")    # of .expected lines; test_class_precision.py holds them against the exposures

# A sanitizer's report must not look like one of ajar's own exit statuses.
os.environ.setdefault("ASAN_OPTIONS", "exitcode=99")
os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")


def ajar(*arguments, stdin=None):
    """Runs ajar to its end. stdin: bytes or None. Events that it writes are held against their schema."""
    run = subprocess.run([AJAR, *arguments], input=stdin if stdin is not None else b"", capture_output=True, timeout=SECONDS)
    run.stdout, run.stderr = run.stdout.decode("utf-8"), run.stderr.decode("utf-8")
    if "--json" in arguments:
        events_of(run.stdout)
    return run


def events_of(text):
    """The events of NDJSON output; a line that is no event of docs/event.schema.json fails the test."""
    return contract.read(text.splitlines())


def read_json(*arguments, stdin=None):
    return events_of(ajar("read", "--json", *arguments, stdin=stdin).stdout)


def of_stores(events):
    """Without what the sensor says about itself."""
    return [e for e in events if e["event"]["action"] != "sensor-status"]


def captures():
    found = sorted(p for p in glob.glob(os.path.join(CAPTURES, "*")) if ".pcap" in os.path.basename(p))
    assert found, f"no captures in {CAPTURES}"
    return found


def distinct_captures():
    """Without those made from another by leaving packets out (NAME-loss of NAME): same connections, so same event ids."""
    stems = {path[:path.index(".pcap")] for path in captures()}
    return [path for path in captures() if not any(path.startswith(stem + "-") for stem in stems)]


def exposed_capture():
    """The smallest capture in which an outsider without credentials gets data."""
    return _smallest(lambda lines: any(_is_exposure(line) and line["verdict"] == "data" for line in lines))


def harmless_capture():
    return _smallest(lambda lines: not any(EXPOSED & {line["verdict"], *line.get("also", [])} for line in lines))


def _is_exposure(line):
    return line["verdict"] in EXPOSED and line["direction"] != "internal" and line.get("credentials", "none") == "none"


def _smallest(wanted):
    for path in sorted(captures(), key=os.path.getsize):
        if wanted(expected(path)):
            return path
    raise AssertionError("no such capture")


def expected(capture):
    """The JSON lines of the .expected file beside a capture. `also`: other verdicts that the bytes allow."""
    with open(capture[:capture.index(".pcap")] + ".expected") as file:
        return [json.loads(line) for line in file if line.strip()]


def endpoint(side):
    return f"[{side['ip']}]:{side['port']}" if ":" in side["ip"] else f"{side['ip']}:{side['port']}"


def by_connection(events):
    """(client, server) -> the facts of .expected files, folded over the connection's events: the highest verdict, the latest
    of everything else, all data sets."""
    connections = collections.defaultdict(lambda: {"verdict": "none", "datasets": set()})
    for event in of_stores(events):
        if not event["event"]["action"].startswith("store-"):
            continue
        facts, said = connections[endpoint(event["source"]), endpoint(event["destination"])], event["ajar"]
        facts["verdict"] = max(facts["verdict"], said.get("verdict", "none"), key=RUNGS.index)
        facts["direction"] = event["network"]["direction"]
        facts["datasets"] |= set(said.get("datasets") or [])
        for name in ("store", "product", "credentials", "records", "returned", "version", "cluster_id", "bytes"):
            if said.get(name) is not None:
                facts[name] = said[name]
    return connections


def wait_until(question, what, seconds=15):
    """Polls until question() is true and gives its answer; fails with what did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    """A private redis-server on a unix socket, with a port and a password if wanted. stop() and start() keep its address."""

    def __init__(self, port=0, password=None, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="ajar-redis-")
        self.socket = os.path.join(self.folder, "redis.sock")
        self.url = f"unix://{self.socket}"
        self.port, self.password, self.arguments = port, password, list(arguments)
        self.server = None

    def start(self):
        command = [SERVER, "--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", self.socket, "--save", "",
                   "--appendonly", "no", "--dir", self.folder, *self.arguments]
        if self.password:
            command += ["--requirepass", self.password]
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_until(lambda: self.ask("PING") == "PONG", "redis-server")
        return self

    def stop(self):
        if self.server:
            self.server.kill()
            self.server.wait()
            self.log.close()
            self.server = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, *command, database=0):
        """What redis-cli reads back, as JSON; None while there is no server."""
        login = ["-a", self.password, "--no-auth-warning"] if self.password else []
        run = subprocess.run(["redis-cli", "-s", self.socket, "-n", str(database), "--json", *login, *map(str, command)],
                             capture_output=True, text=True, timeout=SECONDS)
        try:
            return json.loads(run.stdout)
        except ValueError:
            return None

    def entries(self, database=0):
        """The event stream: [(milliseconds at which Redis took it, {field: value})], oldest first."""
        stream = self.ask("XRANGE", "{ajar}:events", "-", "+", database=database) or []
        return [(int(number.split("-")[0]), dict(zip(fields[::2], fields[1::2]))) for number, fields in stream]

    def events(self, database=0):
        return contract.read(fields["json"] for _, fields in self.entries(database))


def cannot_run(why):
    """Ends a test that this machine cannot run: a failure, unless tests/run --allow-skip names the test."""
    name = os.environ["AJAR_TEST_NAME"]
    print(f"{name} cannot run here: {why}")
    if name in os.environ.get("AJAR_ALLOW_SKIP", "").split():
        sys.exit(77)
    sys.exit(f"to run the other tests without it: tests/run --allow-skip {name}")


def main():
    unittest.main(verbosity=2)
