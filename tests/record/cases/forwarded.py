# SPDX-License-Identifier: Apache-2.0
"""An open Elasticsearch behind a proxy on the inside: what is seen is the proxy's connection to it, and for whom the proxy says it asks."""
from record import CASES, CUSTOMERS, Case, Client, Nginx, Store, customers_show

OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
PROXY, SERVER = "10.20.40.43", "10.20.30.43"


class Forwarded(Client):
    """Asks the proxy from where it says, unseen; the connection that is recorded is the proxy's."""

    def __init__(self, case, origin, agent, headers=()):
        port = case.next_port()
        super().__init__(case, origin, PROXY, agent, port=8080, headers=[f"X-Port: {port}", *headers])
        self.case, self.source, self.server, self.server_port, self.port = case, PROXY, SERVER, 9200, port


with Store("elasticsearch-6.8.23", SERVER) as store:
    held = store.support_data()
    with Nginx("forward", where="client") as nginx, Case("elasticsearch-6.8.23-forwarded", "Clients outside ask through nginx on the inside, which says for whom in X-Forwarded-For, or in Forwarded (RFC 7239); "
                                                         "one of them says itself that it is somebody else. Then somebody on the inside asks directly and says that he asks for another.", held) as case:
        def ask(origin, agent, *targets, headers=(), **truth):
            c = Forwarded(case, origin, agent, headers)
            for target in targets:
                answer = c.get(target, headers=["Accept-Encoding: gzip", "Connection: close"])
            c.expect(**truth, **OPEN)
            return c, answer

        ask("203.0.113.42", "censys", "/_cat/indices?v", verdict="metadata", forwarded="203.0.113.42", **ALL, classes={})
        c, answer = ask("203.0.113.61", "requests", "/customers/_search?size=6", verdict="data", forwarded="203.0.113.61", **ONE, returned=6)
        c.truth.update(customers_show(answer.ids()))
        c, answer = ask("198.51.100.9", "curl", "/customers/_search?size=3", headers=["X-Forwarded-For: 8.8.8.8"], verdict="data", forwarded="198.51.100.9", **ONE, returned=3)
        c.truth.update(customers_show(answer.ids()))
        ask("198.51.100.77", "go", "/new/_cat/indices?v", verdict="metadata", forwarded="198.51.100.77", **ALL, classes={})
        ask("10.20.40.9", "go", "/_cat/indices?v", verdict="metadata", forwarded="10.20.40.9", **ALL, classes={})
        c = case.client("10.20.40.61", SERVER, agent="curl", headers=["X-Forwarded-For: 203.0.113.99"])
        c.get("/_cat/indices?v")
        c.expect("metadata", **OPEN, **ALL, forwarded="203.0.113.99", classes={})
