# SPDX-License-Identifier: Apache-2.0
"""OrientDB 3.2.36: it has passwords always; its list of databases is open to the user guest."""
from asking import Asking, basic
from record import Case, customer
from service import JAVA17, Service, maven

CUSTOMERS, ADDRESS, PORT = 120, "10.20.30.21", 2480
USER = "root:correct-horse"
CONFIG = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<orient-server><network><protocols><protocol name="http" implementation="com.orientechnologies.orient.server.network.protocol.http.ONetworkProtocolHttpDb"/></protocols>
<listeners><listener protocol="http" ip-address="ADDRESS" port-range="2480"><parameters><parameter name="network.http.charset" value="utf-8"/></parameters></listener></listeners></network>
<users><user name="root" password="correct-horse" resources="*"/><user name="guest" password="guest" resources="connect,server.listDatabases"/></users>
<properties><entry name="server.database.path" value="HOME/databases"/></properties></orient-server>""".replace("ADDRESS", ADDRESS)


def orientdb():
    jars = maven("orientdb-3.2.36", "com.orientechnologies:orientdb-server:3.2.36")
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.nio", "java.util", "sun.nio.ch", "jdk.internal.misc")]
    return Service("orientdb", [JAVA17 + "/bin/java", "-Xms128m", "-Xmx512m", *opens, "-DORIENTDB_HOME={HOME}", "-Dorientdb.config.file={HOME}/config.xml", "-Dstorage.diskCache.bufferSize=128",
                                "-cp", jars + "/*", "com.orientechnologies.orient.server.OServerMain"],
                   ADDRESS, PORT, ready="/listDatabases", user=USER, files={"config.xml": CONFIG.replace("HOME", "${ORIENTDB_HOME}"), "databases/.keep": "", "log/.keep": ""})


def fill(server):
    server.call("POST", "/database/support/plocal/document")
    server.call("POST", "/command/support/sql", "CREATE CLASS customers")
    for i in range(CUSTOMERS):
        server.call("POST", "/document/support", {"@class": "customers", **customer(i)})
    return f"database support, class customers, {CUSTOMERS} records"


def main():
    with orientdb() as server:
        held = fill(server)
        with Case("orientdb-3.2.36-protected", "OrientDB, which always has passwords: its connections, databases and settings are shown to everyone, databases are 401; with the right password a cookie, names, records, an export, and changes.", held) as case:
            ask = Asking(case, server, "orientdb").ask
            known = {"headers": basic(USER), "credentials": "proven", "source": "10.20.40.9"}
            here = {"datasets": ["support"], **known}
            rows = {"datasets": ["customers"], **known}
            ask("GET /listDatabases", verdict="metadata")
            ask("GET /server", verdict="metadata", agent="leakix", also=["data"])
            ask("GET /", verdict="revealed", status=405, also=["open", "probed", "none"])
            for request in ("GET /database/support", "GET /query/support/sql/select%20from%20customers"):
                ask(request, verdict="refused", status=401)
            ask("POST /command/support/sql", body="SELECT FROM customers", verdict="refused", status=401, headers=basic("admin:admin"), credentials="presented")
            ask("GET /listDatabases", verdict="metadata", datasets=["OSystem", "support"], **known)
            ask("GET /database/support", verdict="metadata", version="3.2.36", **here)
            ask("GET /class/support/customers", verdict="metadata", **known)
            ask("GET /query/support/sql/select%20from%20customers/3", verdict="data", returned=3, **rows)
            ask("POST /command/support/sql", body="SELECT FROM customers", verdict="data", returned=CUSTOMERS, **rows)
            ask("POST /command/support/sql", body="SELECT FROM customers WHERE minutes = -1", verdict="open", **known)
            ask("POST /command/support/sql", body="SELECT FROM nowhere", verdict="open", status=500, **known)
            c = case.client("10.20.40.9", server.address, agent="firefox", port=PORT)
            cookie = c.get("/connect/support", headers=basic(USER), status=204).headers["set-cookie"].split(";")[0]
            c.get("/query/support/sql/select%20from%20customers/2", headers=["Cookie: " + cookie])
            c.expect("data", store="orientdb", credentials="proven", returned=2, datasets=["customers"])
            c.close()
            ask("GET /export/support", verdict="data", **here)
            ask("POST /command/support/sql", body="DELETE FROM customers WHERE minutes = 0", verdict="tampered", **known)
            ask("DELETE /database/support", verdict="tampered", status=204, **known)


if __name__ == "__main__":
    main()
