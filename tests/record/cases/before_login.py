# SPDX-License-Identifier: Apache-2.0
"""Servers that protect everything still answer some requests before they ask for a password: what looks like an executed request
is none. Wrong method, unknown path, wrong content type, too long a line, OPTIONS."""
from record import CUSTOMERS, Case, Store

EARLY = (
    ("POST", "/_cat/indices", None, (), 405), ("PUT", "/_search", "{}", (), 405), ("PATCH", "/customers", None, (), 405), ("POST", "/", None, (), 405), ("DELETE", "/_cat/indices", None, (), 405),
    ("GET", "/customers/_serach", None, (), (400, 405)), ("GET", "/a/b/c/d/e", None, (), 400), ("GET", "/_cat/%69ndices", None, (), (400, 405)),
    ("POST", "/customers/_search", "size=1", ["Content-Type: application/x-www-form-urlencoded"], 406),
    ("POST", "/customers/_search", "{}", ["Content-Type: application/vnd.elasticsearch+json;compatible-with=8"], 406),
    ("GET", "/customers/_search?q=" + "a" * 4200, None, (), 400), ("OPTIONS", "/customers/_search", None, (), 200))
LATE = (("GET", "/nothere/_search", None, (), 401), ("GET", "/customers/_search?siez=1", None, (), 401), ("POST", "/customers/_search", '{"query":', (), 401), ("HEAD", "/customers", None, (), 401),
        ("DELETE", "/nothere", None, (), 401))


def record(kind, address, user, product):
    with Store(kind, address, user=user) as store:
        store.fill("customers", CUSTOMERS)
        with Case(kind.replace("-security", "-before-login"), "A protected server, asked without credentials. Errors that the server finds before it looks for credentials (405, 406, 400 for an unknown path or too long a line) "
                  "say nothing about protection; the same kind of mistake that is found later gets 401.", f"customers {CUSTOMERS} records, closed") as case:
            def ask(verdict, *exchanges, **more):
                c = case.client("203.0.113.77", address, agent="requests")
                for method, target, body, headers, status in exchanges:
                    c.ask(method, target, body, headers, status)
                c.expect(verdict, store="elasticsearch", credentials="none", **product, **more)
                c.close()

            for exchange in LATE:
                ask("refused", exchange)
            for exchange in EARLY:
                ask("revealed", exchange, also=["none", "probed"])
            ask("refused", EARLY[0], LATE[0], EARLY[5])


record("elasticsearch-6.8.23-security", "10.20.30.41", "operator:correct-horse", {})
record("opensearch-3.4.0-security", "10.20.30.60", "admin:admin", {"product": "opensearch"})
