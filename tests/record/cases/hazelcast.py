# SPDX-License-Identifier: Apache-2.0
"""Hazelcast 5.5.0 over REST: with all groups of its interface, and with the groups that it has by itself."""
import json
from record import Case, customer
from service import JAVA17, Service, maven

OPEN, CLOSED = "10.20.30.41", "10.20.30.42"
jars = maven("hazelcast-5.5.0", "com.hazelcast:hazelcast:5.5.0")


def member(address, rest):
    """A member alone. REST groups that are not named keep what the version says of them."""
    groups = "".join(f'<endpoint-group name="{name}" enabled="true"/>' for name in rest)
    xml = f"""<hazelcast xmlns="http://www.hazelcast.com/schema/config"><cluster-name>support</cluster-name>
<network><port auto-increment="false">5701</port><public-address>{address}</public-address><join><auto-detection enabled="false"/><multicast enabled="false"/></join>
<interfaces enabled="true"><interface>{address}</interface></interfaces><rest-api enabled="{'true' if rest else 'false'}">{groups}</rest-api></network></hazelcast>"""
    return Service("hazelcast", [JAVA17 + "/bin/java", "-Xmx256m", "-Dhazelcast.config={HOME}/hazelcast.xml", "-Dhazelcast.phone.home.enabled=false", "-cp", jars + "/*",
                                 "com.hazelcast.core.server.HazelcastMemberStarter"], address, 5701, ready="/hazelcast/health", files={"hazelcast.xml": xml})


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", kind="text/plain", **more):
        c = case.client(source, address, agent=agent, port=5701)
        for method, target, body, status in exchanges:
            c.ask(method, target, body, status=status, headers=[] if body is None else ["Content-Type: " + kind])
        c.expect(verdict, **{"store": "hazelcast", "credentials": "none", **more})
        c.close()
    return ask


def get(target, status=200):
    return ["GET", "/hazelcast" + target, None, status]


with member(OPEN, ["DATA", "CLUSTER_READ", "CLUSTER_WRITE", "HEALTH_CHECK"]) as server:
    for i in range(37):
        server.call("POST", f"/hazelcast/rest/maps/customers/{i}", json.dumps(customer(i)), "application/json" if i % 2 else "text/plain")
    for i in range(3):
        server.call("POST", "/hazelcast/rest/queues/letters", f"letter {i} to {customer(i)['customer_email']}", "text/plain")
    with Case("hazelcast-5.5.0-open", "An open Hazelcast: values without a wrapper, as JSON and as text; a key that is missing (204 and nothing); a queue whose reading takes away; writes that are answered by 200 and nothing; "
              "health and members; a cluster state asked for with a wrong and with the right cluster name.", "a map customers of 37 values, a queue letters of 3") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", [get("/health")], "revealed", agent="censys")
        ask("203.0.113.42", [get("/rest/cluster")], "metadata", agent="censys", version="5.5.0")
        ask("203.0.113.42", [get("/rest/instance")], "metadata")
        ask("203.0.113.43", [get("/rest/maps/customers/1")], "data", returned=1, datasets=["customers"])
        ask("203.0.113.43", [get("/rest/maps/customers/2")], "data", returned=1, datasets=["customers"])
        ask("203.0.113.43", [get("/rest/maps/customers/99", 204)], "open")
        ask("203.0.113.43", [get("/rest/maps/nothere/1", 204)], "open")
        ask("203.0.113.43", [get("/rest/queues/letters/size")], "metadata", datasets=["letters"])
        ask("203.0.113.61", [get("/rest/queues/letters/1")], "data", returned=1, datasets=["letters"])
        ask("203.0.113.61", [get("/rest/queues/nothere/1", 204)], "open")
        ask("203.0.113.61", [get(f"/rest/maps/customers/{i}") for i in range(10)], "data", datasets=["customers"])
        ask("198.51.100.20", [["POST", "/hazelcast/rest/maps/customers/7", "all your data", 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["POST", "/hazelcast/rest/queues/letters", "pay", 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["DELETE", "/hazelcast/rest/maps/customers/8", None, 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["DELETE", "/hazelcast/rest/maps/customers", None, 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["POST", "/hazelcast/rest/management/cluster/state", "dev&dev-pass", 403]], "refused", agent="requests")
        ask("198.51.100.20", [["POST", "/hazelcast/rest/management/cluster/state", "support&", 200]], "metadata", agent="requests")

with member(CLOSED, ["HEALTH_CHECK", "CLUSTER_READ"]):
    with Case("hazelcast-5.5.0-protected", "Hazelcast with health and members only: the connection is closed without a byte where data would be.", "nothing") as case:
        ask = asker(case, CLOSED)
        ask("203.0.113.42", [get("/health")], "revealed", agent="censys")
        for target in ("/hazelcast/rest/maps/customers/1", "/"):
            c = case.client("203.0.113.43", CLOSED, port=5701)
            c.send(c.head("GET", target, [], None))
            assert c.stream.read() == b""
            c.note("GET", target, "closed without a byte")
            c.expect("probed", store="hazelcast", credentials="none", also=["none"])
