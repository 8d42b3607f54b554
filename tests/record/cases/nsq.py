# SPDX-License-Identifier: Apache-2.0
"""NSQ 1.3.0: the interface of a broker (nsqd) and the administration page (nsqadmin). Neither asks anybody for anything."""
import time
from exchange import Asker
from record import Case, customer
from service import Service, go

MESSAGES = 37
HOST = ["unshare", "-r", "--uts", "sh", "-c", 'hostname warehouse; exec "$@"', "-"]

broker = go("nsqd", "github.com/nsqio/nsq", "v1.3.0", "./apps/nsqd")
admin = go("nsqadmin", "github.com/nsqio/nsq", "v1.3.0", "./apps/nsqadmin")
with Service("nsqd", [*HOST, broker, "-http-address=10.20.30.11:4151", "-tcp-address=10.20.30.11:4150", "-broadcast-address=10.20.30.11", "-data-path={HOME}"], "10.20.30.11", 4151, ready="/ping") as server:
    for i in range(MESSAGES):
        server.call("POST", "/pub?topic=cases", customer(i))
    server.call("POST", "/channel/create?topic=cases&channel=desk")
    server.call("POST", "/topic/create?topic=mail")
    time.sleep(1)
    with Case("nsq-1.3.0-open", "NSQ: version, topics and how much waits in them; a message published, a topic emptied and deleted.", f"the topics cases ({MESSAGES} messages) and mail") as case:
        ask = Asker(case, server.address, server.port, store="nsq", credentials="none")
        ask("none", "/ping", also=["revealed", "probed"])
        ask("metadata", "/info", version="1.3.0", also=["revealed"])
        ask("metadata", "/stats?format=json", version="1.3.0", datasets=["cases", "mail"])
        ask("metadata", "/stats")
        ask("tampered", "POST /pub?topic=cases", body="read me")
        ask("tampered", "POST /topic/empty?topic=cases", also=["none"])
        ask("tampered", "POST /topic/delete?topic=mail", also=["none"])
        ask("open", "POST /topic/delete?topic=nothing", status=404, also=["none", "revealed"])
    with Service("nsqadmin", [*HOST, admin, "-http-address=10.20.30.12:4171", "-nsqd-http-address=10.20.30.11:4151"], "10.20.30.12", 4171, ready="/ping") as page:
        with Case("nsqadmin-1.3.0-open", "The administration page of NSQ and its interface.", "a broker with the topic cases") as case:
            ask = Asker(case, page.address, page.port, store="nsq", credentials="none")
            ask("revealed", "/", agent="censys")
            ask("metadata", "/api/topics", datasets=["cases"])
            ask("metadata", "/api/topics?inactive=true", also=["open"])
            ask("metadata", "/api/topics/cases", datasets=["cases"])
            ask("metadata", "/api/nodes")
            ask("metadata", "/api/counter")
            ask("open", "/api/topics/nothing", status=502)
            ask("tampered", "POST /api/topics/cases", body={"action": "empty"})
