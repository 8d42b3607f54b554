#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/grafana/ajar.json: every query of the dashboard is run against a Redis that ajar watch filled, and gives rows with the
columns that its panel uses. How answers become columns is what version 2.2 of Grafana's Redis data source does with them; what
Grafana makes of the columns is checked as far as the dashboard names them."""
import json
import os
import re
import shlex
import time

import redis

import scene
import support

DASHBOARD = os.path.join(support.ROOT, "deploy", "grafana", "ajar.json")


def number_or_text(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def flat(answer):
    """The values of an answer, nested ones too."""
    if not isinstance(answer, list):
        return [answer]
    return [value for element in answer for value in flat(element)]


class Source:
    """The data source: a query of a panel -> {column: values}."""

    def __init__(self, redis, variables):
        self.redis, self.variables = redis, variables

    def replace(self, text):
        return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda m: str(self.variables.get(m[1] or m[2], m[0])), text)

    def ask(self, *command):
        answer = self.redis.ask(*command)
        if isinstance(answer, str) and answer.startswith(("ERR", "WRONGTYPE", "NOPERM")) or answer is None:
            raise AssertionError(f"{command}: {answer}")
        return answer

    def custom(self, query):
        answer = self.ask(*shlex.split(self.replace(query)))
        return {"Value": flat(answer) or ["(empty array)"]}

    def command(self, target):
        key = self.replace(target["keyName"])
        if target["command"] == "xlen":
            return {"Value": [float(self.ask("XLEN", key))]}
        if target["command"] == "hgetall":
            answer = self.ask("HGETALL", key)
            pairs = answer if isinstance(answer, dict) else dict(zip(answer[::2], answer[1::2]))
            return {name: [number_or_text(value)] for name, value in pairs.items()}
        if target["command"] == "xrevrange":
            entries = self.ask("XREVRANGE", key, f"{self.variables['__to']}-0", f"{self.variables['__from']}-0", "COUNT", target["count"])
            columns = {"$streamId": [e[0] for e in entries], "$time": [int(e[0].split("-")[0]) for e in entries]}
            for name in entries[0][1][::2] if entries else []:
                columns[name] = [number_or_text(dict(zip(e[1][::2], e[1][1::2])).get(name)) for e in entries]
            return columns
        raise AssertionError(f"this test does not know {target['command']}")

    def columns(self, target):
        return self.custom(target["query"]) if target["type"] == "cli" else self.command(target)


def extract(columns, options):
    rows = [json.loads(value) for value in columns[options["source"]]]
    names = {name: None for row in rows for name in row}
    return {name: [row.get(name) for row in rows] for name in names}


def transform(test, columns, step):
    """One transformation of a panel; whatever it names must be there."""
    options = step["options"]
    if step["id"] == "extractFields":
        return extract(columns, options)
    if step["id"] == "convertFieldType":
        for conversion in options["conversions"]:
            test.assertIn(conversion["targetField"], columns)
            test.assertEqual(conversion["destinationType"], "time")
        return columns
    if step["id"] == "filterByValue":
        (rule,) = options["filters"]
        keep = [value >= rule["config"]["options"]["value"] for value in columns[rule["fieldName"]]]
        test.assertEqual(rule["config"]["id"], "greaterOrEqual")
        return {name: [value for value, kept in zip(values, keep) if kept] for name, values in columns.items()}
    if step["id"] == "organize":
        test.assertEqual(set(options["includeByName"]), set(options["indexByName"]))
        for name in options["includeByName"]:
            test.assertIn(name, columns)
        return {name: columns[name] for name in options["includeByName"]}
    if step["id"] == "reduce":
        return {"Field": list(columns), "Last *": [values[-1] for values in columns.values()]}
    raise AssertionError(f"this test does not know the transformation {step['id']}")


class Dashboard(scene.Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(DASHBOARD, encoding="utf-8") as file:
            cls.dashboard = json.load(file)
        cls.redis = support.Redis().start()
        cls.addClassCleanup(cls.redis.close)

    def setUp(self):
        began = int(time.time() * 1000)
        self.redis.ask("FLUSHALL")
        self.watch = scene.Watch(self, self.redis.url, "--sensor", "span-1")
        scene.ask(scene.LOOKER, "GET /", scene.LIST)
        scene.ask(scene.TAKER, *scene.TAKE)
        support.wait_until(lambda: self.redis.ask("EXISTS", "{ajar}:sensor:span-1"), "the heartbeat", seconds=40)
        self.watch.stop()
        variables = {"__from": began - 1000, "__to": int(time.time() * 1000) + 1000}
        for variable in self.dashboard["templating"]["list"]:
            if variable["type"] == "textbox":
                variables[variable["name"]] = variable["query"]
        self.source = Source(self.redis, variables)
        (variable,) = (v for v in self.dashboard["templating"]["list"] if v["type"] == "query")
        variables[variable["name"]] = self.source.custom(variable["query"])["Value"][0]
        self.tables = {}
        for panel in self.dashboard["panels"]:
            (target,) = panel["targets"]
            columns = self.source.columns(target)
            for step in panel["transformations"]:
                with self.subTest(panel=panel["title"], step=step["id"]):
                    columns = transform(self, columns, step)
            self.tables[panel["title"]] = columns

    def table(self, start):
        (found,) = (columns for title, columns in self.tables.items() if title.startswith(start))
        return found

    def test_every_panel_has_rows_with_its_columns(self):
        for panel in self.dashboard["panels"]:
            with self.subTest(panel=panel["title"]):
                columns = self.tables[panel["title"]]
                self.assertTrue(columns)
                lengths = {len(values) for values in columns.values()}
                self.assertEqual(len(lengths), 1, columns)
                self.assertGreater(lengths.pop(), 0)
                for override in panel["fieldConfig"]["overrides"]:
                    self.assertIn(override["matcher"]["options"], columns)
                for layer in panel["options"].get("layers", []):
                    self.assertIn(layer["location"]["longitude"], columns)
                    self.assertIn(layer["location"]["latitude"], columns)

        # The values, not only the columns.
        self.assertEqual(self.tables["Open doors"]["Value"], [1])
        self.assertEqual(self.tables["Events in the stream"]["Value"], [len(self.redis.events())])
        doors = self.table("Open doors, newest")
        self.assertEqual((doors["address"], doors["verdict"], doors["records"]), ([f"{scene.STORE}:9200"], ["drained"], [1656]))
        self.assertEqual(doors["version"], ["6.8.23"])
        door = self.table("The door")
        self.assertEqual(dict(zip(door["Field"], door["Last *"]))["actors"], 2)
        minutes = self.table("Events a minute")
        self.assertEqual(sum(minutes["events"]), len(self.redis.events()))
        self.assertEqual(sum(minutes["alerts"]), len([e for e in self.redis.events() if e["event"]["severity"] >= 70]))
        self.assertGreater(sum(minutes["alerts"]), 0)
        self.assertEqual(minutes["time"], sorted(minutes["time"]))
        self.assertEqual(len(self.table("Alerts")["action"]), sum(minutes["alerts"]))
        places = self.table("Who asked")
        where = dict(zip(places["source"], zip(places["longitude"], places["latitude"])))
        self.assertEqual(set(where), {scene.LOOKER, scene.TAKER})
        self.assertAlmostEqual(where[scene.LOOKER][0], 4.90, places=2)
        self.assertAlmostEqual(where[scene.LOOKER][1], 52.37, places=2)
        self.assertEqual(self.table("Sources within")["Value"], [scene.LOOKER])
        self.assertEqual(self.table("Sensors")["sensor"], ["span-1"])

    def test_the_map_reaches_around_the_world(self):
        far = {"a": (179.9, 0), "b": (-179.9, 0), "c": (0, 85), "d": (0, -85), "e": (100, -40), "f": (-100, 60)}
        for name, (longitude, latitude) in far.items():
            self.redis.ask("GEOADD", "{ajar}:sources", longitude, latitude, name)
        (panel,) = (p for p in self.dashboard["panels"] if p["type"] == "geomap")
        columns = extract(self.source.columns(panel["targets"][0]), {"source": "Value"})
        self.assertLessEqual(set(far), set(columns["source"]))

    def test_an_empty_redis_breaks_no_query(self):
        self.redis.ask("FLUSHALL")
        for panel in self.dashboard["panels"]:
            with self.subTest(panel=panel["title"]):
                self.source.columns(panel["targets"][0])

    def test_a_user_who_may_only_read_sees_all_of_it(self):
        self.redis.ask("ACL", "SETUSER", "dashboard", "on", ">secret", "~{ajar}:*", "-@all", "+@read", "+eval_ro", "+ping")
        reader = redis.Redis(unix_socket_path=self.redis.socket, username="dashboard", password="secret", decode_responses=True)
        reader.response_callbacks.clear()
        with self.assertRaises(redis.ResponseError):
            reader.delete("{ajar}:events")
        for panel in self.dashboard["panels"]:
            target = panel["targets"][0]
            with self.subTest(panel=panel["title"]):
                if target["type"] == "cli":
                    words = shlex.split(self.source.replace(target["query"]))
                else:
                    words = [target["command"], self.source.replace(target["keyName"]), *(["+", "-"] if "range" in target["command"] else [])]
                self.assertIsNotNone(reader.execute_command(*words))


if __name__ == "__main__":
    scene.main()
