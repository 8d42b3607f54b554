#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/signature.schema.json says of signatures what the loader says: the shipped ones are valid, broken ones are refused by both, and both
know the same keys at every place. Needs python3-jsonschema and python3-yaml."""
import copy
import glob
import json
import os
import re
import shutil
import tempfile
import unittest

import jsonschema
import yaml

import support

SCHEMA = os.path.join(support.ROOT, "docs", "signature.schema.json")
SHIPPED = os.path.join(support.ROOT, "signatures")
ROLES = os.path.join(support.ROOT, "sensor", "detect", "signature_facts.c")

TOY = {
    "format": 1, "name": "toy", "protocol": "http", "verified": "server", "versions": ["1.0"],
    "requests": [{"name": "toys", "path": "/toys", "level": "metadata"}],
    "headers": [{"name": "Server", "equals": "toy", "mark": "toy"}],
    "identity": [{"marks": ["toy"]}],
    "json": {"common": [{"path": "/toy", "role": "name"}]},
    "examples": [{"request": "GET /toys", "status": 200, "headers": ["Server: toy"], "body": '{"toy":1}', "verdict": "metadata"},
                 {"request": "GET /toys", "status": 200, "body": "no toys", "verdict": "none"}],
}
STRANGE = {"colour": "red"}
# Every kind of map: where a strange key is put into the toy, and where the schema describes that map.
MAPS = {
    "top": (lambda toy: toy.update(STRANGE), ()),
    "hardening": (lambda toy: toy.update(hardening=[STRANGE]), ("hardening", 0)),
    "credentials": (lambda toy: toy.update(credentials=STRANGE), ("credentials",)),
    "credentials.cookies": (lambda toy: toy.update(credentials={"cookies": [STRANGE]}), ("credentials", "cookies", 0)),
    "parameters.selects": (lambda toy: toy.update(parameters={"selects": [STRANGE]}), ("parameters", "selects", 0)),
    "parameters": (lambda toy: toy.update(parameters=STRANGE), ("parameters",)),
    "headers": (lambda toy: toy.update(headers=[STRANGE]), ("headers", 0)),
    "texts": (lambda toy: toy.update(texts=[STRANGE]), ("texts", 0)),
    "json": (lambda toy: toy.update(json={"common": [STRANGE]}), ("json", "*", 0)),
    "xml": (lambda toy: toy.update(xml={"common": [STRANGE]}), ("xml", "*", 0)),
    "tables": (lambda toy: toy.update(tables={"list": STRANGE}), ("tables", "*")),
    "identity": (lambda toy: toy.update(identity=[STRANGE]), ("identity", 0)),
    "refusals": (lambda toy: toy.update(refusals=[STRANGE]), ("refusals", 0)),
    "refusals.header": (lambda toy: toy.update(refusals=[{"name": "x", "status": [401], "header": STRANGE}]), ("refusals", 0, "header")),
    "exceptions": (lambda toy: toy.update(exceptions=[dict(STRANGE, verdict="none")]), ("exceptions", 0)),
    "requests": (lambda toy: toy.update(requests=[STRANGE]), ("requests", 0)),
    "requests.relay": (lambda toy: toy["requests"][0].update(relay=STRANGE), ("requests", 0, "relay")),
    "request-bodies": (lambda toy: toy.update({"request-bodies": [STRANGE]}), ("request-bodies", 0)),
    "examples": (lambda toy: toy.update(examples=[STRANGE]), ("examples", 0)),
}
# What is wrong, as a change of the toy: both must refuse it.
BROKEN = {
    "no name": lambda toy: toy.pop("name"),
    "a long name": lambda toy: toy.update(name="a" * 32),
    "another format": lambda toy: toy.update(format=2),
    "another protocol": lambda toy: toy.update(protocol="redis"),
    "no requests": lambda toy: toy.pop("requests"),
    "no examples": lambda toy: toy.pop("examples"),
    "not verified": lambda toy: toy.pop("verified"),
    "verified by nobody": lambda toy: toy.update(verified="yes"),
    "no versions": lambda toy: toy.pop("versions"),
    "no pages": lambda toy: (toy.update(verified="documentation"), toy.pop("versions")),
    "another severity": lambda toy: toy.update(severity="huge"),
    "another weakness": lambda toy: toy.update(weakness="306"),
    "another technique": lambda toy: toy.update(technique="T1078."),
    "a port beyond": lambda toy: toy.update(ports=[65536]),
    "a port as text": lambda toy: toy.update(ports=["http"]),
    "another role": lambda toy: toy["json"]["common"][0].update(role="toy"),
    "another kind": lambda toy: toy["json"]["common"][0].update(kind="number"),
    "another level": lambda toy: toy["requests"][0].update(level="closed"),
    "another verdict": lambda toy: toy["examples"][0].update(verdict="bad"),
    "a request without a path": lambda toy: toy["requests"][0].pop("path"),
    "a path without a slash": lambda toy: toy["requests"][0].update(path="toys"),
    "a write by an error": lambda toy: toy["requests"][0].update(level="write", written=[404]),
    "a flag that is none": lambda toy: toy["requests"][0].update(own="maybe"),
    "an example without a status": lambda toy: toy["examples"][0].pop("status"),
    "an example with two bodies": lambda toy: toy["examples"][0].update(hex="00"),
    "a request without a target": lambda toy: toy["examples"][0].update(request="GET"),
    "an odd digit": lambda toy: (toy["examples"][1].pop("body"), toy["examples"][1].update(hex="000")),
    "an exception without a verdict": lambda toy: toy.update(exceptions=[{"name": "x", "status": [401]}]),
    "a refusal without a status": lambda toy: toy.update(refusals=[{"name": "x"}]),
    "three bounds": lambda toy: toy["json"]["common"][0].update(between=[1, 2, 3]),
    "a body rule without an effect": lambda toy: toy.update({"request-bodies": [{"contains": "x"}]}),
    "an identity without marks": lambda toy: toy.update(identity=[{"marks": []}]),
}


class Loader(yaml.SafeLoader):
    """Dates and times stay texts."""


Loader.yaml_implicit_resolvers = {first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
                                  for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def schema():
    with open(SCHEMA, encoding="utf-8") as file:
        return json.load(file)


def resolve(whole, node):
    return whole["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node


def described(whole, path):
    """The part of the schema for a place: names, 0 for any element, * for any member."""
    node = whole
    for step in path:
        node = resolve(whole, node)
        if step == 0 or step == "*":
            node = [one for one in node.get("oneOf", [node]) if one.get("type") in ("array", "object")][0]
        node = node["items"] if step == 0 else node["additionalProperties"] if step == "*" else node["properties"][step]
    node = resolve(whole, node)
    return [one for one in node.get("oneOf", [node]) if "properties" in one][0]


class SignatureSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jsonschema.Draft202012Validator.check_schema(schema())
        cls.validator = jsonschema.Draft202012Validator(schema())

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ajar-schema-")
        self.addCleanup(shutil.rmtree, self.folder)

    def errors(self, document):
        return [f"{error.json_path}: {error.message[:200]}" for error in self.validator.iter_errors(document)]

    def load(self, change):
        """The toy, changed, through `ajar signatures test`."""
        toy = copy.deepcopy(TOY)
        change(toy)
        path = os.path.join(self.folder, "toy.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(toy, file, sort_keys=False)
        return toy, support.ajar("signatures", "test", path)

    def test_takes_every_shipped_signature(self):
        files = sorted(glob.glob(os.path.join(SHIPPED, "*.yaml")))
        self.assertGreater(len(files), 0)
        for path in files:
            with self.subTest(file=os.path.basename(path)), open(path, encoding="utf-8") as file:
                self.assertEqual(self.errors(yaml.load(file, Loader)), [])

    def test_takes_a_toy_that_the_loader_takes(self):
        toy, run = self.load(lambda toy: None)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(self.errors(toy), [])

    def test_refuses_what_the_loader_refuses(self):
        for what, change in BROKEN.items():
            with self.subTest(what=what):
                toy, run = self.load(change)
                self.assertEqual(run.returncode, 1, run.stdout)
                self.assertIn("toy.yaml:", run.stderr)
                self.assertNotEqual(self.errors(toy), [])

    def test_knows_the_keys_of_the_loader_at_every_place(self):
        whole = schema()
        for place, (change, path) in MAPS.items():
            with self.subTest(map=place):
                toy, run = self.load(change)
                known = re.search(r"unknown key 'colour'; known here: (.*)$", run.stderr.strip())
                self.assertIsNotNone(known, run.stderr)
                self.assertEqual(sorted(known.group(1).split(", ")), sorted(described(whole, path)["properties"]))
                self.assertNotEqual(self.errors(toy), [])

    def test_knows_the_roles_of_the_loader(self):
        with open(ROLES, encoding="utf-8") as file:
            names = re.findall(r'\[ROLE_\w+\] = "([a-z-]+)"', file.read())
        self.assertGreater(len(names), 20)
        self.assertEqual(sorted(names), sorted(schema()["$defs"]["role"]["enum"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
