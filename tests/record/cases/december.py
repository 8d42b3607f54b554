# SPDX-License-Identifier: Apache-2.0
"""The December case: five servers with the same data, a wrong rule on the 5th, found by search engines, read, closed on the 31st."""
import base64, subprocess
from record import CASES, CUSTOMERS, Case, Store, namespace

NAME = "elasticsearch-6.8.23-december-"
SERVERS = [f"10.20.30.{n}" for n in range(11, 16)]
CENSYS, BINARYEDGE, FINDER, OTHER, INSIDE = "203.0.113.42", "198.51.100.77", "203.0.113.61", "198.51.100.9", "10.20.40.9"
OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}


def opened(held):
    with Case(NAME + "1-opened", "5 December 2019: the support application reads from inside, as always. Minutes after the rule was changed the first outsider is greeted by all five servers.",
              held, starts="2019-12-05T09:14:02Z") as case:
        for server in SERVERS[:2]:
            c = case.client(INSIDE, server, agent="Apache-HttpAsyncClient/4.1.4 (Java/1.8.0_222)")
            for word in ("refunded", "escalated"):
                c.post("/customers/_search", {"query": {"match": {"notes": word}}, "size": 10}, headers=["Accept-Encoding: gzip,deflate"])
            c.expect("data", **OPEN, datasets=["customers"])
            c.close()
        for server in SERVERS:
            c = case.client(CENSYS, server, agent="censys")
            c.get("/", headers=["Accept-Encoding: gzip", "Connection: close"])
            c.expect("revealed", **OPEN, version="6.8.23")
            c.close()


def indexed(held):
    with Case(NAME + "2-indexed", "28 December 2019: a search engine lists the indices of all five servers, a second one looks at two of them.", held, starts="2019-12-28T10:11:12Z") as case:
        for server in SERVERS:
            c = case.client(BINARYEDGE, server, agent="binaryedge")
            c.get("/", headers=["Accept-Encoding: gzip"])
            c.get("/_cat/indices?v", headers=["Accept-Encoding: gzip"])
            c.expect("metadata", **OPEN, **ALL, version="6.8.23")
            c.close()
        for server in SERVERS[:2]:
            c = case.client(CENSYS, server, agent="censys")
            c.get("/_cat/indices?format=json&bytes=b", headers=["Accept-Encoding: gzip", "Connection: close"])
            c.expect("metadata", **OPEN, **ALL)
            c.close()


def read(held):
    with Case(NAME + "3-read", "29 December 2019: the person who will tell the owner looks, lists and takes all customers of the first two servers with python-requests by scroll; of the others a sample. "
              "Somebody else takes one server with paging by from and size, and reads a few records with curl.", held, starts="2019-12-29T10:11:12Z") as case:
        for server in SERVERS[:2]:
            case.takes(CUSTOMERS, FINDER, server, "requests", "page.py", "scroll", "customers", 500, "look").expect("drained", **OPEN, **ALL, returned=CUSTOMERS, version="6.8.23")
        for server in SERVERS[2:]:
            c = case.client(FINDER, server, agent="requests")
            c.get("/_cat/indices?v", headers=["Accept-Encoding: gzip, deflate", "Connection: keep-alive"])
            c.get("/customers/_search?size=5&pretty", headers=["Accept-Encoding: gzip, deflate", "Connection: keep-alive"])
            c.expect("data", **OPEN, **ALL, returned=5)
            c.close()
        case.takes(CASES, OTHER, SERVERS[4], "requests", "page.py", "from", "cases", 150).expect("drained", **OPEN, records=CASES, datasets=["cases"], returned=CASES)
        case.curl(OTHER, f"http://{SERVERS[3]}:9200/customers/_search?q=notes:refunded&size=10").expect("data", **OPEN, datasets=["customers"])
        c = case.client(INSIDE, SERVERS[0], agent="Apache-HttpAsyncClient/4.1.4 (Java/1.8.0_222)")
        c.get("/customers/case/17", headers=["Accept-Encoding: gzip,deflate"])
        c.expect("data", **OPEN, datasets=["customers"])
        c.close()


def closed(held):
    with Case(NAME + "4-closed", "31 December 2019: three of the servers have got Elastic's security and answer 401, to the application too until it logs in; for the other two the rule is back, "
              "and nobody outside gets an answer.", held, starts="2019-12-31T16:40:11Z") as case:
        for server in SERVERS[:3]:
            for source, agent, target in ((FINDER, "requests", "/customers/_search?size=5"), (CENSYS, "censys", "/"), (BINARYEDGE, "binaryedge", "/_cat/indices?v")):
                c = case.client(source, server, agent=agent)
                c.get(target, status=401)
                c.expect("refused", **OPEN)
                c.close()
        for server in SERVERS[3:]:
            for source, agent in ((FINDER, "requests"), (CENSYS, "censys"), (BINARYEDGE, "binaryedge")):
                case.silent(source, server, agent).expect("probed", also=["none"])
        c = case.client(INSIDE, SERVERS[0], agent="Apache-HttpAsyncClient/4.1.4 (Java/1.8.0_222)")
        word = base64.b64encode(b"operator:correct-horse").decode()
        c.get("/customers/_search?size=5", headers=["Authorization: Basic " + word])
        c.expect("data", store="elasticsearch", credentials="proven", **ONE)
        c.close()
        c = case.client(INSIDE, SERVERS[4], agent="Apache-HttpAsyncClient/4.1.4 (Java/1.8.0_222)")
        c.get("/customers/_search?size=5")
        c.expect("data", **OPEN, **ONE)


stores = [Store("elasticsearch-6.8.23", server) for server in SERVERS]
held = ["each of the five: " + store.support_data() for store in stores][0]
for record in (opened, indexed, read):
    record(held)
for store in stores[:3]:
    store.stop()
secured = [Store("elasticsearch-6.8.23-security", server, user="operator:correct-horse") for server in SERVERS[:3]]
for store in secured:
    store.support_data()
RULES = [("from", server, "to", network, "blackhole") for server in SERVERS[3:] for network in ("203.0.113.0/24", "198.51.100.0/24")]
for rule in RULES:
    namespace("server", "ip", "rule", "add", *rule)
closed(held)
for rule in RULES:
    namespace("server", "ip", "rule", "del", *rule)
for store in stores[3:] + secured:
    store.stop()
