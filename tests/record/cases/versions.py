# SPDX-License-Identifier: Apache-2.0
"""The same small dialogue with open servers of every generation: what differs is the banner, the listing's columns, the headers,
the shape of hits.total and of errors."""
from record import CASES, CUSTOMERS, Case, Store

KINDS = {"elasticsearch-1.7.6": "10.20.30.1", "elasticsearch-2.4.6": "10.20.30.6", "elasticsearch-5.6.16": "10.20.30.5", "elasticsearch-7.10.2": "10.20.30.7",
         "elasticsearch-8.15.3": "10.20.30.8", "elasticsearch-9.0.1": "10.20.30.30", "opensearch-1.3.0": "10.20.30.13", "opensearch-2.19.1": "10.20.30.21", "opensearch-3.4.0": "10.20.30.22"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}


def dialogue(kind, address, version, major, held):
    product = {"product": "opensearch"} if kind.startswith("opensearch") else {}
    truth = {"store": "elasticsearch", "credentials": "none"}
    old = "/case" if major < 7 else ""
    document = "/customers/case/7" if major < 7 else "/customers/_doc/7"
    with Case(kind + "-open", f"An open {kind.replace('-', ' ')}: banner, listings, search, count, one document, a missing index, a wrong method.", held) as case:
        def ask(source, agent, exchanges, verdict, **more):
            c = case.client(source, address, agent=agent)
            for method, target, body, status in exchanges:
                c.ask(method, target, body, status=status, headers=[] if agent != "requests" else ["Accept-Encoding: gzip, deflate", "Connection: keep-alive"])
            c.expect(verdict, **truth, **more)
            c.close()

        if major < 8:
            ask("203.0.113.42", "censys", [("GET", "/", None, 200)], "revealed", version=version, **product)
        else:
            ask("203.0.113.42", "censys", [("GET", "/", None, 405)], "open")
        ask("203.0.113.77", "curl", [("GET", "/_cluster/health", None, 200)], "revealed")
        ask("203.0.113.42", "censys", [("GET", "/_cat/indices?v", None, 200)], "metadata", **ALL)
        ask("203.0.113.43", "requests", [("GET", "/_cat/indices?v&h=docs.count,index,store.size", None, 200)], "metadata", **ALL)
        if major >= 5:
            ask("203.0.113.43", "requests", [("GET", "/_cat/indices?format=json", None, 200)], "metadata", **ALL)
        ask("203.0.113.43", "leakix", [("GET", "/_stats", None, 200)], "metadata", **ALL)
        ask("198.51.100.9", "go", [("GET", "/_count", None, 200)], "metadata", records=CUSTOMERS + CASES)
        ask("198.51.100.9", "go", [("GET", "/_mapping", None, 200)], "metadata", datasets=ALL["datasets"])
        ask("198.51.100.9", "go", [("GET", "/_nodes", None, 200)], "metadata", version=version)
        ask("203.0.113.61", "requests", [("GET", "/customers/_search?size=20", None, 200)], "data", **ONE)
        ask("203.0.113.61", "requests", [("POST", f"/customers{old}/_search?pretty", {"query": {"match_all": {}}, "size": 5}, 200)], "data", **ONE)
        ask("203.0.113.61", "curl", [("GET", "/_search?size=3", None, 200)], "data", records=CUSTOMERS + CASES)
        ask("203.0.113.61", "curl", [("GET", document, None, 200)], "data", datasets=["customers"])
        ask("203.0.113.61", "curl", [("GET", "/customers/_search?q=nobodyatall", None, 200)], "open")
        ask("203.0.113.62", "curl", [("GET", "/nothere/_search", None, 404)], "open")
        if major >= 5:
            ask("203.0.113.62", "curl", [("PUT", "/_search", None, (400, 405))], "open")
        ask("198.51.100.61", "requests", [("GET", "/customers/_search?size=700&_source=case_number", None, 200)], "drained", **ONE)
        ask("198.51.100.62", "requests", [("GET", "/" if major < 8 else "/_cluster/health", None, 200), ("GET", "/_cat/indices?v", None, 200), ("GET", "/customers/_search?size=10", None, 200)],
            "data", **ALL, **({"version": version} if major < 8 else {}), **product)
        if major >= 7:
            ask("198.51.100.62", "curl", [("GET", "/customers/_search?rest_total_hits_as_int=true&size=2", None, 200)], "data", **ONE)
            ask("198.51.100.62", "curl", [("GET", "/customers/_search?track_total_hits=false&size=2", None, 200)], "data", datasets=["customers"])
            ask("198.51.100.62", "curl", [("GET", "/_cat/indices?h=index,docs.count", None, 200), ("GET", "/customers/_search?track_total_hits=100&size=2", None, 200)], "data", **ALL)
        if major >= 8:
            c = case.client("198.51.100.99", address, agent="elastic-transport-python/8.15.0")
            vendor = f"application/vnd.elasticsearch+json;compatible-with={major}"
            c.ask("POST", "/customers/_search", {"size": 10}, ["Accept: " + vendor, "Content-Type: " + vendor, "Accept-Encoding: gzip"])
            c.expect("data", **truth, **ONE)
            c.close()
        if kind in ("opensearch-2.19.1", "opensearch-3.4.0"):
            ask("198.51.100.99", "curl", [("GET", "/_list/indices?format=json", None, 200)], "metadata", **ALL)
            ask("198.51.100.99", "curl", [("GET", "/_list/indices?v", None, 200)], "metadata", **ALL)


for kind, address in KINDS.items():
    with Store(kind, address) as store:
        major = int(store.version.split(".")[0]) if kind.startswith("elasticsearch") else 7
        dialogue(kind, address, store.version, major, store.support_data())
