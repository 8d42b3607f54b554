# SPDX-License-Identifier: Apache-2.0
"""Verdaccio 5: a package registry, open and for its users only."""
import base64
import hashlib
import json
from asker import asker
from record import Case, customer
from service import Service, outside

ADDRESS, VERSION = "10.20.30.15", "5.33.0"
PACKAGES = ["@support/agent-tools", "support-config", "support-desk"]
HELD = f"{len(PACKAGES)} packages of one version each"
CONFIG = """storage: ./storage
auth:
  htpasswd: {file: ./htpasswd, max_users: 10, algorithm: sha1}
web: {title: Verdaccio}
packages:
  '**': {access: WHO, publish: WHO, unpublish: WHO}
log: {type: stdout, format: pretty, level: warn}
"""


def make(folder):
    with open(folder + "/package.json", "w") as f:
        json.dump({"name": "record", "version": "1.0.0", "overrides": {"node-fetch": "2.7.0"}}, f)
    outside(["npm", "install", "--no-audit", "--no-fund", "verdaccio@" + VERSION], cwd=folder)


def start(who):
    from service import fetched
    home = fetched("verdaccio", make)
    return Service("verdaccio", ["node", home + "/node_modules/.bin/verdaccio", "--config", "{HOME}/config.yaml", "--listen", f"http://{ADDRESS}:4873"], ADDRESS, 4873, ready="/-/ping",
                   files={"config.yaml": CONFIG.replace("WHO", who)})


def package(name, number):
    """What `npm publish` sends; the archive is no archive, only some records."""
    content, file = json.dumps(customer(number)).encode() * 3, name.split("/")[-1] + "-1.0.0.tgz"
    version = {"name": name, "version": "1.0.0", "description": "internal", "dist": {
        "shasum": hashlib.sha1(content).hexdigest(), "integrity": "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(), "tarball": f"http://{ADDRESS}:4873/{name}/-/{file}"}}
    return {"_id": name, "name": name, "description": "internal", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}, "readme": "internal",
            "_attachments": {file: {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode(), "length": len(content)}}}


def fill(server, headers=None):
    for number, name in enumerate(PACKAGES):
        server.call("PUT", "/" + name.replace("/", "%2f"), package(name, number), headers=headers)


USER = {"_id": "org.couchdb.user:operator", "name": "operator", "password": "correct-horse", "type": "user", "roles": []}
with start("$all") as server:
    fill(server)
    with Case("verdaccio-5.33.0-open", "Verdaccio that lets everybody read and publish: its page, its list of packages, search, one package's description and archive, a package published.", HELD) as case:
        ask = asker(case, server, "verdaccio")
        ask("revealed", "/", agent="firefox")
        ask("revealed", "/-/ping")
        ask("metadata", "/-/verdaccio/data/packages", also=["data"])
        ask("metadata", "/-/v1/search?text=support&size=20", agent="requests", also=["data"])
        ask("metadata", "/support-config", headers=["Accept: application/vnd.npm.install-v1+json"])
        ask("metadata", "/@support%2fagent-tools")
        ask("data", "/support-config/-/support-config-1.0.0.tgz")
        ask("open", "/support-config/-/support-config-2.0.0.tgz", status=404)
        ask("tampered", "/support-evil", method="PUT", body=package("support-evil", 9), status=201)

with start("$authenticated") as server:
    token = json.loads(server.call("PUT", "/-/user/org.couchdb.user:operator", USER))["token"]
    fill(server, {"Authorization": "Bearer " + token})
    with Case("verdaccio-5.33.0-protected", "Verdaccio for its users only: 401 for packages without a token and with a wrong one, an empty list, a login whose path looks like CouchDB's, a package with a token.", HELD) as case:
        ask = asker(case, server, "verdaccio")
        ask("revealed", "/", agent="firefox")
        ask("revealed", "/-/verdaccio/data/packages")
        for target in ("/support-config", "/@support%2fagent-tools", "/support-config/-/support-config-1.0.0.tgz"):
            ask("refused", target, status=401)
        ask("refused", "/support-evil", method="PUT", body=package("support-evil", 9), status=401)
        ask("refused", "/-/user/org.couchdb.user:operator", method="PUT", body={**USER, "password": "wrong"}, status=(401, 409), also=["none", "open", "revealed"])
        ask("refused", "/support-config", headers=["Authorization: Bearer " + "a" * 40], status=(401, 403), credentials="presented")
        ask("data", "/support-config/-/support-config-1.0.0.tgz", headers=["Authorization: Bearer " + token], source="10.20.40.9", credentials="proven")
