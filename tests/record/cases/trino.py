# SPDX-License-Identifier: Apache-2.0
"""Trino 476: SQL for whoever says a name, and with authentication."""
import json, time
from record import HERE, Case, Nginx, customer
from service import JAVA21, Service, maven

OPEN, CLOSED = "10.20.30.14", "10.20.30.60"
jars = maven("trino-476-air", "io.airlift:http-client:336", "io.airlift:jaxrs:336", "io.trino:trino-testing:476", "io.trino:trino-memory:476")


def coordinator(address, *settings, files=None):
    return Service("trino", ["python3", HERE + "/lib/relay.py", address, "8080", JAVA21 + "/bin/java", "-Xmx600m", "-Djava.io.tmpdir={HOME}", "--add-modules", "jdk.incubator.vector", "-cp", jars + "/*", HERE + "/lib/RunTrino.java", "8080", *settings], address, 8080, ready="/v1/info", seconds=200, files=files)


WHO = ["X-Trino-User: anyone", "X-Trino-Catalog: memory", "X-Trino-Schema: default"]


def run(server, words):
    """A statement before the recording; its rows. A server that has just started fails for a while."""
    for _ in range(60):
        said = json.loads(server.call("POST", "/v1/statement", words, headers=dict(line.split(": ") for line in WHO)))
        rows = said.get("data", [])
        while "nextUri" in said:
            said = json.loads(server.call("GET", said["nextUri"].split(":8080")[1], headers={"X-Trino-User": "anyone"}))
            rows += said.get("data", [])
        if "error" not in said:
            return rows
        time.sleep(1)
    raise SystemExit("trino does not become ready")


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", headers=WHO, **more):
        c = case.client(source, address, agent=agent, port=8080)
        for target in exchanges:
            status = 200
            if isinstance(target, tuple):
                target, status = target
            if target.startswith("/"):
                answer = c.get(target, headers=headers, status=status)
                continue
            answer = c.post("/v1/statement", target, headers=[*headers, "Content-Type: text/plain"], status=status)
            while answer.status == 200 and "nextUri" in answer.json():
                answer = c.get(answer.json()["nextUri"].split(":8080")[1], headers=headers)
        c.expect(verdict, **{"store": "trino", "credentials": "none", **more})
        c.close()
    return ask


def row(i):
    return f"({i}, '{customer(i)['case_number']}', '{customer(i)['customer_email']}')"


with coordinator(OPEN) as server:
    run(server, "create table customers as select * from (values " + ", ".join(row(i) for i in range(120)) + ") as t(id, case_number, mail)")
    with Case("trino-476-open", "An open Trino: 401 with a challenge for who says no name, everything for who says any; results come pages later than the question; errors with status 200; what others asked.",
              "a table customers of 120 rows") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", ["/v1/info"], "revealed", agent="censys", headers=[])
        ask("203.0.113.42", [("/v1/query", 401)], "none", headers=[], also=["open", "revealed", "probed"])
        ask("203.0.113.42", [("select 1", 401)], "open", headers=[])
        ask("203.0.113.43", ["select * from customers"], "data", returned=120)
        ask("203.0.113.43", ["select mail from customers limit 7"], "data", returned=7)
        ask("203.0.113.43", ["select * from customers where id > 1000"], "open")
        ask("203.0.113.43", ["select * from nothere"], "open")
        ask("203.0.113.43", ["nonsense"], "open")
        ask("203.0.113.61", ["/v1/query"], "metadata", classes={"email": 10 * 120})
        ask("203.0.113.61", ["/ui/api/stats"], "metadata", headers=[])
        ask("198.51.100.20", ["insert into customers values (999, 'x', 'pay')"], "tampered", agent="requests", also=["open"])
        ask("198.51.100.20", ["drop table customers"], "tampered", agent="requests", also=["open"])
    with Nginx("passwords"), Case("trino-476-protected", "Trino behind nginx with a password.", "nothing") as case:
        ask = asker(case, CLOSED)
        ask("203.0.113.42", [("select 1", 401)], "refused")
        ask("203.0.113.42", [("/v1/info", 401)], "none", also=["refused", "probed"])
