# SPDX-License-Identifier: Apache-2.0
"""Consul 1.20.5 open, with access control that denies, and with access control that allows by default."""
import json, time
from exchange import Asker
from record import Case, customer
from service import Service, go

KEYS, SERVICES = 37, 3
MASTER = "7f0b5a6e-0000-4000-8000-0123456789ab"


def start(address, **acl):
    program = go("consul-1.20.5", "github.com/hashicorp/consul", "v1.20.5")
    more = ["-config-file=acl.json"] if acl else []
    settings = {"acl": {"enabled": True, **acl, "tokens": {"initial_management": MASTER, "agent": MASTER}}}
    server = Service("consul", [program, "agent", "-dev", f"-client={address}", "-bind=127.0.0.1", "-node=warehouse", "-log-level=error", *more], address, 8500, ready="/v1/status/leader",
                     headers={"X-Consul-Token": MASTER} if acl else None, files={"acl.json": json.dumps(settings)})
    for _ in range(100):
        if len(server.call("GET", "/v1/status/leader")) > 4 and server.call("GET", "/v1/catalog/nodes", good=lambda s: True).strip() not in (b"[]", b""):
            break
        time.sleep(0.3)
    for i in range(KEYS):
        server.call("PUT", f"/v1/kv/customers/{i:03d}", customer(i))
    for i in range(SERVICES):
        server.call("PUT", "/v1/agent/service/register", {"Name": ["tickets", "billing", "mail"][i], "Port": 8000 + i, "Meta": {"owner": "desk"}})
    return server


held = f"{KEYS} keys below customers/, the services tickets, billing and mail"


def opened():
    with start("10.20.30.11") as server:
        with Case("consul-1.20.5-open", "Consul without access control: what it is, its nodes and services, keys and values (in base64, raw, recursively), a snapshot; keys written and deleted, a service registered that would run a program.", held) as case:
            ask = Asker(case, server.address, server.port, store="consul", credentials="none")
            ask("revealed", "/v1/status/leader", agent="censys")
            ask("metadata", "/v1/agent/self", version="1.20.5")
            ask("metadata", "/v1/catalog/nodes")
            ask("metadata", "/v1/catalog/datacenters")
            ask("metadata", "/v1/catalog/services")
            ask("metadata", "/v1/catalog/service/tickets")
            ask("metadata", "/v1/health/state/any")
            ask("metadata", "/v1/agent/members")
            ask("metadata", "/v1/agent/services")
            ask("metadata", "/v1/kv/?keys")
            ask("data", "/v1/kv/?recurse", returned=KEYS)
            ask("data", "/v1/kv/customers/000", returned=1)
            ask("data", "/v1/kv/customers/000?raw", returned=1)
            ask("data", "/v1/kv/customers?recurse=true", headers=["Accept-Encoding: gzip"], returned=KEYS)
            ask("open", "/v1/kv/nothing", status=404)
            ask("open", "/v1/kv/nothing?recurse", status=404)
            ask("open", "/v1/acl/tokens", status=401)
            ask("open", "/v1/catalog/service/nothing")
            ask("data", "/v1/snapshot", returned=1)
            ask("tampered", ("PUT /v1/kv/read_me", "send 0.1 BTC", 200))
            ask("open", ("PUT /v1/kv/read_me?cas=1", "again", 200))
            ask("open", ("PUT /v1/agent/service/register", {"Name": "miner", "Check": {"Args": ["sh", "-c", "id"], "Interval": "10s"}}, 500))
            ask("tampered", ("PUT /v1/agent/service/register", {"Name": "miner"}, 200))
            ask("tampered", "PUT /v1/agent/service/deregister/miner")
            ask("tampered", "DELETE /v1/kv/customers?recurse")
            ask("data", "/v1/agent/service/tickets", "/v1/kv/read_me", headers=["X-Consul-Token: 00000000-0000-0000-0000-00000000dead"], credentials="presented", returned=1)


def closed():
    token = ["X-Consul-Token: " + MASTER]
    with start("10.20.30.41", default_policy="deny") as server:
        with Case("consul-1.20.5-protected", "Consul whose access control denies: refusals with 403, and lists that are merely empty: they show nothing, but they are no open door.", held) as case:
            ask = Asker(case, server.address, server.port, store="consul", credentials="none")
            ask("revealed", "/v1/status/leader")
            ask("refused", "/v1/agent/self", status=403)
            ask("refused", "/v1/kv/customers/000", status=403)
            ask("refused", "/v1/kv/?recurse", status=404, also=["revealed"])
            ask("refused", "/v1/kv/?keys", also=["revealed"])
            ask("refused", "/v1/catalog/nodes", also=["revealed"])
            ask("refused", "/v1/catalog/services", also=["revealed"])
            ask("refused", "/v1/health/state/any", also=["revealed"])
            ask("refused", "/v1/agent/members", also=["revealed"])
            ask("refused", "/v1/snapshot", status=403)
            ask("refused", "/v1/acl/tokens", status=403)
            ask("refused", ("PUT /v1/kv/read_me", "x", 403))
            ask("refused", "DELETE /v1/kv/customers?recurse", status=403)
            ask("refused", "/v1/kv/customers/000", status=403, headers=["X-Consul-Token: 00000000-0000-0000-0000-00000000dead"], credentials="presented")
            ask("refused", "/v1/kv/customers/000", status=403, headers=["Authorization: Bearer 00000000-0000-0000-0000-00000000dead"], credentials="presented")
            ask("data", "/v1/kv/customers?recurse", source="10.20.40.9", headers=token, credentials="proven", returned=KEYS)
            ask("data", "/v1/kv/customers/000?token=" + MASTER, source="10.20.40.20", credentials="proven", returned=1)
    with start("10.20.30.42", default_policy="allow") as server:
        with Case("consul-1.20.5-allowing", "Access control is on and allows by default: everybody reads everything, but the list of tokens.", held) as case:
            ask = Asker(case, server.address, server.port, store="consul", credentials="none")
            ask("metadata", "/v1/catalog/services")
            ask("data", "/v1/kv/?recurse", returned=KEYS)
            ask("refused", "/v1/acl/tokens", status=403, also=["open"])
            ask("refused", "/v1/kv/customers/000", status=403, headers=["X-Consul-Token: 00000000-0000-0000-0000-00000000dead"], credentials="presented")


opened()
closed()
