# SPDX-License-Identifier: Apache-2.0
"""Chroma 0.5, open and with a token, and Chroma 1, which has no login."""
import json
from asker import TICKETS, asker
from record import Case, customer, support_case
from service import Service, pip

ADDRESS, PEOPLE = "10.20.30.5", 12
HELD = f"collections tickets with {TICKETS} records, customers with {PEOPLE}"
TOKEN = "correct-horse-battery"
BASE = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def start(name, version, *environment, token=None):
    home = pip(name, "chromadb==" + version)
    return Service("chroma", [home + "/bin/chroma", "run", "--host", ADDRESS, "--port", "8000", "--path", "{HOME}/data"], ADDRESS, 8000, ready="/api/v2/heartbeat", headers=token and {"Authorization": "Bearer " + token},
                   environment={"ANONYMIZED_TELEMETRY": "False", "PATH": home + "/bin:/usr/bin:/bin", **dict(environment)})


def fill(server):
    ids = {}
    for name, count, make, text in (("tickets", TICKETS, support_case, "title"), ("customers", PEOPLE, customer, "notes")):
        ids[name] = json.loads(server.call("POST", BASE, {"name": name, "get_or_create": True}))["id"]
        server.call("POST", f"{BASE}/{ids[name]}/add", {"ids": [f"{i:03d}" for i in range(count)], "embeddings": [[i / 8, 1, 0, 0] for i in range(count)],
                                                         "documents": [make(i)[text] for i in range(count)], "metadatas": [make(i) for i in range(count)]})
    return ids["tickets"], ids["customers"]


def answers(ask, tickets, customers, version):
    ask("revealed", "/api/v2/heartbeat")
    ask("revealed", "/api/v2/version", also=["none"])
    ask("metadata", BASE, datasets=["tickets", "customers"])
    ask("metadata", "/api/v2/tenants/default_tenant/databases/default_database/collections_count", also=["none", "open"])
    ask("metadata", f"{BASE}/{tickets}/count", also=["none", "open"])
    ask("metadata", f"{BASE}/tickets", also=["open"])
    ask("data", f"{BASE}/{tickets}/get", method="POST", body={"limit": 5}, returned=5)
    ask("data", f"{BASE}/{customers}/get", method="POST", body={"include": ["metadatas", "documents"]}, agent="requests", returned=PEOPLE)
    ask("data", f"{BASE}/{tickets}/query", method="POST", body={"query_embeddings": [[0, 1, 0, 0]], "n_results": 3, "include": ["documents"]}, returned=3)
    ask("open", f"{BASE}/{tickets}/get", method="POST", body={"ids": ["nothere"]})
    ask("tampered", f"{BASE}/{tickets}/add", method="POST", body={"ids": ["900"], "embeddings": [[0, 0, 0, 1]], "documents": ["x"], "metadatas": [{"a": 1}]}, status=201)
    ask("tampered", f"{BASE}/{tickets}/delete", method="POST", body={"ids": ["001"]})
    ask("tampered", f"{BASE}/customers", method="DELETE")


with start("chroma", "0.5.23") as server:
    tickets, customers = fill(server)
    with Case("chroma-0.5.23-open", "Chroma 0.5 without a token: heartbeat, collections, counts, records with their texts, nearest records, records added, a collection deleted; its older interface too.", HELD) as case:
        ask = asker(case, server, "chroma")
        ask("metadata", "/api/v1/collections", status=(200, 410), also=["none", "open", "revealed"])
        answers(ask, tickets, customers, "0.5.23")

with start("chroma", "0.5.23", ("CHROMA_SERVER_AUTHN_PROVIDER", "chromadb.auth.token_authn.TokenAuthenticationServerProvider"), ("CHROMA_SERVER_AUTHN_CREDENTIALS", TOKEN), token=TOKEN) as server:
    tickets, customers = fill(server)
    with Case("chroma-0.5.23-protected", "Chroma 0.5 with a token: heartbeat and version for everybody, all else refused.", HELD) as case:
        ask = asker(case, server, "chroma")
        ask("revealed", "/api/v2/heartbeat")
        ask("refused", BASE, status=(401, 403))
        ask("refused", f"{BASE}/{tickets}/get", method="POST", body={"limit": 5}, status=(401, 403))
        ask("refused", BASE, headers=["Authorization: Bearer wrong"], status=(401, 403), credentials="presented")
        ask("refused", f"{BASE}/{tickets}", method="DELETE", status=(401, 403))
        ask("data", f"{BASE}/{tickets}/get", method="POST", body={"limit": 5}, headers=["Authorization: Bearer " + TOKEN], source="10.20.40.9", credentials="proven", returned=5)

with start("chroma1", "1.5.9") as server:
    tickets, customers = fill(server)
    with Case("chroma-1.5.9-open", "Chroma 1: the same interface, made anew; it has no login.", HELD) as case:
        ask = asker(case, server, "chroma")
        answers(ask, tickets, customers, "1.5.9")
