# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ 3.10 as Debian 12 has it, with its management interface: it always asks for credentials, and everybody knows guest."""
import json
import subprocess
from asker import TICKETS, asker, basic
from record import NET, Case, support_case
from service import Service, debian

ADDRESS, VERSION, RELEASE = "10.20.30.30", "3.10.8", "rabbitmq_server-3.10.8"
COUNT = 12
HELD = f"virtual host /: queue tickets with {TICKETS} messages, queue mails with {COUNT}"
PACKAGES = ("rabbitmq-server erlang-base erlang-crypto erlang-eldap erlang-inets erlang-mnesia erlang-os-mon erlang-parsetools erlang-public-key "
            "erlang-runtime-tools erlang-ssl erlang-syntax-tools erlang-tools erlang-xmerl erlang-asn1").split()
CONFIG = f"""listeners.tcp.default = {ADDRESS}:5672
management.tcp.ip = {ADDRESS}
management.tcp.port = 15672
prometheus.tcp.ip = {ADDRESS}
loopback_users.guest = false
log.console = true
log.console.level = warning
log.file = false
vm_memory_high_watermark.absolute = 300MB
disk_free_limit.absolute = 10MB
"""
GUEST, WRONG = basic("guest:guest"), basic("admin:admin")


def start():
    home = debian("rabbitmq-debian", *PACKAGES)
    erlang = home + "/usr/lib/erlang"
    return Service("rabbitmq", ["/bin/sh", "-c", f"chmod +x bin/erl; {erlang}/erts-13.1.5/bin/epmd -daemon; exec {home}/usr/lib/rabbitmq/lib/{RELEASE}/sbin/rabbitmq-server"], ADDRESS, 15672, user="guest:guest", environment={
        "PATH": "{HOME}/bin:/usr/bin:/bin", "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_MNESIA_BASE": "{HOME}/data", "RABBITMQ_LOG_BASE": "{HOME}/log", "RABBITMQ_CONFIG_FILE": "{HOME}/rabbitmq.conf", "RABBITMQ_PLUGINS_EXPAND_DIR": "{HOME}/plugins",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "{HOME}/enabled_plugins", "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2"},
        files={"bin/erl": f"#!/bin/sh\nexport ROOTDIR={erlang} BINDIR={erlang}/erts-13.1.5/bin EMU=beam PROGNAME=erl\nexec $BINDIR/erlexec \"$@\"\n",
               "rabbitmq.conf": CONFIG, "enabled_plugins": "[rabbitmq_management,rabbitmq_prometheus]."})


def fill(server):
    for queue, count in (("tickets", TICKETS), ("mails", COUNT)):
        server.call("PUT", f"/api/queues/%2F/{queue}", {"durable": True})
        for i in range(count):
            server.call("POST", "/api/exchanges/%2F/amq.default/publish", {"properties": {}, "routing_key": queue, "payload": json.dumps(support_case(i)), "payload_encoding": "string"})


def take(count):
    return {"count": count, "ackmode": "ack_requeue_true", "encoding": "auto"}


try:
    with start() as server:
        fill(server)
        import time
        time.sleep(12)    # until the statistics know of the messages
        with Case("rabbitmq-3.10.8-protected", "RabbitMQ's management interface: 401 without credentials, with an empty body, and with wrong ones; the page itself answers everyone, and so do the metrics of port 15692.", HELD) as case:
            ask = asker(case, server, "rabbitmq")
            ask("none", "/", also=["revealed"])
            for target in ("/api/overview", "/api/queues", "/api/whoami", "/api/definitions"):
                ask("refused", target, status=401)
            ask("refused", "/api/overview", headers=[WRONG], status=401, credentials="presented")
            ask("refused", "/api/queues/%2F/tickets", method="DELETE", status=401)
            server.port = 15692
            ask("metadata", "/metrics")
            server.port = 15672
        with Case("rabbitmq-3.10.8-guest", "RabbitMQ's management interface with the user guest of the default configuration, let in from everywhere: versions, queues with their counts, messages, definitions with password hashes, "
                  "messages published, a queue purged and one deleted.", HELD) as case:
            ask = asker(case, server, "rabbitmq", credentials="proven")
            ask("refused", "/api/overview", status=401, credentials="none")
            ask("metadata", "/api/overview", headers=[GUEST], version=VERSION)
            ask("metadata", "/api/queues", headers=[GUEST], agent="requests", datasets=["tickets", "mails"], records=TICKETS + COUNT)
            ask("metadata", "/api/queues/%2F/tickets", headers=[GUEST], datasets=["tickets"], records=TICKETS)
            ask("metadata", "/api/queues?columns=name,messages", headers=[GUEST, "Accept-Encoding: gzip"], datasets=["tickets", "mails"], records=TICKETS + COUNT)
            ask("metadata", "/api/vhosts", headers=[GUEST])
            ask("metadata", "/api/users", headers=[GUEST], also=["data"])
            ask("metadata", "/api/definitions", headers=[GUEST], also=["data"])
            ask("revealed", "/api/whoami", headers=[GUEST], also=["metadata"])
            ask("open", "/api/queues/%2F/nothere", headers=[GUEST], status=404)
            ask("data", "/api/queues/%2F/tickets/get", method="POST", body=take(5), headers=[GUEST], returned=5, datasets=["tickets"])
            ask("data", "/api/queues/%2F/mails/get", method="POST", body=take(50), headers=[GUEST], agent="requests", returned=COUNT, datasets=["mails"])
            ask("tampered", "/api/exchanges/%2F/amq.default/publish", method="POST", body={"properties": {}, "routing_key": "mails", "payload": "x", "payload_encoding": "string"}, headers=[GUEST])
            ask("tampered", "/api/queues/%2F/readme", method="PUT", body={}, headers=[GUEST], status=201)
            ask("tampered", "/api/queues/%2F/mails/contents", method="DELETE", headers=[GUEST], status=204)
            ask("tampered", "/api/queues/%2F/tickets", method="DELETE", headers=[GUEST], status=204)
finally:
    subprocess.run(["ip", "netns", "exec", NET + "-server", debian("rabbitmq-debian", *PACKAGES) + "/usr/lib/erlang/erts-13.1.5/bin/epmd", "-kill"], check=False)
