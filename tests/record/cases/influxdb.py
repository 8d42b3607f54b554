# SPDX-License-Identifier: Apache-2.0
"""InfluxDB 1.6 as Debian 12 has it, open and with authentication."""
import urllib.parse
from asker import CUSTOMERS, OPERATOR, TICKETS, asker, basic
from record import Case, customer, support_case
from service import Service, debian

ADDRESS, VERSION = "10.20.30.21", "1.6.7~rc0"
HELD = f"database support with {CUSTOMERS} points in measurement customers and {TICKETS} in tickets"
CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "{HOME}/meta"
[data]
  dir = "{HOME}/data"
  wal-dir = "{HOME}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "ADDRESS:8086"
  auth-enabled = AUTH
  log-enabled = false
"""
STATEMENTS = [f"CREATE USER {OPERATOR.split(':')[0]} WITH PASSWORD '{OPERATOR.split(':')[1]}' WITH ALL PRIVILEGES", "CREATE DATABASE support"]
FORM = ["Content-Type: application/x-www-form-urlencoded"]


def query(statement, **parameters):
    return "/query?" + urllib.parse.urlencode({**parameters, "q": statement})


def start(auth):
    home = debian("influxdb-debian", "influxdb")
    folder = f"/influxdb-{auth}"
    return Service("influxdb", ["/bin/sh", "-c", f"sed 's#[{{]HOME[}}]#{{HOME}}#' influxdb.conf > own.conf; exec {home}/usr/bin/influxd -config own.conf"], ADDRESS, 8086, ready="/ping",
                   files={"influxdb.conf": CONFIG.replace("ADDRESS", ADDRESS).replace("AUTH", auth)})


def quoted(text):
    return '"' + str(text).replace('"', '\\"') + '"'


def fill(server):
    for statement in STATEMENTS:
        server.call("POST", "/query", urllib.parse.urlencode({"q": statement}), "application/x-www-form-urlencoded")
        server.user = OPERATOR
    for measurement, count, make in (("customers", CUSTOMERS, customer), ("tickets", TICKETS, support_case)):
        lines = [f"{measurement} " + ",".join(f"{key}={quoted(value)}" for key, value in make(i).items()) + f" {1575000000 + i}" for i in range(count)]
        server.call("POST", "/write?db=support&precision=s", "\n".join(lines), "text/plain")


with start("false") as server:
    fill(server)
    with Case("influxdb-1.6.7-open", "InfluxDB without authentication: ping, names, points as JSON, as CSV, in chunks, compressed, by a form; errors inside 200; points written and a database dropped. "
              "Credentials are accepted whatever they are.", HELD) as case:
        ask = asker(case, server, "influxdb", version=VERSION)
        ask("revealed", "/ping", status=204)
        ask("revealed", "/ping", method="HEAD", status=204, agent="go")
        ask("revealed", "/", status=404, also=["none"])
        ask("metadata", query("SHOW DATABASES"), datasets=["support"])
        ask("metadata", query("show databases", pretty="true"), agent="leakix", datasets=["support"])
        ask("metadata", query("SHOW MEASUREMENTS", db="support"))
        ask("metadata", query("SHOW FIELD KEYS", db="support"))
        ask("metadata", query("SHOW USERS"))
        ask("metadata", "/debug/vars")
        ask("data", query("SELECT * FROM customers LIMIT 5", db="support"), returned=5, datasets=["support"])
        ask("data", query("SELECT title, severity FROM tickets", db="support", epoch="s"), headers=["Accept-Encoding: gzip"], returned=TICKETS, datasets=["support"])
        ask("data", query("SELECT customer_email FROM customers LIMIT 7", db="support"), headers=["Accept: application/csv"], returned=7, datasets=["support"])
        ask("data", query("SELECT title FROM tickets", db="support", chunked="true", chunk_size="10"), returned=TICKETS, datasets=["support"])
        ask("data", "/query?db=support", method="POST", body=urllib.parse.urlencode({"q": "SELECT customer_email FROM customers LIMIT 3"}), headers=FORM, returned=3, datasets=["support"])
        ask("data", query("SELECT title FROM tickets LIMIT 2", db="support", u="root", p="root"), credentials="presented", returned=2, datasets=["support"])
        ask("metadata", query("SELECT count(title) FROM tickets", db="support"), also=["data"])
        ask("open", query("SELECT * FROM nothere", db="support"))
        ask("open", query("SELECT * FROM customers", db="nothere"))
        ask("open", query("SELEKT"), status=400)
        ask("open", "/query", status=400)
        ask("open", "/write?db=nothere", method="POST", body="a b=1", headers=["Content-Type: text/plain"], status=404)
        ask("tampered", "/write?db=support", method="POST", body='tickets title="Ticket 900"', headers=["Content-Type: text/plain"], status=204)
        ask("tampered", "/query", method="POST", body=urllib.parse.urlencode({"q": "CREATE DATABASE readme_to_recover"}), headers=FORM)
        ask("tampered", "/query", method="POST", body=urllib.parse.urlencode({"q": "DROP DATABASE support"}), headers=FORM)

with start("true") as server:
    fill(server)
    with Case("influxdb-1.6.7-protected", "InfluxDB with authentication: 401 without credentials and with wrong ones; ping and /debug/vars answer everyone; data with the right password, in a header or in the URL.", HELD) as case:
        ask = asker(case, server, "influxdb", version=VERSION)
        ask("revealed", "/ping", status=204)
        ask("refused", query("SHOW DATABASES"), status=401)
        ask("refused", query("SELECT * FROM customers", db="support"), status=401)
        ask("refused", query("SELECT * FROM customers", db="support"), headers=[basic("admin:admin")], status=401, credentials="presented")
        ask("refused", query("SELECT * FROM customers", db="support", u="root", p="root"), status=401, credentials="presented")
        ask("refused", "/write?db=support", method="POST", body="a b=1", headers=["Content-Type: text/plain"], status=401)
        ask("metadata", "/debug/vars")
        ask("data", query("SELECT title FROM tickets LIMIT 4", db="support"), headers=[basic()], source="10.20.40.9", credentials="proven", returned=4, datasets=["support"])
        ask("data", query("SELECT title FROM tickets LIMIT 4", db="support", u="operator", p="correct-horse"), source="10.20.40.20", credentials="proven", returned=4, datasets=["support"])
