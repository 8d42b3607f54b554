# SPDX-License-Identifier: Apache-2.0
"""etcd: the second interface of 3.4 with keys in paths, the JSON gateway of the third interface in 3.4 and 3.6, open and with users; and clients over gRPC's HTTP/2."""
import base64, json, sys, urllib.parse
from exchange import Asker
from record import Case, customer
from service import Service, debian, go

KEYS = 37
ALL = {"key": "AA==", "range_end": "AA=="}


def b64(text):
    return base64.b64encode(text.encode()).decode()


def start(version, address, *options):
    program = debian("etcd-server", "etcd-server") + "/usr/bin/etcd" if version == "3.4.23" else go("etcd-3.6.5", "go.etcd.io/etcd/server/v3", "v3.6.5")
    return Service("etcd", [program, "--data-dir={HOME}/data", f"--listen-client-urls=http://{address}:2379", f"--advertise-client-urls=http://{address}:2379",
                            "--listen-peer-urls=http://127.0.0.1:2380", "--name=desk", "--logger=zap", *options], address, 2379, ready="/version")


def fill(server):
    for i in range(KEYS):
        server.call("POST", "/v3/kv/put", {"key": b64(f"customers/{customer(i)['case_number']}"), "value": b64(json.dumps(customer(i)))})


def users(server):
    """Turns authentication on; gives operator's token."""
    for path, body in (("/v3/auth/role/add", {"name": "root"}), ("/v3/auth/user/add", {"name": "root", "password": "correct-horse"}), ("/v3/auth/user/grant", {"user": "root", "role": "root"}), ("/v3/auth/enable", {})):
        server.call("POST", path, body)
    return json.loads(server.call("POST", "/v3/auth/authenticate", {"name": "root", "password": "correct-horse"}))["token"]


def third(version, opened, closed):
    held = f"{KEYS} keys below customers/"
    with start(version, opened) as server:
        fill(server)
        with Case(f"etcd-{version}-open", "The JSON gateway of an etcd without users: keys and values in base64, counts, members, a whole snapshot; a key written and a range deleted.", held) as case:
            ask = Asker(case, server.address, server.port, store="etcd", credentials="none")
            ask("revealed", "/version", version=version)
            ask("none" if version == "3.4.23" else "revealed", "/health", also=["none", "probed"])
            ask("metadata", "POST /v3/maintenance/status", body={}, version=version)
            ask("metadata", "POST /v3/cluster/member/list", body={})
            ask("data", "POST /v3/kv/range", body=ALL, returned=KEYS, records=KEYS)
            ask("data", "POST /v3/kv/range", body={**ALL, "limit": 5}, returned=5, records=KEYS)
            ask("metadata", "POST /v3/kv/range", body={**ALL, "keys_only": True}, records=KEYS)
            ask("metadata", "POST /v3/kv/range", body={**ALL, "count_only": True}, records=KEYS)
            ask("open", "POST /v3/kv/range", body={"key": b64("nothing")})
            ask("data", "POST /v3/maintenance/snapshot", body={}, also=["drained"])
            ask("open", "POST /v3/lease/leases", body={}, also=["metadata"])
            ask("none", "/v2/keys/?recursive=true", status=404, also=["open", "probed", "revealed"])
            ask("tampered", "POST /v3/kv/put", body={"key": b64("read_me"), "value": b64("send 0.1 BTC")})
            ask("open", "POST /v3/kv/deleterange", body={"key": b64("nothing")})
            ask("tampered", "POST /v3/kv/deleterange", body=ALL)
    with start(version, closed) as server:
        fill(server)
        token = users(server)
        with Case(f"etcd-{version}-protected", "The same with users: a client without a name is told so with status 400, one with a wrong token with 401.", held) as case:
            ask = Asker(case, server.address, server.port, store="etcd", credentials="none")
            ask("revealed", "/version", version=version)
            ask("refused", "POST /v3/kv/range", body=ALL, status=400)
            ask("refused", "POST /v3/kv/put", body={"key": b64("read_me"), "value": b64("x")}, status=400)
            ask("refused", "POST /v3/kv/deleterange", body=ALL, status=400)
            ask(*("metadata" if version == "3.4.23" else "refused", "POST /v3/maintenance/status"), body={}, status=200 if version == "3.4.23" else 400)
            ask("refused", "POST /v3/auth/authenticate", body={"name": "root", "password": "123456"}, status=400, also=["revealed"])
            ask("refused", "POST /v3/kv/range", body=ALL, status=401, headers=["Authorization: nonsense"], credentials="presented")
            ask("data", "POST /v3/kv/range", body={**ALL, "limit": 3}, source="10.20.40.9", headers=["Authorization: " + token], credentials="proven", returned=3, records=KEYS)


def second():
    held = f"{KEYS} keys below /customers"
    form = ["Content-Type: application/x-www-form-urlencoded"]

    def put(server):
        for i in range(KEYS):
            server.call("PUT", f"/v2/keys/customers/{customer(i)['case_number']}", urllib.parse.urlencode({"value": json.dumps(customer(i))}), "application/x-www-form-urlencoded")

    with start("3.4.23", "10.20.30.13", "--enable-v2") as server:
        put(server)
        with Case("etcd-3.4.23-v2-open", "The second interface: keys in paths, values as text, no users.", held) as case:
            ask = Asker(case, server.address, server.port, store="etcd", credentials="none")
            ask("metadata", "/v2/members")
            ask("metadata", "/v2/stats/self")
            ask("metadata", "/v2/keys/", "/v2/keys", also=["data"])
            ask("data", "/v2/keys/?recursive=true", returned=KEYS)
            ask("data", "/v2/keys/customers", returned=KEYS)
            ask("data", "/v2/keys/customers/SR119000000", returned=1)
            ask("open", "/v2/keys/nothing", status=404)
            ask("metadata", "/v2/auth/enable", also=["open"])
            ask("tampered", ("PUT /v2/keys/read_me", "value=send+0.1+BTC", 201), headers=form)
            ask("tampered", "DELETE /v2/keys/customers?recursive=true")
            ask("open", "DELETE /v2/keys/customers?recursive=true", status=404)
    with start("3.4.23", "10.20.30.43", "--enable-v2") as server:
        put(server)
        for path, body in (("/v2/auth/users/root", {"user": "root", "password": "correct-horse"}), ("/v2/auth/enable", None)):
            server.call("PUT", path, body)
        server.user = "root:correct-horse"
        server.call("PUT", "/v2/auth/roles/guest", {"role": "guest", "revoke": {"kv": {"read": ["/*"], "write": ["/*"]}}})
        with Case("etcd-3.4.23-v2-protected", "The second interface with users, and nothing allowed to guests: 401 for everybody else.", held) as case:
            ask = Asker(case, server.address, server.port, store="etcd", credentials="none")
            ask("refused", "/v2/keys/?recursive=true", status=401)
            ask("refused", ("PUT /v2/keys/read_me", "value=x", 401), headers=form)
            ask("refused", "/v2/keys/customers", status=401, headers=["Authorization: Basic cm9vdDoxMjM0NTY="], credentials="presented")
            ask("data", "/v2/keys/customers", source="10.20.40.9", headers=["Authorization: Basic cm9vdDpjb3JyZWN0LWhvcnNl"], credentials="proven", returned=KEYS)


for one in sys.argv[1:] or ("3.4.23", "v2", "3.6.5"):
    if one == "v2":
        second()
    else:
        third(one, *(("10.20.30.11", "10.20.30.41") if one == "3.4.23" else ("10.20.30.12", "10.20.30.42")))
