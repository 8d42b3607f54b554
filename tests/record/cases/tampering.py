# SPDX-License-Identifier: Apache-2.0
"""Somebody destroys what lies open: a ransom note for a deleted index, the meow attack, quieter changes."""
from record import CASES, CUSTOMERS, Case, Store

OPEN = {"store": "elasticsearch", "credentials": "none"}
NOTE = {"message": "All your data is a backed up. You must pay 0.015 BTC to the address below, 48 hours for recover it. After 48 hours expiration we will leaked and exposed all your data.",
        "bitcoin": "bc1qexampleexampleexampleexampleexample00", "email": "recover@example.net"}


def ransom():
    with Store("elasticsearch-6.8.23", "10.20.30.11") as store:
        with Case("elasticsearch-6.8.23-ransom", "Looked, listed, sampled, both indices deleted, a ransom note written and the list looked at again; all on one connection. Before it a reader, after it an attempt that fails.",
                  store.support_data()) as case:
            c = case.client("203.0.113.61", agent="requests")
            c.get("/customers/_search?size=2")
            c.expect("data", **OPEN, records=CUSTOMERS, datasets=["customers"])
            c.close()
            c = case.client("198.51.100.77", agent="python-requests/2.18.4", headers=["Accept-Encoding: gzip, deflate", "Connection: keep-alive"])
            c.get("/")
            c.get("/_cat/indices?format=json")
            c.get("/customers/_search?size=1")
            for index in ("customers", "cases"):
                c.ask("DELETE", "/" + index)
            c.ask("POST", "/read_me_to_recover_database/note?refresh=true", NOTE, status=201)
            c.get("/_cat/indices?format=json")
            c.expect("tampered", **OPEN, version="6.8.23", datasets=["cases", "customers", "read_me_to_recover_database"])
            c.close()
            c = case.client("198.51.100.99")
            c.ask("DELETE", "/customers", status=404)
            c.expect("open", **OPEN)
            c.close()
            c = case.client("198.51.100.99")
            c.get("/_cat/indices?v")
            c.expect("metadata", **OPEN, records=1, datasets=["read_me_to_recover_database"])


def meow():
    with Store("elasticsearch-7.10.2", "10.20.30.7") as store:
        store.fill("customers", 300)
        with Case("elasticsearch-7.10.2-meow", "The meow attack: everything deleted and replaced by indices with names that end in -meow; then somebody sets the cluster to read-only.",
                  "customers 300 records") as case:
            c = case.client("198.51.100.77", store.address, agent="go")
            c.get("/_cat/indices?h=index,docs.count")
            c.ask("DELETE", "/customers")
            for name in ("gk01juo8o3-meow", "x7c2mm0q1a-meow"):
                c.ask("PUT", "/" + name)
            c.expect("tampered", **OPEN, datasets=["customers", "gk01juo8o3-meow", "x7c2mm0q1a-meow"])
            c.close()
            c = case.client("198.51.100.99", store.address)
            c.ask("PUT", "/_cluster/settings", {"persistent": {"cluster.blocks.read_only": True}})
            c.expect("tampered", **OPEN)
            c.close()
            c = case.client("198.51.100.99", store.address)
            c.ask("PUT", "/another", status=403)
            c.expect("open", **OPEN)


def changes():
    with Store("opensearch-3.4.0", "10.20.30.22") as store:
        store.fill("customers", 300)
        with Case("opensearch-3.4.0-changes", "Changes without a deletion: a document overwritten, one deleted, a bulk, one where every item fails, an update and a deletion by query, an index closed; "
                  "and what only looks like a change: closing one's own scroll, a refresh.", "customers 300 records") as case:
            def one(verdict, method, target, body=None, headers=(), status=200):
                c = case.client("198.51.100.62", store.address, agent="requests")
                c.ask(method, target, body, headers, status)
                c.expect(verdict, **OPEN)
                c.close()

            json_lines = ["Content-Type: application/x-ndjson"]
            one("tampered", "PUT", "/customers/_doc/1", {"gone": True})
            one("tampered", "DELETE", "/customers/_doc/2")
            one("open", "DELETE", "/customers/_doc/nothere", status=404)
            one("tampered", "POST", "/_bulk", '{"index":{"_index":"customers","_id":"900"}}\n{"a":1}\n{"delete":{"_index":"customers","_id":"3"}}\n', json_lines)
            one("open", "POST", "/_bulk", '{"create":{"_index":"customers","_id":"900"}}\n{"a":1}\n', json_lines)
            one("tampered", "POST", "/customers/_update_by_query?refresh=true", {"query": {"term": {"minutes": 5}}, "script": {"source": "ctx._source.notes = 'x'"}}, status=(200, 400))
            one("tampered", "POST", "/customers/_delete_by_query?refresh=true", {"query": {"term": {"minutes": 7}}})
            c = case.client("198.51.100.62", store.address, agent="requests")
            word = c.get("/customers/_search?scroll=1m&size=5").json()["_scroll_id"]
            c.ask("DELETE", "/_search/scroll", {"scroll_id": [word]})
            c.expect("data", **OPEN, datasets=["customers"])
            c.close()
            one("open", "POST", "/customers/_refresh")
            one("tampered", "POST", "/customers/_close")


ransom()
meow()
changes()
