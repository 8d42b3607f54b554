# SPDX-License-Identifier: Apache-2.0
"""The packets of the shipped captures (classic pcap, microseconds, Ethernet): when connections were, and captures made of them."""
import socket
import struct

FIN, SYN, PSH, ACK = 1, 2, 8, 16
HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def read(path):
    """[(microseconds since 1970, frame)]"""
    with open(path, "rb") as file:
        content = file.read()
    assert content[:4] == HEAD[:4], path
    packets, place = [], 24
    while place < len(content):
        seconds, micros, length = struct.unpack_from("<III", content, place)
        packets.append((seconds * 1000000 + micros, content[place + 16:place + 16 + length]))
        place += 16 + length
    return packets


def write(path, packets):
    with open(path, "wb") as file:
        file.write(HEAD)
        for micros, frame in packets:
            file.write(struct.pack("<IIII", *divmod(micros, 1000000), len(frame), len(frame)) + frame)


class Conversation:
    """Packets of one made-up TCP connection over Ethernet and IPv4, without check sums, 20 microseconds apart."""

    def __init__(self, client="203.0.113.42", server="10.20.30.11", port=40000, server_port=9200, segment=1460, begins=1600000000):
        self.ends = ((client, port), (server, server_port))
        self.sent, self.segment, self.micros, self.packets = [0, 0], segment, begins * 1000000, []
        self.add(0, SYN)
        self.add(1, SYN | ACK)
        self.add(0, ACK)

    def add(self, side, flags, data=b""):
        (source, port), (target, target_port) = self.ends[side], self.ends[1 - side]
        acknowledged = self.sent[1 - side] if flags & ACK else 0
        tcp = struct.pack("!HHIIBBHHH", port, target_port, self.sent[side], acknowledged, 5 << 4, flags, 65535, 0, 0)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp) + len(data), 0, 0, 64, 6, 0, socket.inet_aton(source), socket.inet_aton(target))
        self.packets.append((self.micros, b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + tcp + data))
        self.sent[side] += len(data) + (flags & (SYN | FIN) > 0)
        self.micros += 20

    def say(self, side, data):
        for at in range(0, len(data), self.segment):
            self.add(side, ACK | PSH, data[at:at + self.segment])

    def client(self, data):
        self.say(0, data)

    def server(self, data):
        self.say(1, data)

    def write(self, path):
        self.add(0, FIN | ACK)
        self.add(1, FIN | ACK)
        self.add(0, ACK)
        write(path, self.packets)


def ends(frame):
    """(source, target) of a TCP packet as in .expected files, None of another."""
    kind, at = struct.unpack_from("!H", frame, 12)[0], 14
    if kind == 0x0800 and frame[at + 9] == 6:
        addresses = [socket.inet_ntop(socket.AF_INET, frame[at + n:at + n + 4]) for n in (12, 16)]
        at += 4 * (frame[at] & 15)
    elif kind == 0x86DD and frame[at + 6] == 6:
        addresses = [f"[{socket.inet_ntop(socket.AF_INET6, frame[at + n:at + n + 16])}]" for n in (8, 24)]
        at += 40
    else:
        return None
    return tuple(f"{address}:{port}" for address, port in zip(addresses, struct.unpack_from("!HH", frame, at)))


def spans(path):
    """(client, server) -> (first, last) packet, in microseconds. Who speaks first is the client."""
    found = {}
    for micros, frame in read(path):
        pair = ends(frame)
        if pair:
            pair = pair if pair in found or pair[::-1] not in found else pair[::-1]
            found[pair] = (found.get(pair, (micros,))[0], micros)
    return found


def frames(paths):
    """The captures as one, in pieces."""
    yield HEAD
    for path in paths:
        with open(path, "rb") as file:
            yield file.read()[24:]
