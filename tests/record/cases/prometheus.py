# SPDX-License-Identifier: Apache-2.0
"""Prometheus 2.42.0, open and behind a password, its Alertmanager 0.25.0 and its exporter of machine figures 1.5.0."""
import crypt, json, time
from exchange import Asker
from record import Case
from service import Service, debian

SERIES, LONG, OWN = 37, 2, 5 + 2 * 2    # of calls, of calls over 34 minutes; of scraping, and two of every alert
FIGURES = "# TYPE support_minutes gauge\n" + "".join(
    f'support_minutes{{case_number="SR{119000000 + i * 37}",customer_email="customer{i}@example.com"}} {i % 97}\n' for i in range(SERIES))
USERS = "basic_auth_users:\n  operator: " + crypt.crypt("correct-horse", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)) + "\n"
BASIC = "Authorization: Basic b3BlcmF0b3I6Y29ycmVjdC1ob3JzZQ=="
WRONG = "Authorization: Basic b3BlcmF0b3I6MTIzNDU2"
CONFIG = """global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
  - {job_name: helpdesk, metrics_path: /figures.txt, static_configs: [{targets: ["%s:9108"]}]}
alerting: {alertmanagers: [{static_configs: [{targets: ["10.20.30.12:9093"]}]}]}
rule_files: [rules.yml]
"""
RULES = """groups: [{name: helpdesk, rules: [{alert: LongCall, expr: support_minutes > 34, labels: {severity: page}, annotations: {summary: "case {{ $labels.case_number }} is long"}}]}]
"""


class Prometheus(Service):
    def __init__(self, address, *options, **more):
        program = debian("prometheus", "prometheus") + "/usr/bin/prometheus"
        self.figures = Service("figures", ["python3", "-m", "http.server", "--bind", address, "9108"], address, 9108, files={"figures.txt": FIGURES})
        super().__init__("prometheus", [program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}:9090", *options], address, 9090,
                         ready="/-/ready", files={"prometheus.yml": CONFIG % address, "rules.yml": RULES, "web.yml": USERS}, **more)
        end = time.time() + 30
        while time.time() < end and self.series("ALERTS") < LONG:
            time.sleep(1)

    def series(self, name):
        return len(json.loads(self.call("GET", "/api/v1/query?query=" + name))["data"]["result"])

    def stop(self):
        super().stop()
        self.figures.stop()


def asked(ask):
    ask("revealed", "/-/healthy", agent="nmap")
    ask("revealed", "/-/ready", agent="censys")
    ask("none", "/", status=302, agent="censys", also=["probed"])
    ask("revealed", "/api/v1/status/buildinfo", version="2.42.0+ds")
    ask("metadata", "/api/v1/status/config")
    ask("metadata", "/api/v1/status/flags")
    ask("data", "/api/v1/status/tsdb", "/api/v1/query?query=up", records=SERIES + OWN)    # the statistics name labels with their values
    ask("metadata", "/api/v1/labels")
    ask("metadata", "/api/v1/label/job/values")
    ask("metadata", "/api/v1/label/__name__/values?match[]=support_minutes", datasets=["support_minutes"])
    ask("metadata", "/api/v1/targets")
    ask("metadata", "/api/v1/metadata")
    ask("data", "/api/v1/rules", returned=LONG)
    ask("metadata", "/api/v1/alertmanagers")
    ask("metadata", "/api/v1/series?match[]=up", datasets=["up"])
    ask("metadata", "/metrics", agent="requests", store="prometheus-exporter")
    ask("data", "/api/v1/alerts", returned=LONG)
    ask("data", "/api/v1/query?query=support_minutes", datasets=["support_minutes"], returned=SERIES)
    ask("data", "/api/v1/query?query=support_minutes", headers=["Accept-Encoding: deflate, gzip"], datasets=["support_minutes"], returned=SERIES)
    ask("data", "POST /api/v1/query", body="query=support_minutes", headers=["Content-Type: application/x-www-form-urlencoded"], datasets=["support_minutes"], returned=SERIES)
    now = int(time.time())
    ask("data", f"/api/v1/query_range?query=support_minutes&start={now - 2}&end={now}&step=1", datasets=["support_minutes"], returned=SERIES)
    ask("data", "/api/v1/query?query=count(support_minutes)", returned=1)
    ask("data", "/federate?match[]=support_minutes", agent="requests", returned=SERIES)
    ask("open", "/api/v1/query?query=nothing")
    ask("open", "/api/v1/query?query=(", status=400)
    ask("open", "/api/v1/query", status=400)
    ask("open", "/federate?match[]=nothing")


def servers():
    held = f"the metric support_minutes with {SERIES} series, scraped from a page of figures, and what Prometheus says of itself"
    with Prometheus("10.20.30.11") as server:
        with Case("prometheus-2.42.0-open", "Prometheus without a password: what it is, what it watches, its settings, its series; its administration switched off, as it is by default.", held) as case:
            ask = Asker(case, server.address, server.port, store="prometheus", credentials="none")
            asked(ask)
            ask("open", "POST /api/v1/admin/tsdb/delete_series?match[]=support_minutes", status=500)
            ask("open", "POST /-/quit", status=403)
            ask("data", "/api/v1/query?query=support_minutes", headers=[WRONG], credentials="presented", returned=SERIES)
    with Prometheus("10.20.30.13", "--web.enable-admin-api", "--web.enable-lifecycle") as server:
        with Case("prometheus-2.42.0-administration", "Prometheus with its administration switched on, and no password: series are deleted (204, no body), the server is told to reload and to stop.", held) as case:
            ask = Asker(case, server.address, server.port, store="prometheus", credentials="none")
            ask("metadata", "POST /api/v1/admin/tsdb/snapshot", also=["tampered"])
            ask("tampered", "POST /-/reload")
            ask("tampered", "POST /api/v1/admin/tsdb/delete_series?match[]=support_minutes", status=204)
            ask("tampered", "POST /-/quit")
    with Prometheus("10.20.30.41", "--web.config.file=web.yml", user="operator:correct-horse") as server:
        with Case("prometheus-2.42.0-protected", "Prometheus with a password for everything, health and figures of its own too.", held) as case:
            ask = Asker(case, server.address, server.port, store="prometheus", credentials="none")
            for target in ("/api/v1/query?query=up", "/api/v1/status/config"):
                ask("refused", target, status=401)
            for target in ("/", "/-/healthy", "/metrics", "/graph"):    # the same words, at paths that others have too
                ask("none", target, status=401, also=["refused", "probed"])
            ask("refused", "/api/v1/query?query=up", status=401, headers=[WRONG], credentials="presented")
            ask("data", "/api/v1/query?query=support_minutes", source="10.20.40.9", headers=[BASIC], credentials="proven", returned=SERIES)


def alertmanager():
    package = debian("prometheus-alertmanager", "prometheus-alertmanager") + "/usr"
    shared = f"mount -t tmpfs none /usr/share && mkdir /usr/share/prometheus && ln -s {package}/share/prometheus/alertmanager /usr/share/prometheus/ && exec \"$@\""    # its templates
    program = ["unshare", "-rm", "sh", "-c", shared, "-", package + "/bin/prometheus-alertmanager"]
    settings = {"alertmanager.yml": "route: {receiver: desk}\nreceivers: [{name: desk, webhook_configs: [{url: 'http://10.20.30.15/page'}]}]\n", "web.yml": USERS}
    alerts = [{"labels": {"alertname": "LongCall", "case_number": f"SR{119000000 + i * 37}"}, "annotations": {"summary": f"customer{i}@example.com waits"}} for i in range(12)]

    def start(address, *options, **more):
        server = Service("alertmanager", [*program, "--config.file=alertmanager.yml", "--storage.path=data", f"--web.listen-address={address}:9093", "--cluster.listen-address=", *options],
                         address, 9093, ready="/-/ready", files=settings, **more)
        server.call("POST", "/api/v2/alerts", alerts)
        return server

    with start("10.20.30.12") as server:
        with Case("alertmanager-0.25.0-open", "Alertmanager without a password: alerts, receivers, configuration; a stranger silences all of it.", "12 alerts") as case:
            ask = Asker(case, server.address, server.port, store="alertmanager", credentials="none")
            ask("none", "/-/healthy", also=["probed"])
            ask("data", "/api/v2/status", "/api/v2/alerts", version="0.25.0")    # the status names who built it
            ask("metadata", "/api/v2/receivers")
            ask("open", "/api/v2/silences")
            ask("data", "/api/v2/alerts", returned=12)
            ask("data", "/api/v2/alerts/groups", also=["metadata"])
            ask("data", "/api/v1/alerts", returned=12)
            ask("metadata", "/metrics")
            ask("open", "/api/v2/alerts?filter=nothing%3Dhere")
            ask("open", "POST /api/v2/silences", body={}, status=(400, 422))
            made = ask("tampered", "POST /api/v2/silences", body={"matchers": [{"name": "alertname", "value": ".+", "isRegex": True}], "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2036-01-01T00:00:00Z",
                                                                 "createdBy": "nobody", "comment": "quiet"}).json()["silenceID"]
            ask("data", "/api/v2/silences", returned=1)
            ask("tampered", f"DELETE /api/v2/silence/{made}")
            ask("tampered", "POST /api/v2/alerts", body=alerts[:1])
    with start("10.20.30.42", "--web.config.file=web.yml", user="operator:correct-horse") as server:
        with Case("alertmanager-0.25.0-protected", "Alertmanager with a password: nothing in the refusal names it but the path.", "12 alerts") as case:
            ask = Asker(case, server.address, server.port, store="alertmanager", credentials="none")
            ask("refused", "/api/v2/alerts", status=401)
            ask("refused", "/api/v2/status", status=401, headers=[WRONG], credentials="presented")
            ask("data", "/api/v2/alerts", source="10.20.40.9", headers=[BASIC], credentials="proven", returned=12)


def exporter():
    program = debian("prometheus-node-exporter", "prometheus-node-exporter") + "/usr/bin/prometheus-node-exporter"
    options = ["--collector.disable-defaults", "--collector.loadavg", "--collector.meminfo", "--web.disable-exporter-metrics"]
    with Service("exporter", [program, "--web.listen-address=10.20.30.14:9100", *options], "10.20.30.14", 9100) as server:
        with Case("node-exporter-1.5.0-open", "The exporter of machine figures: names, versions and sizes of a machine.", "figures of one machine") as case:
            ask = Asker(case, server.address, server.port, store="prometheus-exporter", credentials="none")
            ask("metadata", "/metrics")
            ask("metadata", "/metrics", headers=["Accept-Encoding: gzip"])
            ask("revealed", "/", agent="censys")
    with Service("exporter", [program, "--web.listen-address=10.20.30.44:9100", "--web.config.file=web.yml", *options], "10.20.30.44", 9100, files={"web.yml": USERS}) as server:
        with Case("node-exporter-1.5.0-protected", "The same behind a password.", "figures of one machine") as case:
            ask = Asker(case, server.address, server.port, store="prometheus-exporter", credentials="none")
            ask("none", "/metrics", status=401, also=["refused", "probed"])
            ask("metadata", "/metrics", source="10.20.40.9", headers=[BASIC], credentials="presented")


servers()
alertmanager()
exporter()
