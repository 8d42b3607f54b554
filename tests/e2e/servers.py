# SPDX-License-Identifier: Apache-2.0
"""Redis in the forms that ajar knows: a master with a replica and Sentinels, a cluster, behind TLS. All on loopback, in
processes that end with the test."""
import os
import subprocess
import tempfile

import support

HOST = "127.0.0.1"


def info(redis, *command):
    """An answer of many lines, as it is."""
    return subprocess.run(["redis-cli", "-s", redis.socket, *command], capture_output=True, text=True, timeout=support.SECONDS).stdout


class Sentinels:
    """A master, a replica, three Sentinels that agree on a dead master within a second."""
    NAME = "ajar-master"

    def __init__(self, test):
        ports = [support.free_port() for _ in range(2)]
        self.redis = [support.Redis(port=port) for port in ports]
        for number, redis in enumerate(self.redis):
            if number:
                redis.arguments += ["--replicaof", HOST, str(ports[0])]
            redis.arguments += ["--repl-diskless-sync-delay", "0"]
            test.addCleanup(redis.close)
            redis.start()
        self.master, self.replica = self.redis
        support.wait_until(lambda: "state=online" in self.info(self.master), "the replica")
        self.ports = [support.free_port() for _ in range(3)]
        for port in self.ports:
            folder = tempfile.TemporaryDirectory(prefix="ajar-sentinel-")
            test.addCleanup(folder.cleanup)
            path = os.path.join(folder.name, "sentinel.conf")
            with open(path, "w") as file:
                file.write(f"port {port}\nbind {HOST}\ndir {folder.name}\nsentinel monitor {self.NAME} {HOST} {ports[0]} 2\n"
                           f"sentinel down-after-milliseconds {self.NAME} 500\nsentinel failover-timeout {self.NAME} 2000\n")
            log = open(os.path.join(folder.name, "log"), "wb")
            test.addCleanup(log.close)
            sentinel = subprocess.Popen(["redis-sentinel", path], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            test.addCleanup(sentinel.wait)
            test.addCleanup(sentinel.kill)
        for port in self.ports:
            support.wait_until(lambda: self.knows_all(port), "the Sentinels to know each other")

    def ask(self, port, *command):
        run = subprocess.run(["redis-cli", "-p", str(port), *map(str, command)], capture_output=True, text=True, timeout=support.SECONDS)
        return run.stdout.split("\n")

    def knows_all(self, port):
        facts = self.ask(port, "SENTINEL", "MASTER", self.NAME)
        return all(name in facts and facts[facts.index(name) + 1] == count for name, count in (("num-other-sentinels", "2"), ("num-slaves", "1")))

    def info(self, redis):
        return info(redis, "INFO", "replication")

    def url(self, ports=None):
        return "redis+sentinel://" + ",".join(f"{HOST}:{port}" for port in ports or self.ports) + "/" + self.NAME


class Cluster:
    """Three nodes with a third of the slots each."""

    def __init__(self, test):
        self.nodes = []
        for _ in range(3):
            node = support.Redis(port=port_with_bus(), arguments=["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"])
            test.addCleanup(node.close)
            self.nodes.append(node.start())
        subprocess.run(["redis-cli", "--cluster", "create", *(f"{HOST}:{node.port}" for node in self.nodes), "--cluster-yes"],
                       check=True, stdout=subprocess.DEVNULL, timeout=support.SECONDS)
        for node in self.nodes:
            support.wait_until(lambda: "cluster_state:ok" in info(node, "CLUSTER", "INFO"), "the cluster")
        self.slot = self.nodes[0].ask("CLUSTER", "KEYSLOT", "{ajar}")

    def id_of(self, node):
        return node.ask("CLUSTER", "MYID")

    def owner(self):
        """The node that has ajar's slot."""
        for first, last, (host, port, *_), *_ in self.nodes[0].ask("CLUSTER", "SLOTS"):
            if first <= self.slot <= last:
                return next(node for node in self.nodes if node.port == port)
        raise AssertionError("nobody has the slot")

    def others(self):
        return [node for node in self.nodes if node is not self.owner()]

    def begin_move(self, source, target):
        target.ask("CLUSTER", "SETSLOT", self.slot, "IMPORTING", self.id_of(source))
        source.ask("CLUSTER", "SETSLOT", self.slot, "MIGRATING", self.id_of(target))

    def move_keys(self, source, target, count):
        keys = source.ask("CLUSTER", "GETKEYSINSLOT", self.slot, count)
        if keys:
            source.ask("MIGRATE", HOST, target.port, "", 0, 5000, "KEYS", *keys)
        return len(keys)

    def end_move(self, source, target):
        while self.move_keys(source, target, 100):
            pass
        for node in (target, source, *self.nodes):
            node.ask("CLUSTER", "SETSLOT", self.slot, "NODE", self.id_of(target))


def port_with_bus():
    """A free port whose bus port (10000 higher) exists."""
    while True:
        port = support.free_port()
        if port < 55536:
            return port


class Certificates:
    """An authority, a certificate for 127.0.0.1 and localhost, one for a client; and an authority that nobody trusts."""

    def __init__(self, test):
        folder = tempfile.TemporaryDirectory(prefix="ajar-tls-")
        test.addCleanup(folder.cleanup)
        self.folder = folder.name
        for authority in ("ca", "stranger"):
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                         "-subj", f"/CN={authority}", "-keyout", f"{authority}.key", "-out", f"{authority}.pem")
        for name, names in (("server", "subjectAltName=DNS:localhost,IP:127.0.0.1"), ("other", "subjectAltName=DNS:redis.example.org"),
                            ("client", "subjectAltName=DNS:sensor")):
            self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                         "-keyout", f"{name}.key", "-out", f"{name}.csr")
            with open(self.path("names"), "w") as file:
                file.write(names + "\n")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                         "-extfile", "names", "-out", f"{name}.pem")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=support.SECONDS)

    def path(self, name):
        return os.path.join(self.folder, name)

    def redis(self, port, certificate="server", clients="no"):
        """A redis-server that speaks TLS alone on this port."""
        return support.Redis(arguments=["--tls-port", str(port), "--tls-cert-file", self.path(certificate + ".pem"), "--tls-key-file",
                                        self.path(certificate + ".key"), "--tls-ca-cert-file", self.path("ca.pem"),
                                        "--tls-auth-clients", clients])
