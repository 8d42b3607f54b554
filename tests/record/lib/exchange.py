# SPDX-License-Identifier: Apache-2.0
"""Short cases: connections of one or a few exchanges with one server, each told in one line."""
from record import Client

PEOPLE = ["203.0.113.42", "203.0.113.43", "203.0.113.61", "203.0.113.62", "203.0.113.77", "198.51.100.9", "198.51.100.20", "198.51.100.21", "198.51.100.61", "198.51.100.99"]


class Asker:
    """Asks SERVER as people outside, in turn; TRUTH is what every connection proves besides its verdict."""

    def __init__(self, case, server, port, **truth):
        self.case, self.server, self.port, self.truth, self.turn = case, server, port, truth, 0

    def open(self, source=None, agent="curl", headers=()):
        source = source or PEOPLE[self.turn % len(PEOPLE)]
        self.turn += 1
        return Client(self.case, source, self.server, agent, port=self.port, headers=headers)

    def __call__(self, verdict, *requests, status=200, body=None, headers=(), source=None, agent="curl", **truth):
        """One connection. A request is "/target", "METHOD /target" or (request, body, status); the last answer is given back."""
        c, answer = self.open(source, agent, headers), None
        for request in requests:
            line, content, want = request if isinstance(request, tuple) else (request, body, status)
            method, _, target = line.rpartition(" ")
            answer = c.ask(method or "GET", target, content, status=want)
        c.expect(verdict, **{**self.truth, **truth})
        c.close()
        return answer
