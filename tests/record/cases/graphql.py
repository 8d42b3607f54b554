# SPDX-License-Identifier: Apache-2.0
"""GraphQL Yoga 5: an interface that tells its schema, and one whose records need a token."""
import json
import os
from asker import TICKETS, asker
from record import HERE, Case, support_case
from service import Service, npm

ADDRESS = "10.20.30.41"
HELD = f"{TICKETS} tickets"
INTROSPECTION = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { kind name fields { name type { kind name } } } } }"
home = npm("graphql-yoga", "graphql-yoga@5.24.1", "graphql@16.15.0")


def start(mode):
    return Service("graphql-yoga", ["node", os.path.join(HERE, "lib", "clients", "graphql.js"), ADDRESS, "4000", "{HOME}/tickets.json", mode], ADDRESS, 4000, ready="/graphql",
                   environment={"NODE_PATH": home + "/node_modules"}, files={"tickets.json": json.dumps([support_case(i) for i in range(TICKETS)])})


with start("open") as server:
    with Case("graphql-yoga-5.24-open", "A GraphQL interface without a login: its schema by POST and by GET, records, errors with status 200 and with 400, its page for people.", HELD) as case:
        ask = asker(case, server, "graphql")
        ask("metadata", "/graphql", method="POST", body={"query": INTROSPECTION})
        ask("metadata", "/graphql?query=%7B__schema%7Btypes%7Bname%7D%7D%7D", agent="leakix")
        ask("data", "/graphql", method="POST", body={"query": "{ tickets(first: 5) { case title } }"}, returned=5)
        ask("data", "/graphql", method="POST", body={"query": "{ tickets { title } }"}, headers=["Accept: application/graphql-response+json"], returned=TICKETS)
        ask("open", "/graphql", method="POST", body={"query": "{ nothere }"})
        ask("none", "/graphql", headers=["Accept: text/html"], agent="firefox", also=["revealed"])
        ask("none", "/nothere", status=404)

with start("protected") as server:
    with Case("graphql-yoga-5.24-protected", "The same interface, whose records need a token: the schema is told to everybody, records are refused by an error inside a 200.", HELD) as case:
        ask = asker(case, server, "graphql")
        ask("metadata", "/graphql", method="POST", body={"query": INTROSPECTION})
        ask("refused", "/graphql", method="POST", body={"query": "{ tickets { title } }"}, also=["open"])
        ask("refused", "/graphql", method="POST", body={"query": "{ tickets { title } }"}, headers=["Authorization: Bearer wrong"], credentials="presented", also=["open"])
        ask("data", "/graphql", method="POST", body={"query": "{ tickets(first: 3) { title } }"}, headers=["Authorization: Bearer correct-horse"], source="10.20.40.9",
            credentials="proven", returned=3)
