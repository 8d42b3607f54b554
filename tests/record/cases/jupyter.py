# SPDX-License-Identifier: Apache-2.0
"""Jupyter Server 2.14: open, with a token."""
import csv
import io
import json
from asker import TICKETS, asker
from record import Case, customer, support_case
from service import Service, pip

ADDRESS, VERSION, PEOPLE = "10.20.30.43", "2.14.2", 12
HELD = f"customers.csv with {PEOPLE} lines, tickets.json with {TICKETS} records, report.ipynb"
TOKEN = "0123456789abcdef0123456789abcdef"
home = pip("jupyter", "jupyter_server==" + VERSION)


def table():
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, customer(0))
    writer.writeheader()
    writer.writerows(customer(i) for i in range(PEOPLE))
    return text.getvalue()


NOTEBOOK = {"cells": [{"cell_type": "code", "execution_count": 1, "id": "a1", "metadata": {}, "source": ["customers.head()"], "outputs": [
    {"name": "stdout", "output_type": "stream", "text": [f"{customer(i)['customer_email']}\n" for i in range(5)]}]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def start(token):
    return Service("jupyter", [home + "/bin/jupyter", "server", f"--ip={ADDRESS}", "--port=8888", "--no-browser", "--IdentityProvider.token=" + token, "--ServerApp.root_dir={HOME}/work",
                               "--ServerApp.log_level=40"], ADDRESS, 8888, ready="/api", environment={"JUPYTER_RUNTIME_DIR": "{HOME}/runtime", "JUPYTER_CONFIG_DIR": "{HOME}/config"},
                   files={"work/customers.csv": table(), "work/data/tickets.json": json.dumps([support_case(i) for i in range(TICKETS)]), "work/report.ipynb": json.dumps(NOTEBOOK)})


with start("") as server:
    with Case("jupyter-2.14.2-open", "Jupyter Server without a token: its version, folders, files as JSON and as they are, a notebook with what it printed, kernels, a write refused for want of _xsrf and one with it.", HELD) as case:
        ask = asker(case, server, "jupyter")
        ask("revealed", "/api", version=VERSION)
        ask("metadata", "/api/contents")
        ask("metadata", "/api/contents/data?content=1", agent="leakix")
        ask("metadata", "/api/contents/customers.csv?content=0", also=["open"])
        ask("metadata", "/api/kernelspecs")
        ask("open", "/api/sessions")
        ask("open", "/api/kernels")
        ask("open", "/api/terminals", also=["none"], status=(200, 404))
        ask("revealed", "/api/status", also=["metadata", "open"])
        ask("data", "/api/contents/customers.csv", returned=1)
        ask("data", "/api/contents/data/tickets.json?type=file&format=text", headers=["Accept-Encoding: gzip"], agent="requests", returned=1)
        ask("data", "/api/contents/report.ipynb", returned=1)
        ask("data", "/files/customers.csv", headers=[f"Referer: http://{ADDRESS}:8888/tree"], agent="firefox", returned=1)
        ask("revealed", "/files/customers.csv", status=403, also=["none"])
        ask("open", "/api/contents/nothere.txt", status=404)
        ask("revealed", "/api/contents/readme.txt", method="PUT", body={"type": "file", "format": "text", "content": "x"}, status=403)
        c = case.client("198.51.100.77", ADDRESS, port=8888, agent="requests")
        answer = c.get("/tree", status=(200, 302, 404))
        c.expect("none", store="jupyter", credentials="none", also=["revealed", "open", "refused"])
        c = case.client("198.51.100.77", ADDRESS, port=8888, agent="requests")
        headers = ["Cookie: _xsrf=2|aaaaaaaa|bbbbbbbb|1700000000", "X-XSRFToken: 2|aaaaaaaa|bbbbbbbb|1700000000"]
        c.ask("PUT", "/api/contents/readme.txt", {"type": "file", "format": "text", "content": "x"}, headers=headers, status=201)
        c.ask("DELETE", "/api/contents/customers.csv", headers=headers, status=204)
        c.expect("tampered", store="jupyter", credentials="none")

with start(TOKEN) as server:
    with Case("jupyter-2.14.2-protected", "Jupyter Server with a token: its version is told to everybody, contents are refused without WWW-Authenticate, files send to the login page; the token in the URL and in a header.", HELD) as case:
        ask = asker(case, server, "jupyter")
        ask("revealed", "/api", version=VERSION)
        for target in ("/api/contents", "/api/contents/customers.csv", "/api/kernels", "/api/status"):
            ask("refused", target, status=403)
        ask("refused", "/files/customers.csv", status=302)
        ask("revealed", "/api/contents/readme.txt", method="PUT", body={"type": "file", "format": "text", "content": "x"}, status=403)
        ask("refused", "/api/contents?token=wrong", status=403, credentials="presented")
        ask("revealed", "/login", status=200, also=["none", "refused"], agent="firefox")
        ask("data", "/api/contents/customers.csv?token=" + TOKEN, source="10.20.40.9", credentials="proven", returned=1)
        ask("data", "/files/customers.csv", headers=["Authorization: token " + TOKEN], source="10.20.40.20", credentials="proven", returned=1)
