# SPDX-License-Identifier: Apache-2.0
"""The stories that are told over several captures, and what ajar has to tell of them: made of the .expected files (what the servers
held, what the clients asked) and of the packets' times, never of what ajar says."""
import collections
import datetime
import os

import packets
import support


def micros(timestamp):
    """Of an event's time."""
    moment = datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


class Connection:
    """One line of an .expected file, and when it was."""

    def __init__(self, capture, line, span):
        self.capture, self.line, (self.first, self.last) = capture, line, span
        self.server, self.address = line["server"], line["client"].rsplit(":", 1)[0].strip("[]")
        self.zone = "outside" if line["direction"] == "inbound" else "internal"
        self.exposes = line["verdict"] in support.EXPOSED and line.get("credentials") == "none"

    def has(self, timestamp):
        """Whether it was then; events say microseconds at least."""
        return timestamp is not None and self.first <= micros(timestamp) <= self.last


class Story:
    def __init__(self, prefix):
        self.captures = sorted(path for path in support.distinct_captures() if os.path.basename(path).startswith(prefix))
        assert self.captures, prefix
        self.connections = []
        for capture in self.captures:
            spans = packets.spans(capture)
            self.connections += [Connection(os.path.basename(capture), line, spans[line["client"], line["server"]]) for line in support.expected(capture)]
        self.connections.sort(key=lambda c: c.first)

    def of(self, server, zone, part=""):
        """The connections to a server from a zone, in the captures whose names have PART."""
        return [c for c in self.connections if c.server == server and c.zone == zone and part in c.capture]

    def proofs(self, server, zone, part=""):
        return [c for c in self.of(server, zone, part) if c.exposes]

    def doors(self):
        """(server, zone) of all exposures that there have to be, and no others."""
        return sorted({(c.server, c.zone) for c in self.connections if c.exposes})

    def amounts(self, server, zone):
        """What was shown in all: the highest verdict, records handed out, actors, requests' connections, values of classes."""
        shown = self.proofs(server, zone)
        classes, odd = collections.Counter(), collections.Counter()
        for c in shown:
            classes.update(c.line.get("classes", {}))
            odd.update(c.line.get("odd", {}))
        return {"verdict": max((c.line["verdict"] for c in shown), key=support.RUNGS.index), "returned": sum(c.line.get("returned", 0) for c in shown),
                "actors": len({c.address for c in shown}), "classes": +classes, "odd": +odd}


def exposures(events):
    """(server, zone) -> the last state told of it."""
    states = {}
    for event in events:
        state = event["ajar"].get("exposure_state")
        if state and "destination" in event:
            states[support.endpoint(event["destination"]), state["zone"]] = state
    return states


def classes(state, field="values"):
    return {c["name"]: c[field] for c in state.get("classes", []) if c.get(field)}
