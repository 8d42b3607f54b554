#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""report.py [--redis URL] [--import ID] [--csv]: the stores that stand open, newest proof first, and whether the sensors live.

Reads keys only; a user with +@read on the prefix is enough."""
import argparse
import csv
import sys

import redis

COLUMNS = ["last_seen", "first_seen", "severity", "verdict", "store", "version", "address", "zone", "records", "returned", "actors", "countries",
           "datasets", "classes"]
MOST = 1000


def exposures(server, prefix):
    ids = server.zrange(prefix + ":exposures:open", 0, MOST - 1, desc=True)
    with server.pipeline(transaction=False) as pipeline:
        for exposure in ids:
            pipeline.hgetall(f"{prefix}:exposure:{exposure}")
        rows = [row for row in pipeline.execute() if row]    # one may have gone between the two questions
    return sorted(rows, key=lambda row: row.get("last_seen", ""), reverse=True)    # the set knows seconds


def sensors(server, prefix):
    """A sensor's key expires when it has been silent for 90 s: who is missing here is dead or cut off."""
    for key in sorted(server.scan_iter(prefix.replace("[", "\\[") + ":sensor:*", count=1000)):
        yield key.rsplit(":", 1)[1], server.hgetall(key)


def print_table(rows):
    rows = [COLUMNS] + [[row.get(name, "-")[:40] for name in COLUMNS] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", default="redis://localhost", help="redis://, rediss:// or unix://")
    parser.add_argument("--prefix", default="{ajar}")
    parser.add_argument("--import", dest="reading", metavar="ID", help="of a reading by ajar read; without: what is live")
    parser.add_argument("--csv", action="store_true")
    options = parser.parse_args()
    server = redis.Redis.from_url(options.redis, decode_responses=True, socket_timeout=10)
    state = f"{options.prefix}:import:{options.reading}" if options.reading else options.prefix
    try:
        rows, alive = exposures(server, state), list(sensors(server, options.prefix))
    except redis.RedisError as error:
        sys.exit(f"report.py: {error}")
    if options.csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return
    print_table(rows)
    print(f"\n{len(rows)} open")
    for name, row in alive:
        print(f"sensor {name}: " + ", ".join(f"{key} {row[key]}" for key in ("seen", "packets", "drops", "events", "queue") if key in row))
    if not alive:
        print("no sensor has reported for 90 s")


if __name__ == "__main__":
    main()
