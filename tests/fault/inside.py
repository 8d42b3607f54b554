# SPDX-License-Identifier: Apache-2.0
"""Namespaces of the harness's own: mounts, network and processes. All that it starts ends with it; nothing of the host is touched."""
import os
import subprocess
import sys

from servers import wait_until


def enter():
    """Runs this program again inside; returns there."""
    if os.environ.get("AJAR_FAULT_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.getuid() != 0:
        unshare.append("--map-root-user")
    trial = subprocess.run([*unshare, "true"], capture_output=True, text=True)
    if trial.returncode:
        cannot_run(f"no namespaces: {trial.stderr.strip()}; run as root; in a container, with SYS_ADMIN and NET_ADMIN")
    os.environ["AJAR_FAULT_INSIDE"] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


def cannot_run(why):
    """A failure, unless tests/run --allow-skip names the test."""
    name = os.environ.get("AJAR_TEST_NAME", "this")
    print(f"{name} cannot run here: {why}")
    sys.exit(77 if name in os.environ.get("AJAR_ALLOW_SKIP", "").split() else 2)


class Far:
    """A second network namespace, 10.99.0.2 behind the link `near` (10.99.0.1)."""

    def __init__(self):
        self.keeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self.namespace = self.keeper.pid
        mine = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{self.namespace}/ns/net") != mine, "a network namespace")
        self.ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(self.namespace))
        self.ip("address", "add", "10.99.0.1/24", "dev", "near")
        self.ip("link", "set", "near", "up")
        for command in (["address", "add", "10.99.0.2/24", "dev", "far"], ["link", "set", "far", "up"], ["link", "set", "lo", "up"]):
            self.far_ip(*command)

    def ip(self, *command):
        subprocess.run(["ip", *command], check=True)

    def far_ip(self, *command):
        subprocess.run(["nsenter", "-t", str(self.namespace), "-n", "ip", *command], check=True)

    def swallow(self):
        """What goes to the other end vanishes there, and nobody is told."""
        self.far_ip("route", "replace", "blackhole", "10.99.0.1/32")

    def release(self):
        self.far_ip("route", "del", "blackhole", "10.99.0.1/32")

    def cut(self):
        self.ip("link", "set", "near", "down")

    def join(self):
        self.ip("link", "set", "near", "up")


def make_mirror():
    """Two ends of one wire: what is sent on feed0 is seen on mirror0. Nobody has an address there."""
    subprocess.run(["ip", "link", "add", "mirror0", "mtu", "9000", "type", "veth", "peer", "name", "feed0", "mtu", "9000"], check=True)
    for name in ("mirror0", "feed0"):
        if os.path.exists("/proc/sys/net/ipv6"):
            with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="utf-8") as file:
                file.write("1")
        subprocess.run(["ip", "link", "set", name, "arp", "off", "up"], check=True)


def mount_memory(folder, mebibytes):
    """A file system of its own, so that it can be full without anybody else noticing."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=True)
