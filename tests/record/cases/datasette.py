# SPDX-License-Identifier: Apache-2.0
"""Datasette 0.65: an SQLite file as pages and as JSON, open and for one user only."""
import json
import os
import sqlite3
import tempfile
from asker import CUSTOMERS, TICKETS, asker
from record import Case, customer, support_case
from service import Service, pip

ADDRESS, VERSION = "10.20.30.44", "0.65.1"
HELD = f"support.db: customers {CUSTOMERS} rows, tickets {TICKETS}"
home = pip("datasette", "datasette==" + VERSION)


def database():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "support.db")
        with sqlite3.connect(path) as db:
            for table, count, make in (("customers", CUSTOMERS, customer), ("tickets", TICKETS, support_case)):
                names = list(make(0))
                db.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(name if name != 'case' else '[case]' for name in names)})")
                db.executemany(f"INSERT INTO {table} VALUES (?{', ?' * len(names)})", [(i, *make(i).values()) for i in range(count)])
        db.close()
        with open(path, "rb") as f:
            return f.read()


def start(*settings):
    return Service("datasette", [home + "/bin/datasette", "serve", "support.db", "--host", ADDRESS, "--port", "8001", *settings], ADDRESS, 8001, ready="/-/versions",
                   files={"support.db": database(), "closed.json": json.dumps({"allow": {"id": "root"}})})


with start() as server:
    with Case("datasette-0.65.1-open", "Datasette for everybody: versions, databases, tables with counts, rows as JSON in two shapes, as CSV and as a page, SQL, one row, a page, an error.", HELD) as case:
        ask = asker(case, server, "datasette")
        ask("revealed", "/-/versions.json", version=VERSION)
        ask("metadata", "/-/databases.json", datasets=["support"])
        ask("metadata", "/.json", also=["metadata"])
        ask("metadata", "/support.json", records=CUSTOMERS + TICKETS, datasets=["customers", "tickets"])
        ask("data", "/support/customers.json?_size=5", returned=5, records=CUSTOMERS)
        ask("data", "/support/tickets.json?_shape=objects&_size=max", agent="requests", returned=TICKETS, records=TICKETS)
        ask("data", "/support/tickets.json?_shape=array", returned=TICKETS, also=["none"])
        ask("data", "/support/customers.csv?_size=7", also=["none"])
        ask("data", "/support/customers/7.json", returned=1)
        ask("data", "/support.json?sql=select+customer_email+from+customers+limit+4", returned=4)
        ask("metadata", "/support.json?sql=select+count(*)+from+customers", also=["data"])
        ask("open", "/support.json?sql=selekt", status=400, also=["none"])
        ask("open", "/support/nothere.json", status=404, also=["none"])
        ask("open", "/support.json?sql=select+*+from+customers+where+id>9999")
        ask("revealed", "/", agent="firefox", also=["none", "metadata"])

with start("--metadata", "closed.json") as server:
    with Case("datasette-0.65.1-protected", "Datasette that lets nobody in but root: 403 pages.", HELD) as case:
        ask = asker(case, server, "datasette")
        for target in ("/support/customers.json", "/-/databases.json", "/support.json?sql=select+1"):
            ask("refused", target, status=403, also=["none"])
        ask("revealed", "/-/versions.json", also=["none", "refused"], status=(200, 403))
