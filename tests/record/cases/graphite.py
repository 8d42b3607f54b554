# SPDX-License-Identifier: Apache-2.0
"""Graphite-web 1.1 as Debian 12 has it, over whisper files; it has no login for what it hands out."""
import time
from asker import TICKETS, asker
from record import Case
from service import Service, debian

ADDRESS, VERSION = "10.20.30.1", "1.1.8"
HELD = f"metrics support.tickets and support.calls with {TICKETS} values each"
PACKAGES = ("graphite-web python3-django python3-django-tagging python3-pyparsing python3-simplejson python3-tz python3-urllib3 python3-whisper python3-cairocffi python3-six "
            "python3-asgiref python3-sqlparse python3-cairo python3-cffi python3-cffi-backend python3-pycparser python3-xcffib").split()
SETTINGS = """
import os
HOME = os.environ["HOME"]
SECRET_KEY, TIME_ZONE, LOG_ROTATION, LOG_DIR, CONF_DIR = "record", "UTC", False, HOME, HOME
STORAGE_DIR = WHISPER_DIR = HOME + "/whisper"
INDEX_FILE, STATIC_ROOT, CARBONLINK_HOSTS, FUNCTION_PLUGINS = HOME + "/index", HOME + "/static", [], []
DATABASES = {"default": {"NAME": HOME + "/graphite.db", "ENGINE": "django.db.backends.sqlite3"}}
ALLOWED_HOSTS = ["*"]
"""
RUN = f"""
import os, socketserver, sys, time
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
import whisper
for name in ("tickets", "calls"):
    path = os.environ["HOME"] + "/whisper/support/" + name + ".wsp"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    whisper.create(path, [(60, 1440)])
    now = int(time.time())
    whisper.update_many(path, [(now - 60 * i, i) for i in range({TICKETS})])
os.environ["DJANGO_SETTINGS_MODULE"], os.environ["GRAPHITE_SETTINGS_MODULE"] = "graphite.settings", "own_settings"
from django.core.management import execute_from_command_line
execute_from_command_line(["manage", "migrate", "--run-syncdb", "-v0"])
from graphite.wsgi import application


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


make_server("{ADDRESS}", 8080, application, handler_class=Quiet).serve_forever()
"""
home = debian("graphite-debian", *PACKAGES)
with Service("graphite", ["/usr/bin/python3", "run.py"], ADDRESS, 8080, ready="/version/", environment={"PYTHONPATH": home + "/usr/lib/python3/dist-packages:{HOME}"},
             files={"run.py": RUN, "own_settings.py": SETTINGS, "dashboard.conf": "", "graphTemplates.conf": ""}) as server:
    with Case("graphite-web-1.1.8-open", "Graphite: names of metrics in three forms, values as JSON, as CSV, raw and as a picture, a dashboard's list, an event written.", HELD) as case:
        ask = asker(case, server, "graphite")
        ask("none", "/version/", also=["revealed"])
        ask("metadata", "/metrics/find?query=support.*")
        ask("metadata", "/metrics/find?query=*&format=completer", agent="leakix")
        ask("metadata", "/metrics/index.json")
        ask("metadata", "/metrics/expand?query=support.*", also=["none"])
        ask("data", "/render?target=support.tickets&format=json&from=-30min", agent="requests")
        ask("data", "/render?target=support.*&format=csv&from=-30min")
        ask("data", "/render?target=support.calls&format=raw&from=-30min")
        ask("open", "/render?target=nothere&format=json", also=["none"])
        ask("open", "/events/get_data", also=["none"])
        ask("tampered", "/events/", method="POST", body={"what": "x", "tags": "x"}, also=["open", "none"])
