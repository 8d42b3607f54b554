# SPDX-License-Identifier: Apache-2.0
"""The December case once more with everything else: three nodes of Elasticsearch 7.10.2, one of them over IPv6, other data, other days,
another scanner and reader; one is closed and opens again, one is closed by silence, one stays open."""
import random
import values
from record import Case, Store, namespace

NAME = "elasticsearch-7.10.2-april-"
FIRST, SECOND, SIXTH = "10.20.30.21", "10.20.30.22", "fd00:20:30::22"
SERVERS = (FIRST, SECOND, SIXTH)
INVOICES, CONTACTS = 911, 308
LOOKER, LEAKIX, READER, LATER, INSIDE = (("198.51.100.20", "2001:db8:30::20"), ("198.51.100.150", "2001:db8:30::150"), ("203.0.113.200", "2001:db8:30::200"),
                                         ("203.0.113.99", "2001:db8:30::99"), ("10.20.40.61", None))
OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": INVOICES + CONTACTS, "datasets": ["contacts", "invoices-2020"]}
ZIPPED = ["Accept-Encoding: gzip"]
RULES = [(SECOND, network) for network in ("203.0.113.0/24", "198.51.100.0/24")]


def invoice(i):
    r = random.Random(f"invoice {i}")
    return {"number": 2020000 + i, "day": f"20{18 + i % 3}-{i % 12 + 1:02d}-{i % 28 + 1:02d}", "payer": f"{r.choice(['Huber', 'Lindgren', 'Moreau'])} & Co", "iban": values.iban(i), "total": round(r.uniform(9, 4000), 2)}


def contact(i):
    return {"name": f"Contact {i}", "mail": f"c{i}@shop.example", "phone": values.phone(i), "since": 2001 + i % 19}


def invoices(numbers):
    return {"classes": {"iban": len(list(numbers))}}


def contacts(numbers):
    count = len(list(numbers))
    return {"classes": {"email": count, "phone": count}}


def client(case, who, server, agent):
    return case.client(who[":" in server], server, agent=agent)


def one(case, who, server, agent, target, verdict, headers=(), body=None, **truth):
    c = client(case, who, server, agent)
    answer = c.ask("POST" if body else "GET", target, body, headers=headers)
    c.expect(verdict, **OPEN, **truth)
    c.close()
    return c, answer


def opened(held):
    with Case(NAME + "1-opened", "3 April 2020: the first outsider lists what two of the servers hold, and searches the third for somebody who is not in it.", held, starts="2020-04-03T07:30:41Z") as case:
        for server in SERVERS[:2]:
            one(case, LOOKER, server, "curl", "/_cat/indices?v", "metadata", **ALL, classes={})
        one(case, LOOKER, SIXTH, "curl", "/_search?q=nobodyatall", "open", classes={})
        c, answer = one(case, INSIDE, FIRST, "go", "/invoices-2020/_search?size=7", "data", ZIPPED, datasets=["invoices-2020"], records=INVOICES)
        c.expect("data", **OPEN, datasets=["invoices-2020"], records=INVOICES, returned=7, **invoices(answer.ids()))


def found(held):
    with Case(NAME + "2-found", "9 April 2020: a scanner that says it is LeakIX greets all three and lists what they hold.", held, starts="2020-04-09T22:05:00Z") as case:
        for server in SERVERS:
            c = client(case, LEAKIX, server, "leakix")
            c.get("/", headers=ZIPPED)
            c.get("/_cat/indices?format=json&bytes=b", headers=ZIPPED)
            c.expect("metadata", **OPEN, **ALL, version="7.10.2", classes={})
            c.close()


def read(held):
    with Case(NAME + "3-read", "14 April 2020: a reader takes all invoices of the first server in one answer, 25 contacts of the second, a dozen contacts of the third.", held, starts="2020-04-14T13:00:09Z") as case:
        c, answer = one(case, READER, FIRST, "go", "/invoices-2020/_search", "drained", ZIPPED, {"size": 1000})
        c.expect("drained", **OPEN, records=INVOICES, datasets=["invoices-2020"], returned=INVOICES, **invoices(answer.ids()))
        for server, count in ((SECOND, 25), (SIXTH, 12)):
            c, answer = one(case, READER, server, "go", f"/contacts/_search?size={count}", "data", ZIPPED)
            c.expect("data", **OPEN, records=CONTACTS, datasets=["contacts"], returned=count, **contacts(answer.ids()))


def closed(held):
    with Case(NAME + "4-closed", "16 April 2020: the first server was stopped, and resets who comes; a rule drops what comes from outside to the second, half an hour long, and it still answers from inside; "
              "the third is as open as before.", held, starts="2020-04-16T06:00:00Z") as case:
        def knock(who):
            case.reset(who[0], FIRST).expect("probed", also=["none"])
            case.silent(who[0], SECOND).expect("probed", also=["none"])

        def inside():
            c, answer = one(case, INSIDE, SECOND, "go", "/contacts/_search?size=3", "data", ZIPPED)
            c.expect("data", **OPEN, datasets=["contacts"], records=CONTACTS, returned=3, **contacts(answer.ids()))

        knock(LOOKER)
        inside()
        case.at("2020-04-16T06:17:00Z")
        knock(LEAKIX)
        c, answer = one(case, LATER, SIXTH, "requests", "/contacts/_search?size=4", "data")
        c.expect("data", **OPEN, records=CONTACTS, datasets=["contacts"], returned=4, **contacts(answer.ids()))
        case.at("2020-04-16T06:31:00Z")
        inside()
        knock(LOOKER)
        inside()


def reopened(held):
    with Case(NAME + "5-reopened", "18 April 2020: the first server is back with the same data, as open as before, and LeakIX lists it again.", held, starts="2020-04-18T11:00:00Z") as case:
        one(case, LEAKIX, FIRST, "leakix", "/_cat/indices?format=json&bytes=b", "metadata", ZIPPED, **ALL, classes={})


def start(server):
    store = Store("elasticsearch-7.10.2", server)
    store.fill("invoices-2020", INVOICES, invoice)
    store.fill("contacts", CONTACTS, contact)
    return store


stores = [start(server) for server in SERVERS]
held = f"each of the three: invoices-2020 {INVOICES} records, contacts {CONTACTS} records"
for record in (opened, found, read):
    record(held)
stores[0].stop()
for server, network in RULES:
    namespace("server", "ip", "rule", "add", "from", server, "to", network, "blackhole")
closed(held)
for server, network in RULES:
    namespace("server", "ip", "rule", "del", "from", server, "to", network, "blackhole")
stores[0] = start(FIRST)
reopened(held)
for store in stores:
    store.stop()
