#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Servers that answer every path with one and the same reply, and are no store: asked for every path of every shipped signature, by each of its
methods, nothing may come out that they would show. Needs python3-yaml."""
import glob
import json
import os
import subprocess
import tempfile
import unittest
import urllib.parse

import yaml

import packets
import support

PAGE = "<!doctype html><html><head><meta charset=utf-8><title>Shop</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
LOGIN = "<!doctype html><html><head><title>Sign in</title></head><body><form action=/login method=post><input name=user><input name=password type=password></form></body></html>"
LOST = "<html><head><title>Not found</title></head><body><h1>Index of lost pages</h1><table><tr><td>1</td></tr></table></body></html>"
CHAIR = '{"id":1,"name":"Garden chair","version":"2.1.0","type":"chair","status":"ok","created":"2024-05-01T10:00:00Z"}'
# name: status, content type, body, further header lines
REPLIES = {
    "a page application": (200, "text/html", PAGE),
    "a login page": (200, "text/html; charset=utf-8", LOGIN),
    "a page that says 404 with 200": (200, "text/html", LOST),
    "an empty object": (200, "application/json", "{}"),
    "an empty list": (200, "application/json", "[]"),
    "ok": (200, "application/json", '{"ok":true}'),
    "status ok": (200, "application/json", '{"status":"ok"}'),
    "not found in a success": (200, "application/json", '{"error":"not found"}'),
    "an error of a gateway in a success": (200, "application/json", '{"timestamp":"2024-05-01T10:00:00Z","status":404,"error":"Not Found","message":"No route","path":"/x","requestId":"4f1c"}'),
    "errors of GraphQL": (200, "application/json", '{"data":null,"errors":[{"message":"Must provide query string."}]}'),
    "one thing": (200, "application/json", CHAIR),
    "a list of things": (200, "application/json", f"[{CHAIR}]"),
    "a list of words": (200, "application/json", '["chair","table"]'),
    "items": (200, "application/json", f'{{"total":1,"items":[{CHAIR}],"page":1}}'),
    "results": (200, "application/json", f'{{"count":1,"next":null,"previous":null,"results":[{CHAIR}]}}'),
    "hits": (200, "application/json", f'{{"hits":[{CHAIR}],"total":1,"took":"12 ms"}}'),
    "data": (200, "application/json", f'{{"status":"success","code":0,"message":"ok","data":[{CHAIR}]}}'),
    "an empty success": (200, "application/json", '{"status":"success","data":{"result":[]}}'),
    "a page of things": (200, "application/json", f'{{"content":[{CHAIR}],"totalElements":1,"totalPages":1,"size":20,"number":0}}'),
    "databases": (200, "application/json", '{"databases":["fiction","travel"]}'),
    "collections": (200, "application/json", f'{{"collections":[{CHAIR}]}}'),
    "true": (200, "application/json", "true"),
    "null": (200, "application/json", "null"),
    "OK": (200, "text/plain", "OK"),
    "a sentence": (200, "text/plain; charset=utf-8", "Nothing here.\n"),
    "lines": (200, "text/csv", "id,name\n1,Garden chair\n2,Garden table\n"),
    "bytes": (200, "application/octet-stream", "GIF89a\x01\x00\x01\x00\x80\x00\x00"),
    "an error in XML": (200, "application/xml", '<?xml version="1.0" encoding="UTF-8"?><error><code>404</code><message>Not found</message></error>'),
    "a feed": (200, "application/rss+xml", '<?xml version="1.0"?><rss version="2.0"><channel><title>Shop</title><item><title>Chair</title></item></channel></rss>'),
    "the way to a login": (302, "text/html", "<html><body>Moved</body></html>", "Location: /login"),
    "not found": (404, "application/json", '{"error":"not found"}'),
    "not found, as a page": (404, "text/html", LOST),
    "a bad request": (400, "application/json", '{"error":{"code":400,"message":"Bad request","status":"INVALID_ARGUMENT"}}'),
    "a method that is not allowed": (405, "text/plain", "Method Not Allowed\n"),
    "a failure": (500, "application/json", '{"error":"internal","message":"Something went wrong"}'),
    "a service that is away": (503, "text/html", "<html><body>Service Unavailable</body></html>"),
    "unauthorized": (401, "application/json", '{"message":"Unauthorized"}'),
    "a password before everything": (401, "text/html", "<html><body>401</body></html>", 'WWW-Authenticate: Basic realm="Shop"'),
    "forbidden": (403, "text/html", "<html><head><title>403 Forbidden</title></head></html>"),
}
# Only to questions: a write may be done without a word.
WORDLESS = {"nothing": (200, "text/plain", ""), "no content": (204, None, ""), "nothing of nothing": (200, None, "")}
# What a store says is no more than this.
BARE = {"a list of words": {"couchdb", "zipkin"}}
WHO = {"behind a proxy": ["Server: nginx/1.22.1", "Date: Sun, 22 Nov 2026 10:00:00 GMT"], "by itself": []}
PARTS = {"{index}": "customers", "{dataset}": "customers", "{dataset+}": "shop/customers", "{any}": "things", "{api}": "_things", "{file}": "things/a.txt", "**": "things"}


def target(path):
    """A path of a signature with something in its open places, and its condition held."""
    path, _, condition = path.partition("?")
    parts = [PARTS.get(part, "shop" + part[1:] if part[:1] == "*" else part) for part in path.split("/")]
    name, equals, word = condition.partition("=")
    query = name.rstrip("*") + (equals + urllib.parse.quote(word) if equals else "=1")
    return "/".join(parts) + ("?" + query if condition else "")


def asked():
    """(method, target) of everything that some signature looks at, once each."""
    found = {}
    for file in glob.glob(os.path.join(support.ROOT, "signatures", "*.yaml")):
        with open(file, encoding="utf-8") as text:
            signature = yaml.safe_load(text)
        for request in signature["requests"]:
            methods = request.get("methods", ["GET", "POST"])
            for path in request["path"] if isinstance(request["path"], list) else [request["path"]]:
                for method in methods if isinstance(methods, list) else [methods]:
                    found[method, target(path)] = None
    return list(found)


def request(method, where):
    body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
    lines = [f"{method} {where} HTTP/1.1", "Host: shop.example", "User-Agent: l9explore/1.3.0"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def reply(method, who, status, kind, body, *more):
    body = body.encode("latin-1")
    lines = [f"HTTP/1.1 {status} X", *who, *more]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"Content-Length: {len(body)}"] if status != 204 else []
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if method == "HEAD" else body)


def is_allowed(name, answer, said):
    """What may be said: that somebody asked and was turned away, and what some store says in no other way either."""
    _, store, verdict = said
    if verdict == "probed" or (verdict == "refused" and answer[0] in (302, 401, 403)):
        return True
    return store in BARE.get(name, ())


class FalseAlarms(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.asked = asked()
        cls.folder = tempfile.TemporaryDirectory(prefix="ajar-false-")
        cls.addClassCleanup(cls.folder.cleanup)

    def read(self, who, answer, together, methods=None):
        """(method, target) -> (store, verdict) of all that is said of a server with this one answer; TOGETHER: on one connection."""
        sent, asked_from, conversation = [], {}, None
        for number, (method, where) in enumerate(one for one in self.asked if not methods or one[0] in methods):
            if not (together and conversation):
                conversation = packets.Conversation(port=1024 + number % 60000, client=f"203.0.113.{1 + number // 60000}", server_port=80, begins=1600000000 + (0 if together else number // 500))
                asked_from[f"203.0.113.{1 + number // 60000}:{1024 + number % 60000}"] = f"{method} {where}"
                sent.append(conversation)
            conversation.client(request(method, where))
            conversation.server(reply(method, who, *answer))
        for conversation in sent:
            conversation.add(0, packets.FIN | packets.ACK)
            conversation.add(1, packets.FIN | packets.ACK)
            conversation.add(0, packets.ACK)
        path = os.path.join(self.folder.name, "catch-all.pcap")
        packets.write(path, [packet for conversation in sent for packet in conversation.packets])
        # Not support.ajar(): that the events are valid is shown elsewhere, and here are tens of thousands.
        run = subprocess.run([support.AJAR, "read", "--json", "--home", "10.20.0.0/16", path], capture_output=True, timeout=support.SECONDS, check=False)
        self.assertIn(run.returncode, (0, 3), run.stderr)
        events = [json.loads(line) for line in run.stdout.splitlines() if b'"verdict":' in line]
        return {(asked_from.get(f"{e['source']['ip']}:{e['source'].get('port')}", e["event"]["action"]), e["ajar"].get("store"), e["ajar"]["verdict"]) for e in events}

    def test_every_path_has_its_open_places_filled(self):
        self.assertGreater(len(self.asked), 100)
        self.assertEqual([where for _, where in self.asked if set("{}*") & set(urllib.parse.unquote(where).partition("?")[0])], [])

    def check(self, together):
        for name, answer in {**REPLIES, **WORDLESS}.items():
            for which, who in WHO.items():
                with self.subTest(reply=name, who=which):
                    said = self.read(who, answer, together, ("GET", "HEAD") if name in WORDLESS else None)
                    self.assertEqual(sorted(one for one in said if not is_allowed(name, answer, one)), [])

    def test_nothing_is_said_of_a_server_with_one_answer_for_all(self):
        self.check(together=False)

    def test_nor_if_all_is_asked_on_one_connection(self):
        self.check(together=True)

    def test_the_same_requests_find_a_store(self):
        """The twin: what is asked here does open one that answers as a store does."""
        store = (200, "application/json", '{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"total":1,"hits":[{"_index":"a","_id":"1","_source":{"b":1}}]}}')
        found = self.read(WHO["by itself"], store, False)
        self.assertIn(("GET /_search", "elasticsearch", "data"), found)


if __name__ == "__main__":
    support.main()
