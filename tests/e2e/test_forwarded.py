#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A store behind a proxy: for whom the proxy asks is believed where --proxies names it, recorded elsewhere; others may write what they like."""
import os
import unittest

import stories
import support

CAPTURE = os.path.join(support.CAPTURES, "elasticsearch-6.8.23-forwarded.pcap")
PROXY, LIAR, SERVER = "10.20.40.43", "10.20.40.61", "10.20.30.43:9200"
LINES = support.expected(CAPTURE)
OUTSIDE = [line for line in LINES if line["client"].startswith(PROXY + ":") and not line["forwarded"].startswith("10.")]


def queries(*options):
    return [e for e in support.read_json(*options, CAPTURE) if e["event"]["action"] == "store-query"]


class Forwarded(unittest.TestCase):
    def test_without_a_trusted_proxy_it_is_recorded_and_not_believed(self):
        forwarded = {line["client"]: line["forwarded"] for line in LINES}
        told = queries()
        self.assertEqual({support.endpoint(e["source"]) for e in told}, set(forwarded))
        for event in told:
            self.assertEqual(event["network"].get("forwarded_ip"), forwarded[support.endpoint(event["source"])])
            self.assertEqual(event["network"]["direction"], "internal")
        self.assertEqual(list(stories.exposures(support.read_json(CAPTURE))), [(SERVER, "internal")])

    def test_behind_a_trusted_proxy_the_client_is_whom_it_names_last(self):
        told = {e["source"]["ip"]: e for e in queries("--proxies", PROXY)}
        self.assertLessEqual({line["forwarded"] for line in OUTSIDE}, set(told))
        self.assertNotIn("8.8.8.8", told)    # what the client wrote itself
        for line in OUTSIDE:
            event = told[line["forwarded"]]
            self.assertEqual(event["network"]["direction"], "inbound")
            self.assertNotIn("port", event["source"])
            self.assertEqual(event["source"]["nat"]["ip"], PROXY)
            self.assertIs(event["ajar"]["actor"]["proxied"], True)
            self.assertEqual(event["ajar"]["actor"]["via"], PROXY)
        self.assertEqual(told["203.0.113.42"]["ajar"]["actor"]["scanner"]["claimed"], "Censys")

    def test_whoever_is_no_proxy_is_not_believed_beside_one_that_is(self):
        (event,) = [e for e in queries("--proxies", PROXY) if e["source"]["ip"] == LIAR]
        self.assertEqual(event["network"]["direction"], "internal")
        self.assertEqual(event["network"]["forwarded_ip"], "203.0.113.99")
        self.assertNotIn("proxied", event["ajar"].get("actor", {}))

    def test_clients_behind_a_trusted_proxy_make_it_an_exposure_to_the_outside(self):
        states = stories.exposures(support.read_json("--proxies", PROXY, CAPTURE))
        outside = states[SERVER, "outside"]
        self.assertEqual(outside["verdict"], "data")
        self.assertEqual(outside["returned"], sum(line.get("returned", 0) for line in OUTSIDE))
        self.assertEqual(stories.classes(outside)["email"], 9)
        self.assertIn((SERVER, "internal"), states)
        self.assertEqual(states[SERVER, "internal"].get("returned", 0), 0)


if __name__ == "__main__":
    support.main()
