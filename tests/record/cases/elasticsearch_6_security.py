# SPDX-License-Identifier: Apache-2.0
"""Elasticsearch 6.8.23 with Elastic's own security: refusals, passwords, and a role for people without any."""
import base64
from record import CASES, CUSTOMERS, Case, Store

STORE = {"store": "elasticsearch"}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}


def basic(user):
    return ["Authorization: Basic " + base64.b64encode(user.encode()).decode()]


def refusing(held):
    with Case("elasticsearch-6.8.23-security", "Elastic's own security: no credentials, wrong ones, a right password, a right password without the right to read.", held) as case:
        for target in ("/", "/_cat/indices?v", "/customers/_search", "/nothere/_search", "/_cluster/health"):
            c = case.client("203.0.113.42", "10.20.30.41", agent="censys")
            c.get(target, status=401)
            c.expect("refused", **STORE, credentials="none")
            c.close()
        c = case.client("203.0.113.61", "10.20.30.41", agent="requests")
        for word in ("elastic:changeme", "elastic:elastic", "operator:123456", "kibana:kibana"):
            c.get("/_search", headers=basic(word), status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("203.0.113.61", "10.20.30.41", agent="requests")
        c.get("/_search", headers=["Authorization: Bearer dGVzdA=="], status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("203.0.113.61", "10.20.30.41", agent="requests")
        c.ask("POST", "/customers/_search", {"size": 1}, ["Expect: 100-continue"], status=401)
        c.expect("refused", **STORE, credentials="none")
        c = case.client("10.20.40.9", "10.20.30.41")
        c.get("/customers/_search?size=3", headers=basic("operator:correct-horse"))
        c.expect("data", **STORE, credentials="proven", **ONE)
        c = case.client("198.51.100.9", "10.20.30.41")
        c.get("/_cat/indices?v", status=401)
        c.get("/_cat/indices?v", headers=basic("operator:correct-horse"))
        c.get("/", headers=basic("operator:correct-horse"))
        c.expect("metadata", **STORE, credentials="proven", version="6.8.23")
        c = case.client("198.51.100.20", "10.20.30.41")
        c.get("/cases/_search", headers=basic("clerk:battery-staple"), status=403)
        c.expect("refused", **STORE, credentials="presented", also=["open"])
        c = case.curl("198.51.100.21", "http://10.20.30.41:9200/customers/_search?size=2", "-u", "clerk:battery-staple")
        c.expect("data", **STORE, credentials="proven", **ONE)


def visitors(held):
    with Case("elasticsearch-6.8.23-anonymous", "Elastic's security with a role for people without credentials: one index is readable without a password, another is refused with 403.", held) as case:
        c = case.client("203.0.113.42", "10.20.30.42")
        c.get("/customers/_search", status=403)
        c.expect("refused", **STORE, credentials="none")
        c = case.client("203.0.113.42", "10.20.30.42")
        c.get("/public/_search")
        c.expect("data", **STORE, credentials="none", records=50, datasets=["public"])
        c = case.client("203.0.113.42", "10.20.30.42")
        c.get("/public/_search", headers=basic("elastic:changeme"), status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("203.0.113.61", "10.20.30.42", agent="requests")
        c.get("/_cat/indices", status=403)
        c.get("/customers/_search", status=403)
        c.get("/public/_search?size=50")
        c.expect("data", **STORE, credentials="none", records=50, datasets=["public"])


with Store("elasticsearch-6.8.23-security", "10.20.30.41", user="operator:correct-horse") as store:
    refusing(store.support_data())
with Store("elasticsearch-6.8.23-security", "10.20.30.42", "xpack.security.authc.anonymous.roles=visitor", user="operator:correct-horse") as store:
    store.fill("customers", CUSTOMERS)
    store.fill("public", 50)
    visitors(f"customers {CUSTOMERS} records (closed), public 50 records (open to everyone)")
