# SPDX-License-Identifier: Apache-2.0
"""Loki 3.7.8: open, for several tenants (an open door that asks for a name), and behind a proxy with a password."""
import json, time
from exchange import Asker
from record import Case, customer
from service import Service, go

LINES = 37
CONFIG = """auth_enabled: %s
server: {http_listen_address: %s, http_listen_port: 3100, grpc_listen_port: 9096, grpc_listen_address: 127.0.0.1, log_level: error}
common: {instance_addr: 127.0.0.1, path_prefix: ., storage: {filesystem: {chunks_directory: chunks, rules_directory: rules}}, replication_factor: 1, ring: {kvstore: {store: inmemory}}}
schema_config: {configs: [{from: 2024-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]}
limits_config: {allow_structured_metadata: true, volume_enabled: true}
analytics: {reporting_enabled: false}
"""


def start(address, tenants):
    program = go("loki-3.7.8", "github.com/grafana/loki/v3", "v3.7.8", "./cmd/loki")
    headers = {"X-Scope-OrgID": "desk"} if tenants else None
    server = Service("loki", [program, "-config.file=loki.yml", "-target=all"], address, 3100, ready="/loki/api/v1/status/buildinfo", files={"loki.yml": CONFIG % (str(tenants).lower(), address)}, headers=headers)
    for _ in range(120):
        if server.call("GET", "/ready", good=lambda s: True).startswith(b"ready"):
            break
        time.sleep(0.5)
    now = time.time_ns()
    server.call("POST", "/loki/api/v1/push", {"streams": [{"stream": {"job": "helpdesk", "level": "info"}, "values": [[str(now - (LINES - i) * 10**9), json.dumps(customer(i))] for i in range(LINES)]}]})
    time.sleep(2)
    return server


held = f"one stream with {LINES} lines"
query = "/loki/api/v1/query_range?query=%7Bjob%3D%22helpdesk%22%7D&limit=1000"
with start("10.20.30.11", False) as server:
    with Case("loki-3.7.8-open", "Loki without access control: version, labels, streams, lines of log, figures made of them; lines pushed, and a delete asked for. A query without result still carries pages of statistics.", held) as case:
        ask = Asker(case, server.address, server.port, store="loki", credentials="none")
        ask("none", "/ready", also=["revealed", "probed"])
        ask("revealed", "/loki/api/v1/status/buildinfo")
        ask("metadata", "/services")
        ask("metadata", "/loki/api/v1/labels")
        ask("metadata", "/loki/api/v1/label/job/values")
        ask("metadata", "/loki/api/v1/series?match[]=%7Bjob%3D%22helpdesk%22%7D")
        ask("open", "/loki/api/v1/index/stats?query=%7Bjob%3D%22helpdesk%22%7D", also=["metadata"])    # what was not yet written to chunks
        ask("data", query, returned=LINES)
        ask("data", query.replace("limit=1000", "limit=5"), headers=["Accept-Encoding: gzip"], returned=5)
        ask("data", "/loki/api/v1/query?query=sum(count_over_time(%7Bjob%3D%22helpdesk%22%7D%5B1h%5D))", returned=1)
        ask("open", query.replace("helpdesk", "nothing"))
        ask("open", "/loki/api/v1/query_range?query=%7B", status=400)
        ask("none", "/loki/api/v1/nothing", status=404, also=["open", "probed", "revealed"])
        ask("tampered", ("POST /loki/api/v1/push", {"streams": [{"stream": {"job": "read_me"}, "values": [[str(time.time_ns()), "send 0.1 BTC"]]}]}, 204))
with start("10.20.30.41", True) as server:
    with Case("loki-3.7.8-tenants", "Loki for several tenants: without a name 401 `no org id`; but any name will do, nobody proves it.", held + " of the tenant desk") as case:
        ask = Asker(case, server.address, server.port, store="loki", credentials="none")
        ask("revealed", "/loki/api/v1/status/buildinfo")
        ask("refused", query, status=401)
        ask("refused", "/loki/api/v1/labels", status=401)
        ask("refused", ("POST /loki/api/v1/push", {"streams": []}, 401))
        ask("data", query, headers=["X-Scope-OrgID: desk"], returned=LINES)
        ask("open", query, headers=["X-Scope-OrgID: guest"])
