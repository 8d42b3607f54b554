# SPDX-License-Identifier: Apache-2.0
"""For cases of many short connections: each asks one or several things and is judged."""
import base64


def basic(user):
    return ["Authorization: Basic " + base64.b64encode(user.encode()).decode()]


class Asking:
    """ask("GET /path", "POST /other", ..., verdict=...): one connection to SERVER; its expectation names STORE and what else is given."""

    def __init__(self, case, server, store, **always):
        self.case, self.server, self.always = case, server, {"store": store, **always}

    def ask(self, *requests, verdict, source="203.0.113.42", agent="curl", body=None, headers=(), status=200, credentials="none", **more):
        c = self.case.client(source, self.server.address, agent=agent, port=self.server.port)
        for request in requests:
            method, target = request.split(" ", 1)
            answer = c.ask(method, target, body=body if method in ("POST", "PUT", "PATCH") else None, headers=headers, status=status)
        truth = {"store": None} if verdict == "none" else {**self.always, "credentials": credentials}
        c.expect(verdict, **truth, **more)
        c.close()
        return answer
