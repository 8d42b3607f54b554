# SPDX-License-Identifier: Apache-2.0
"""Express applications that are no store: one answer for every path, asked for paths of every signature; and a shop's public interface with health checks."""
import glob
import json
import os
import urllib.parse
from types import SimpleNamespace

import yaml

from asking import Asking
from record import HERE, Case
from service import Service, npm

ADDRESS, AT_ONCE, PER_SIGNATURE = "10.20.30.50", 40, 3
PARTS = {"{index}": "customers", "{dataset}": "customers", "{dataset+}": "shop/customers", "{any}": "things", "{api}": "_things", "{file}": "things/a.txt", "**": "things"}
CHAIR = {"id": 1, "name": "Garden chair", "version": "2.1.0", "type": "chair", "status": "ok"}
PUBLIC = {"/_search?q=chair": {"hits": [CHAIR], "total": 1, "took": "12 ms"}, "/search": {"count": 1, "results": [CHAIR]}, "/api/v1/items": {"items": [CHAIR], "total": 1}, "/databases": {"databases": ["fiction", "travel"]},
          "/collections": {"collections": [CHAIR]}, "/api/v1/query?query=chair": {"status": "success", "data": {"result": []}}, "/api/v1/labels": {"status": "success", "data": [CHAIR]}, "/graphql": {"data": None, "errors": [{"message": "No query"}]},
          "/health": {"status": "UP"}, "/healthz": "ok", "/api/health": {"database": "ok", "version": "2.1.0"}, "/status": {"status": "green", "version": {"number": "2.1.0"}}, "/metrics": "requests 1\n", "/config.json": {"apiUrl": "/api"}}
SHOP = """
const express = require("express");
const answers = {
  3000: (q, r) => r.type("html").send("<!doctype html><html><head><title>Shop</title></head><body><div id=app></div><script src=/app.js></script></body></html>"),
  3001: (q, r) => r.json({ok: true}), 3002: (q, r) => r.json({error: "not found"}), 3003: (q, r) => r.status(401).json({message: "Unauthorized"}),
  3004: (q, r) => q.originalUrl in open ? r.send(open[q.originalUrl]) : r.status(404).send("Not Found"),
};
const open = PUBLIC;
for (const port in answers) { const app = express(); app.use(answers[port]); app.listen(port, "ADDRESS"); }
""".replace("PUBLIC", json.dumps(PUBLIC)).replace("ADDRESS", ADDRESS)


def target(path):
    """A path of a signature with something in its open places, and its condition held."""
    path, _, condition = path.partition("?")
    parts = [PARTS.get(part, "shop" + part[1:] if part[:1] == "*" else part) for part in path.split("/")]
    name, equals, word = condition.partition("=")
    return "/".join(parts) + ("?" + name.rstrip("*") + "=" + (urllib.parse.quote(word) if equals else "1") if condition else "")


def targets():
    """Some paths of every signature that are asked for with GET."""
    found = []
    for file in sorted(glob.glob(os.path.join(os.path.dirname(os.path.dirname(HERE)), "signatures", "*.yaml"))):
        with open(file, encoding="utf-8") as text:
            requests = yaml.safe_load(text)["requests"]
        paths = [path for one in requests if "GET" in one.get("methods", "GET") and one.get("own", True) for path in ([one["path"]] if isinstance(one["path"], str) else one["path"])]
        found += [target(path) for path in paths[::max(1, len(paths) // PER_SIGNATURE)][:PER_SIGNATURE]]
    return list(dict.fromkeys(found))


home = npm("express", "express@4.21.2")
with Service("express", ["node", "{HOME}/shop.js"], ADDRESS, 3004, files={"shop.js": SHOP}, environment={"NODE_PATH": home + "/node_modules"}):
    with Case("web-lookalikes-express", "No store at all: Express applications that answer every path with one page, with {ok: true}, with an error inside a success, with 401, asked for paths of every signature; "
              "a shop's public interface whose shapes and health checks are those of many stores.", "no store: Express 4.21.2") as case:
        for port, status in ((3000, 200), (3001, 200), (3002, 200), (3003, 401)):
            asked, server = targets(), SimpleNamespace(address=ADDRESS, port=port)
            for start in range(0, len(asked), AT_ONCE):
                Asking(case, server, None).ask(*("GET " + path for path in asked[start:start + AT_ONCE]), verdict="none", source="203.0.113.150", agent="leakix", status=status,
                                               also=["probed", "refused"] if status == 401 else ["probed"])
        for path in PUBLIC:
            Asking(case, SimpleNamespace(address=ADDRESS, port=3004), None).ask("GET " + path, verdict="none", agent="firefox", also=["probed"])
