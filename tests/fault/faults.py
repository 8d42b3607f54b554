# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: each fault begins, lasts, and is mended. A schedule of them is drawn from a seed."""
import collections
import os
import random
import signal
import sqlite3
import time

from servers import USER, wait_until

# `at` and `lasts` in seconds.
Planned = collections.namedtuple("Planned", "at lasts fault")


class Fault:
    """`begin` makes it, `end` mends it; `wants` says for which world."""

    def __init__(self, begin, end=None, longest=0.0, wants=None, weight=1):
        self.begin, self.end, self.longest, self.weight = begin, end or (lambda world: None), longest, weight
        self.wants = wants or (lambda world: True)


def of_redis(*command):
    return lambda world: world.redis.master().try_ask(*command)


def kill_redis(world):
    world.redis.server.kill()


def empty_redis(world):
    world.redis.server.kill()
    world.redis.server.forget()


def restart_redis(world):
    world.redis.restart()


def stop_redis(world):
    world.redis.server.signal(signal.SIGSTOP)


def resume_redis(world):
    world.redis.server.resume()


def cut_some(world):
    world.redis.master().try_ask("CLIENT", "KILL", "TYPE", "normal")


def forbid(world):
    of_redis("ACL", "SETUSER", USER, "off")(world)
    of_redis("CLIENT", "KILL", "USER", USER)(world)


def give_room(world):
    of_redis("CONFIG", "SET", "maxmemory", "0")(world)


def take_room(world):
    of_redis("CONFIG", "SET", "maxmemory-policy", "noeviction")(world)
    of_redis("CONFIG", "SET", "maxmemory", "1mb")(world)


def is_far(world):
    return world.redis.transport == "veth"


REDIS = {
    "kill_redis": Fault(kill_redis, restart_redis, 2.5, weight=3),
    "empty_redis": Fault(empty_redis, restart_redis, 2.0, weight=2),
    "stop_redis": Fault(stop_redis, resume_redis, 5.0, weight=3),
    "no_memory": Fault(take_room, give_room, 2.0, weight=2),
    "read_only": Fault(of_redis("REPLICAOF", "127.0.0.1", "1"), of_redis("REPLICAOF", "NO", "ONE"), 2.0, weight=2),
    "flush": Fault(of_redis("FLUSHALL")),
    "forget_scripts": Fault(of_redis("SCRIPT", "FLUSH")),
    "cut_connection": Fault(cut_some, weight=2),
    "no_login": Fault(forbid, of_redis("ACL", "SETUSER", USER, "on"), 2.0),
    "no_rights": Fault(of_redis("ACL", "SETUSER", USER, "-evalsha", "-eval", "-script"),
                       of_redis("ACL", "SETUSER", USER, "+evalsha", "+eval", "+script"), 2.0),
    "slow_redis": Fault(of_redis("DEBUG", "SLEEP", "0.7")),
    "save": Fault(of_redis("BGSAVE"), wants=lambda world: world.redis.server.persistence == "rdb", weight=2),
    "cut_link": Fault(lambda world: world.far.cut(), lambda world: world.far.join(), 5.0, is_far, weight=2),
    "black_hole": Fault(lambda world: world.far.swallow(), lambda world: world.far.release(), 6.0, is_far, weight=4),
}


def kill_delivery(world):
    world.feeder.kill_child("delivery")


def kill_delivery_twice(world):
    """The second one as soon as it is there, in the middle of restoring."""
    first = world.feeder.child("delivery")
    world.feeder.kill_child("delivery")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        pid = world.feeder.child("delivery")
        if pid and pid != first:
            world.feeder.kill_child("delivery")
            return
        time.sleep(0.002)


def kill_all(world):
    world.feeder.kill_all()


def start_sensor(world):
    """As an init system does it: again, if it ends at once because the journal cannot be written."""
    for _ in range(20):
        world.feeder.start()
        if wait_until(lambda: world.feeder.is_feeding() or world.feeder.process.poll() is not None, "the sensor") and world.feeder.is_feeding():
            return
        time.sleep(0.3)
    raise AssertionError("the sensor does not start: " + world.feeder.said()[-300:])


SENSOR = {
    "kill_delivery": Fault(kill_delivery, weight=4),
    "kill_delivery_twice": Fault(kill_delivery_twice),
    "kill_producer": Fault(lambda world: world.feeder.kill_child("packet"), weight=2),
    "kill_all": Fault(kill_all, start_sensor, 0.5, weight=2),
    "kill_supervisor": Fault(lambda world: world.feeder.kill_supervisor(), start_sensor, 0.5),
    "restart": Fault(lambda world: world.stop_sensor(), start_sensor, 0.3),
}


def lock_journal(world):
    world.lock = sqlite3.connect(world.journal, timeout=5, isolation_level=None, check_same_thread=False)
    world.lock.execute("BEGIN IMMEDIATE")


def unlock_journal(world):
    world.lock.execute("ROLLBACK")
    world.lock.close()


def read_for_long(world):
    """A reader in the middle of a transaction keeps the write-ahead log from being shortened."""
    world.reader = sqlite3.connect(f"file:{world.journal}?mode=ro", uri=True, timeout=5, isolation_level=None, check_same_thread=False)
    world.reader.execute("BEGIN")
    world.reader.execute("SELECT count(*) FROM sqlite_master").fetchall()


def fill_disk(world):
    path = os.path.join(os.path.dirname(world.journal), "filler")
    block = b"x" * 65536
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                if file.write(block) < len(block):
                    break
        except OSError:
            pass


def empty_disk(world):
    os.remove(os.path.join(os.path.dirname(world.journal), "filler"))


JOURNAL = {
    "lock_journal": Fault(lock_journal, unlock_journal, 3.0, weight=2),
    "read_for_long": Fault(read_for_long, lambda world: world.reader.close(), 3.0),
    "fill_disk": Fault(fill_disk, empty_disk, 2.0),
}


def other_master(world):
    return next(node for node in world.redis.nodes if node is not world.victim)


def kill_master(world):
    world.victim = world.redis.master()
    world.victim.kill()


def stop_master(world):
    world.victim = world.redis.master()
    world.victim.signal(signal.SIGSTOP)


def start_victim(world):
    if not world.victim.process:
        world.victim.start()
    world.victim.resume()


FAILOVER = {
    "kill_master": Fault(kill_master, start_victim, 3.0, weight=3),
    "stop_master": Fault(stop_master, start_victim, 4.0, weight=2),
    "failover": Fault(lambda world: world.redis.sentinels[0].try_ask("SENTINEL", "FAILOVER", "ajar"), weight=2),
    "kill_sentinel": Fault(lambda world: world.redis.sentinels[0].kill(), lambda world: world.redis.sentinels[0].start(), 2.0),
    "cut_connection": Fault(cut_some),
}


def move_slot(world):
    """The slot goes to another master, key by key, as redis-cli --cluster reshard does it."""
    wait_until(world.redis.is_settled, "a cluster that is whole", 30)
    slot, shards = world.redis.slot, world.redis.shards()
    source = world.redis.master()
    target = random.Random(world.seed).choice([shard[2] for shard in shards if shard[2] is not source])
    names = {server: server.ask("CLUSTER", "MYID").decode() for server in (source, target)}
    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", names[source])
    source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", names[target])
    with source.connect(60) as connection:
        while True:
            keys = connection.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 50)
            if not keys:
                break
            connection.execute_command("MIGRATE", target.address, target.port, "", 0, 30000, "KEYS", *keys)
            time.sleep(0.01)
    for server in (target, source, *(shard[2] for shard in shards if shard[2] not in (source, target))):
        server.try_ask("CLUSTER", "SETSLOT", slot, "NODE", names[target])    # the others learn it from these two


CLUSTER = {
    "kill_master": Fault(kill_master, start_victim, 5.0, weight=3),
    "stop_master": Fault(stop_master, start_victim, 5.0, weight=2),
    "move_slot": Fault(move_slot, weight=3),
    "cut_connection": Fault(cut_some),
    "flush": Fault(of_redis("FLUSHALL")),
}

PROFILES = {"single": REDIS, "sentinel": FAILOVER, "cluster": CLUSTER}


def draw(randomness, table, world, seconds, pause):
    """Faults of one table, one after another, from the first second to the last."""
    names = [name for name in table if table[name].wants(world)]
    weights = [table[name].weight for name in names]
    plan, at = [], randomness.uniform(0.3, 0.3 + pause)
    while at < seconds:
        name = randomness.choices(names, weights)[0]
        lasts = randomness.uniform(0.1, table[name].longest) if table[name].longest else 0.0
        plan.append(Planned(round(at, 2), round(lasts, 2), name))
        at += lasts + randomness.uniform(0.2, 2 * pause)
    return plan


def heal(world):
    """After the last fault: everything is there again."""
    wait_until(lambda: world.redis.heal() or True, "Redis")
    wait_until(lambda: world.feeder.process.poll() is None, "the sensor")
