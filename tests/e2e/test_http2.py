#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 through a bad mirror: with one direction or with lost packets ajar says less than what the whole capture proves, never more."""
import os
import random
import tempfile
import unittest

import support
import packets

CAPTURE = os.path.join(support.CAPTURES, "opensearch-3.4.0-h2c.pcap")
PORT = ":9200"


class Http2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.want = {(e["client"], e["server"]): e for e in support.expected(CAPTURE)}
        cls.packets = [(micros, frame, packets.ends(frame) or ("", "")) for micros, frame in packets.read(CAPTURE)]

    def judged(self, keep):
        """Verdicts by connection, of the packets to which keep(source, target) says yes; none above what the whole capture proves."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "part.pcap")
            packets.write(path, [(micros, frame) for micros, frame, ends in self.packets if keep(*ends)])
            have = support.by_connection(support.read_json(path))
        verdicts = {}
        for connection, want in self.want.items():
            facts = have.get(connection, {"verdict": "none"})
            self.assertLessEqual(support.RUNGS.index(facts["verdict"]), support.RUNGS.index(want["verdict"]), connection)
            self.assertLessEqual(facts.get("returned", 0), want.get("returned", 0) or 10, connection)
            verdicts[connection] = facts["verdict"]
        return verdicts

    def test_nothing_is_proven_by_requests_alone(self):
        verdicts = self.judged(lambda source, target: target.endswith(PORT))
        self.assertLessEqual(set(verdicts.values()), {"none", "probed"})
        self.assertIn("probed", verdicts.values())

    def test_records_speak_for_themselves(self):
        verdicts = self.judged(lambda source, target: source.endswith(PORT))
        data = [connection for connection, want in self.want.items() if want["verdict"] == "data"]
        self.assertEqual({verdicts[connection] for connection in data}, {"data"})

    def test_lost_packets_prove_nothing(self):
        seen = set()
        for seed in range(10):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                seen |= set(self.judged(lambda *ends: chance.random() > 0.05).values())
        self.assertIn("data", seen)


if __name__ == "__main__":
    unittest.main()
