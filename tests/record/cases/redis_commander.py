# SPDX-License-Identifier: Apache-2.0
"""redis-commander 0.9 in front of a Redis, open and with a login."""
import json
import subprocess
from asker import TICKETS, asker
from record import NET, Case, customer, support_case
from service import Service, npm

ADDRESS, VERSION, PORT = "10.20.30.40", "0.9.0", 6379
PEOPLE = 12
HELD = f"a Redis with {TICKETS} strings ticket:N and {PEOPLE} hashes customer:N"
home = npm("redis-commander", "redis-commander@" + VERSION)


def redis(*command):
    return subprocess.run(["ip", "netns", "exec", NET + "-server", "redis-cli", "-p", str(PORT), *command], capture_output=True, text=True, check=False).stdout


def start(*settings):
    script = f"redis-server --port {PORT} --bind 127.0.0.1 --save '' & exec node {home}/node_modules/.bin/redis-commander --address {ADDRESS} --port 8081 --redis-host 127.0.0.1 " \
             f"--redis-port {PORT} --noload --nosave {' '.join(settings)}"
    return Service("redis-commander", ["/bin/sh", "-c", script], ADDRESS, 8081)


def fill():
    for i in range(TICKETS):
        redis("SET", f"ticket:{i}", json.dumps(support_case(i)))
    for i in range(PEOPLE):
        redis("HSET", f"customer:{i}", *(str(word) for pair in customer(i).items() for word in pair))


CONNECTION = f"R:127.0.0.1:{PORT}:0"
with start() as server:
    fill()
    with Case("redis-commander-0.9.0-open", "redis-commander without a login: its page, its connections, the server's INFO, keys, values of several types, a command executed, a key written.", HELD) as case:
        ask = asker(case, server, "redis-commander")
        ask("revealed", "/", agent="firefox")
        ask("metadata", "/connections")
        ask("metadata", "/apiv2/server/info")
        ask("metadata", f"/apiv2/keystree/{CONNECTION}/?absolute=false")
        ask("metadata", f"/apiv2/keys/{CONNECTION}/ticket*", also=["data"])
        ask("data", f"/apiv2/key/{CONNECTION}/ticket:3?absolute=false", returned=1)
        ask("data", f"/apiv2/key/{CONNECTION}/customer:3?absolute=false", agent="requests", returned=1)
        ask("open", f"/apiv2/key/{CONNECTION}/nothere")
        ask("data", f"/apiv2/exec/{CONNECTION}", method="POST", body="cmd=GET+ticket%3A5", headers=["Content-Type: application/x-www-form-urlencoded"])
        ask("data", f"/tools/export?connection={CONNECTION}&type=redis&keyPrefix=ticket", also=["drained"])
        ask("tampered", f"/apiv2/key/{CONNECTION}/readme", method="POST", body="keyType=string&stringValue=x", headers=["Content-Type: application/x-www-form-urlencoded"], also=["open"])
        ask("tampered", f"/apiv2/key/{CONNECTION}/ticket:7?action=delete", method="POST", body="", headers=["Content-Type: application/x-www-form-urlencoded"])

with start("--http-auth-username", "operator", "--http-auth-password", "correct-horse") as server:
    fill()
    token = json.loads(server.call("POST", "/signin", {"username": "operator", "password": "correct-horse"}))["bearerToken"]
    with Case("redis-commander-0.9.0-protected", "redis-commander with a login: the same page with 200 for everybody, 401 for what lies behind it, values with a token.", HELD) as case:
        ask = asker(case, server, "redis-commander")
        ask("revealed", "/", agent="firefox")
        for target in ("/connections", "/apiv2/server/info", f"/apiv2/key/{CONNECTION}/ticket:3"):
            ask("refused", target, status=401)
        ask("revealed", "/signin", method="POST", body={"username": "admin", "password": "admin"}, also=["none", "refused", "open"], credentials="presented")
        ask("data", f"/apiv2/key/{CONNECTION}/ticket:3?absolute=false", headers=["Authorization: Bearer " + token], source="10.20.40.9", credentials="proven", returned=1)
