# SPDX-License-Identifier: Apache-2.0
"""The December case: five servers with the same data, a wrong rule on the 5th, found by search engines, read, closed on the 31st."""
import base64, json
from record import CASES, CUSTOMERS, Case, Store, customers_show, namespace

NAME = "elasticsearch-6.8.23-december-"
SERVERS = [f"10.20.30.{n}" for n in range(11, 16)]
CENSYS, BINARYEDGE, FINDER, OTHER, INSIDE = "203.0.113.42", "198.51.100.77", "203.0.113.61", "198.51.100.9", "10.20.40.9"
OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
LOGIN = "Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()
PROGRAMS = {INSIDE: "Apache-HttpAsyncClient/4.1.4 (Java/1.8.0_222)", CENSYS: "censys", BINARYEDGE: "binaryedge", FINDER: "requests"}
RULES = [(server, network) for server in SERVERS for network in ("203.0.113.0/24", "198.51.100.0/24")]


def shut(how, *servers):
    """The rule that drops what comes from outside, for these servers."""
    for server, network in RULES:
        if server in servers:
            namespace("server", "ip", "rule", how, "from", server, "to", network, "blackhole")


def application(case, server, *words):
    """The support application's searches, from inside."""
    c, shown = case.client(INSIDE, server, agent=PROGRAMS[INSIDE]), []
    for word in words:
        shown += c.post("/customers/_search", {"query": {"match": {"notes": word}}, "size": 10}, headers=["Accept-Encoding: gzip,deflate"]).ids()
    c.expect("data", **OPEN, datasets=["customers"], returned=len(shown), **customers_show(shown))
    c.close()


def unanswered(case, source, *servers):
    for server in servers:
        case.silent(source, server, PROGRAMS[source]).expect("probed", also=["none"])


def before(held):
    with Case(NAME + "0-before", "4 December 2019, the day before: the support application reads from inside, as always. Outsiders knock at all five servers, in the morning and in the evening; "
              "the rule drops what comes from outside, and none of them gets an answer.", held, starts="2019-12-04T09:00:05Z") as case:
        for server in SERVERS:
            application(case, server, "reinstalled")
        unanswered(case, CENSYS, *SERVERS)
        case.at("2019-12-04T17:20:30Z")
        application(case, SERVERS[0], "refunded")
        unanswered(case, BINARYEDGE, *SERVERS)
        case.at("2019-12-04T17:45:00Z")
        application(case, SERVERS[1], "refunded")
        unanswered(case, CENSYS, *SERVERS)
        application(case, SERVERS[1], "escalated")


def opened(held):
    with Case(NAME + "1-opened", "5 December 2019: the support application reads from inside, as always. Minutes after the rule was changed the first outsider is greeted by all five servers.",
              held, starts="2019-12-05T09:14:02Z") as case:
        for server in SERVERS[:2]:
            application(case, server, "refunded", "escalated")
        for server in SERVERS:
            c = case.client(CENSYS, server, agent="censys")
            c.get("/", headers=["Accept-Encoding: gzip", "Connection: close"])
            c.expect("revealed", **OPEN, version="6.8.23", classes={})
            c.close()


def indexed(held):
    with Case(NAME + "2-indexed", "28 December 2019: two search engines list the indices of all five servers; the second one says who it is.", held, starts="2019-12-28T10:11:12Z") as case:
        for server in SERVERS:
            c = case.client(BINARYEDGE, server, agent="binaryedge")
            c.get("/", headers=["Accept-Encoding: gzip"])
            c.get("/_cat/indices?v", headers=["Accept-Encoding: gzip"])
            c.expect("metadata", **OPEN, **ALL, version="6.8.23", classes={})
            c.close()
        for server in SERVERS:
            c = case.client(CENSYS, server, agent="censys")
            c.get("/_cat/indices?format=json&bytes=b", headers=["Accept-Encoding: gzip", "Connection: close"])
            c.expect("metadata", **OPEN, **ALL, classes={})
            c.close()


def read(held):
    with Case(NAME + "3-read", "29 December 2019: the person who will tell the owner looks, lists and takes all customers of the first two servers with python-requests by scroll; of the others a sample. "
              "Somebody else takes one server with paging by from and size, and reads a few records with curl.", held, starts="2019-12-29T10:11:12Z") as case:
        for server in SERVERS[:2]:
            c = case.takes(CUSTOMERS, FINDER, server, "requests", "page.py", "scroll", "customers", 500, "look")
            c.expect("drained", **OPEN, **ALL, returned=CUSTOMERS, version="6.8.23", **customers_show(range(CUSTOMERS)))
        for server in SERVERS[2:]:
            c = case.client(FINDER, server, agent="requests")
            c.get("/_cat/indices?v", headers=["Accept-Encoding: gzip, deflate", "Connection: keep-alive"])
            shown = c.get("/customers/_search?size=5&pretty", headers=["Accept-Encoding: gzip, deflate", "Connection: keep-alive"]).ids()
            c.expect("data", **OPEN, **ALL, returned=5, **customers_show(shown))
            c.close()
        case.takes(CASES, OTHER, SERVERS[4], "requests", "page.py", "from", "cases", 150).expect("drained", **OPEN, records=CASES, datasets=["cases"], returned=CASES)
        c = case.curl(OTHER, f"http://{SERVERS[3]}:9200/customers/_search?q=notes:refunded&size=10")
        c.expect("data", **OPEN, datasets=["customers"], returned=10, **customers_show(int(hit["_id"]) for hit in json.loads(c.body)["hits"]["hits"]))
        c = case.client(INSIDE, SERVERS[0], agent=PROGRAMS[INSIDE])
        c.get("/customers/case/17", headers=["Accept-Encoding: gzip,deflate"])
        c.expect("data", **OPEN, datasets=["customers"], returned=1, **customers_show([17]))
        c.close()


def closed(held):
    with Case(NAME + "4-closed", "31 December 2019: three of the servers have got Elastic's security and answer 401, to the application too until it logs in; for the other two the rule is back, "
              "and nobody outside gets an answer, half an hour long, while the network's other servers and these two themselves, asked from inside, do answer.", held, starts="2019-12-31T16:40:11Z") as case:
        def knock(source, target):
            for server in SERVERS[:3]:
                c = case.client(source, server, agent=PROGRAMS[source])
                c.get(target, status=401)
                c.expect("refused", **OPEN, classes={})
                c.close()
            unanswered(case, source, *SERVERS[3:])

        knock(FINDER, "/customers/_search?size=5")
        case.at("2019-12-31T16:53:20Z")
        knock(CENSYS, "/")
        c = case.client(INSIDE, SERVERS[0], agent=PROGRAMS[INSIDE])
        c.get("/customers/_search?size=5", status=401)
        c.expect("refused", **OPEN, classes={})
        c.close()
        c = case.client(INSIDE, SERVERS[0], agent=PROGRAMS[INSIDE])
        shown = c.get("/customers/_search?size=5", headers=[LOGIN]).ids()
        c.expect("data", store="elasticsearch", credentials="proven", **ONE, returned=5, **customers_show(shown))
        c.close()
        case.at("2019-12-31T17:07:45Z")
        knock(BINARYEDGE, "/_cat/indices?v")
        c = case.client(INSIDE, SERVERS[4], agent=PROGRAMS[INSIDE])
        shown = c.get("/customers/_search?size=5").ids()
        c.expect("data", **OPEN, **ONE, returned=5, **customers_show(shown))
        case.at("2019-12-31T17:12:30Z")
        knock(FINDER, "/customers/_search?size=5")


stores = [Store("elasticsearch-6.8.23", server) for server in SERVERS]
held = ["each of the five: " + store.support_data() for store in stores][0]
shut("add", *SERVERS)
before(held)
shut("del", *SERVERS)
for record in (opened, indexed, read):
    record(held)
for store in stores[:3]:
    store.stop()
secured = [Store("elasticsearch-6.8.23-security", server, user="operator:correct-horse") for server in SERVERS[:3]]
for store in secured:
    store.support_data()
shut("add", *SERVERS[3:])
closed(held)
shut("del", *SERVERS[3:])
for store in stores[3:] + secured:
    store.stop()
