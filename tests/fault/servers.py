# SPDX-License-Identifier: Apache-2.0
"""Redis servers of the harness's own: one alone, a master with a replica and three Sentinels, a cluster of three masters with replicas.

All of them live in the harness's namespaces (see inside.py): they end with it, and their ports are nobody else's."""
import os
import shutil
import signal
import subprocess
import time

import redis

PASSWORD = "sensor-secret"
USER = "sensor"
# The user that the sensor logs in as.
ACCOUNT = ["--user", USER, "on", ">" + PASSWORD, "~{ajar}:*", "&{ajar}:*", "+@all", "-@admin", "-@dangerous"]
PERSISTENCE = {
    "none": ["--save", "", "--appendonly", "no"],
    "rdb": ["--save", "", "--appendonly", "no"],    # as far as BGSAVE was asked for
    "aof": ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"],
}


def wait_until(question, what, seconds=20):
    """Polls until question() is true and gives its answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Server:
    """One redis-server. `namespace`: pid whose network namespace it lives in, None for the harness's own."""

    def __init__(self, folder, port, address="127.0.0.1", namespace=None, persistence="none", arguments=(), program="redis-server"):
        self.folder, self.port, self.address = folder, port, address
        self.socket = os.path.join(folder, "redis.sock")
        self.namespace, self.persistence, self.arguments, self.program = namespace, persistence, list(arguments), program
        self.process = None
        os.makedirs(folder)

    def start(self):
        inside = ["nsenter", "-t", str(self.namespace), "-n"] if self.namespace else []
        command = [*inside, self.program, *self.arguments, "--port", str(self.port), "--bind", self.address,
                   "--unixsocket", self.socket, "--dir", self.folder, "--enable-debug-command", "yes", "--protected-mode", "no",
                   *PERSISTENCE[self.persistence], *(ACCOUNT if self.program == "redis-server" else [])]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.answers, f"redis-server on {self.address}:{self.port}")
        return self

    def answers(self):
        try:
            self.ask("PING")
        except redis.exceptions.BusyLoadingError:
            return True
        except redis.exceptions.RedisError:
            return False
        return True

    def connect(self, timeout=20):
        return redis.Redis(unix_socket_path=self.socket, socket_timeout=timeout)

    def ask(self, *command, timeout=20):
        with self.connect(timeout) as connection:
            return connection.execute_command(*command)

    def try_ask(self, *command):
        """For a server that may be dead or stopped; an error is as good as an answer."""
        try:
            return self.ask(*command, timeout=2)
        except redis.exceptions.RedisError as error:
            return error

    def signal(self, which):
        self.process.send_signal(which)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def forget(self):
        """What a dead server had on disk."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name == "appendonlydir":
                shutil.rmtree(path)
            elif name.endswith(".rdb"):
                os.remove(path)

    def resume(self):
        if self.process:
            self.signal(signal.SIGCONT)


class Single:
    """One server alone. transport: unix, tcp (loopback) or veth (behind a link that can be cut)."""

    def __init__(self, folder, transport, persistence, namespace):
        self.transport = transport
        far = transport == "veth"
        self.server = Server(os.path.join(folder, "redis"), 6379, "10.99.0.2" if far else "127.0.0.1",
                             namespace if far else None, persistence).start()
        self.url = f"unix://{self.server.socket}" if transport == "unix" else f"redis://{self.server.address}:6379"

    def restart(self):
        self.server.start()

    def master(self):
        return self.server

    def heal(self):
        if not self.server.process:
            self.server.start()
        self.server.resume()


class Failover:
    """A master, a replica and three Sentinels."""

    def __init__(self, folder):
        self.nodes = [Server(os.path.join(folder, f"node{i}"), 6379 + i) for i in range(2)]
        for node in self.nodes:
            node.start()
        self.nodes[1].ask("REPLICAOF", "127.0.0.1", "6379")
        self.sentinels = [self.make_sentinel(folder, i) for i in range(3)]
        self.url = "redis+sentinel://" + ",".join(f"127.0.0.1:{s.port}" for s in self.sentinels) + "/ajar"
        wait_until(lambda: all(isinstance(s.try_ask("SENTINEL", "CKQUORUM", "ajar"), (str, bytes)) for s in self.sentinels), "the Sentinels")

    def make_sentinel(self, folder, number):
        home = os.path.join(folder, f"sentinel{number}")
        sentinel = Server(home, 26379 + number, program="redis-sentinel", arguments=[os.path.join(home, "sentinel.conf")])
        with open(os.path.join(home, "sentinel.conf"), "w") as file:
            file.write("sentinel monitor ajar 127.0.0.1 6379 2\nsentinel down-after-milliseconds ajar 700\n"
                       "sentinel failover-timeout ajar 3000\n")
        return sentinel.start()

    def master(self):
        for sentinel in self.sentinels:
            address = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "ajar")
            if address:
                return self.nodes[int(address[1]) - 6379]
        raise AssertionError("the Sentinels know no master")

    def heal(self):
        for node in self.nodes:
            if not node.process:
                node.start()
            node.resume()
        wait_until(lambda: self.master().ask("ROLE")[0] == b"master", "a master")


class Cluster:
    """Three masters, each with a replica."""

    def __init__(self, folder):
        self.nodes = [Server(os.path.join(folder, f"node{i}"), 7000 + i, persistence="aof",
                             arguments=["--cluster-enabled", "yes", "--cluster-node-timeout", "1500",
                                        "--repl-diskless-sync-delay", "0"]) for i in range(6)]
        for node in self.nodes:
            node.start()
        subprocess.run(["redis-cli", "--cluster", "create", *(f"127.0.0.1:{n.port}" for n in self.nodes), "--cluster-replicas", "1",
                        "--cluster-yes"], check=True, stdout=subprocess.DEVNULL, timeout=60)
        wait_until(self.is_settled, "the cluster")
        self.slot = self.nodes[0].ask("CLUSTER", "KEYSLOT", "{ajar}:events")
        self.url = "redis://127.0.0.1:7000"

    def replication_of(self, node):
        with node.connect() as connection:
            connection.response_callbacks.pop("INFO")
            return str(connection.execute_command("INFO", "replication"))

    def is_whole(self):
        states = [node.try_ask("CLUSTER", "INFO") for node in self.nodes]
        return all("cluster_state:ok" in str(state) for state in states)

    def is_settled(self):
        """Everybody is there, everybody agrees, and each replica has what its master has."""
        return (self.is_whole() and len({str(node.try_ask("CLUSTER", "SLOTS")).count("127.0.0.1") for node in self.nodes}) == 1
                and all("master_link_status:down" not in self.replication_of(n) for n in self.nodes))

    def shards(self):
        """[(first slot, last slot, master, replicas)] as a live node sees them."""
        for node in self.nodes:
            slots = node.try_ask("CLUSTER", "SLOTS")
            if isinstance(slots, list):
                return [(row[0], row[1], *(self.nodes[member[1] - 7000] for member in row[2:])) for row in slots]
        raise AssertionError("no node of the cluster answers")

    def master(self):
        for first, last, master, *_ in self.shards():
            if first <= self.slot <= last:
                return master
        raise AssertionError("nobody has the slot")

    def heal(self):
        for node in self.nodes:
            if not node.process:
                node.start()
            node.resume()
        wait_until(self.is_settled, "the cluster", 30)
