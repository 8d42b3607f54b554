#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The three processes of ajar watch: what each may do, and what is left of the events when one of them is killed."""
import collections
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time

import scene
import support

# One query a connection, from an address, over and over: each connection makes one event store-query.
MANY = """
import socket, sys, time
for number in range(int(sys.argv[2])):
    with socket.create_connection(("10.20.30.11", 9200), timeout=10, source_address=(sys.argv[1], 0)) as s:
        s.sendall(b"GET /customers/_search HTTP/1.1\\r\\nHost: 10.20.30.11:9200\\r\\nConnection: close\\r\\n\\r\\n")
        while s.recv(65536):
            pass
    time.sleep(float(sys.argv[3]))
"""


# Asks a store for its records and says whether anybody answered.
KNOCK = """
import socket, sys
try:
    with socket.create_connection(("10.20.30.11", int(sys.argv[2])), timeout=10, source_address=(sys.argv[1], 0)) as s:
        s.sendall(b"GET /customers/_search HTTP/1.1\\r\\nHost: db\\r\\nConnection: close\\r\\n\\r\\n")
        while s.recv(65536):
            pass
    print("answered")
except ConnectionRefusedError:
    print("refused")
"""


def knock(source, port):
    return subprocess.run(["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", sys.executable, "-c", KNOCK, source, str(port)],
                          check=True, capture_output=True, text=True).stdout.strip()


def start_many(source, count, pause=0.0):
    return subprocess.Popen(["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", sys.executable, "-c", MANY, source, str(count), str(pause)])


def read(*path):
    with open(os.path.join("/proc", *map(str, path))) as file:
        return file.read()


def text_of(path):
    with open(path) as file:
        return file.read()


def status_of(pid):
    return dict(line.split(":\t", 1) for line in read(pid, "status").splitlines() if ":\t" in line)


def sockets_of(pid):
    """The inodes of the sockets that a process holds."""
    folder = f"/proc/{pid}/fd"
    names = [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
    return {name[8:-1] for name in names if name.startswith("socket:[")}


def packet_sockets(pid):
    return {line.split()[-1] for line in read(pid, "net", "packet").splitlines()[1:]}


def children_of(pid):
    """name -> pid."""
    found = {}
    for child in read(pid, "task", pid, "children").split():
        try:
            found[read(child, "comm").strip()] = int(child)
        except OSError:
            pass    # it ended just now
    return found


class Sensor:
    """ajar watch with a journal, a Redis and a file of its own; start() again goes on with them."""

    def __init__(self, test, *options):
        self.test, self.options = test, options
        self.folder = tempfile.TemporaryDirectory(prefix="ajar-processes-")
        test.addCleanup(self.folder.cleanup)
        self.file = os.path.join(self.folder.name, "events")
        self.journal = os.path.join(self.folder.name, "journal.db")
        self.messages = open(os.path.join(self.folder.name, "messages"), "w+")
        test.addCleanup(self.messages.close)
        test.addCleanup(self.kill)
        self.process = None
        self.start()

    def start(self):
        said = self.said().count("watching mirror0")
        self.process = subprocess.Popen(
            [support.AJAR, "watch", "-i", "mirror0", "--journal", self.journal, "--output", self.file, "--events-per-minute", "0",
             *self.options], stdin=subprocess.DEVNULL, stdout=self.messages, stderr=self.messages)
        support.wait_until(lambda: self.process.poll() is not None or self.said().count("watching mirror0") > said, "ajar watch")
        self.test.assertIsNone(self.process.poll(), self.said())

    def said(self):
        return text_of(self.messages.name)

    def pid(self, side):
        return support.wait_until(lambda: children_of(self.process.pid).get("ajar: " + side), side)

    def kill_side(self, side):
        pid = self.pid(side)
        os.kill(pid, signal.SIGKILL)
        support.wait_until(lambda: children_of(self.process.pid).get("ajar: " + side, pid) != pid, "another " + side)

    def events(self, action):
        with open(self.file) as file:
            return [e for e in support.events_of("".join(line for line in file if line.endswith("\n")))
                    if e["event"]["action"] == action]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.test.assertEqual(self.process.wait(timeout=30), 0, self.said())

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Walls(scene.Scene):
    def setUp(self):
        self.redis = support.Redis(port=support.free_port())
        self.addCleanup(self.redis.close)
        self.redis.start()
        self.sensor = Sensor(self, "--redis", f"redis://127.0.0.1:{self.redis.port}")
        self.capture, self.delivery = self.sensor.pid("capture"), self.sensor.pid("delivery")

    def test_only_the_packet_side_can_read_packets_and_only_the_other_can_talk(self):
        scene.ask(scene.LOOKER, scene.SEARCH)
        support.wait_until(lambda: self.redis.ask("XLEN", "{ajar}:events"), "events in Redis")
        raw = packet_sockets(self.capture)
        self.assertTrue(sockets_of(self.capture))
        self.assertLessEqual(sockets_of(self.capture), raw)
        self.assertTrue(sockets_of(self.delivery))
        self.assertFalse(sockets_of(self.delivery) & raw)
        self.assertFalse(sockets_of(self.sensor.process.pid))
        for name in os.listdir(f"/proc/{self.capture}/fd"):
            target = os.readlink(f"/proc/{self.capture}/fd/{name}")
            self.assertRegex(target, r"^(/dev/null|socket:|anon_inode:|/sys/.*/statistics/.*|.*/messages$)", target)
        self.sensor.stop()

    def test_nobody_has_rights_that_he_does_not_need(self):
        for side in (self.capture, self.delivery):
            status = status_of(side)
            for field in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                self.assertEqual(int(status[field], 16), 0, field)
            self.assertEqual(status["NoNewPrivs"], "1")
            if not os.environ.get("AJAR_SANITIZE"):
                self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(int(status_of(self.sensor.process.pid)["CapEff"], 16), 1 << 13)    # CAP_NET_RAW
        self.sensor.stop()


class Deaths(scene.Scene):
    def drops(self, sensor):
        """What the last status event counts as lost."""
        numbers = sensor.events("sensor-status")[-1]["ajar"]["status"]
        lost = {name: value for name, value in numbers.items() if "dropped" in name or "not_accepted" in name or "trimmed" in name}
        self.assertIn("findings_dropped", lost)
        return lost

    def assert_all_once(self, sensor, queries):
        events = sensor.events("store-query")
        self.assertEqual(len(events), queries)
        ids = collections.Counter(e["event"]["id"] for e in events)
        self.assertEqual(max(ids.values()), 1)

    def test_a_killed_packet_side_is_told_and_started_again(self):
        sensor = Sensor(self)
        for number in range(1, 3):
            start_many(scene.LOOKER, 1).wait()
            support.wait_until(lambda: len(sensor.events("store-session")) == number, "the event before the death")
            sensor.kill_side("capture")
            support.wait_until(lambda: len(sensor.events("sensor-trouble")) == number, "the event of the death")
        support.wait_until(lambda: sensor.said().count("packet side died") == 2, "the message")
        time.sleep(0.3)    # the third packet side opens its interface
        start_many(scene.LOOKER, 1).wait()
        support.wait_until(lambda: len(sensor.events("store-query")) == 3, "the event after the deaths")
        sensor.stop()
        self.assert_all_once(sensor, 3)
        self.assertEqual(len(sensor.events("exposure-opened")), 1)
        self.assertEqual(set(self.drops(sensor).values()), {0})

    def test_a_killed_delivery_side_loses_nothing(self):
        sensor = Sensor(self)
        clients = start_many(scene.TAKER, 300, 0.005)
        for _ in range(3):
            time.sleep(0.4)
            sensor.kill_side("delivery")
        self.assertEqual(clients.wait(), 0)
        sensor.stop()
        self.assertEqual(set(self.drops(sensor).values()), {0})
        events = subprocess.run(["sqlite3", sensor.journal, "SELECT json FROM events ORDER BY sequence"], check=True,
                                capture_output=True, text=True).stdout
        actions = collections.Counter(e["event"]["action"] for e in support.events_of(events))
        self.assertEqual((actions["store-query"], actions["store-session"]), (300, 300), sensor.said())
        self.assertEqual(actions["exposure-opened"], 1)
        self.assertGreaterEqual(actions["sensor-trouble"], 1)

    def test_a_killed_supervisor_takes_all_along_and_the_next_goes_on(self):
        redis = support.Redis()
        self.addCleanup(redis.close)
        redis.start()
        sensor = Sensor(self, "--redis", redis.url)
        sides = [sensor.pid("capture"), sensor.pid("delivery")]
        start_many(scene.LOOKER, 3).wait()
        support.wait_until(lambda: len(sensor.events("store-session")) == 3, "the events before the death")
        sensor.kill()
        support.wait_until(lambda: all(self.is_gone(pid) for pid in sides), "the end of both sides", seconds=5)
        sensor.start()
        start_many(scene.TAKER, 3).wait()
        support.wait_until(lambda: len(sensor.events("store-session")) == 6, "the events after the restart")
        sensor.stop()
        self.assertEqual(len(sensor.events("exposure-opened")), 1)
        ids = [e["event"]["id"] for e in redis.events() if e["event"]["action"] == "store-query"]
        self.assertEqual(len(ids), 6)
        self.assertEqual(len(set(ids)), 6)

    def open_store(self, port):
        store = subprocess.Popen([os.path.join(scene.LIVE, "elasticsearch"), scene.STORE, str(port)], stdout=subprocess.PIPE, text=True)
        for end in (store.stdout.close, store.wait, store.kill):
            self.addCleanup(end)
        self.assertEqual(store.stdout.readline(), "ready\n")
        return store

    def test_who_was_started_again_knows_which_doors_to_watch(self):
        """A store that goes away only resets connections: to see that it is shut, one has to know that it stood open."""
        sensor = Sensor(self)

        def restart():
            sensor.kill()
            sensor.start()
        for number, begin_again in enumerate((lambda: None, lambda: sensor.kill_side("capture"), restart), 1):
            store = self.open_store(9201)
            self.assertEqual(knock(scene.LOOKER, 9201), "answered")
            support.wait_until(lambda: len(sensor.events("exposure-opened")) == number, "the opened door")
            begin_again()
            time.sleep(0.5)    # the packet side opens its interface and reads which doors there are
            store.kill()
            store.wait()
            self.assertEqual(knock(scene.TAKER, 9201), "refused")
            support.wait_until(lambda: len(sensor.events("exposure-closed")) == number, "the closed door")
            self.assertEqual(sensor.events("exposure-closed")[-1]["ajar"]["exposure_state"]["closed"]["by"], "reset")
        sensor.stop()

    def is_gone(self, pid):
        try:
            return status_of(pid)["State"].startswith("Z")
        except OSError:
            return True


class Signals(scene.Scene):
    def test_a_hangup_opens_the_file_again(self):
        sensor = Sensor(self)
        support.wait_until(lambda: sensor.events("sensor-status"), "the first event")
        os.rename(sensor.file, sensor.file + ".1")
        sensor.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: os.path.exists(sensor.file), "the new file")
        scene.ask(scene.LOOKER, scene.SEARCH)
        support.wait_until(lambda: sensor.events("store-query"), "the event in the new file")
        sensor.stop()

    def test_an_interface_that_goes_away_is_no_death(self):
        pair = ["ip", "link", "add", "away0", "type", "veth", "peer", "name", "away1"]
        subprocess.run(pair, check=True)
        subprocess.run(["ip", "link", "set", "away0", "up"], check=True)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with open(os.path.join(folder.name, "messages"), "w+") as messages:
            watch = subprocess.Popen([support.AJAR, "watch", "-i", "away0", "--journal", "memory", "--output",
                                      os.path.join(folder.name, "events")], stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
            self.addCleanup(watch.wait)
            self.addCleanup(watch.kill)

            def said():
                return text_of(messages.name)
            support.wait_until(lambda: "watching away0" in said(), "ajar watch")
            subprocess.run(["ip", "link", "delete", "away0"], check=True)
            support.wait_until(lambda: "away0" in said().split("watching away0")[1], "the message")
            time.sleep(2.5)
            subprocess.run(pair, check=True)
            subprocess.run(["ip", "link", "set", "away0", "up"], check=True)
            support.wait_until(lambda: "away0 is back" in said(), "the interface")
            watch.send_signal(signal.SIGTERM)
            self.assertEqual(watch.wait(timeout=15), 0, said())
            self.assertEqual(said().count("trying again"), 1, said())
            self.assertNotIn("died", said())
            self.assertNotIn("no interface", said())

    def test_another_user_can_watch(self):
        nobody = pwd.getpwnam("nobody")
        folder = tempfile.mkdtemp(prefix="ajar-user-")
        self.addCleanup(subprocess.run, ["rm", "-r", folder])
        try:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        except OSError:
            self.skipTest("only one user here")
        file = os.path.join(folder, "events")
        watch = subprocess.Popen([support.AJAR, "watch", "-i", "mirror0", "--user", "nobody", "--journal", os.path.join(folder, "journal.db"),
                                  "--output", file, "--quiet"], stdin=subprocess.DEVNULL)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        support.wait_until(lambda: watch.poll() is not None or len(children_of(watch.pid)) == 2, "both sides")
        for pid in (watch.pid, *children_of(watch.pid).values()):
            self.assertEqual(set(status_of(pid)["Uid"].split()), {str(nobody.pw_uid)})
        support.wait_until(lambda: os.path.exists(file), "the file")
        scene.ask(scene.LOOKER, scene.SEARCH)
        support.wait_until(lambda: "store-query" in text_of(file), "the event")
        watch.send_signal(signal.SIGTERM)
        self.assertEqual(watch.wait(timeout=15), 0)

    def test_two_signals_end_at_once(self):
        sensor = Sensor(self)
        capture = sensor.pid("capture")
        os.kill(capture, signal.SIGSTOP)    # it will not end when it is asked to
        sensor.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.assertIsNone(sensor.process.poll())
        sensor.process.send_signal(signal.SIGINT)
        self.assertEqual(sensor.process.wait(timeout=5), 128 + signal.SIGINT)


if __name__ == "__main__":
    scene.main()
