#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TLS to Redis: as this build can, by itself (hiredis 1.0 or newer) or through stunnel as docs/redis.md shows."""
import os
import re
import subprocess
import tempfile
import unittest

import servers
import support

HAS_TLS = "no TLS" not in support.ajar("check", "--redis", "rediss://127.0.0.1").stderr


class WithTls(unittest.TestCase):
    def setUp(self):
        self.certificates = servers.Certificates(self)
        self.port = support.free_port()

    def redis(self, **options):
        redis = self.certificates.redis(self.port, **options)
        self.addCleanup(redis.close)
        return redis.start()

    def options(self, **files):
        return [word for name, file in files.items() for word in (f"--redis-{name}-file", self.certificates.path(file))]

    def read(self, url, *options):
        return support.ajar("read", "--redis", url, *options, support.exposed_capture())

    def delivers(self, redis, url, *options):
        run = self.read(url, *options)
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertTrue(redis.events())
        redis.ask("FLUSHALL")

    def refused(self, url, *options, says, status=1):
        run = self.read(url, *options)
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        for word in says:
            self.assertIn(word, run.stderr)


@unittest.skipUnless(HAS_TLS, "this build's hiredis has no TLS")
class Itself(WithTls):
    def test_a_certificate_is_checked_for_signer_and_name(self):
        redis = self.redis()
        for host in ("127.0.0.1", "localhost"):
            self.delivers(redis, f"rediss://{host}:{self.port}", *self.options(ca="ca.pem"))
        self.refused(f"rediss://127.0.0.1:{self.port}", says=["not trusted", "redis.ca_file"])
        self.refused(f"rediss://127.0.0.1:{self.port}", *self.options(ca="stranger.pem"), says=["not trusted"])
        self.delivers(redis, f"rediss://127.0.0.1:{self.port}", "--redis-verify=false")
        self.assertEqual(redis.events(), [])

    def test_a_certificate_for_another_name_is_refused(self):
        self.redis(certificate="other")
        self.refused(f"rediss://127.0.0.1:{self.port}", *self.options(ca="ca.pem"), says=["not for 127.0.0.1"])

    def test_a_server_that_wants_a_certificate_gets_one(self):
        redis = self.redis(clients="yes")
        self.refused(f"rediss://127.0.0.1:{self.port}", *self.options(ca="ca.pem"), says=["certificate"])
        self.delivers(redis, f"rediss://127.0.0.1:{self.port}", *self.options(ca="ca.pem", certificate="client.pem", key="client.key"))

    def test_a_server_without_tls_is_named_as_such(self):
        redis = support.Redis(port=self.port)
        self.addCleanup(redis.close)
        redis.start()
        self.refused(f"rediss://127.0.0.1:{self.port}", *self.options(ca="ca.pem"), says=["is TLS on there?"])


class Stunnel(WithTls):
    @unittest.skipIf(HAS_TLS, "this build has TLS")
    def test_without_tls_the_way_around_it_is_named(self):
        self.refused("rediss://127.0.0.1", says=["no TLS", "stunnel"], status=2)
        run = support.ajar("check", "--redis", "rediss://127.0.0.1")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("stunnel", run.stdout + run.stderr)

    def example(self):
        """The configuration on the page, for this test's server, certificates and folder."""
        with open(os.path.join(support.ROOT, "docs", "redis.md"), encoding="utf-8") as file:
            text = re.search(r"```ini\n(.*?)```", file.read(), re.S)[1]
        folder = tempfile.TemporaryDirectory(prefix="ajar-stunnel-")
        self.addCleanup(folder.cleanup)
        for name, value in (("redis.example.org:6380", f"127.0.0.1:{self.port}"), ("checkHost = redis.example.org", "checkIP = 127.0.0.1"),
                            ("/etc/ajar/ca.pem", self.certificates.path("ca.pem")), ("/etc/ajar/sensor.pem", self.certificates.path("client.pem")),
                            ("/etc/ajar/sensor.key", self.certificates.path("client.key")), ("/run/ajar", folder.name)):
            self.assertIn(name, text)
            text = text.replace(name, value)
        path = os.path.join(folder.name, "stunnel.conf")
        with open(path, "w") as file:
            file.write("foreground = yes\npid =\n" + text)
        return path, os.path.join(folder.name, "redis.sock")

    def tunnel(self):
        path, socket = self.example()
        process = subprocess.Popen(["stunnel4", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        support.wait_until(lambda: os.path.exists(socket), "stunnel")
        return socket

    def test_the_example_of_the_page_delivers(self):
        redis = self.redis(clients="yes")
        self.delivers(redis, f"unix://{self.tunnel()}")

    def test_the_example_of_the_page_checks_the_server(self):
        self.redis(certificate="other")
        run = self.read(f"unix://{self.tunnel()}")
        self.assertEqual(run.returncode, 1, run.stderr)


if __name__ == "__main__":
    support.main()
