# SPDX-License-Identifier: Apache-2.0
"""An open Elasticsearch 6.8.23 behind nginx: with a password asked by the proxy, and with a proxy that only hides writing."""
import base64
from record import CASES, CUSTOMERS, Case, Nginx, Store

STORE = {"store": "elasticsearch"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
RIGHT = ["Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()]
WRONG = ["Authorization: Basic " + base64.b64encode(b"admin:admin").decode()]


def password(held):
    with Case("elasticsearch-6.8.23-proxy-password", "An open server behind nginx with basic authentication: 401 in HTML without a password and with a wrong one, data with the right one.", held) as case:
        for target in ("/", "/_cat/indices?v", "/customers/_search"):
            c = case.client("203.0.113.42", "10.20.30.40", agent="censys")
            c.get(target, status=401)
            c.expect("refused", **STORE, credentials="none", **({"also": ["none", "probed"]} if target == "/" else {}))
            c.close()
        c = case.client("203.0.113.61", "10.20.30.40", agent="requests")
        c.get("/customers/_search", headers=WRONG, status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("198.51.100.9", "10.20.30.40", agent="requests")
        c.get("/_cat/indices?v", status=401)
        c.get("/_cat/indices?v", headers=RIGHT)
        c.get("/customers/_search?size=5", headers=RIGHT)
        c.expect("data", **STORE, credentials="proven", **ALL)
        c = case.curl("198.51.100.20", "http://10.20.30.40:9200/customers/_search?size=3&pretty", "-u", "operator:correct-horse", "--compressed")
        c.expect("data", **STORE, credentials="proven", **ONE)


def reading_only(held):
    with Case("elasticsearch-6.8.23-proxy-read-only", "nginx in front of an open server refuses POST and DELETE with 403 but passes every GET: the data is as open as without it. nginx adds chunked coding and gzip; "
              "below /search/ the store lies under a path prefix.", held) as case:
        def ask(source, method, target, verdict, status=200, headers=(), **truth):
            c = case.client(source, "10.20.30.40", agent="requests", port=9201)
            c.ask(method, target, None, headers, status=status)
            c.expect(verdict, **STORE, credentials="none", **truth)
            c.close()

        ask("203.0.113.42", "GET", "/_cat/indices?v", "metadata", **ALL)
        ask("203.0.113.42", "DELETE", "/customers", "refused", 403)
        ask("203.0.113.61", "GET", "/customers/_search?size=20", "data", **ONE)
        ask("203.0.113.61", "GET", "/customers/_search?size=20", "data", headers=["Accept-Encoding: gzip"], **ONE)
        ask("203.0.113.61", "GET", "/search/customers/_search?size=20", "data", headers=["Accept-Encoding: gzip"], **ONE)
        ask("203.0.113.61", "GET", "/search/_cat/indices?h=index,docs.count", "metadata", headers=["Accept-Encoding: gzip"], **ALL)


with Store("elasticsearch-6.8.23", "10.20.30.11") as store, Nginx("proxy"):
    held = store.support_data()
    password(held)
    reading_only(held)
