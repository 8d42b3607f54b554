# SPDX-License-Identifier: Apache-2.0
"""ArcadeDB 25.3.1: it has passwords always; its health and its start page answer everyone."""
import json
from asking import Asking, basic
from record import Case, customer
from service import JAVA21, Service, maven

CUSTOMERS, ADDRESS, PORT = 120, "10.20.30.15", 2480
USER = "root:correct-horse"


def arcadedb():
    jars = maven("arcadedb-25.3.1", "com.arcadedb:arcadedb-server:25.3.1", "com.arcadedb:arcadedb-studio:25.3.1")
    return Service("arcadedb", [JAVA21 + "/bin/java", "-Xms128m", "-Xmx512m", "-Darcadedb.server.rootPassword=correct-horse", f"-Darcadedb.server.httpIncomingHost={ADDRESS}",
                                f"-Darcadedb.server.httpIncomingPort={PORT}", "-Darcadedb.server.rootPath={HOME}", "-Darcadedb.profile=low-ram", "-cp", jars + "/*", "com.arcadedb.server.ArcadeDBServer"],
                   ADDRESS, PORT, ready="/api/v1/ready", user=USER)


def sql(command):
    return {"language": "sql", "command": command}


def fill(server):
    server.call("POST", "/api/v1/server", {"command": "create database support"})
    server.call("POST", "/api/v1/command/support", sql("CREATE DOCUMENT TYPE customers"))
    script = ";".join("INSERT INTO customers CONTENT " + json.dumps(customer(i)) for i in range(CUSTOMERS))
    server.call("POST", "/api/v1/command/support", {"language": "sqlscript", "command": script})
    return f"database support, type customers, {CUSTOMERS} records"


def main():
    with arcadedb() as server:
        held = fill(server)
        with Case("arcadedb-25.3.1-protected", "ArcadeDB, which always has passwords: 401 without a realm for none, 403 for a wrong one; with the right one names, records, errors with status 500, and changes.", held) as case:
            ask = Asking(case, server, "arcadedb").ask
            known = {"headers": basic(USER), "credentials": "proven", "source": "10.20.40.9"}
            there = {"version": "25.3.1", **known}
            rows = {"datasets": ["customers"], **there}
            ask("GET /api/v1/ready", verdict="revealed", status=204, also=["probed", "none"])
            for request in ("GET /api/v1/server", "GET /api/v1/databases", "GET /api/v1/query/support/sql/select%20from%20customers"):
                ask(request, verdict="refused", status=401)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM customers"), verdict="refused", status=401)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM customers"), verdict="refused", status=403, headers=basic("root:playwithdata"), credentials="presented")
            ask("GET /api/v1/databases", verdict="refused", status=403, headers=basic("root:root"), credentials="presented")
            ask("GET /api/v1/databases", verdict="metadata", version="25.3.1", datasets=["support"], **known)
            ask("GET /api/v1/server", verdict="metadata", version="25.3.1", **known)
            ask("GET /api/v1/exists/support", verdict="metadata", datasets=["support"], **there)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM schema:types"), verdict="metadata", also=["data"], **there)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM customers LIMIT 3"), verdict="data", returned=3, **rows)
            ask("GET /api/v1/query/support/sql/select%20from%20customers", verdict="data", returned=CUSTOMERS, **rows)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM customers WHERE minutes = -1"), verdict="open", **there)
            ask("POST /api/v1/query/support", body=sql("SELECT FROM nowhere"), verdict="open", status=500, **known)
            ask("POST /api/v1/command/support", body=sql("DELETE FROM customers WHERE minutes = 0"), verdict="tampered", **there)
            ask("POST /api/v1/server", body={"command": "drop database support"}, verdict="tampered", version="25.3.1", **known)


if __name__ == "__main__":
    main()
