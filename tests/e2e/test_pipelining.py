#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand requests on one connection before the first is answered: what is proven, how many records are counted, and whose they are."""
import base64
import os
import tempfile
import unittest

import support
import packets

COUNT = 10000
RECORDS = [b'{"_index":"customers","_type":"case","_id":"%d","_score":1.0,"_source":{"case_number":"SR%d"}}' % (i, 119000000 + i) for i in range(2)]
SEARCH = (b'{"took":1,"timed_out":false,"_shards":{"total":5,"successful":5,"skipped":0,"failed":0},"hits":{"total":1237,"max_score":1.0,"hits":['
          + b",".join(RECORDS) + b"]}}")
BANNER = (b'{"name":"node-1","cluster_name":"support","cluster_uuid":"Zm9vYmFyYmF6","version":{"number":"6.8.23","lucene_version":"7.7.3"},'
          b'"tagline":"You Know, for Search"}')


def request(target, method="GET", *headers):
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: 10.20.30.11:9200", *headers, "", ""]).encode()


def reply(body, head_only=False):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head if head_only else head + body


ASK, ANSWER = request("/customers/_search?size=2"), reply(SEARCH)
ROOT, WELCOME = request("/"), reply(BANNER)


class Pipelining(unittest.TestCase):
    def read(self, *turns, scan="sampled"):
        """What ajar says of a connection of which these are the turns, the client's first: the facts of the last event of its connection."""
        conversation = packets.Conversation()
        for number, data in enumerate(turns):
            conversation.say(number % 2, data)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pipelined.pcap")
            conversation.write(path)
            self.events = support.read_json("--home", "10.20.0.0/16", "--scan", scan, path)
        facts = [e["ajar"] for e in self.events if e["event"]["action"] in ("store-session", "store-query")]
        return facts[-1]

    def test_all_requests_before_the_first_reply(self):
        for scan in "sampled", "full":
            with self.subTest(scan=scan):
                session = self.read(ASK * COUNT, ANSWER * COUNT, scan=scan)
                self.assertEqual((session["verdict"], session["records"], session["returned"], session["requests"]), ("drained", 1237, 2 * COUNT, COUNT))
                self.assertFalse(session["partial"])

    def test_two_hundred_requests_at_a_time(self):
        session = self.read(*[ASK * 200, ANSWER * 200] * (COUNT // 200))
        self.assertEqual((session["verdict"], session["returned"], session["requests"]), ("drained", 2 * COUNT, COUNT))
        self.assertFalse(session["partial"])

    def test_replies_without_body_among_others(self):
        session = self.read((ROOT + ASK + request("/", "HEAD")) * 3333, (WELCOME + ANSWER + reply(BANNER, head_only=True)) * 3333)
        self.assertEqual((session["verdict"], session["returned"], session["requests"]), ("data", 2 * 3333, 3 * 3333))
        self.assertFalse(session["partial"])

    def test_one_search_behind_all_the_others(self):
        session = self.read(ROOT * COUNT + ASK, WELCOME * COUNT + ANSWER)
        self.assertEqual((session["verdict"], session["returned"], session["requests"]), ("data", 2, COUNT + 1))

    def test_more_requests_than_are_kept(self):
        session = self.read(ASK * 2 * COUNT, ANSWER * 2 * COUNT)
        self.assertEqual((session["verdict"], session["returned"], session["requests"]), ("drained", 4 * COUNT, 2 * COUNT))

    def test_only_the_requests(self):
        session = self.read(ASK * COUNT, b"")
        self.assertEqual(session["verdict"], "probed")

    def test_nobody_is_said_to_come_in_without_the_password_that_was_shown(self):
        secret = "Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()
        self.read(request("/customers/_search?size=2", "GET", secret) * COUNT, ANSWER * COUNT)
        stores = [e["ajar"] for e in self.events if e["event"]["action"].startswith("store-")]
        self.assertEqual({s["credentials"] for s in stores}, {"presented"})
        self.assertEqual([e for e in self.events if e["event"]["action"].startswith("exposure-")], [])


if __name__ == "__main__":
    unittest.main()
