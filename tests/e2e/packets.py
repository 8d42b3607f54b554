# SPDX-License-Identifier: Apache-2.0
"""The packets of the shipped captures (classic pcap, microseconds, Ethernet): when connections were, and captures made of them."""
import socket
import struct

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
