# SPDX-License-Identifier: Apache-2.0
"""Zipkin 3.4.4, open and behind a password of nginx."""
import glob, json, time
from types import SimpleNamespace
from asking import Asking, basic
from record import Case, Nginx, customer
from service import JAVA17, Service, maven

TRACES, ADDRESS, PORT = 37, "10.20.30.40", 9411


def zipkin():
    jar = glob.glob(maven("zipkin-3.4.4", "io.zipkin:zipkin-server:3.4.4:jar:exec", alone=True) + "/zipkin-server-*exec.jar")[0]
    return Service("zipkin", [JAVA17 + "/bin/java", "-Xms64m", "-Xmx256m", "-jar", jar], ADDRESS, PORT, ready="/health", environment={"STORAGE_TYPE": "mem"})


def fill(server):
    now = int(time.time() * 1e6)
    server.call("POST", "/api/v2/spans", [{"traceId": f"{i + 1:016x}", "id": f"{i + 1:016x}", "name": "get /customers", "timestamp": now + i, "duration": 100, "kind": "SERVER", "localEndpoint": {"serviceName": "support"},
                                           "remoteEndpoint": {"serviceName": "mysql"}, "tags": {"customer_email": customer(i)["customer_email"]}} for i in range(TRACES)])
    while len(json.loads(server.call("GET", "/api/v2/traces?limit=100"))) < TRACES:
        time.sleep(0.2)
    return f"{TRACES} traces of one span each, service support"


def main():
    with zipkin() as server:
        held = fill(server)
        with Case("zipkin-3.4.4-open", "Zipkin without a password, which it has no notion of: bare arrays of names, traces as arrays of arrays, a single trace, what calls what.", held) as case:
            ask = Asking(case, server, "zipkin").ask
            ask("GET /zipkin/", verdict="revealed", agent="firefox", also=["probed", "none"])
            ask("GET /info", verdict="revealed", version="3.4.4")
            ask("GET /health", verdict="revealed")
            ask("GET /zipkin/config.json", verdict="revealed", agent="leakix")
            ask("GET /zipkin/api/v2/services", verdict="metadata", agent="censys")
            ask("GET /metrics", verdict="metadata")
            ask("GET /api/v2/dependencies?endTs=9999999999999&lookback=9999999999999", verdict="metadata")
            ask("GET /api/v2/traces?limit=3", verdict="data", source="198.51.100.9", returned=3)
            ask("GET /zipkin/api/v2/traces?limit=100", verdict="data", source="198.51.100.20", agent="requests", returned=TRACES)
            ask("GET /api/v2/trace/0000000000000001", verdict="data", returned=1)
            ask("GET /zipkin/api/v2/services", "GET /api/v2/spans?serviceName=support", "GET /api/v2/traces?serviceName=nothere", verdict="metadata")
            ask("GET /nothere", verdict="none", status=404, also=["probed"])
        with Nginx("before-zipkin"), Case("zipkin-3.4.4-protected", "Zipkin behind a password of nginx: 401 on paths that only Zipkin has; traces with the right one.", held) as case:
            ask = Asking(case, SimpleNamespace(address="10.20.30.41", port=80), "zipkin").ask
            ask("GET /zipkin/api/v2/services", verdict="refused", status=401, also=["probed"])
            ask("GET /zipkin/api/v2/traces?limit=3", verdict="refused", status=401, headers=basic("admin:admin"), credentials="presented", also=["probed"])
            ask("GET /zipkin/api/v2/traces?limit=3", verdict="data", headers=basic("operator:correct-horse"), credentials="proven", source="10.20.40.9", returned=3)


if __name__ == "__main__":
    main()
