# SPDX-License-Identifier: Apache-2.0
"""Netdata 1.37 as Debian 12 has it, open and answering one address only."""
from asker import asker
from record import Case
from service import Service, debian

ADDRESS, VERSION = "10.20.30.7", "v1.37.1"
HELD = "what it measures of the machine, two charts of it (cpu, load), for a few seconds"
home = debian("netdata-debian", "netdata-core", "netdata-web")
CONFIG = """[global]
 run as user = nobody
 hostname = support-db-1
[db]
 mode = ram
 retention = 3600
[directories]
 config = HOME
 cache = HOME/cache
 log = HOME/log
 lib = HOME/lib
 web = WEB
 plugins = HOME/plugins
 stock config = HOME/stock
[logs]
 error = stderr
 access = none
 debug = none
[plugins]
 apps = no
 cgroups = no
 checks = no
 charts.d = no
 go.d = no
 python.d = no
 diskspace = no
 idlejitter = no
 tc = no
 slabinfo = no
 timex = no
 ebpf = no
 netdata monitoring = no
 statsd = no
[plugin:proc]
 /proc/net/dev = no
 /proc/net/netstat = no
 /proc/net/sockstat = no
 /proc/interrupts = no
 /proc/softirqs = no
 /proc/vmstat = no
 /proc/diskstats = no
 /proc/meminfo = no
[web]
 bind to = ADDRESS:19999
 allow connections from = *
 allow dashboard from = ALLOWED
[ml]
 enabled = no
"""


def start(allowed):
    text = CONFIG.replace("WEB", home + "/usr/share/netdata/web").replace("ADDRESS", ADDRESS).replace("ALLOWED", allowed)
    return Service("netdata", ["/bin/sh", "-c", f"mkdir -p plugins cache log lib stock; sed -i \"s#HOME#$HOME#\" netdata.conf; exec {home}/usr/sbin/netdata -D -c netdata.conf"], ADDRESS, 19999, ready="/api/v1/info",
                   headers=None, files={"netdata.conf": text})


with start("*") as server:
    import time
    time.sleep(6)
    with Case("netdata-1.37.1-open", "Netdata without a login: what it is, its charts, values of one chart in several formats, all metrics, its configuration.", HELD) as case:
        ask = asker(case, server, "netdata")
        ask("metadata", "/api/v1/info", version=VERSION)
        ask("metadata", "/api/v1/charts", agent="leakix")
        ask("metadata", "/api/v1/chart?chart=system.load")
        ask("data", "/api/v1/data?chart=system.load&after=-4&format=json", also=["metadata"])
        ask("data", "/api/v1/data?chart=system.cpu&after=-4&format=csv", also=["metadata"])
        ask("metadata", "/api/v1/allmetrics?format=prometheus", also=["data"])
        ask("metadata", "/api/v1/alarms?all", also=["open"])
        ask("refused", "/netdata.conf", status=403, also=["none"])
        ask("open", "/api/v1/data?chart=not.here", status=404)

with start("10.20.40.*") as server:
    with Case("netdata-1.37.1-protected", "Netdata whose dashboard answers the inside network only: 403 for others.", HELD) as case:
        ask = asker(case, server, "netdata")
        for target in ("/api/v1/info", "/api/v1/data?chart=system.load&after=-4"):
            ask("refused", target, status=(403, 451), also=["none"])
        ask("metadata", "/api/v1/info", source="10.20.40.9", version=VERSION)
