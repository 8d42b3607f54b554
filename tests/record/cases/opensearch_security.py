# SPDX-License-Identifier: Apache-2.0
"""OpenSearch 3.4.0 with its own security plugin: refusals and passwords."""
import base64
from record import CASES, CUSTOMERS, Case, Store

STORE = {"store": "elasticsearch", "product": "opensearch"}


def basic(user):
    return ["Authorization: Basic " + base64.b64encode(user.encode()).decode()]


with Store("opensearch-3.4.0-security", "10.20.30.60", user="admin:admin") as store:
    with Case("opensearch-3.4.0-security", "OpenSearch with its security plugin: 401 without credentials and with wrong ones, 403 without a right, data with the right password; its health page answers everyone.",
              store.support_data()) as case:
        for target in ("/", "/_cat/indices?v", "/customers/_search", "/_cluster/health", "/nothere"):
            c = case.client("203.0.113.42", store.address, agent="censys")
            c.get(target, status=401)
            c.expect("refused", **STORE, credentials="none", version="3.4.0")
            c.close()
        c = case.client("203.0.113.61", store.address, agent="requests")
        for word in ("admin:changeme", "elastic:changeme", "root:root"):
            c.get("/_search", headers=basic(word), status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("203.0.113.61", store.address, agent="requests")
        c.get("/_search", headers=["Authorization: Bearer dGVzdA=="], status=401)
        c.expect("refused", **STORE, credentials="presented")
        c = case.client("203.0.113.43", store.address)
        c.get("/_plugins/_security/health")
        c.expect("revealed", **STORE, credentials="none")
        c = case.client("203.0.113.43", store.address)
        c.ask("OPTIONS", "/", status=200)
        c.expect("revealed", **STORE, credentials="none", also=["none", "probed"])
        c = case.client("198.51.100.9", store.address)
        c.get("/_cat/indices?h=index,docs.count&expand_wildcards=open", status=401)
        c.get("/customers,cases/_count", headers=basic("admin:admin"))
        c.expect("metadata", **STORE, credentials="proven", records=CUSTOMERS + CASES)
        c = case.client("10.20.40.9", store.address)
        c.get("/customers/_search?size=3", headers=basic("admin:admin"))
        c.expect("data", **STORE, credentials="proven", records=CUSTOMERS, datasets=["customers"])
        c = case.client("198.51.100.20", store.address)
        c.get("/customers/_search", headers=basic("kibanaserver:kibanaserver"), status=403)
        c.expect("refused", **STORE, credentials="presented")
