#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""merge_builds.py OUT BUILD-DIR...: writes a CTestTestfile.cmake with the tests of several build trees.

Each test is named BUILD:TEST (build-clang gives clang:TEST). Tests labelled source look at the source tree alone, so they are
taken from the first build only."""
import json
import os
import subprocess
import sys

# Properties in ctest's JSON that set_tests_properties() takes as they are.
LISTS = {"LABELS", "ENVIRONMENT", "REQUIRED_FILES", "RESOURCE_LOCK"}


def quoted(text):
    return "[==[%s]==]" % text


def tests_of(build):
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, stdout=subprocess.PIPE)
    return json.loads(shown.stdout)["tests"]


def lines_for(build, test):
    name = "%s:%s" % (os.path.basename(build).removeprefix("build-"), test["name"])
    yield "add_test(%s %s)" % (quoted(name), " ".join(map(quoted, test["command"])))
    values = {p["name"]: p["value"] for p in test.get("properties", [])}
    for key, value in values.items():
        if isinstance(value, bool):
            value = "ON" if value else "OFF"
        elif key in LISTS:
            value = ";".join(value)
        elif not isinstance(value, (str, int, float)):
            sys.exit("merge_builds.py: test %s has property %s, which is not carried over" % (name, key))
        yield "set_tests_properties(%s PROPERTIES %s %s)" % (quoted(name), key, quoted(value))


def main(out, *builds):
    lines = []
    for number, build in enumerate(builds):
        tests = tests_of(build)
        if not tests:
            sys.exit("merge_builds.py: %s has no tests" % build)
        for test in tests:
            labels = next((p["value"] for p in test.get("properties", []) if p["name"] == "LABELS"), [])
            if number and "source" in labels:
                continue
            if "command" not in test:
                sys.exit("merge_builds.py: %s: test %s has no program" % (build, test["name"]))
            lines += lines_for(build, test)
    with open(out, "w") as file:
        file.write("\n".join(lines) + "\n")


main(*sys.argv[1:])
