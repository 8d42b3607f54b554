# SPDX-License-Identifier: Apache-2.0
"""json-server 0.17: a JSON file as an interface for everybody."""
import json
from asker import CUSTOMERS, TICKETS, asker
from record import Case, customer, support_case
from service import Service, npm

ADDRESS = "10.20.30.13"
HELD = f"customers with {CUSTOMERS} records, tickets with {TICKETS}"
home = npm("json-server", "json-server@0.17.4")
content = {"customers": [{"id": i, **customer(i)} for i in range(CUSTOMERS)], "tickets": [{"id": i, **support_case(i)} for i in range(TICKETS)]}
with Service("json-server", ["node", home + "/node_modules/.bin/json-server", "--host", ADDRESS, "--port", "3000", "--quiet", "db.json"], ADDRESS, 3000,
             files={"db.json": json.dumps(content)}) as server:
    with Case("json-server-0.17.4-open", "json-server: the page that names it, everything at once, lists, one record, a page with its total, records written and removed.", HELD) as case:
        ask = asker(case, server, "json-server")
        ask("revealed", "/", agent="firefox")
        ask("data", "/db", also=["drained"])
        ask("data", "/tickets", returned=TICKETS, datasets=["tickets"])
        ask("data", "/tickets?_page=1&_limit=5", agent="requests", returned=5, records=TICKETS, datasets=["tickets"])
        ask("data", "/customers?_start=0&_end=7", headers=["Accept-Encoding: gzip"], returned=7, datasets=["customers"])
        ask("data", "/customers/7", returned=1, datasets=["customers"])
        ask("open", "/customers/9999", status=404)
        ask("open", "/nothere", status=404)
        ask("open", "/tickets?q=nothing-like-it")
        ask("tampered", "/tickets", method="POST", body={"title": "Ticket 900"}, status=201)
        ask("open", "/tickets/900", method="PUT", body={"title": "x"}, status=404)
        ask("tampered", "/tickets/1", method="DELETE")
