#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The scripts of deploy/, as far as they work without a network and without changing this machine."""
import os
import shutil
import subprocess
import tempfile
import unittest

import support


def deploy(script, *arguments, **environment):
    return subprocess.run([os.path.join(support.ROOT, "deploy", script), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=support.SECONDS, env={**os.environ, **environment})


class Geo(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ajar-geo-")
        self.addCleanup(shutil.rmtree, self.folder)

    def test_a_database_is_put_in_place(self):
        run = deploy("geo", "--to", self.folder, support.CITY)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(os.listdir(self.folder), ["city.mmdb"])
        with open(support.CITY, "rb") as one, open(os.path.join(self.folder, "city.mmdb"), "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_another_file_is_refused_and_the_old_database_stays(self):
        deploy("geo", "--to", self.folder, support.CITY)
        with tempfile.TemporaryDirectory() as elsewhere:
            fake = os.path.join(elsewhere, "city.mmdb")
            with open(fake, "w") as file:
                file.write("no database\n")
            run = deploy("geo", "--to", self.folder, fake)
        self.assertEqual(run.returncode, 1)
        self.assertIn("is not a database", run.stderr)
        self.assertEqual(os.listdir(self.folder), ["city.mmdb"])
        self.assertEqual(os.path.getsize(os.path.join(self.folder, "city.mmdb")), os.path.getsize(support.CITY))

    def test_as_numbers_come_out_of_csv_ranges(self):
        csv = os.path.join(self.folder, "asn.csv")
        with open(csv, "w") as file:
            file.write('10.0.0.0,10.0.0.255,64500,"Example, with ""quotes"""\n2001:db8::,2001:db8::ffff,64501,Other\n')
        made = os.path.join(self.folder, "made.mmdb")
        run = deploy("asn-database", made, csv)
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(made, "rb") as file:
            content = file.read()
        self.assertIn(b'Example, with "quotes"', content)
        self.assertIn(b"MaxMind.com", content)

    def test_broken_csv_names_its_line(self):
        csv = os.path.join(self.folder, "asn.csv")
        with open(csv, "w") as file:
            file.write("10.0.0.0,10.0.0.255,64500,Example\nnonsense\n")
        made = os.path.join(self.folder, "made.mmdb")
        run = deploy("asn-database", made, csv)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("asn.csv line 2", run.stderr)
        self.assertFalse(os.path.exists(made))


class Packages(unittest.TestCase):
    def test_names_are_listed_once(self):
        run = deploy("packages", "--list", "build", "test", "demo")
        self.assertEqual(run.returncode, 0, run.stderr)
        names = run.stdout.split()
        self.assertIn("libpcap-dev", names)
        self.assertEqual(len(names), len(set(names)))

    def test_an_unknown_group_is_refused(self):
        run = deploy("packages", "--list", "nonsense")
        self.assertEqual(run.returncode, 1)
        self.assertIn("no group 'nonsense'", run.stderr)


class Demo(unittest.TestCase):
    def test_an_unknown_option_is_a_usage_error(self):
        run = deploy("demo", "--colour")
        self.assertEqual(run.returncode, 2)
        self.assertIn("deploy/demo --live", run.stderr)


if __name__ == "__main__":
    support.main()
