# SPDX-License-Identifier: Apache-2.0
"""Flower 2.0 beside a Celery worker: its interface as it comes (closed to who shows nothing), opened by a setting, and with a password."""
import subprocess
import time
from asker import asker, basic
from record import Case, support_case
from service import Service, pip

ADDRESS, VERSION, TASKS = "10.20.30.8", "2.0.1", 12
HELD = f"{TASKS} tasks done by one worker"
home = pip("flower", "flower==" + VERSION, "celery[sqlalchemy]", "redis", "packaging", "async-timeout")
DESK = "from celery import Celery\ndesk = Celery('desk', broker='redis://127.0.0.1:6380/0', backend='redis://127.0.0.1:6380/1')\n\n\n@desk.task(name='desk.answer')\ndef answer(title):\n    return title.upper()\n"


def start(setting, *arguments):
    command = f"redis-server --port 6380 --bind 127.0.0.1 --save '' & sleep 1; {home}/bin/celery -A desk worker -P solo -E -n desk@support -l error & " \
              f"exec {home}/bin/celery -A desk flower --address={ADDRESS} --port=5555 {' '.join(arguments)}"
    return Service("flower", ["/bin/sh", "-c", command], ADDRESS, 5555, ready="/metrics", environment={"PYTHONPATH": "{HOME}", **setting}, files={"desk.py": DESK})


def fill(server):
    time.sleep(6)
    for i in range(TASKS):
        server.call("POST", "/api/task/async-apply/desk.answer", {"args": [support_case(i)["title"]]})
    time.sleep(4)


with start({"FLOWER_UNAUTHENTICATED_API": "true"}) as server:
    fill(server)
    with Case("flower-2.0.1-open", "Flower whose interface is open: workers, tasks with their arguments and results, queues; a task started, a worker stopped.", HELD) as case:
        ask = asker(case, server, "flower")
        ask("open", "/api/workers")
        ask("data", "/api/tasks?limit=5", returned=5)
        ask("data", "/api/tasks", agent="requests", returned=TASKS)
        ask("metadata", "/api/task/types", also=["open"])
        ask("metadata", "/api/queues/length", also=["open"])
        ask("metadata", "/metrics", also=["none"])
        ask("none", "/", agent="firefox", also=["revealed", "metadata"])
        ask("revealed", "/healthcheck", also=["none"])
        ask("open", "/api/task/info/nothere", status=404)
        ask("tampered", "/api/task/async-apply/desk.answer", method="POST", body={"args": ["x"]}, also=["open"])

with start({}, "--basic-auth=operator:correct-horse") as server:
    with Case("flower-2.0.1-protected", "Flower with a password: 401 for what it shows.", HELD) as case:
        ask = asker(case, server, "flower")
        for target in ("/", "/api/tasks", "/api/workers"):
            ask("refused", target, status=401)
        ask("refused", "/api/workers", headers=[basic("admin:admin")], status=401, credentials="presented")
        ask("none", "/api/workers", headers=[basic()], source="10.20.40.9", credentials="proven")

with start({}) as server:
    with Case("flower-2.0.1-interface-closed", "Flower without a password, whose interface is closed unless it is opened by a setting: 401 that says so, though the pages answer.", HELD) as case:
        ask = asker(case, server, "flower")
        ask("refused", "/api/tasks", status=401)
        ask("revealed", "/workers?json=1", also=["none"])
