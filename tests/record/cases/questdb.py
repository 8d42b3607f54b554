# SPDX-License-Identifier: Apache-2.0
"""QuestDB 8.2.0, open and with a password for HTTP."""
from urllib.parse import quote
from asking import Asking, basic
from record import Case, customer
from service import JAVA17, Service, maven

CUSTOMERS, ADDRESS, PORT = 120, "10.20.30.14", 9000


def questdb(protected):
    jars = maven("questdb-8.2.0", "org.questdb:questdb:8.2.0")
    conf = [f"http.bind.to={ADDRESS}:{PORT}", "http.min.enabled=false", "pg.enabled=false", "line.tcp.enabled=false", "telemetry.enabled=false", "shared.worker.count=1", "query.tracing.enabled=false"]
    if protected:
        conf += ["http.user=operator", "http.password=correct-horse"]
    return Service("questdb", [JAVA17 + "/bin/java", "-Xms128m", "-Xmx512m", "-cp", jars + "/*", "io.questdb.ServerMain", "-d", "{HOME}"], ADDRESS, PORT,
                   files={"conf/server.conf": "\n".join(conf) + "\n"}, user="operator:correct-horse" if protected else None)


def fill(server):
    def run(statement):
        server.call("GET", "/exec?query=" + quote(statement))
    run("CREATE TABLE customers (id INT, email STRING, case_number STRING, opened TIMESTAMP) TIMESTAMP(opened) PARTITION BY YEAR BYPASS WAL")
    for start in range(0, CUSTOMERS, 20):
        rows = (customer(i) | {"id": i} for i in range(start, start + 20))
        run("INSERT INTO customers VALUES " + ",".join(f"({c['id']},'{c['customer_email']}','{c['case_number']}','{c['opened'][:-1]}.000000Z')" for c in rows))
    return f"table customers, {CUSTOMERS} rows"


def sql(statement, path="/exec", **more):
    return path + "?" + "&".join(f"{k}={v}" for k, v in more.items()) + ("&" if more else "") + "query=" + quote(statement)


def open_server():
    with questdb(False) as server:
        held = fill(server)
        with Case("questdb-8.2.0-open", "QuestDB without a password: rows as JSON and CSV, names, errors, and changes by GET, by line protocol and by upload.", held) as case:
            ask = Asking(case, server, "questdb").ask
            ask("GET /", verdict="revealed", agent="censys")
            ask("GET /settings", verdict="revealed", version="8.2.0")
            ask("GET /ping", verdict="revealed", status=204, also=["probed"])
            ask("GET /nothere", verdict="probed", status=404, also=["none", "revealed", "open"])
            ask("GET " + sql("SHOW TABLES"), verdict="metadata")
            ask("GET " + sql("show columns from customers"), verdict="metadata")
            ask("GET " + sql("tables()"), verdict="metadata", also=["data"])
            ask("GET /chk?f=json&j=customers", verdict="metadata", also=["open"])
            ask("GET " + sql("SELECT * FROM customers LIMIT 3"), verdict="data", source="198.51.100.9", returned=3)
            ask("GET " + sql("customers", count="true", limit="2"), verdict="data", returned=2)
            ask("GET " + sql("customers", limit="100,120"), verdict="data", returned=21)    # both ends count
            ask("GET " + sql("customers", path="/exp"), verdict="data", source="198.51.100.20", agent="requests", returned=CUSTOMERS)
            ask("GET " + sql("SELECT * FROM customers WHERE id = -1"), verdict="open")
            ask("GET " + sql("SELECT x FROM nowhere"), verdict="open", status=400)
            ask("GET " + sql("INSERT INTO customers VALUES (500, 'a@example.com', 'x', '2021-01-01T00:00:00.000000Z')"), verdict="tampered", source="198.51.100.77")
            ask("POST /write", verdict="tampered", body="notes,who=us pay=1i 1577836800000000000\n", headers=["Content-Type: text/plain"], status=204, source="198.51.100.77")
            ask("GET " + sql("drop table customers"), verdict="tampered", source="198.51.100.77")


def protected_server():
    with questdb(True) as server:
        held = fill(server)
        with Case("questdb-8.2.0-protected", "QuestDB with a password: its page, settings and /ping answer everyone, everything else 401 in one word.", held) as case:
            ask = Asking(case, server, "questdb").ask
            ask("GET /settings", verdict="revealed", version="8.2.0")
            for target in (sql("SELECT * FROM customers"), sql("customers", path="/exp"), "/chk?f=json&j=customers"):
                ask("GET " + target, verdict="refused", status=401)
            ask("GET " + sql("SHOW TABLES"), verdict="refused", status=401, headers=basic("admin:quest"), credentials="presented")
            ask("GET " + sql("SELECT * FROM customers LIMIT 3"), verdict="data", headers=basic("operator:correct-horse"), credentials="proven", source="10.20.40.9", returned=3)


if __name__ == "__main__":
    open_server()
    protected_server()
