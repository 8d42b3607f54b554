# SPDX-License-Identifier: Apache-2.0
"""What is asked of monitoring, containers, objects and vectors, asked of web servers that are none of these."""
import json
from exchange import Asker
from record import Case, Nginx
from service import Service

PATHS = ["/metrics", "/api/v1/query?query=up", "/api/v1/status/config", "/api/v2/alerts", "/federate?match[]=up", "/loki/api/v1/labels", "/version", "/containers/json", "/v2/_catalog", "/v2/", "/v1/kv/?recurse", "/v1/agent/self",
         "/v2/keys/?recursive=true", "/api/v1/pods", "/pods", "/v1/objects", "/collections", "/api/tags", "/api/health", "/api/search", "/varz", "/stats?format=json", "/api/topics", "/db/query?q=SELECT%201", "/backup/customers.sql",
         "/bucket?list-type=2", "/minio/health/live", "/api/services", "/health", "/"]
WRITES = [("PUT /v1/kv/x", "1"), ("POST /v3/kv/range", '{"key":"AA=="}'), ("POST /containers/create", "{}"), ("POST /v1/graphql", '{"query":"{Get{Customer{x}}}"}'), ("PUT /bucket/x.txt", "x"), ("POST /v2/vectordb/collections/list", "{}"),
          ("POST /loki/api/v1/push", "{}"), ("DELETE /bucket/x.txt", None)]
# An interface that answers every path, with words that stores use too.
BODY = json.dumps({"status": "success", "code": 0, "message": "ok", "version": "2.1.0", "total": 1, "kind": "list", "data": [{"id": 1, "name": "Garden chair", "class": "furniture"}], "objects": [{"id": 1, "class": "furniture"}],
                   "items": [{"metadata": {"name": "chair"}}], "models": [], "topics": ["garden"], "results": [{"title": "Chairs"}], "result": True, "errors": []})
SHOP = '''
import http.server, sys
class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = open("body.json", "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer
http.server.ThreadingHTTPServer((sys.argv[1], 8000), Shop).serve_forever()
'''
PAGE = "<!doctype html><html><head><title>Support desk</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
LOGIN = "<!doctype html><html><head><title>Sign in</title></head><body><form action=/login method=post><input name=user><input name=password type=password></form></body></html>"
NONE = {"store": None, "also": ["probed", "refused"]}

with Nginx("lookalike", **{"search.json": BODY, "application.html": PAGE, "login.html": LOGIN}), Service("shop", ["python3", "shop.py", "10.20.30.50"], "10.20.30.50", 8000, files={"shop.py": SHOP, "body.json": BODY}):
    with Case("web-lookalikes-services", "No store at all: a page application and a login page that answer 200 to everything, a web server without any of the paths, one with a password, and a shop's interface whose one answer to every request "
              "has the words of many stores.", "no store: nginx, and a server of twenty lines") as case:
        for port, status in ((9200, 200), (8080, 200), (8081, 404), (8082, 401)):
            ask = Asker(case, "10.20.30.50", port)
            for start in range(0, len(PATHS) - 1, 10):
                ask("none", *PATHS[start:start + 10 - (start == 20)], agent="leakix", status=status, **NONE)
        shop = Asker(case, "10.20.30.50", 8000)
        for path in PATHS:
            shop("none", path, agent="leakix", **NONE)
        for line, body in WRITES:
            shop("none", (line, body, 200), agent="leakix", **NONE)
