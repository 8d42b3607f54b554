# SPDX-License-Identifier: Apache-2.0
"""Solr 8.11.4 and 9.8.1, open, half open and with its own passwords."""
import base64, hashlib, json, os, time
from asking import Asking, basic
from record import HERE, Case, customer
from service import JAVA17, Service, maven

CUSTOMERS, CASES = 120, 37
JARS = {"8.11.4": ("org.apache.solr:solr-core:8.11.4",), "9.8.1": ("org.apache.solr:solr-core:9.8.1", "org.apache.solr:solr-test-framework:9.8.1")}
ADDRESS = {"8.11.4": "10.20.30.11", "9.8.1": "10.20.30.12"}
CONFIG = """<?xml version="1.0"?>
<config><luceneMatchVersion>8.11.0</luceneMatchVersion><directoryFactory class="solr.NIOFSDirectoryFactory"/><schemaFactory class="ClassicIndexSchemaFactory"/>
<updateHandler class="solr.DirectUpdateHandler2"><updateLog/></updateHandler>
<requestHandler name="/select" class="solr.SearchHandler"/><requestHandler name="/query" class="solr.SearchHandler"/>
<requestHandler name="/terms" class="solr.SearchHandler"><lst name="defaults"><bool name="terms">true</bool></lst><arr name="components"><str>terms</str></arr></requestHandler>
<searchComponent name="terms" class="solr.TermsComponent"/></config>"""
SCHEMA = """<?xml version="1.0"?>
<schema name="support" version="1.6"><uniqueKey>id</uniqueKey>
<fieldType name="string" class="solr.StrField" sortMissingLast="true" docValues="true"/><fieldType name="long" class="solr.LongPointField" docValues="true"/>
<field name="id" type="string" required="true"/><field name="_version_" type="long" indexed="false" stored="false"/>
<dynamicField name="*" type="string" indexed="true" stored="true" docValues="true"/></schema>"""


def security(block):
    """Solr's own file: user solr, password correct-horse, salted and hashed twice."""
    salt = b"0123456789abcdef0123456789abcdef"
    password = base64.b64encode(hashlib.sha256(hashlib.sha256(salt + b"correct-horse").digest()).digest()).decode()
    return json.dumps({"authentication": {"blockUnknown": block, "class": "solr.BasicAuthPlugin", "realm": "support desk", "credentials": {"solr": f"{password} {base64.b64encode(salt).decode()}"}}})


def solr(version, **more):
    files = {f"home/{core}/{file}": text for core in ("customers", "cases")
             for file, text in (("core.properties", f"name={core}\n"), ("conf/solrconfig.xml", CONFIG), ("conf/schema.xml", SCHEMA))}
    files["home/solr.xml"] = "<solr/>"
    with open(os.path.join(HERE, "lib", "RunSolr.java")) as f:
        files["RunSolr.java"] = f.read()
    files.update(more.pop("files", {}))
    jars = maven("solr-" + version, *JARS[version])
    command = [JAVA17 + "/bin/java", "-Xms256m", "-Xmx512m", "-Djava.io.tmpdir={HOME}", "-Dsolr.log.dir={HOME}", "-cp", jars + "/*", "{HOME}/RunSolr.java", "{HOME}/home", ADDRESS[version], "8983"]
    server = Service("solr-" + version, command, ADDRESS[version], 8983, files=files, **more)
    for _ in range(120):    # Jetty answers 404 before Solr does
        said = [server.call("GET", f"/solr/{core}/update?commit=true", good=lambda status: True) for core in ("customers", "cases")]
        if not any(b"Can not find" in text or b"is loading" in text for text in said):
            return server
        time.sleep(0.5)
    raise SystemExit("Solr does not begin")


def fill(server):
    server.call("POST", "/solr/customers/update?commit=true", [{"id": str(i), **{k: str(v) for k, v in customer(i).items()}} for i in range(CUSTOMERS)])
    server.call("POST", "/solr/cases/update?commit=true", [{"id": str(i), "title": f"Ticket {i}"} for i in range(CASES)])
    return f"customers {CUSTOMERS} records, cases {CASES} records"


FORM = ["Content-Type: application/x-www-form-urlencoded"]
BOTH = {"records": CUSTOMERS + CASES, "datasets": ["customers", "cases"]}


def one(returned=None, records=CUSTOMERS, core="customers"):
    """What a search over one core shows."""
    return {"datasets": [core], **({"records": records} if records else {}), **({} if returned is None else {"returned": returned})}


def open_server(version):
    with solr(version) as server:
        held = fill(server)
        with Case(f"solr-{version}-open", f"Solr {version} without authentication: cores, schema, searches in JSON, XML, CSV and its own binary format, exports, field values without records, paging, and changes.", held) as case:
            ask = Asking(case, server, "solr").ask
            ask("GET /solr/admin/info/system?wt=json", verdict="metadata", agent="censys", version=version)
            ask("GET /solr/admin/cores?indexInfo=true&wt=json", verdict="metadata", agent="leakix", **BOTH)
            ask("GET /solr/admin/collections?action=LIST", verdict="open", status=400)
            ask("GET /solr/nothere/select?q=*:*", verdict="probed", status=404, also=["none"])
            ask("GET /solr/customers/schema", "GET /solr/customers/schema/fields", verdict="metadata", datasets=["customers"])
            ask("GET /solr/customers/admin/luke?numTerms=0", verdict="metadata", **one())
            ask("GET /solr/customers/config/requestHandler", verdict="metadata", datasets=["customers"])
            ask("GET /solr/customers/select?q=*:*&rows=0", verdict="metadata", **one())
            ask("GET /solr/customers/select?q=*:*&rows=3", verdict="data", source="198.51.100.9", **one(3))
            ask("GET /solr/customers/select?q=*:*&rows=20", verdict="data", headers=["Accept-Encoding: gzip"], agent="requests", **one(20))
            ask("GET /solr/customers/select?q=*:*&rows=2&wt=xml", verdict="data", **one(2))
            ask("GET /solr/customers/select?q=*:*&rows=2&wt=csv", verdict="data", **one(2, records=None))
            ask("GET /solr/customers/select?q=*:*&rows=2&wt=javabin&version=2", verdict="data", **one(records=None))
            ask("POST /solr/customers/select", verdict="data", body="q=*:*&rows=2&fl=id,customer_email", headers=FORM, **one(2))
            ask("GET /solr/customers/select?q=nofield:", verdict="open", status=400)
            ask("GET /solr/customers/select?q=*:*&rows=0&facet=true&facet.field=customer_email&facet.limit=4", verdict="data", **one())
            ask("GET /solr/customers/terms?terms.fl=customer_email&terms.limit=3", verdict="data", datasets=["customers"])
            ask("GET /solr/customers/select?q=*:*&rows=1&group=true&group.field=status", verdict="data", datasets=["customers"])
            ask("GET /solr/customers/get?id=1", verdict="data", **one(1, records=None))
            ask("GET /solr/customers/get?id=99999", verdict="open")
            ask("GET /solr/customers/export?q=*:*&sort=id+asc&fl=id,customer_email", verdict="data", **one(CUSTOMERS))
            ask("GET /solr/cases/select?q=title:%22Ticket+7%22", verdict="data", **one(1, records=1, core="cases"))
            c = case.client("198.51.100.20", server.address, agent="requests", port=8983)
            mark, taken = "*", 0
            while taken < CUSTOMERS:
                page = c.get(f"/solr/customers/select?q=*:*&rows=50&sort=id+asc&fl=id,customer_email&cursorMark={mark.replace('+', '%2B').replace('=', '%3D')}").json()
                mark, taken = page["nextCursorMark"], taken + len(page["response"]["docs"])
            c.expect("drained", store="solr", credentials="none", **one(CUSTOMERS))
            c.close()
            ask("GET /solr/customers/select?q=*:*&rows=40&start=80", verdict="drained", also=["data"], source="198.51.100.21", **one(40))
            ask("POST /solr/customers/update?commit=true", verdict="tampered", body={"delete": {"query": "id:119"}}, source="198.51.100.77", datasets=["customers"])
            ask("POST /solr/customers/update?commit=true", verdict="tampered", body="<add><doc><field name=\"id\">read_me</field></doc></add>", headers=["Content-Type: text/xml"], source="198.51.100.77", datasets=["customers"])
            ask("GET /solr/admin/cores?action=UNLOAD&core=cases", verdict="tampered", source="198.51.100.77")


def protected_server(version):
    with solr(version, files={"home/security.json": security(True)}, user="solr:correct-horse") as server:
        held = fill(server)
        with Case(f"solr-{version}-protected", f"Solr {version} with its own passwords for everything: 401 in HTML without and with wrong ones, in another wording for pages of its own; data with the right one.", held) as case:
            ask = Asking(case, server, "solr").ask
            for target in ("/solr/admin/cores?wt=json", "/solr/customers/select?q=*:*", "/solr/admin/info/system"):
                ask("GET " + target, verdict="refused", status=401, agent="censys")
            ask("GET /solr/admin/cores", verdict="refused", status=401, headers=["X-Requested-With: XMLHttpRequest"], agent="firefox")
            ask("GET /solr/customers/select?q=*:*", verdict="refused", status=401, headers=basic("solr:SolrRocks"), credentials="presented")
            ask("GET /solr/customers/select?q=*:*&rows=3", verdict="data", headers=basic("solr:correct-horse"), credentials="proven", source="10.20.40.9", **one(3))
            ask("GET /solr/admin/cores", verdict="metadata", headers=basic("solr:correct-horse"), credentials="proven", source="10.20.40.9", **BOTH)


def half_open_server(version):
    with solr(version, files={"home/security.json": security(False)}, user="solr:correct-horse") as server:
        held = fill(server)
        with Case(f"solr-{version}-half-open", f"Solr {version} with passwords and blockUnknown=false: who shows none gets everything, who shows a wrong one is refused.", held) as case:
            ask = Asking(case, server, "solr").ask
            ask("GET /solr/customers/select?q=*:*", verdict="refused", status=401, headers=basic("admin:admin"), credentials="presented")
            ask("GET /solr/customers/select?q=*:*&rows=3", verdict="data", **one(3))
            ask("GET /solr/admin/cores?wt=json", verdict="metadata", **BOTH)


if __name__ == "__main__":
    for release in ADDRESS:
        open_server(release)
        protected_server(release)
    half_open_server("9.8.1")
