# SPDX-License-Identifier: Apache-2.0
"""Jaeger 1.76.0, all in one program: services, traces and what stands in their tags. It knows no users."""
import json, time
from exchange import Asker
from record import Case, customer
from service import Service, go

TRACES = 12

program = go("jaeger", "github.com/jaegertracing/jaeger", "v1.76.0", "./cmd/all-in-one")
with Service("jaeger", [program, "--query.http-server.host-port=10.20.30.11:16686", "--collector.zipkin.host-port=10.20.30.11:9411"], "10.20.30.11", 16686, environment={"SPAN_STORAGE_TYPE": "memory"}) as server:
    feed = Service.__new__(Service)
    feed.name, feed.address, feed.port, feed.user, feed.headers = "jaeger", server.address, 9411, None, {}
    now = int(time.time() * 1e6)
    feed.call("POST", "/api/v2/spans", [{"id": f"{i + 1:016x}", "traceId": f"{i + 1:032x}", "name": "GET /customer", "timestamp": now - i * 1000, "duration": 500, "localEndpoint": {"serviceName": ["helpdesk", "billing"][i % 2]},
                                         "tags": {"customer": customer(i)["customer_email"]}} for i in range(TRACES)])
    for _ in range(40):
        if len(json.loads(server.call("GET", "/api/services"))["data"] or []) >= 2:
            break
        time.sleep(0.5)
    with Case("jaeger-1.76.0-open", "Jaeger: services, operations, traces whole and by number, a service that is not there.", f"{TRACES} traces of the services helpdesk and billing") as case:
        ask = Asker(case, server.address, server.port, store="jaeger", credentials="none")
        ask("metadata", "/api/services", datasets=["helpdesk", "billing"])
        ask("metadata", "/api/services/helpdesk/operations")
        ask("metadata", "/api/operations?service=helpdesk", also=["data"])
        ask("data", "/api/traces?service=helpdesk&limit=20", returned=TRACES // 2)
        ask("data", "/api/traces?service=billing&limit=2", returned=2, headers=["Accept-Encoding: gzip"])
        ask("data", f"/api/traces/{1:032x}", returned=1)
        ask("open", "/api/traces?service=nothing")
        ask("open", f"/api/traces/{999:032x}", status=404)
        ask("open", "/api/dependencies?endTs=1")
