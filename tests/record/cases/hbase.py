# SPDX-License-Identifier: Apache-2.0
"""HBase 2.6.1: a standalone server, its REST gateway and its page."""
import base64, glob, json, time
from record import Case, Nginx, customer
from service import JAVA17, Service, maven

MASTER, REST, CLOSED = "10.20.30.5", "10.20.30.6", "10.20.30.50"
jars = maven("hbase-2.6.1", "org.apache.hbase:hbase-rest:2.6.1", "org.apache.hbase:hbase-server:2.6.1")
CLASSES = ":".join(jar for jar in glob.glob(jars + "/*.jar") if "/servlet-api-2" not in jar)    # the older of two stands in the way
OPENS = [word for package in ("java.base/java.nio", "java.base/sun.nio.ch", "java.base/java.lang", "java.base/jdk.internal.ref", "java.base/java.lang.reflect", "java.base/java.util", "java.base/java.util.concurrent", "java.base/java.net",
                              "java.base/jdk.internal.misc", "java.security.jgss/sun.security.krb5", "java.base/java.io") for word in ("--add-opens", package + "=ALL-UNNAMED")]


def site(**settings):
    return "<configuration>" + "".join(f"<property><name>{k.replace('_', '.')}</name><value>{v}</value></property>" for k, v in settings.items()) + "</configuration>"


def process(name, address, port, ready, *words, **settings):
    common = {"hbase_zookeeper_quorum": "127.0.0.1", "hbase_zookeeper_property_clientPort": "2181", "hbase_unsafe_stream_capability_enforce": "false", "hbase_rootdir": "file://${user.dir}/hbase", "hbase_tmp_dir": "${user.dir}/tmp",
              "hbase_master_hostname": MASTER, "hbase_regionserver_hostname": MASTER, "hbase_wal_provider": "filesystem"}
    return Service("hbase-" + name, [JAVA17 + "/bin/java", "-Xmx400m", *OPENS, "-Dhbase.log.dir={HOME}", "-cp", "{HOME}:" + CLASSES, *words], address, port, ready=ready, seconds=120,
                   files={"hbase-site.xml": site(**{**common, **settings}), "log4j.properties": "log4j.rootLogger=WARN,console\nlog4j.appender.console=org.apache.log4j.ConsoleAppender\nlog4j.appender.console.layout=org.apache.log4j.SimpleLayout\n"})


def master():
    return process("master", MASTER, 16010, "/jmx?qry=java.lang:type=Runtime", "org.apache.hadoop.hbase.master.HMaster", "start", hbase_master_info_bindAddress=MASTER)


def gateway(**settings):
    return process("rest", REST, 8080, "/version", "org.apache.hadoop.hbase.rest.RESTServer", "start", "-p", "8080", hbase_rest_host=REST, hbase_rest_info_bindAddress=REST, **settings)


def asker(case):
    def ask(source, exchanges, verdict, agent="curl", accept="application/json", address=REST, port=8080, headers=(), **more):
        c = case.client(source, address, agent=agent, port=port)
        for method, target, body, status in exchanges:
            answer = c.ask(method, target, body, status=status, headers=["Accept: " + accept, *headers] + (["Content-Type: text/xml"] if str(body).startswith("<") else []))
        c.expect(verdict, **{"store": "hbase", "credentials": "none", **more})
        c.close()
        return answer
    return ask


def get(target, status=200):
    return ["GET", target, None, status]


def fill(server):
    server.call("PUT", "/customers/schema", {"name": "customers", "ColumnSchema": [{"name": "d"}]})
    for i in range(37):
        server.call("PUT", f"/customers/row{i:02d}/d:json", json.dumps(customer(i)), "application/octet-stream")


def cell(row, text):
    b64 = lambda word: base64.b64encode(word.encode()).decode()
    return {"Row": [{"key": b64(row), "Cell": [{"column": b64("d:json"), "$": b64(text)}]}]}


COUNTERS = "/jmx?qry=Hadoop:service=HBase,name=Master,sub=Server"
CUSTOMERS = {"datasets": ["customers"]}
with master() as head:
    while b'"Initialization successful"' not in head.call("GET", "/master-status?format=json"):
        time.sleep(1)
    while b'"modelerType"' not in head.call("GET", COUNTERS):
        time.sleep(1)
    with gateway() as server:
        fill(server)
        with Case("hbase-2.6.1-open", "An open HBase: its REST gateway in JSON, XML, text, protobuf and as bare cells, values in base64; a scanner read in batches; rows and tables that are not there; changes answered without a body; "
                  "the pages and counters of the master.", "a table customers of 37 rows") as case:
            ask = asker(case)
            ask("203.0.113.42", [get("/version")], "revealed", agent="censys", version="2.6.1")
            ask("203.0.113.42", [get("/version")], "revealed", agent="censys", version="2.6.1", accept="*/*")
            ask("203.0.113.42", [get("/")], "metadata", **CUSTOMERS)
            ask("203.0.113.42", [get("/")], "metadata", accept="text/xml", **CUSTOMERS)
            ask("203.0.113.42", [get("/namespaces")], "metadata")
            ask("203.0.113.42", [get("/namespaces/default/tables")], "metadata", **CUSTOMERS)
            ask("203.0.113.42", [get("/status/cluster")], "metadata")
            ask("203.0.113.42", [get("/customers/schema")], "metadata", **CUSTOMERS)
            ask("203.0.113.42", [get("/customers/regions")], "metadata", **CUSTOMERS)
            ask("203.0.113.43", [get("/customers/row01")], "data", returned=1, **CUSTOMERS)
            ask("203.0.113.43", [get("/customers/row01")], "data", accept="text/xml", returned=1, **CUSTOMERS)
            ask("203.0.113.43", [get("/customers/row01/d:json")], "data", accept="*/*", returned=1, **CUSTOMERS)
            ask("203.0.113.43", [get("/version"), get("/customers/row01")], "data", accept="application/x-protobuf", also=["none", "revealed", "open"])
            ask("203.0.113.43", [get("/customers/row0*")], "data", returned=10, **CUSTOMERS)
            ask("203.0.113.43", [get("/version"), get("/customers/row99", 404)], "open")
            ask("203.0.113.43", [get("/version"), get("/nothere/schema", 404)], "open")
            place = ask("203.0.113.61", [["PUT", "/customers/scanner", '<Scanner batch="20"/>', 201]], "open").headers["location"].split(":8080")[1]
            ask("203.0.113.61", [get(place), get(place), get(place, 204), ["DELETE", place, None, 200]], "drained", **CUSTOMERS)
            ask("198.51.100.20", [get("/version"), ["PUT", "/customers/row01", cell("row01", "pay"), 200]], "tampered", **CUSTOMERS)
            ask("198.51.100.20", [get("/version"), ["DELETE", "/customers/row02", None, 200]], "tampered", **CUSTOMERS)
            ask("198.51.100.20", [["PUT", "/ransom/schema", {"name": "ransom", "ColumnSchema": [{"name": "d"}]}, 201]], "tampered")
            ask("198.51.100.20", [get("/version"), ["DELETE", "/customers/schema", None, 200]], "tampered")
            ask("203.0.113.77", [get("/master-status")], "metadata", address=MASTER, port=16010, agent="firefox", accept="text/html")
            ask("203.0.113.77", [get(COUNTERS)], "metadata", address=MASTER, port=16010)
    with gateway(hbase_rest_readonly="true"):
        with Case("hbase-2.6.1-read-only", "A gateway that lets everyone read and nobody write: 403 for changes.", "a table ransom without rows") as case:
            ask = asker(case)
            ask("203.0.113.42", [get("/")], "metadata", datasets=["ransom"])
            ask("203.0.113.42", [get("/version"), ["PUT", "/ransom/row01", cell("row01", "pay"), 403]], "refused", also=["revealed"])
    with gateway(), Nginx("passwords"):
        with Case("hbase-2.6.1-protected", "A gateway behind nginx with a password: 401 everywhere, the tables with the right one.", "a table ransom without rows") as case:
            ask = asker(case)
            ask("203.0.113.42", [get("/namespaces/default/tables", 401), get("/version/cluster", 401)], "refused", address=CLOSED)
            ask("203.0.113.42", [get("/ransom/row01", 401)], "none", address=CLOSED, also=["refused", "probed"])
            ask("10.20.40.9", [get("/namespaces/default/tables")], "metadata", address=CLOSED, headers=["Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()],
                credentials="proven", datasets=["ransom"])
