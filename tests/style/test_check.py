#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of check.py accepts a good tree and names what is wrong in a bad one."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class Rules(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copy(os.path.join(HERE, "..", "..", ".clang-format"), self.root)
        self.write("sensor/base/log.c", "int log_level(void);\n")

    def write(self, path, text, licence=LICENCE):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as file:
            file.write(licence + text)

    def check(self, rule):
        run = subprocess.run([sys.executable, os.path.join(HERE, "check.py"), rule, self.root], capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout.strip()

    def accepts(self, rule):
        self.assertEqual(self.check(rule), (0, ""))

    def rejects(self, rule, path, words):
        status, said = self.check(rule)
        self.assertEqual(status, 1, said)
        self.assertEqual(len(said.splitlines()), 1, said)
        self.assertTrue(said.startswith(path + ":"), said)
        self.assertIn(words, said)

    def test_includes_accept_earlier_stages(self):
        self.write("sensor/flow/table.c", '#include "flow/table.h"\n#include "ajar/flow.h"\n#include "base/log.h"\n#include "decode/decode.h"\n')
        self.write("sensor/pipeline.c", '#include "emit/emit.h"\n#include "config/config.h"\n')
        self.write("sensor/main.c", '#include "pipeline.h"\n')
        self.write("sensor/config/config.c", '#include "emit/emit.h"\n')
        self.accepts("includes")

    def test_includes_reject_a_later_stage(self):
        self.write("sensor/flow/table.c", '#include "inspect/http.h"\n')
        self.rejects("includes", "sensor/flow/table.c:2", "flow/ comes before inspect/")

    def test_includes_reject_a_header_without_its_folder(self):
        self.write("sensor/flow/table.c", '#include "table.h"\n')
        self.rejects("includes", "sensor/flow/table.c:2", "write the folder")

    def test_includes_reject_configuration_in_a_stage(self):
        self.write("sensor/emit/json.c", '#include "config/config.h"\n')
        self.rejects("includes", "sensor/emit/json.c:2", "emit/ comes before config/")

    def test_includes_reject_a_stage_in_a_contract(self):
        self.write("include/ajar/flow.h", '#include "flow/table.h"\n')
        self.rejects("includes", "include/ajar/flow.h:2", "may not know flow/")

    def test_includes_reject_an_unknown_folder(self):
        self.write("sensor/misc/stuff.c", "int x;\n")
        self.rejects("includes", "sensor/misc/stuff.c:1", "misc/ is no stage")

    def test_libraries_accept_one_file_of_its_stage(self):
        self.write("sensor/capture/live.c", "#include <pcap/pcap.h>\n#include <stdio.h>\n#include <sys/types.h>\n")
        self.accepts("libraries")

    def test_libraries_accept_the_files_that_the_table_names(self):
        for name in ("file", "filter", "live"):
            self.write(f"sensor/capture/{name}.c", "#include <pcap/pcap.h>\n")
        self.accepts("libraries")

    def test_libraries_reject_a_file_beside_the_named_ones(self):
        self.write("sensor/capture/other.c", "#include <pcap/pcap.h>\n")
        self.rejects("libraries", "sensor/capture/other.c:2", "libpcap belongs to")

    def test_libraries_reject_another_stage(self):
        self.write("sensor/decode/ip.c", "#include <pcap/pcap.h>\n")
        self.rejects("libraries", "sensor/decode/ip.c:2", "libpcap belongs to")

    def test_libraries_reject_a_second_file(self):
        self.write("sensor/base/a.c", "#include <yaml.h>\n")
        self.write("sensor/base/b.c", "#include <yaml.h>\n")
        self.rejects("libraries", "sensor/base/b.c:2", "sensor/base/a.c already")

    def test_libraries_reject_a_header(self):
        self.write("sensor/capture/capture.h", "#include <pcap.h>\n")
        self.rejects("libraries", "sensor/capture/capture.h:2", "may not be in a header")

    def test_libraries_reject_an_unknown_one(self):
        self.write("sensor/base/log.c", "#include <glib.h>\n")
        self.rejects("libraries", "sensor/base/log.c:2", "of no library")

    def function(self, lines):
        return "int f(int a)\n{\n" + "    a++;\n" * (lines - 4) + "    return a;\n}\n"

    def test_sizes_accept_the_limits(self):
        self.write("sensor/base/log.c", self.function(100) + "\n" * 499)
        self.accepts("sizes")

    def test_sizes_reject_a_long_function(self):
        self.write("sensor/base/log.c", self.function(101))
        self.rejects("sizes", "sensor/base/log.c:2", "f() has 101 lines")

    def test_sizes_reject_a_long_file(self):
        self.write("sensor/base/log.c", "\n" * 600)
        self.rejects("sizes", "sensor/base/log.c:601", "601 lines")

    def test_calls_accept_bounded_ones_and_words_in_comments(self):
        self.write("sensor/base/log.c", '/* not sprintf(x) */\nint f(void) { return snprintf(b, n, "strcpy(") + my_atoi(s) + t->gets(1); }\n')
        self.accepts("calls")

    def test_calls_reject_each_unbounded_one(self):
        for name in ("sprintf", "vsprintf", "strcpy", "strcat", "strtok", "atoi", "gets"):
            self.write("sensor/base/log.c", "/* a\n b */\nint f(void) { return %s (x); }\n" % name)
            self.rejects("calls", "sensor/base/log.c:4", name + "()")

    def test_licence_rejects_a_file_without(self):
        self.accepts("licence")
        self.write("sensor/base/log.c", "int x;\n", licence="")
        self.rejects("licence", "sensor/base/log.c:1", "SPDX")

    def test_format_accepts_what_clang_format_writes(self):
        self.write("sensor/base/log.c", "int f(int a)\n{\n    return a;\n}\n")
        self.accepts("format")

    def test_format_rejects_another_layout(self):
        self.write("sensor/base/log.c", "int f(int a) {\n  return a; }\n")
        self.rejects("format", "sensor/base/log.c:2", "clang-format-19 -i")

    def test_a_tree_without_sources_is_an_error(self):
        shutil.rmtree(os.path.join(self.root, "sensor"))
        run = subprocess.run([sys.executable, os.path.join(HERE, "check.py"), "calls", self.root], capture_output=True, text=True)
        self.assertNotEqual(run.returncode, 0)


if __name__ == "__main__":
    unittest.main()
