# SPDX-License-Identifier: Apache-2.0
"""Web servers that are no store: nothing here is an exposure of one."""
import json
from record import Case, Nginx

HITS = json.dumps({"took": "12 ms", "hits": [{"id": i, "title": f"Garden chair {i}", "price": 19 + i, "_score": None} for i in range(20)], "total": 1237, "page": 1})
PAGE = "<!doctype html><html><head><title>Support desk</title></head><body><div id=app></div><script>window.config={\"_index\":\"customers\",\"hits\":{\"total\":1237}}</script></body></html>"
LOGIN = "<!doctype html><html><head><title>Sign in</title></head><body><form action=/login method=post><input name=user><input name=password type=password></form></body></html>"

with Nginx("lookalike", **{"search.json": HITS, "application.html": PAGE, "login.html": LOGIN}) as nginx:
    with Case("web-lookalikes", "No store at all: a shop whose JSON has hits, total, count and version; an application that answers 200 and HTML to /_search and /_cat/indices, on port 9200; a login page with status 200; "
              "404 in HTML; 401 of an interface that is no store.", "no store: nginx with pages of its own") as case:
        def ask(port, *targets, method="GET", status=200, headers=(), agent="firefox", verdict="none", **more):
            c = case.client("203.0.113.150", "10.20.30.50", agent=agent, port=port)
            for target in targets:
                c.ask(method, target, headers=headers, status=status)
            c.expect(verdict, store=None, **more)
            c.close()

        ask(80, "/api/search?q=chair&size=20")
        ask(80, "/api/search?q=chair", headers=["Accept-Encoding: gzip"])
        ask(80, "/api/v1/_search?q=chair")
        ask(80, "/api/count", "/api/status", "/robots.txt")
        ask(80, "/api/orders", status=401, also=["refused"])
        ask(9200, "/", agent="censys", also=["probed"])
        ask(9200, "/_cat/indices?v", agent="censys", also=["probed"])
        ask(9200, "/_search?size=10", "/_cluster/health", "/customers/_search", agent="requests", also=["probed"])
        ask(8080, "/", "/_cat/indices", "/_search", agent="leakix", also=["probed"])
        ask(8081, "/_cat/indices", "/_search", "/_cluster/health", agent="leakix", status=404, also=["probed"])
        ask(8081, "/")
        ask(8082, "/api/search", status=401, also=["refused"])
        ask(8082, "/_search", status=401, also=["refused"])
