# SPDX-License-Identifier: Apache-2.0
"""Node-RED 4: its editor's interface, open and with a password."""
import json
import os
import subprocess
from asker import asker
from record import Case
from service import Service, npm

ADDRESS, VERSION = "10.20.30.14", "4.1.15"
FLOWS = [{"id": "tab1", "type": "tab", "label": "Support desk", "disabled": False, "info": ""}] + [
    {"id": f"node{i:02d}", "type": "function", "z": "tab1", "name": f"Ticket {i}", "func": "return msg;", "outputs": 1, "x": 100, "y": 40 * i, "wires": [[]]} for i in range(11)]
HELD = f"{len(FLOWS)} nodes in one flow"
home = npm("node-red", "node-red@" + VERSION)


def start(auth):
    settings = f"module.exports = {{ flowFile: 'flows.json', credentialSecret: false, uiHost: '{ADDRESS}', uiPort: 1880, telemetry: {{ enabled: false, updateNotification: false }}, {auth} " \
               "logging: { console: { level: 'warn' } }, contextStorage: { default: 'memoryOnly', memoryOnly: { module: 'memory' } } };"
    return Service("node-red", ["node", home + "/node_modules/.bin/node-red", "--userDir", "{HOME}", "--settings", "{HOME}/settings.js"], ADDRESS, 1880,
                   files={"settings.js": settings, "flows.json": json.dumps(FLOWS)})


with start("") as server:
    with Case("node-red-4.1.15-open", "Node-RED without a login: settings, nodes, flows in both forms, context, a flow deployed.", HELD) as case:
        ask = asker(case, server, "node-red")
        ask("none", "/auth/login", also=["revealed", "open"])
        ask("metadata", "/settings", version=VERSION, also=["revealed"])
        ask("metadata", "/nodes", headers=["Accept: application/json"])
        ask("data", "/flows", returned=len(FLOWS))
        ask("data", "/flows", headers=["Node-RED-API-Version: v2"], agent="requests", returned=len(FLOWS))
        ask("data", "/flow/tab1")
        ask("none", "/context/global", also=["metadata", "data", "revealed", "open"])
        ask("none", "/flow/nothere", status=404, also=["open"])
        ask("tampered", "/flows", method="POST", body=FLOWS[:3], status=204)
        ask("tampered", "/flow", method="POST", body={"label": "x", "nodes": []})

password = subprocess.run(["node", "-e", "console.log(require('bcryptjs').hashSync('correct-horse', 8))"], env={**os.environ, "NODE_PATH": home + "/node_modules"},
                          capture_output=True, text=True, check=True).stdout.strip()
with start(f"adminAuth: {{ type: 'credentials', users: [{{ username: 'operator', password: '{password}', permissions: '*' }}] }},") as server:
    token = json.loads(server.call("POST", "/auth/token", {"client_id": "node-red-admin", "grant_type": "password", "scope": "*", "username": "operator", "password": "correct-horse"}))["access_token"]
    with Case("node-red-4.1.15-protected", "Node-RED with a login: 401 without a token and with a wrong one, its login page says what it wants, flows with a token.", HELD) as case:
        ask = asker(case, server, "node-red")
        ask("revealed", "/auth/login")
        for target in ("/settings", "/flows", "/nodes"):
            ask("refused", target, status=401)
        ask("refused", "/flows", method="POST", body=[], status=401)
        ask("refused", "/flows", headers=["Authorization: Bearer " + "a" * 40], status=401, credentials="presented")
        ask("data", "/flows", headers=["Authorization: Bearer " + token], source="10.20.40.9", credentials="proven", returned=len(FLOWS))
