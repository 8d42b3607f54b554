# SPDX-License-Identifier: Apache-2.0
"""Web servers that are no store, asked for paths of many: a page application and a login page that answer everything with 200, a server that has nothing, one with a password for all."""
from types import SimpleNamespace
from asking import Asking
from record import Case, Nginx

PAGE = "<!doctype html><html><head><title>Support desk</title></head><body><div id=app></div><script>window.config={\"responseHeader\":{\"status\":0},\"propertySources\":[],\"numFound\":1237}</script></body></html>"
LOGIN = "<!doctype html><html><head><title>Sign in</title></head><body><form action=/login method=post><input name=user><input name=password type=password></form></body></html>"
ITEMS = '{"total":2,"items":[{"id":1,"title":"Garden chair"},{"id":2,"title":"Garden table"}]}'
PATHS = ["/", "/solr/admin/cores?wt=json", "/solr/customers/select?q=*:*", "/solr/customers/select?q=*:*&wt=csv", "/db/neo4j/tx/commit", "/exec?query=SHOW%20TABLES", "/exp?query=customers",
         "/api/v1/databases", "/api/v1/query/support/sql/select", "/listDatabases", "/export/support", "/zipkin/api/v2/services", "/api/v2/traces?limit=3", "/actuator", "/actuator/env", "/actuator/heapdump",
         "/actuator/logfile", "/jolokia/list", "/jolokia/exec/java.lang:type=Memory/gc", "/api/status", "/api/console/proxy?path=%2F_cat%2Findices&method=GET", "/elasticsearch/_cat/indices", "/connect/hosts", "/api/clusters",
         "/_sql", "/collections", "/collections/customers/documents/export", "/indexes", "/indexes/customers/documents", "/stats", "/databases", "/databases/support/docs", "/pools/default/buckets",
         "/_api/database", "/_api/collection", "/buckets?buckets=true", "/buckets/customers/keys/1", "/ajax/reql/", "/api/query?start=1h-ago&m=sum:x", "/search", "/api/index", "/api/v1/indexes", "/api/v1/customers/search?query=*"]

with Nginx("lookalike", **{"search.json": ITEMS, "application.html": PAGE, "login.html": LOGIN}), \
        Case("web-lookalikes-stores", "No store at all, asked for the paths of many: an application that answers HTML to each, a login page that does, a server that knows none, and a password before a JSON interface.",
             "no store: nginx with pages of its own") as case:
    def ask(port, **more):
        server = SimpleNamespace(address="10.20.30.50", port=port)
        for start in range(0, len(PATHS), 15):
            Asking(case, server, None).ask(*("GET " + path for path in PATHS[start:start + 15]), verdict="none", source="203.0.113.150", agent="leakix", **more)

    ask(9200, also=["probed"])
    ask(8080, also=["probed"])
    ask(8081, status=(200, 404), also=["probed"])
    ask(8082, status=401, also=["probed", "refused"])
