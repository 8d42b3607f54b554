# SPDX-License-Identifier: Apache-2.0
"""Weaviate 1.35.2: open to anonymous users, and with keys."""
import time
from exchange import Asker
from record import Case, customer
from service import Service, go

OBJECTS = 37


def start(address, **settings):
    program = go("weaviate-1.35.2", "github.com/weaviate/weaviate", "v1.35.2", "./cmd/weaviate-server")
    environment = {"PERSISTENCE_DATA_PATH": "{HOME}/data", "DEFAULT_VECTORIZER_MODULE": "none", "CLUSTER_HOSTNAME": "warehouse", "CLUSTER_ADVERTISE_ADDR": "127.0.0.1", "DISABLE_TELEMETRY": "true", "RAFT_BOOTSTRAP_EXPECT": "1",
                   "GRPC_PORT": "50051", "LOG_LEVEL": "error", "GOMEMLIMIT": "400MiB", "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true", **settings}
    headers = {"Authorization": "Bearer correct-horse"} if settings else None
    server = Service("weaviate", [program, "--host", address, "--port", "8080", "--scheme", "http"], address, 8080, ready="/v1/.well-known/ready", environment=environment, headers=headers)
    for _ in range(60):
        if server.call("GET", "/v1/meta", good=lambda s: True).startswith(b"{"):
            break
        time.sleep(0.5)
    server.call("POST", "/v1/schema", {"class": "Customer", "vectorizer": "none", "properties": [{"name": "case_number", "dataType": ["text"]}, {"name": "customer_email", "dataType": ["text"]}]})
    for i in range(OBJECTS):
        server.call("POST", "/v1/objects", {"class": "Customer", "id": f"00000000-0000-4000-8000-{i:012d}", "vector": [i / 10, 0.5], "properties": {n: customer(i)[n] for n in ("case_number", "customer_email")}})
    return server


held = f"the class Customer with {OBJECTS} objects"
one = "/v1/objects/Customer/00000000-0000-4000-8000-000000000003"
GET = {"query": "{Get{Customer(limit:7){case_number customer_email}}}"}
COUNT = {"query": "{Aggregate{Customer{meta{count}}}}"}
with start("10.20.30.11") as server:
    with Case("weaviate-1.35.2-open", "Weaviate for anonymous users: version, classes, objects, GraphQL; an object written, one deleted, a class dropped (200, no body).", held) as case:
        ask = Asker(case, server.address, server.port, store="weaviate", credentials="none")
        ask("none", "/v1/.well-known/ready", also=["revealed", "probed"])
        ask("revealed", "/v1/meta", version="1.35.2")
        ask("revealed", "/v1")
        ask("metadata", "/v1/schema", datasets=["Customer"])
        ask("metadata", "/v1/schema/Customer", datasets=["Customer"])
        ask("metadata", "/v1/nodes")
        ask("metadata", "/v1/nodes?output=verbose", datasets=["Customer"])
        ask("data", "/v1/objects?limit=100", returned=OBJECTS, datasets=["Customer"])
        ask("data", "/v1/objects?class=Customer&limit=5", returned=5, datasets=["Customer"])
        ask("data", one, returned=1, datasets=["Customer"])
        ask("data", "POST /v1/graphql", body=GET, returned=7, datasets=["Customer"])
        ask("metadata", "POST /v1/graphql", body=COUNT, records=OBJECTS, datasets=["Customer"])
        ask("open", "POST /v1/graphql", body={"query": "{Get{Nothing{x}}}"})
        ask("open", "/v1/objects/Customer/00000000-0000-4000-8000-00000000dead", status=404)
        ask("open", "/v1/objects?class=Nothing", status=404)
        ask("tampered", "POST /v1/objects", body={"class": "Customer", "properties": {"case_number": "read me"}, "vector": [0.1, 0.2]})
        ask("tampered", "DELETE " + one, status=204)
        ask("tampered", "DELETE /v1/schema/Customer")
keys = {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false", "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "correct-horse", "AUTHENTICATION_APIKEY_USERS": "operator"}
with start("10.20.30.41", **keys) as server:
    with Case("weaviate-1.35.2-protected", "Weaviate with keys: 401 as text with a JSON body for no key, as JSON for a wrong one.", held) as case:
        ask = Asker(case, server.address, server.port, store="weaviate", credentials="none")
        for target in ("/v1/meta", "/v1/schema", "/v1/objects"):
            ask("refused", target, status=401)
        ask("refused", "POST /v1/graphql", body=GET, status=401)
        ask("refused", "/v1/objects", status=401, headers=["Authorization: Bearer wrong-horse"], credentials="presented")
        ask("data", "/v1/objects?class=Customer&limit=5", source="10.20.40.9", headers=["Authorization: Bearer correct-horse"], credentials="proven", returned=5, datasets=["Customer"])
