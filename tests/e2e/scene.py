# SPDX-License-Identifier: Apache-2.0
"""The live scene for tests: a store in deploy/live/namespaces, clients on its outside, ajar watch on the mirror between them.

A test that uses it calls scene.main() instead of support.main(): it runs itself again inside the namespaces."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest

import support

LIVE = os.path.join(support.ROOT, "deploy", "live")
STORE = "10.20.30.11"
LOOKER, TAKER = "203.0.113.42", "203.0.113.61"    # NL Amsterdam, US Denver
LIST = "GET /_cat/indices?v"
SEARCH = "GET /customers/_search"
TAKE = ["GET /customers/_search?scroll=1m&size=1000", 'POST /_search/scroll {"scroll":"1m","scroll_id":"{scroll}"}']


def ask(source, *requests):
    """A client outside sends requests to the store."""
    subprocess.run(["nsenter", "-t", os.environ["AJAR_CLIENTS"], "-n", os.path.join(LIVE, "client"), source, f"http://{STORE}:9200",
                    "curl/7.88.1", *requests], check=True, stdout=subprocess.DEVNULL, timeout=support.SECONDS)


class Watch:
    """ajar watch, with a journal of its own. It captures once this is made."""

    def __init__(self, test, url, *options):
        self.test = test
        self.journal = tempfile.TemporaryDirectory(prefix="ajar-journal-")
        self.messages = tempfile.TemporaryFile()
        test.addCleanup(self.journal.cleanup)
        test.addCleanup(self.messages.close)
        self.process = subprocess.Popen(
            [support.AJAR, "watch", "-i", "mirror0", "--redis", url, "--journal", os.path.join(self.journal.name, "journal.db"),
             "--geo", support.CITY, "--geo", support.ASN, *options],
            stdin=subprocess.DEVNULL, stdout=self.messages, stderr=self.messages)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        support.wait_until(lambda: self.process.poll() is not None or "watching mirror0" in self.said(), "ajar watch")
        test.assertIsNone(self.process.poll(), self.said())

    def said(self):
        self.messages.seek(0)
        return self.messages.read().decode()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.test.assertEqual(self.process.wait(timeout=15), 0, self.said())


class Scene(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        server = subprocess.Popen([os.path.join(LIVE, "elasticsearch"), STORE, "9200"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.kill)
        assert server.stdout.readline() == "ready\n"


def main():
    if "AJAR_CLIENTS" not in os.environ:
        run = subprocess.run([os.path.join(LIVE, "namespaces"), sys.executable, *sys.argv], stdin=subprocess.DEVNULL)
        if run.returncode == 77:
            support.cannot_run("no network namespaces, see above")
        sys.exit(run.returncode)
    support.main()
