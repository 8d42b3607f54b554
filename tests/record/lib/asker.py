# SPDX-License-Identifier: Apache-2.0
"""For cases that ask a store one thing per connection, and say of each what it must prove."""
import base64, random

CUSTOMERS, TICKETS = 120, 37    # of the stores that are not Elasticsearch: small, so that captures stay small
OPERATOR = "operator:correct-horse"


def basic(user=OPERATOR):
    return "Authorization: Basic " + base64.b64encode(user.encode()).decode()


def asker(case, service, store, **always):
    """ask(VERDICT, TARGET...): one connection; ALWAYS and what else is named is expected of it."""
    sources = random.Random(case.name)

    def ask(verdict, *targets, method="GET", body=None, headers=(), status=200, source=None, agent="curl", **expected):
        source = source or f"{sources.choice(['203.0.113', '198.51.100'])}.{sources.choice([42, 43, 61, 77, 99, 150])}"
        c = case.client(source, service.address, agent=agent, port=service.port)
        for target in targets:
            answer = c.ask(method, target, body, headers=headers, status=status)
        c.expect(verdict, **{"store": store, "credentials": "none", **always, **expected})
        c.close()
        return answer

    return ask
