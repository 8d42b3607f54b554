#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ajar watch and its file: rotated as docs/operations.md says while events come, and kept through a full disk."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import scene
import support


def snippet():
    """The logrotate configuration of the documentation."""
    with open(os.path.join(support.ROOT, "docs", "operations.md")) as file:
        return re.search(r"```\n(/var/log/ajar/\*\.json \{.*?)```", file.read(), re.S)[1]


class Outputs(scene.Scene):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ajar-outputs-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.file = os.path.join(self.folder, "events.json")

    def watch(self, output):
        self.messages = tempfile.TemporaryFile()
        self.addCleanup(self.messages.close)
        sensor = subprocess.Popen([support.AJAR, "watch", "-i", "mirror0", "--output", output, "--journal", "memory", "--events-per-minute", "0"],
                                  stdin=subprocess.DEVNULL, stdout=self.messages, stderr=self.messages)
        self.addCleanup(sensor.wait)
        self.addCleanup(sensor.kill)
        support.wait_until(lambda: sensor.poll() is not None or "watching mirror0" in self.said(), "ajar watch")
        self.assertIsNone(sensor.poll(), self.said())
        return sensor

    def said(self):
        self.messages.seek(0)
        return self.messages.read().decode()

    def stop(self, sensor):
        sensor.send_signal(signal.SIGTERM)
        self.assertEqual(sensor.wait(timeout=15), 0, self.said())

    def lines(self, name):
        with open(name) as file:
            text = file.read()
        self.assertTrue(text == "" or text.endswith("\n"), "a line is not whole")
        return support.events_of(text)

    def sessions(self, name):
        """Of each event that stands for a client's visit, the number in its URL."""
        return [int(e["url"]["original"].split("visit=")[1]) for e in self.lines(name)
                if e["event"]["action"] == "store-query" and "visit=" in e.get("url", {}).get("original", "")]

    def visit(self, numbers):
        for number in numbers:
            scene.ask(scene.TAKER, f"GET /customers/_search?visit={number}")

    def rotate(self, sensor):
        """With logrotate where there is one, else in its steps."""
        if not shutil.which("logrotate"):
            os.rename(self.file, self.file + ".1")
            os.kill(sensor.pid, signal.SIGHUP)
            return
        text = snippet().replace("/var/log/ajar", self.folder)
        text, count = re.subn(r"systemctl kill .*", f"kill -HUP {sensor.pid}", text)
        self.assertEqual(count, 1)
        name = os.path.join(self.folder, "logrotate.conf")
        with open(name, "w") as file:
            file.write(text)
        os.chmod(name, 0o644)
        subprocess.run(["logrotate", "--force", "--state", os.path.join(self.folder, "state"), name], check=True)

    def test_every_event_is_in_one_of_the_files_once_after_a_rotation(self):
        sensor = self.watch(self.file)
        self.visit(range(0, 5))
        support.wait_until(lambda: len(self.sessions(self.file)) == 5, "the events before")
        self.rotate(sensor)
        support.wait_until(lambda: os.path.exists(self.file), "the new file")
        self.visit(range(5, 10))
        support.wait_until(lambda: len(self.sessions(self.file)) == 5, "the events after")
        self.stop(sensor)
        self.assertEqual(self.sessions(self.file + ".1"), list(range(0, 5)))
        self.assertEqual(self.sessions(self.file), list(range(5, 10)))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o640)
        sequences = [e["event"]["sequence"] for name in (self.file + ".1", self.file) for e in self.lines(name)]
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))

    def test_the_file_goes_on_when_the_disk_has_room_again(self):
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
            self.skipTest("no file systems may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        filler, output = os.path.join(disk, "filler"), os.path.join(disk, "events.json")
        sensor = self.watch(output)
        self.visit([0])
        support.wait_until(lambda: self.sessions(output) == [0], "an event")
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 512)
            except OSError:
                pass
        self.visit(range(1, 8))
        support.wait_until(lambda: "No space left on device; trying again" in self.said(), "the warning")
        self.lines(output)
        os.unlink(filler)
        support.wait_until(lambda: self.sessions(output) == list(range(8)), "the events that waited")
        self.visit([8])
        support.wait_until(lambda: self.sessions(output) == list(range(9)), "an event after it")
        self.stop(sensor)
        self.assertEqual(self.said().count("No space left"), 1)
        self.assertIn("again; lines lost: 0", self.said())


if __name__ == "__main__":
    scene.main()
