# SPDX-License-Identifier: Apache-2.0
"""VictoriaMetrics 1.113.0, open and with a password: Prometheus's interface and its own."""
import json, time
from exchange import Asker
from record import Case
from service import Service, go

SERIES = 37
BASIC = "Authorization: Basic b3BlcmF0b3I6Y29ycmVjdC1ob3JzZQ=="


def start(address, *options, **more):
    program = go("victoria", "github.com/VictoriaMetrics/VictoriaMetrics", "v1.113.0", "./app/victoria-metrics")
    server = Service("victoria", ["unshare", "-r", "--uts", "sh", "-c", 'hostname warehouse; exec "$@"', "-", program, f"-httpListenAddr={address}:8428", "-storageDataPath=data", "-search.latencyOffset=1s",
                                  "-memory.allowedBytes=200MB", "-retentionPeriod=100y", *options], address, 8428, ready="/health", **more)
    now = int(time.time() * 1000)
    lines = "".join(f'support_minutes{{case_number="SR{119000000 + i * 37}",customer_email="customer{i}@example.com"}} {i % 97} {now - 60000}\n' for i in range(SERIES)) + f'up{{job="helpdesk"}} 1 {now - 60000}\n'
    server.call("POST", "/api/v1/import/prometheus", lines, "text/plain")
    end = time.time() + 30
    while time.time() < end and len(json.loads(server.call("GET", "/api/v1/series?match[]=support_minutes"))["data"]) < SERIES:
        time.sleep(1)
    return server


held = f"the metric support_minutes with {SERIES} series of one sample, and one of up"
with start("10.20.30.11") as server:
    with Case("victoriametrics-1.113.0-open", "VictoriaMetrics without a password: what Prometheus would answer too, exports, its flags; samples imported, series deleted, both answered by 204.", held) as case:
        ask = Asker(case, server.address, server.port, store="victoriametrics", credentials="none")
        ask("revealed", "/", agent="censys")
        ask("revealed", "/health", also=["none", "probed"])
        ask("revealed", "/api/v1/status/buildinfo")
        ask("metadata", "/flags")
        ask("metadata", "/api/v1/labels")
        ask("metadata", "/api/v1/label/__name__/values", datasets=["support_minutes", "up"])
        ask("metadata", "/api/v1/label/job/values")
        ask("metadata", "/api/v1/series?match[]=up", datasets=["up"])
        ask("metadata", "/api/v1/status/tsdb", records=SERIES + 1, datasets=["support_minutes", "up"])
        ask("metadata", "/api/v1/series/count", records=SERIES + 1)
        ask("open", "/api/v1/status/active_queries", also=["metadata"])
        ask("data", "/api/v1/query?query=support_minutes", datasets=["support_minutes"], returned=SERIES)
        ask("data", f"/api/v1/query_range?query=support_minutes&start={int(time.time()) - 90}&end={int(time.time())}&step=30", headers=["Accept-Encoding: gzip"], datasets=["support_minutes"], returned=SERIES)
        ask("data", "/api/v1/export?match[]=support_minutes", returned=SERIES, datasets=["support_minutes"])
        ask("data", "/api/v1/export/csv?format=case_number,customer_email,__value__&match[]=support_minutes", returned=SERIES)
        ask("data", "/api/v1/export/native?match[]=support_minutes", returned=1)
        ask("data", "/federate?match[]=support_minutes", returned=SERIES)
        ask("data", "/prometheus/api/v1/query?query=support_minutes", datasets=["support_minutes"], returned=SERIES)
        ask("open", "/api/v1/query?query=nothing")
        ask("open", "/api/v1/query?query=(", status=422)
        ask("open", "/api/v1/query?query=", status=(400, 422))
        ask("open", "/nothere", status=400, also=["revealed"])
        ask("open", "/snapshot/list", also=["metadata"])
        ask("tampered", ("POST /api/v1/import", '{"metric":{"__name__":"read_me"},"values":[1],"timestamps":[1795380000000]}', 204))
        ask("tampered", ("POST /write", "read_me,a=b value=1", 204))
        ask("tampered", ("POST /api/v1/admin/tsdb/delete_series?match[]=support_minutes", None, 204))
with start("10.20.30.41", "-httpAuth.username=operator", "-httpAuth.password=correct-horse", user="operator:correct-horse") as server:
    with Case("victoriametrics-1.113.0-protected", "The same with a password, which its health page does not ask for.", held) as case:
        ask = Asker(case, server.address, server.port, store="victoriametrics", credentials="none")
        ask("revealed", "/health", also=["none", "probed"])
        for target in ("/", "/api/v1/query?query=up", "/metrics", "/api/v1/export?match[]=support_minutes"):
            ask("refused", target, status=401)
        ask("refused", "/api/v1/query?query=up", status=401, headers=["Authorization: Basic b3BlcmF0b3I6MTIzNDU2"], credentials="presented")
        ask("data", "/api/v1/query?query=support_minutes", source="10.20.40.9", headers=[BASIC], credentials="proven", returned=SERIES)
