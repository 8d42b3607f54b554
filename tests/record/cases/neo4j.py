# SPDX-License-Identifier: Apache-2.0
"""Neo4j 5.26.0 over HTTP, open and with its own passwords."""
import json
from asking import Asking, basic
from record import Case, customer
from service import JAVA17, Service, maven

CUSTOMERS, ADDRESS, PORT = 120, "10.20.30.13", 7474
TX, QUERY = "/db/neo4j/tx/commit", "/db/neo4j/query/v2"


def neo4j(protected):
    jars = maven("neo4j-5.26.0", "org.neo4j.test:neo4j-harness:5.26.0")
    conf = "\n".join(("dbms.security.auth_enabled=" + str(protected).lower(), f"server.default_listen_address={ADDRESS}", f"server.default_advertised_address={ADDRESS}",
                      "server.memory.heap.max_size=512m", "server.memory.pagecache.size=32m", "server.http.listen_address=:7474", "server.bolt.listen_address=:7687", "dbms.usage_report.enabled=false", ""))
    opens = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in ("lang", "nio", "io", "util.concurrent")] + ["--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"]
    return Service("neo4j", [JAVA17 + "/bin/java", "-Xms256m", "-Xmx512m", *opens, "-cp", jars + "/*", "org.neo4j.server.CommunityEntryPoint", "--home-dir={HOME}", "--config-dir={HOME}/conf"],
                   ADDRESS, PORT, files={"conf/neo4j.conf": conf, "data/.keep": "", "logs/.keep": "", "run/.keep": "", "import/.keep": "", "plugins/.keep": ""})


def cypher(*statements, **parameters):
    return {"statements": [{"statement": statement, "parameters": parameters} for statement in statements]}


def fill(server):
    rows = [{"id": i, **customer(i)} for i in range(CUSTOMERS)]
    said = json.loads(server.call("POST", TX, cypher("UNWIND $rows AS row CREATE (c:Customer) SET c = row", rows=rows)))
    assert not said["errors"], said
    return f"{CUSTOMERS} nodes with the label Customer"


JOLT = ["Accept: application/vnd.neo4j.jolt", "Content-Type: application/json"]
SEQUENCE = ["Accept: application/vnd.neo4j.jolt+json-seq", "Content-Type: application/json"]
TYPED = ["Accept: application/vnd.neo4j.query", "Content-Type: application/vnd.neo4j.query"]
PEOPLE = "MATCH (c:Customer) RETURN c.id, c.customer_email LIMIT 3"
WHERE = {"datasets": ["neo4j"]}


def open_server():
    with neo4j(False) as server:
        held = fill(server)
        with Case("neo4j-5.26.0-open", "Neo4j without authentication: rows by both interfaces, with status 200, 201 and 202, in three formats; names, errors with status 200, and changes.", held) as case:
            ask = Asking(case, server, "neo4j").ask
            ask("GET /", verdict="revealed", version="5.26.0", agent="censys")
            ask("GET /", verdict="probed", status=303, headers=["Accept: text/html"], agent="firefox", also=["none", "revealed"])
            ask("GET /nothere", verdict="probed", status=404, also=["none", "revealed", "open"])
            ask(f"POST {TX}", verdict="metadata", also=["data"], body=cypher("SHOW DATABASES"), **WHERE)
            ask(f"POST {TX}", verdict="metadata", also=["data"], body=cypher("CALL db.labels()"), **WHERE)
            ask(f"POST {TX}", verdict="data", body=cypher("MATCH (c:Customer) RETURN c LIMIT 3"), source="198.51.100.9", returned=3, **WHERE)
            ask(f"POST {QUERY}", verdict="data", body={"statement": PEOPLE}, status=202, returned=3, **WHERE)
            ask(f"POST {QUERY}", verdict="data", body={"statement": PEOPLE}, status=202, headers=TYPED, returned=3, **WHERE)
            ask("POST /db/neo4j/tx", verdict="data", body=cypher(PEOPLE), status=201, returned=3, **WHERE)
            ask(f"POST {TX}", verdict="data", body=cypher(PEOPLE), headers=JOLT, returned=3, **WHERE)
            ask(f"POST {TX}", verdict="data", body=cypher(PEOPLE), headers=SEQUENCE, returned=3, **WHERE)
            ask(f"POST {TX}", verdict="data", body=cypher("MATCH (c:Customer) RETURN c.id, c.customer_email, c.notes"), source="198.51.100.20", agent="requests", returned=CUSTOMERS, **WHERE)
            ask(f"POST {TX}", verdict="open", body=cypher("RETRUN 1"))
            ask(f"POST {QUERY}", verdict="open", body={"statement": "RETRUN 1"}, status=400)
            ask(f"POST {TX}", verdict="open", body=cypher("MATCH (n:Nothing) RETURN n"))
            ask("POST /db/nothere/tx/commit", verdict="open", body=cypher("RETURN 1"), status=404)
            ask(f"POST {TX}", verdict="data", body=cypher(PEOPLE), headers=basic("neo4j:neo4j"), credentials="presented", returned=3, **WHERE)
            ask(f"POST {TX}", verdict="tampered", body=cypher("MATCH (c:Customer {id: 119}) DETACH DELETE c"), source="198.51.100.77", **WHERE)
            ask(f"POST {QUERY}", verdict="tampered", body={"statement": "CREATE (n:READ_ME {text: 'pay'})", "includeCounters": True}, status=202, source="198.51.100.77", **WHERE)


def protected_server():
    with neo4j(True) as server:
        server.user = "neo4j:neo4j"
        with Case("neo4j-5.26.0-unchanged", "Neo4j with passwords, and nobody changed the first one: the root tells the version, everything else 401; with the first password 200 and 400, and nothing is done.", "nothing") as case:
            ask = Asking(case, server, "neo4j").ask
            ask("GET /", verdict="revealed", version="5.26.0", agent="censys")
            ask(f"POST {TX}", verdict="refused", body=cypher("RETURN 1"), status=401)
            ask(f"POST {QUERY}", verdict="refused", body={"statement": "RETURN 1"}, status=401)
            ask(f"POST {TX}", verdict="refused", body=cypher("RETURN 1"), headers=basic("neo4j:neo4j"), credentials="presented")
            ask(f"POST {QUERY}", verdict="refused", body={"statement": "RETURN 1"}, headers=basic("neo4j:neo4j"), credentials="presented", status=400)
        server.call("POST", "/db/system/tx/commit", cypher("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO 'correct-horse'"))
        server.user = "neo4j:correct-horse"
        held = fill(server)
        with Case("neo4j-5.26.0-protected", "Neo4j with passwords: 401 without and with wrong ones, 429 after three of them, data with the right one.", held) as case:
            ask = Asking(case, server, "neo4j").ask
            ask(f"POST {TX}", verdict="refused", body=cypher(PEOPLE), status=401)
            ask(f"POST {TX}", verdict="data", body=cypher(PEOPLE), headers=basic("neo4j:correct-horse"), credentials="proven", source="10.20.40.9", returned=3, **WHERE)
            c = case.client("203.0.113.61", server.address, agent="requests", port=PORT)
            for word in ("neo4j:neo4j", "neo4j:password", "neo4j:admin", "neo4j:test"):
                last = c.post(TX, cypher("RETURN 1"), headers=basic(word), status=(401, 429))
            assert last.status == 429, last.status
            c.expect("refused", store="neo4j", credentials="presented")


if __name__ == "__main__":
    open_server()
    protected_server()
