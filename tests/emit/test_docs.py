#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_docs.py ROOT: docs/events.md and docs/event.schema.json name the same fields, docs/redis.md the keys that the code writes."""
import json
import os
import re
import sys
import unittest

ROOT = sys.argv.pop()


ROWS = {"ajar.dataset_records"}    # lists whose rows the page tells in one line


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def fields_of_schema(schema, node, path=""):
    """Paths of all values: what has properties is a group and not a field itself."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    if "properties" in node.get("items", {}) and path not in ROWS:
        node = node["items"]
    if "properties" in node:
        for name, child in node["properties"].items():
            yield from fields_of_schema(schema, child, f"{path}.{name}" if path else name)
    else:
        yield path


def expand(name):
    """a.{b,c}.d -> a.b.d, a.c.d"""
    match = re.match(r"(.*?)\{([^{}]*)\}(.*)", name)
    if not match:
        return [name]
    return [full for part in match[2].split(",") for full in expand(match[1] + part + match[3])]


def fields_of_page(page):
    table = page[page.index("## Fields"):page.index("## The sensor's own numbers")]
    names = []
    for row in table.splitlines():
        if row.startswith("| `"):
            for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
                names += expand(name)
    return names


class Docs(unittest.TestCase):
    def setUp(self):
        self.schema = json.loads(text_of("docs/event.schema.json"))
        self.page = text_of("docs/events.md")

    def test_page_and_schema_name_the_same_fields(self):
        schema = set(fields_of_schema(self.schema, self.schema))
        page = set(fields_of_page(self.page))
        self.assertGreater(len(schema), 90)
        groups = {name[:-1] for name in page if name.endswith("*")}
        named = {name for name in page if not name.endswith("*")}
        self.assertEqual(sorted(f for f in schema - named if not f.startswith(tuple(groups))), [], "in the schema, not on the page")
        self.assertEqual(sorted(named - schema), [], "on the page, not in the schema")

    def test_every_status_counter_is_on_the_page(self):
        for name in self.schema["properties"]["ajar"]["properties"]["status"]["properties"]:
            self.assertIn(f"`{name}`", self.page)

    def test_every_word_of_a_choice_is_on_the_page(self):
        def choices(node):
            if isinstance(node, dict):
                yield from (w for w in node.get("enum", []) if isinstance(w, str))
                for child in node.values():
                    yield from choices(child)
        for word in choices(self.schema):
            self.assertIn(f"`{word}`", self.page)

    def test_fields_of_the_redis_hashes_are_on_the_page(self):
        page = text_of("docs/redis.md")
        code = text_of("sensor/emit/redis_batch.c") + text_of("sensor/emit/redis_state.c")
        names = re.findall(r'add_(?:field|time|count|date)\(batch, "([a-z_]+)"', code)
        names += re.findall(r'resp_add_text\(&batch->part, "([a-z_]+)"', code)
        self.assertGreater(len(names), 50)
        for name in names:
            self.assertRegex(page, rf"\b{name}\b")
        for name in re.findall(r'(?:XADD|\w+), \'(\w+)\', ARGV', text_of("sensor/emit/redis_script.lua")):
            self.assertRegex(page, rf"\b{name}\b")
        for key in re.findall(r'redis_batch_name_key\(batch, "([a-z:]+)"', code):
            self.assertIn("{ajar}:" + key, page)


if __name__ == "__main__":
    unittest.main()
