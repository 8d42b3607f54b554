# SPDX-License-Identifier: Apache-2.0
"""Captures sent to the mirror of scene.py, as quickly as their order allows: frames go out of the clients' end, nobody answers them."""
import os
import signal
import subprocess
import sys
import tempfile
import time

import packets
import support

SLICE, PAUSE = 10, 0.004    # frames at once, seconds between

# "FROM TO" lines say which frames of the capture, "done" is the answer.
SEND = """
import socket, struct, sys, time
path, piece, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
content, place, frames = open(path, "rb").read(), 24, []
while place < len(content):
    length = struct.unpack_from("<I", content, place + 8)[0]
    frames.append(content[place + 16:place + 16 + length])
    place += 16 + length
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("clients0", 0))
print("ready", flush=True)
for line in sys.stdin:
    first, last = map(int, line.split())
    for number in range(first, last):
        wire.send(frames[number])
        if number % piece == 0:
            time.sleep(pause)
    print("done", flush=True)
"""


class Replay:
    def __init__(self, test, captures):
        folder = tempfile.TemporaryDirectory(prefix="ajar-replay-")
        test.addCleanup(folder.cleanup)
        self.test, self.frames = test, [frame for capture in captures for _, frame in packets.read(capture)]
        self.pairs = [packets.ends(frame) for frame in self.frames]
        path = os.path.join(folder.name, "all.pcap")
        with open(path, "wb") as file:
            file.writelines(packets.frames(captures))
        command = ["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", sys.executable, "-c", SEND, path, str(SLICE), str(PAUSE)]
        self.sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for end in (self.sender.stdout.close, self.sender.stdin.close, self.sender.wait, self.sender.kill):
            test.addCleanup(end)
        test.assertEqual(self.sender.stdout.readline(), "ready\n")

    def send(self, first=0, last=None):
        """Frames by their numbers; returns when they are sent."""
        self.sender.stdin.write(f"{first} {len(self.frames) if last is None else last}\n")
        self.sender.stdin.flush()
        self.test.assertEqual(self.sender.stdout.readline(), "done\n")


def watch(test, journal, *options):
    """A sensor at the mirror that listens now; `stop` ends it in order, else it is killed with the test."""
    said = tempfile.TemporaryFile()
    test.addCleanup(said.close)
    sensor = subprocess.Popen([support.AJAR, "watch", "-i", "mirror0", "--scan", "full", "--journal", journal, *options],
                              stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    test.addCleanup(sensor.wait)
    test.addCleanup(sensor.kill)

    def text():
        said.seek(0)
        return said.read().decode()
    support.wait_until(lambda: sensor.poll() is not None or "watching mirror0" in text(), "ajar watch")
    test.assertIsNone(sensor.poll(), text())
    return sensor


def stop(test, *sensors):
    time.sleep(0.3)    # the last frames are on their way
    for sensor in sensors:
        sensor.send_signal(signal.SIGTERM)
    for sensor in sensors:
        test.assertEqual(sensor.wait(timeout=15), 0)
