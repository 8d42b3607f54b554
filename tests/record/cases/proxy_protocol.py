# SPDX-License-Identifier: Apache-2.0
"""An open Elasticsearch behind proxies that say for whom a connection is in a PROXY protocol prefix: nginx with version 1, haproxy with version 2."""
import contextlib, os, subprocess, time
from record import CASES, CUSTOMERS, CACHE, HERE, NET, Case, Client, Foreign, Nginx, Store, customers_show

OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
PROXY, PROXY6, BEHIND = "10.20.40.43", "2001:db8:30::43", "10.20.30.43"


class Balanced(Client):
    """Speaks to the proxy from where it says, unseen; the connection that is recorded is the proxy's."""

    def __init__(self, case, origin, agent, port):
        leg = case.next_port()
        with case.only(PROXY, leg):
            super().__init__(case, origin, PROXY6 if ":" in origin else PROXY, agent, port=port)
            time.sleep(0.3)
        self.case, self.source, self.server, self.server_port, self.port = case, PROXY, BEHIND, 9200, leg


@contextlib.contextmanager
def haproxy():
    process = subprocess.Popen(["ip", "netns", "exec", f"{NET}-client", "haproxy", "-q", "-db", "-f", os.path.join(HERE, "lib", "haproxy.cfg")])
    time.sleep(2)    # its one health check
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def dialogue(case, port):
    def ask(origin, agent, *targets, headers=(), forwarded=None, **truth):
        c = Balanced(case, origin, agent, port)
        for target in targets:
            answer = c.get(target, headers=["Accept-Encoding: gzip", *headers])
        c.expect(**truth, **OPEN, forwarded=forwarded or origin)
        return c, answer

    ask("203.0.113.42", "censys", "/_cat/indices?v", verdict="metadata", **ALL, classes={})
    c, answer = ask("203.0.113.61", "requests", "/", "/customers/_search?size=6", verdict="data", **ONE, returned=6)
    c.truth.update(customers_show(answer.ids()))
    ask("2001:db8:30::77", "go", "/_cat/indices?v", verdict="metadata", **ALL, classes={})
    ask("198.51.100.9", "curl", "/_cat/indices?v", headers=["X-Forwarded-For: 198.51.100.20"], forwarded="198.51.100.20", verdict="metadata", **ALL, classes={})


with Store("elasticsearch-6.8.23", "10.20.30.11") as store, Nginx("behind"):
    held = store.support_data()
    with Nginx("balancer", where="client"), Case("elasticsearch-6.8.23-proxy-v1", "Clients outside ask through nginx on the inside, which passes connections on with a PROXY protocol prefix, version 1, over IPv4 and "
                                                 "IPv6; one request says in X-Forwarded-For that it is for somebody else.", held) as case:
        dialogue(case, 8081)
    with Case("elasticsearch-6.8.23-proxy-v2", "The same through haproxy with version 2 of the prefix, which ends with a check sum as a TLV. Its health check begins with the command LOCAL and asks for the banner for nobody.", held) as case:
        check = Foreign(case, PROXY, BEHIND, "haproxy")
        with case.only(PROXY, check.port):
            proxy = haproxy()
            proxy.__enter__()
        check.log.append("the health check of haproxy, GET /")
        check.expect("revealed", **OPEN, version="6.8.23")
        dialogue(case, 8082)
        proxy.__exit__(None, None, None)
