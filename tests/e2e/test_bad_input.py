#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people get wrong: each gives one clear message on stderr and the right exit status, and nothing is half done."""
import os
import shutil
import tempfile
import unittest

import support


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ajar-bad-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.capture = support.exposed_capture()

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb" if isinstance(content, bytes) else "w") as file:
            file.write(content)
        return path

    def content(self):
        with open(self.capture, "rb") as file:
            return file.read()

    def refuses(self, status, words, *arguments, stdin=None):
        """ajar ends with the status, says nothing on stdout and one line on stderr that holds all the words."""
        run = support.ajar(*arguments, stdin=stdin)
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    def test_missing_file(self):
        self.refuses(1, ["no-such.pcap", "No such file"], "read", "--json", os.path.join(self.folder, "no-such.pcap"))

    def test_missing_file_among_good_ones_stops_before_anything_is_read(self):
        self.refuses(1, ["no-such.pcap"], "read", "--json", self.capture, os.path.join(self.folder, "no-such.pcap"))

    def test_folder_without_captures(self):
        self.write("notes.txt", "nothing here\n")
        self.refuses(1, [self.folder, "no capture"], "read", "--json", self.folder)

    def test_file_that_is_no_capture(self):
        self.refuses(1, ["notes.pcap"], "read", "--json", self.write("notes.pcap", "this is not a capture file\n"))

    def test_empty_file(self):
        self.refuses(1, ["empty.pcap"], "read", "--json", self.write("empty.pcap", b""))

    def test_capture_cut_in_its_file_header(self):
        self.refuses(1, ["cut.pcap"], "read", "--json", self.write("cut.pcap", self.content()[:10]))

    def test_capture_cut_in_a_packet_is_used_up_to_the_cut(self):
        whole = support.ajar("read", "--json", self.capture)
        cut = support.ajar("read", "--json", self.write("cut.pcap", self.content()[:-7]))
        self.assertEqual(cut.returncode, 3, cut.stderr)
        self.assertEqual(len(cut.stderr.splitlines()), 1, cut.stderr)
        self.assertIn("cut.pcap", cut.stderr)
        verdicts = [{c: f["verdict"] for c, f in support.by_connection(support.events_of(run.stdout)).items()} for run in (whole, cut)]
        self.assertEqual(verdicts[0], verdicts[1])

    def test_bad_network(self):
        for text, wrong in (("10.0.0.0/33", "33"), ("10.0.0", "10.0.0"), ("2001:db8::/129", "129"), ("10.0.0.0/8,,192.168.0.0/16", "empty"),
                            ("10.0.0.0/8,home", "home")):
            with self.subTest(network=text):
                self.refuses(2, ["--home", wrong], "read", "--json", "--home", text, self.capture)

    def test_unknown_option(self):
        self.refuses(2, ["--colour"], "read", "--colour", self.capture)

    def test_option_without_its_value(self):
        self.refuses(2, ["--geo"], "read", self.capture, "--geo")

    def test_unknown_command(self):
        self.refuses(2, ["listen"], "listen")

    def test_read_without_a_file(self):
        self.refuses(2, ["read"], "read", "--json")

    def test_watch_without_an_interface(self):
        self.refuses(2, ["-i"], "watch")

    def test_broken_signature(self):
        self.write("broken.yaml", "store: broken\n  identity: [\n")
        self.refuses(1, ["broken.yaml:2"], "read", "--json", "--signatures", self.folder, self.capture)

    def test_signature_with_an_unknown_key(self):
        shutil.copy(os.path.join(support.ROOT, "signatures", "elasticsearch.yaml"), self.folder)
        path = os.path.join(self.folder, "elasticsearch.yaml")
        with open(path) as file:
            lines = file.read().splitlines()
        self.write("elasticsearch.yaml", "\n".join(lines + ["colour: red", ""]))
        self.refuses(1, [f"elasticsearch.yaml:{len(lines) + 1}", "colour"], "read", "--json", "--signatures", self.folder, self.capture)

    def test_broken_list_of_a_scanner(self):
        folder = os.path.join(self.folder, "signatures")
        shutil.copytree(os.path.join(support.ROOT, "signatures"), folder)
        self.assertEqual(support.ajar("read", "--json", "--signatures", folder, self.capture).returncode, 3)
        with open(os.path.join(folder, "scanners", "censys.txt"), "w") as file:
            file.write("# Censys\n162.142.125.7/24\n")
        self.refuses(1, ["censys.txt:2", "162.142.125.0/24"], "read", "--json", "--signatures", folder, self.capture)

    def test_missing_scanners_are_no_error(self):
        shutil.copy(os.path.join(support.ROOT, "signatures", "elasticsearch.yaml"), self.folder)
        run = support.ajar("read", "--json", "--signatures", self.folder, self.capture)
        self.assertEqual(run.returncode, 3)
        self.assertIn("no scanner is known by name", run.stderr)

    def test_missing_signature_folder(self):
        missing = os.path.join(self.folder, "none")
        self.refuses(1, [missing], "read", "--json", "--signatures", missing, self.capture)

    def test_geo_file_that_is_none(self):
        self.refuses(1, ["notes.mmdb"], "read", "--json", "--geo", self.write("notes.mmdb", "no database\n"), self.capture)

    def test_missing_geo_file(self):
        self.refuses(1, ["no-such.mmdb"], "read", "--json", "--geo", os.path.join(self.folder, "no-such.mmdb"), self.capture)

    def test_bad_redis_address(self):
        # What may be a login without its host is not repeated.
        for url, word in (("localhost:6379", "redis://"), ("http://localhost", "redis://"), ("redis://localhost:99999", "port"),
                          ("redis://localhost/x", "localhost/x")):
            with self.subTest(url=url):
                self.refuses(2, [word], "read", "--json", "--redis", url, self.capture)

    def test_configuration_file_that_is_missing(self):
        self.refuses(1, ["none.yaml"], "read", "--json", "-c", os.path.join(self.folder, "none.yaml"), self.capture)

    def test_configuration_file_with_an_unknown_key(self):
        path = self.write("ajar.yaml", "site: hq\ncolour: red\n")
        run = support.ajar("read", "--json", "-c", path, self.capture)
        self.assertIn(run.returncode, (1, 2))
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertIn("ajar.yaml:2", run.stderr)
        self.assertIn("colour", run.stderr)
        self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    support.main()
