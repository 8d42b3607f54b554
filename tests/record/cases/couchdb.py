# SPDX-License-Identifier: Apache-2.0
"""pouchdb-server 4.2: CouchDB's interface in JavaScript, open to all (admin party) and with an administrator and a closed database."""
from asker import CUSTOMERS, OPERATOR, TICKETS, asker, basic
from record import Case, customer, support_case
from service import Service, npm

ADDRESS, VERSION = "10.20.30.11", "4.2.0"
NAME, PASSWORD = OPERATOR.split(":")
HELD = f"database customers with {CUSTOMERS} documents, tickets with {TICKETS}"
JSON = ["Accept: application/json"]


def start():
    home = npm("pouchdb-server", "pouchdb-server@4.2.0")
    return Service("pouchdb", ["node", "--unhandled-rejections=warn", home + "/node_modules/.bin/pouchdb-server", "--host", ADDRESS, "--port", "5984", "--in-memory"], ADDRESS, 5984)


def fill(server):
    for name, count, make in (("customers", CUSTOMERS, customer), ("tickets", TICKETS, support_case)):
        server.call("PUT", "/" + name)
        server.call("POST", f"/{name}/_bulk_docs", {"docs": [{"_id": f"{i:04d}", **make(i)} for i in range(count)]})


with start() as server:
    fill(server)
    with Case("pouchdb-server-4.2.0-open", "CouchDB's interface as pouchdb-server has it, in admin party: names, counts, documents with and without Accept: application/json, deflate and gzip, views, attachments of answers, "
              "unknown credentials answered by 401 although nobody needs any, documents written, a database deleted.", HELD) as case:
        ask = asker(case, server, "couchdb")
        ask("revealed", "/", version=VERSION)
        ask("revealed", "/", headers=JSON, agent="requests", version=VERSION)
        ask("revealed", "/_session", also=["metadata"])
        ask("metadata", "/_all_dbs", datasets=["_replicator", "_users", "customers", "tickets"], also=["metadata"])
        ask("metadata", "/_all_dbs", headers=[*JSON, "Accept-Encoding: deflate"], agent="leakix")
        ask("metadata", "/customers", records=CUSTOMERS, datasets=["customers"])
        ask("metadata", "/customers/_all_docs?limit=0", records=CUSTOMERS, datasets=["customers"])
        ask("metadata", "/_config")
        ask("metadata", "/customers/_security", also=["open"])
        ask("data", "/customers/_all_docs?include_docs=true&limit=10", returned=10, records=CUSTOMERS, datasets=["customers"])
        ask("data", "/tickets/_all_docs?include_docs=true", headers=["Accept-Encoding: gzip, deflate"], agent="requests", returned=TICKETS, records=TICKETS, datasets=["tickets"])
        ask("data", "/tickets/_all_docs?include_docs=true", headers=["Accept-Encoding: deflate"], returned=TICKETS, records=TICKETS, datasets=["tickets"])
        ask("data", "/customers/_changes?include_docs=true&limit=5", returned=5, datasets=["customers"])
        ask("data", "/customers/0007", returned=1, datasets=["customers"])
        ask("data", "/customers/_find", method="POST", body={"selector": {"status": "open"}, "limit": 4}, headers=JSON, returned=4, datasets=["customers"])
        ask("data", "/customers/_all_docs?limit=5&include_docs=true", "/customers/_all_docs?limit=5&skip=5&include_docs=true", also=["drained"], returned=10)
        ask("open", "/nothere", status=404)
        ask("open", "/wp-login.php", status=404, also=["none"])
        ask("open", "/customers/nothere", status=404)
        ask("none", "/_all_dbs", headers=[basic("admin:admin")], status=401, credentials="presented")
        ask("tampered", "/customers/9000", method="PUT", body={"note": "x"}, status=201, datasets=["customers"])
        ask("tampered", "/tickets/_bulk_docs", method="POST", body={"docs": [{"a": 1}]}, status=201, datasets=["tickets"])
        ask("tampered", "/readme_to_recover", method="PUT", status=201)
        ask("tampered", "/tickets", method="DELETE", datasets=["tickets"])
    with Case("pouchdb-server-4.2.0-brotli", "The same server asked by curl --compressed, which offers br, and takes it.", HELD) as case:
        ask = asker(case, server, "couchdb")
        offer = ["Accept-Encoding: deflate, gzip, br, zstd"]
        ask("metadata", "/_all_dbs", headers=offer, datasets=["_replicator", "_users", "customers", "readme_to_recover"])
        ask("data", "/customers/_all_docs?include_docs=true&limit=50", headers=offer, returned=50, datasets=["customers"])
        ask("data", "/customers/_changes?include_docs=true&limit=7", headers=offer, returned=7, datasets=["customers"])

with start() as server:
    fill(server)
    server.call("PUT", "/_config/admins/" + NAME, '"' + PASSWORD + '"')
    server.user = OPERATOR
    for name in ("customers", "tickets"):
        server.call("PUT", f"/{name}/_security", {"admins": {"names": [NAME], "roles": []}, "members": {"names": [NAME], "roles": []}})
    with Case("pouchdb-server-4.2.0-protected", "The same with an administrator and closed databases: names of databases stay open, documents and administration are refused without WWW-Authenticate; "
              "a login by form and cookie.", HELD) as case:
        ask = asker(case, server, "couchdb")
        ask("revealed", "/", version=VERSION)
        ask("metadata", "/_all_dbs", datasets=["_replicator", "_users", "customers", "tickets"])
        for target in ("/customers/_all_docs?include_docs=true", "/customers/0007", "/customers", "/_config"):
            ask("refused", target, status=401)
        ask("refused", "/customers/0900", method="PUT", body={}, status=401)
        ask("none", "/customers/_all_docs", headers=[basic("admin:admin")], status=401, credentials="presented")
        ask("data", "/tickets/0001", "/tickets/0002", "/tickets/0003", headers=[basic()], source="10.20.40.9", returned=3, credentials="proven", datasets=["tickets"])
        c = case.client("10.20.40.20", ADDRESS, agent="firefox", port=5984)
        answer = c.post("/_session", f"name={NAME}&password={PASSWORD}", headers=["Content-Type: application/x-www-form-urlencoded"])
        cookie = answer.headers["set-cookie"].split(";")[0]
        c.get("/tickets/_changes?limit=4", headers=["Cookie: " + cookie])
        c.get("/tickets/0004", headers=["Cookie: " + cookie])
        c.expect("data", store="couchdb", returned=5, credentials="proven", datasets=["tickets"])
