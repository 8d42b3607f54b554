# SPDX-License-Identifier: Apache-2.0
"""The sensor under test: the real delivery side behind a producer of findings, its processes and what its state file says."""
import mmap
import os
import signal
import struct
import subprocess
import threading
import time

from servers import wait_until

# struct state of state.h: 64-bit numbers in this order, then the cuts, then a bit for each finding.
FIELDS = ["seed", "count", "slots", "rate", "begun", "done", "dropped", "starts", "supervisor", "packet_process", "delivery_process", "pushed_ns",
          "cuts"]
CUTS = 256


class State:
    """The mapped file; read at any time."""

    def __init__(self, path):
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)

    def __getattr__(self, name):
        if name == "memory" or name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("=Q", self.memory, 8 * FIELDS.index(name))[0]

    def set_rate(self, rate):
        struct.pack_into("=Q", self.memory, 8 * FIELDS.index("rate"), rate)

    def cut(self):
        return set(struct.unpack_from(f"={min(self.cuts, CUTS)}Q", self.memory, 8 * len(FIELDS)))

    def dropped_numbers(self):
        bits = self.memory[8 * (len(FIELDS) + CUTS):]
        return {8 * i + bit for i, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1}


class Memory(threading.Thread):
    """Samples the anonymous memory of all processes of the sensor, and the ring's, which they share."""

    def __init__(self, feeder):
        super().__init__(daemon=True)
        self.feeder, self.peak, self.ended = feeder, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.2):
            facts = [facts_of(pid) for pid in self.feeder.processes()]
            if facts:
                self.peak = max(self.peak, sum(f["RssAnon"] for f in facts) + max(f["RssShmem"] for f in facts))


def facts_of(pid):
    """Memory of a process in KiB; zeros once it is gone."""
    facts = {"RssAnon": 0, "RssShmem": 0}
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
            for line in lines:
                name, value = line.split(":", 1)
                if name in facts:
                    facts[name] = int(value.split()[0])
    except (OSError, ProcessLookupError):
        pass
    return facts


class Feeder:
    """options: those of the sensor (`watch ...`)."""

    def __init__(self, program, folder, seed, count, rate, options):
        self.path, self.log = os.path.join(folder, "state"), os.path.join(folder, "feeder.log")
        own = ["--state", self.path, "--seed", str(seed), "--count", str(count), "--rate", str(rate)]
        self.program, self.options = program, options
        self.command = [program, *own, "--", *options]
        self.seed, self.count = seed, count
        self.process = self.state = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.state = wait_until(self.open_state, "the feeder's state file")
        return self

    def open_state(self):
        size = os.path.getsize(self.path) if os.path.exists(self.path) else 0
        state = State(self.path) if size else None
        return state if state and state.count else None

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def processes(self):
        """The supervisor and its children."""
        parent = self.process
        if not parent or parent.poll() is not None:
            return []
        try:
            with open(f"/proc/{parent.pid}/task/{parent.pid}/children", encoding="utf-8") as file:
                return [parent.pid, *map(int, file.read().split())]
        except OSError:
            return []

    def child(self, name):
        """The pid of the packet or the delivery process, if it is alive as a child of a supervisor that has begun: one that dies before
        that ends the program, as it does when it cannot open its outputs."""
        pid = getattr(self.state, name + "_process")
        return pid if self.is_feeding() and pid in self.processes() else None

    def is_feeding(self):
        return self.process.poll() is None and self.state.supervisor == self.process.pid

    def kill_child(self, name):
        """Whether there was one to kill."""
        pid = self.child(name)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return bool(pid)

    def kill_all(self):
        for pid in reversed(self.processes()):
            os.kill(pid, signal.SIGKILL)
        self.wait_gone()

    def kill_supervisor(self):
        """Its children have to follow by themselves."""
        children = self.processes()[1:]
        self.process.kill()
        self.wait_gone()
        wait_until(lambda: not any(is_alive(pid) for pid in children), "the end of a dead supervisor's children", 5)

    def wait_gone(self):
        self.process.wait()

    def stop(self, seconds=30):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=seconds)

    def reference(self):
        """Lines of the undisturbed run, nothing folded: number, action, id, exposure, checksum."""
        command = [self.program, "--reference", "--seed", str(self.seed), "--count", str(self.state.begun), "--", *self.options,
                   "--events-per-minute", "0"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout.splitlines()


def is_alive(pid):
    """A zombie is dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
