#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The first picture of the README is what ajar says."""
import glob
import os
import unittest

import support

START, END = "$ ajar read ", "$ echo $?\n"


def picture():
    """The words of the command, and the lines shown below it."""
    with open(os.path.join(support.ROOT, "README.md"), encoding="utf-8") as page:
        text = page.read()
    block = text[text.index(START) + len(START):]
    shown, status = block[:block.index(END)], block[block.index(END) + len(END):].split("\n", 1)[0]
    command, lines = shown.split("\n", 1)
    return command, [line for line in lines.split("\n") if line.strip() and line.strip() != "..."], int(status)


def captures(pattern):
    """tests/captures/NAME-{a,b}.pcap as a shell expands it."""
    before, rest = pattern.split("{")
    inside, after = rest.split("}")
    return [os.path.join(support.ROOT, before + part + after) for part in inside.split(",")]


class Readme(unittest.TestCase):
    def test_shows_what_the_command_prints(self):
        command, lines, status = picture()
        paths = captures(command.split()[-1])
        self.assertEqual([p for p in paths if not glob.glob(p)], [])
        run = support.ajar("read", "--geo", support.CITY, "--geo", support.ASN, *paths)
        self.assertEqual(run.returncode, status, run.stderr)
        printed = iter(run.stdout.split("\n"))
        self.assertGreater(len(lines), 12, "too little to be a picture")
        for line in lines[:-1]:
            self.assertIn(line, printed, f"not printed there:\n{line}\nin:\n{run.stdout}")
        # How long it took is another number each time.
        self.assertIn(lines[-1].rsplit("  ", 1)[0], run.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
