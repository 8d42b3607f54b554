# SPDX-License-Identifier: Apache-2.0
"""What journal and Redis hold, read as their documentation says (docs/journal.md, docs/redis.md), for compare.py."""
import datetime
import json
import re
import sqlite3
import zlib

from compare import Accepted, Entry, Told

SEQUENCE = re.compile(rb'"sequence":(\d+)')
PAGE = 2000
# Fields of an exposure's hash that are also columns of v_open_exposures.
STATE = ["store", "address", "verdict", "severity", "first_seen", "last_seen", "records", "returned", "bytes", "requests", "actors",
         "countries", "datasets", "product", "version", "cluster_id"]


def checksum(document):
    """Of a document without its sequence, as `ajar-fault-feed --reference` computes it."""
    same = SEQUENCE.sub(b'"sequence":0', document, count=1)
    return f"{zlib.crc32(same):08x}"


class Journal:
    """Read-only; a short transaction for each question."""

    def __init__(self, path):
        self.path = path

    def query(self, statement):
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)
        connection.text_factory = bytes
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def last_sequence(self):
        try:
            return self.query("SELECT coalesce(max(sequence), 0) FROM v_events")[0][0]
        except sqlite3.OperationalError:
            return None

    def expired(self):
        """Delivered events that went before their hour was over: the disk was full."""
        return self.query("SELECT expired FROM v_delivery")[0][0]

    def events(self):
        return [accepted_of(row[0]) for row in self.query("SELECT json FROM v_events ORDER BY sequence")]

    def troubles(self):
        """ajar.trouble of each sensor-trouble event."""
        return [json.loads(row[0])["ajar"]["trouble"] for row in self.query("SELECT json FROM v_events WHERE action = 'sensor-trouble'")]

    def folded(self):
        """The sum of ajar.folded over all events."""
        return sum(json.loads(row[0])["ajar"].get("folded", 0) for row in self.query("SELECT json FROM v_events WHERE json LIKE '%\"folded\":%'"))

    def all_documents(self):
        return [json.loads(row[0]) for row in self.query("SELECT json FROM v_events ORDER BY sequence")]

    def exposures(self):
        columns = ", ".join({"first_seen": "e.first", "last_seen": "e.last"}.get(name, "v." + name) for name in STATE)
        rows = self.query(f"SELECT v.id, {columns} FROM v_open_exposures v JOIN exposures e ON e.id = v.id AND e.import_id = ''")
        return {row[0].decode(): {name: text_of(name, value) for name, value in zip(STATE, row[1:]) if value not in (None, b"")} for row in rows}

    def sources(self):
        return {row[0].decode() for row in self.query("SELECT DISTINCT source FROM events WHERE longitude IS NOT NULL")}


def text_of(name, value):
    """As Redis has it: times in microseconds."""
    if name.endswith("_seen"):
        whole = datetime.datetime.fromtimestamp(value // 10**9, datetime.timezone.utc)
        return f"{whole:%Y-%m-%dT%H:%M:%S}.{value % 10**9 // 1000:06}Z"
    return value.decode() if isinstance(value, bytes) else str(value)


def accepted_of(document):
    said = json.loads(document)
    return Accepted(said["event"]["sequence"], said["event"]["action"], said["event"]["id"], said["ajar"].get("exposure", "-"),
                    checksum(document))


def reference_of(lines):
    return [Told(int(number), action, name, exposure, checksum)
            for number, action, name, exposure, checksum in (line.split("\t") for line in lines)]


def entries_of(accepted):
    return [Entry(event.sequence, event.id) for event in accepted]


def stream_of(server):
    """Entries of the stream and, with them, every document: [(Entry, document)]."""
    entries, last = [], b"-"
    with server.connect(60) as connection:
        while True:
            page = connection.execute_command("XRANGE", "{ajar}:events", last, "+", "COUNT", PAGE)
            for number, fields in page:
                pairs = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2]))
                document = pairs[b"json"]
                entries.append((Entry(sequence_of(document), pairs[b"id"].decode()), document))
                last = b"(" + number
            if len(page) < PAGE:
                return entries


def list_of(server, key):
    entries = []
    with server.connect(60) as connection:
        while True:
            page = connection.execute_command("LRANGE", key, len(entries), len(entries) + PAGE - 1)
            entries += [Entry(sequence_of(document), json.loads(document)["event"]["id"]) for document in page]
            if len(page) < PAGE:
                return entries


def sequence_of(document):
    return int(SEQUENCE.search(document)[1])


def last_delivered(server):
    """Sequence of the newest entry of the stream; 0 if there is none."""
    newest = server.try_ask("XREVRANGE", "{ajar}:events", "+", "-", "COUNT", 1)
    if not isinstance(newest, list) or not newest:
        return 0
    fields = newest[0][1]
    return sequence_of(fields[b"json"] if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2]))[b"json"])


def states_of(server):
    """The exposures' hashes, by id, and the set of the open ones with their times."""
    with server.connect(60) as connection:
        open_set = connection.execute_command("ZRANGE", "{ajar}:exposures:open", 0, -1, "WITHSCORES")
        scores = {name.decode(): float(score) for name, score in pairs_of(open_set)}
        states = {}
        for name in scores:
            fields = connection.execute_command("HGETALL", "{ajar}:exposure:" + name)
            fields = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2]))
            states[name] = {key.decode(): value.decode() for key, value in fields.items() if key.decode() in STATE and value}
        return states, scores


def pairs_of(reply):
    return [pair for pair in reply] if reply and isinstance(reply[0], tuple) else list(zip(reply[::2], reply[1::2]))


def sources_of(server):
    members = server.ask("ZRANGE", "{ajar}:sources", 0, -1)
    return {member.decode() for member in members}
