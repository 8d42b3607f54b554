#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""alerts.py [--redis URL]: prints what should wake somebody (severity 70 and more), a line each, as it comes.

Pub/sub remembers nothing: what is published while nobody listens, or while this program has lost its connection, is gone for it.
That is right for a screen on the wall. What must not be missed reads the stream, where every alert is too: group.py."""
import argparse
import json
import signal
import sys
import time

import redis


def line_of(event):
    source, target = event.get("source", {}), event.get("destination", {})
    said = event["ajar"]
    return "{} {:3} {:15} {} {} {}:{} from {} {}".format(
        event["@timestamp"], event["event"]["severity"], event["event"]["action"], said.get("verdict", "-"), said.get("store", "-"),
        target.get("ip", "-"), target.get("port", "-"), source.get("ip", "-"), source.get("geo", {}).get("country_iso_code", "-"))


def listen(options):
    # Pings notice a connection that is dead although nobody closed it.
    connection = redis.Redis.from_url(options.redis, decode_responses=True, health_check_interval=10, socket_timeout=15)
    with connection.pubsub() as channel:
        channel.subscribe(options.prefix + ":alerts")
        while True:
            message = channel.get_message(timeout=5)
            if message and message["type"] == "subscribe":
                print("alerts.py: listening", file=sys.stderr, flush=True)
            if message and message["type"] == "message":
                print(line_of(json.loads(message["data"])), flush=True)


def end(*_):
    sys.exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", default="redis://localhost", help="redis://, rediss:// or unix://")
    parser.add_argument("--prefix", default="{ajar}")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while True:
        try:
            listen(options)
        except redis.RedisError as error:
            print(f"alerts.py: {error}; alerts may be missing here from now until it listens again", file=sys.stderr, flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main()
