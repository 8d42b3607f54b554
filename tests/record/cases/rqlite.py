# SPDX-License-Identifier: Apache-2.0
"""rqlite 8.36.0, SQLite over HTTP: open, and with users."""
import base64, json, time
from exchange import Asker
from record import Case, customer
from service import Service, go

ROWS = 37
# Its status tells the name of the host and where its program and files lie: these.
HOST = ["unshare", "-rm", "--uts", "sh", "-c", 'hostname warehouse && mount -t tmpfs none /srv && cp users.json "$0" /srv && cd /srv && exec ./rqlited "$@"']
USERS = [{"username": "operator", "password": "correct-horse", "perms": ["all"]}, {"username": "clerk", "password": "battery-staple", "perms": ["status"]}]


def basic(text):
    return "Authorization: Basic " + base64.b64encode(text.encode()).decode()


def start(address, *options, **more):
    program = go("rqlite-8.36.0", "github.com/rqlite/rqlite/v8", "v8.36.0", "./cmd/rqlited", cgo=True)
    server = Service("rqlite", [*HOST, program, f"-http-addr={address}:4001", "-raft-addr=127.0.0.1:4002", "-node-id=warehouse", *options, "data"], address, 4001, ready="/readyz",
                     files={"users.json": json.dumps(USERS)}, **more)
    for _ in range(60):
        if b"[+]leader ok" in server.call("GET", "/readyz", good=lambda s: True):
            break
        time.sleep(0.5)
    rows = [["INSERT INTO customers(case_number, customer_email) VALUES(?, ?)", customer(i)["case_number"], customer(i)["customer_email"]] for i in range(ROWS)]
    server.call("POST", "/db/execute", [["CREATE TABLE customers (id INTEGER PRIMARY KEY, case_number TEXT, customer_email TEXT)"]])
    server.call("POST", "/db/execute", rows)
    return server


held = f"a table customers with {ROWS} rows"
with start("10.20.30.11") as server:
    with Case("rqlite-8.36.0-open", "rqlite without users: rows as columns and values, as objects, in pairs; the whole database as an SQLite file and as SQL; errors with status 200; rows written and a table dropped.", held) as case:
        ask = Asker(case, server.address, server.port, store="rqlite", credentials="none")
        ask("revealed", "/readyz", agent="censys")
        ask("data", "/status", "/db/query?q=SELECT%20*%20FROM%20customers%20LIMIT%201", version="8", returned=1)
        ask("metadata", "/nodes")
        ask("data", "/db/query?q=SELECT%20*%20FROM%20customers", returned=ROWS)
        ask("data", "/db/query?associative&q=SELECT%20*%20FROM%20customers", headers=["Accept-Encoding: gzip"], returned=ROWS)
        ask("data", "POST /db/query", body=["SELECT * FROM customers LIMIT 5"], returned=5)
        ask("data", "POST /db/request", body=["SELECT * FROM customers LIMIT 7"], returned=7)
        ask("data", "/db/query?q=SELECT%20count(*)%20FROM%20customers", returned=1)
        ask("open", "/db/query?q=SELECT%20*%20FROM%20customers%20WHERE%20id=0")
        ask("open", "/db/query?q=SELECT%20*%20FROM%20missing")
        ask("open", "/db/query")
        ask("data", "/db/backup", returned=1)
        ask("data", "/db/backup?fmt=sql", returned=1)
        ask("tampered", "POST /db/execute", body=["INSERT INTO customers(case_number) VALUES('read me')"])
        ask("open", "POST /db/execute", body=["INSERT INTO missing(x) VALUES('y')"])
        ask("tampered", "POST /db/execute", body=["DROP TABLE customers"])
with start("10.20.30.41", "-auth", "users.json", user="operator:correct-horse") as server:
    with Case("rqlite-8.36.0-protected", "rqlite with users: 401 with an empty body and no challenge.", held) as case:
        ask = Asker(case, server.address, server.port, store="rqlite", credentials="none")
        for target in ("/db/query?q=SELECT%20*%20FROM%20customers", "/status", "/db/backup"):
            ask("refused", target, status=401)
        ask("refused", "POST /db/execute", body=["DROP TABLE customers"], status=401)
        ask("refused", "/db/query?q=SELECT%20*%20FROM%20customers", status=401, headers=[basic("operator:123456")], credentials="presented")
        ask("refused", "/db/query?q=SELECT%20*%20FROM%20customers", status=401, headers=[basic("clerk:battery-staple")], credentials="presented")
        ask("data", "/db/query?q=SELECT%20*%20FROM%20customers", source="10.20.40.9", headers=[basic("operator:correct-horse")], credentials="proven", returned=ROWS)
