#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_generate.py GENERATOR: a seed means one capture, another seed another; and every reply of
the stores can be read back, whole, from a capture without loss."""
import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

GENERATOR = sys.argv.pop(1)


def generate(folder, kind, *options):
    out = os.path.join(folder, "capture.pcap")
    subprocess.run([GENERATOR, kind, "--out", out, "--truth", out + ".jsonl", *options], check=True,
                   stdout=subprocess.DEVNULL)
    with open(out, "rb") as capture, open(out + ".jsonl", "rb") as truth:
        return capture.read(), truth.read()


def frames(capture):
    at = 24
    while at < len(capture):
        length, = struct.unpack_from("<I", capture, at + 8)
        yield capture[at + 16:at + 16 + length]
        at += 16 + length


def tcp_payload(frame):
    """(source, destination, flags, sequence, payload) of a TCP frame, else None."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    six = frame[at:at + 2] == b"\x86\xdd"
    ip = at + 2
    if six:
        protocol, end = frame[ip + 6], ip + 40 + struct.unpack_from("!H", frame, ip + 4)[0]
        source, destination, l4 = frame[ip + 8:ip + 24], frame[ip + 24:ip + 40], ip + 40
    else:
        protocol, end = frame[ip + 9], ip + struct.unpack_from("!H", frame, ip + 2)[0]
        source, destination, l4 = frame[ip + 12:ip + 16], frame[ip + 16:ip + 20], ip + 20
    if protocol != 6:
        return None
    from_port, to_port, sequence = struct.unpack_from("!HHI", frame, l4)
    payload = frame[l4 + (frame[l4 + 12] >> 4) * 4:end]
    return (source, from_port), (destination, to_port), frame[l4 + 13], sequence, payload


def streams(capture):
    """Bytes per direction of every connection; fails on a hole."""
    first, pieces = {}, {}
    for frame in frames(capture):
        packet = tcp_payload(frame)
        if packet is None:
            continue
        source, destination, flags, sequence, payload = packet
        if flags & 2:
            first[source, destination] = sequence + 1
        if payload:
            offset = (sequence - first[source, destination]) & 0xffffffff
            pieces.setdefault((source, destination), {})[offset] = payload
    whole = {}
    for key, parts in pieces.items():
        data = b""
        for offset in sorted(parts):
            assert offset == len(data), "a hole"
            data += parts[offset]
        whole[key] = data
    return whole


def read_body(data, at, head):
    if b"transfer-encoding: chunked" not in head:
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        return data[at:at + length], at + length
    body = b""
    while True:
        line = data.index(b"\r\n", at)
        size = int(data[at:line], 16)
        body += data[line + 2:line + 2 + size]
        at = line + 2 + size + 2
        if size == 0:
            return body, at


def read_replies(data, first_is_head):
    at = 0
    while at < len(data):
        end = data.index(b"\r\n\r\n", at)
        head = data[at:end].lower()
        body = b""
        at = end + 4
        if not first_is_head:
            body, at = read_body(data, at, head)
        first_is_head = False
        yield head, gzip.decompress(body) if body and b"encoding: gzip" in head else body


class Generate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_seed_means_one_capture(self):
        for kind, size in (("mix", "--size-mb=3"), ("elastic", "--size-mb=3"), ("syn", "--flows=900")):
            with self.subTest(kind):
                one = generate(self.folder, kind, size, "--seed=5")
                self.assertEqual(one, generate(self.folder, kind, size, "--seed=5"))
                self.assertNotEqual(hashlib.sha256(one[0]).digest(), hashlib.sha256(
                    generate(self.folder, kind, size, "--seed=6")[0]).digest())

    def test_time_never_runs_back(self):
        capture, _ = generate(self.folder, "mix", "--size-mb=5")
        at, before = 24, (0, 0)
        while at < len(capture):
            now = struct.unpack_from("<II", capture, at)
            self.assertGreaterEqual(now, before)
            before = now
            at += 16 + struct.unpack_from("<I", capture, at + 8)[0]

    def test_every_reply_reads_back_whole(self):
        capture, truth = generate(self.folder, "elastic", "--size-mb=10")
        both = streams(capture)
        replies = 0
        for (source, destination), data in both.items():
            if not data.startswith(b"HTTP/"):
                continue
            asked = both[destination, source]
            for head, body in read_replies(data, asked.startswith(b"HEAD ")):
                self.assertTrue(head.startswith(b"http/1.1 "))
                if body and b"application/json" in head:
                    json.loads(body)
                replies += 1
        self.assertGreaterEqual(replies, len(truth.splitlines()) - truth.count(b'"probed"'))

    def test_a_capture_with_loss_says_so(self):
        _, truth = generate(self.folder, "elastic", "--size-mb=5", "--loss=20")
        self.assertIn(b'"lossy":true,"floor":', truth)
        self.assertNotIn(b'"lossy"', generate(self.folder, "elastic", "--size-mb=5")[1])


if __name__ == "__main__":
    unittest.main()
