# SPDX-License-Identifier: Apache-2.0
"""NATS 2.9.10: the monitoring pages over HTTP, which stay open on a broker that asks its own clients for a password."""
import json, socket, time
from exchange import Asker
from record import Case, customer
from service import Service, debian

MESSAGES = 37


def say(address, lines, password=False):
    """A client of the broker itself: fills a stream, and stays connected."""
    s = socket.create_connection((address, 4222))
    s.recv(4096)
    login = {"verbose": False, "name": "desk", "lang": "python", **({"user": "operator", "pass": "correct-horse"} if password else {})}
    s.sendall(f"CONNECT {json.dumps(login)}\r\n".encode() + b"".join(lines) + b"PING\r\n")
    time.sleep(1)
    return s


def publish(subject, data):
    return f"PUB {subject} inbox {len(data)}\r\n{data}\r\n".encode()


def monitoring(address, case_name, about, *options, password=False):
    program = debian("nats-server", "nats-server") + "/usr/sbin/nats-server"
    with Service("nats", [program, "-a", address, "-m", "8222", "-js", "-sd", "data", "-n", "desk", *options], address, 8222) as server:
        stream = json.dumps({"name": "CASES", "subjects": ["cases.>"]})
        s = say(address, [b"SUB inbox 1\r\nSUB cases.new 2\r\n", publish("$JS.API.STREAM.CREATE.CASES", stream), *(publish("cases.new", json.dumps(customer(i))) for i in range(MESSAGES))], password)
        with Case(case_name, about, f"a stream CASES with {MESSAGES} messages") as case:
            ask = Asker(case, server.address, server.port, store="nats", credentials="none")
            ask("revealed", "/", agent="censys")
            ask("none", "/healthz", also=["probed", "revealed"])
            ask("metadata", "/varz", version="2.9.10")
            ask("metadata", "/connz?subs=1")
            ask("metadata", "/subsz?subs=1")
            ask("metadata", "/jsz?streams=1", records=MESSAGES, datasets=["CASES"])
            ask("metadata", "/accountz")
            ask("metadata", "/routez")
        s.close()


monitoring("10.20.30.11", "nats-2.9.10-open", "The monitoring pages of a broker without a password: version, clients and their addresses, subjects, streams and how much lies in them.")
monitoring("10.20.30.41", "nats-2.9.10-broker-protected", "The same broker with a password: its monitoring pages ask for none.", "--user", "operator", "--pass", "correct-horse", password=True)
