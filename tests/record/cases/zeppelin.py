# SPDX-License-Identifier: Apache-2.0
"""Zeppelin 0.10.0: notebooks for everyone, and with passwords."""
import json
from record import Case, customer
from service import JAVA17, Service, maven

OPEN, CLOSED = "10.20.30.7", "10.20.30.8"
jars = maven("zeppelin-0.10.0", "org.apache.zeppelin:zeppelin-server:0.10.0")
SHIRO = """[users]
operator = correct-horse, admin
[main]
sessionManager = org.apache.shiro.web.session.mgt.DefaultWebSessionManager
securityManager.sessionManager = $sessionManager
shiro.loginUrl = /api/login
[roles]
admin = *
[urls]
/api/version = anon
/** = authc
"""
WEB = '<web-app xmlns="http://java.sun.com/xml/ns/javaee" version="3.0"></web-app>'


def server(address, **files):
    site = {"zeppelin.server.addr": address, "zeppelin.server.port": 8080, "zeppelin.war.tempdir": "webapps", "zeppelin.notebook.dir": "notebook", "zeppelin.interpreter.dir": "interpreter", "zeppelin.search.enable": "false"}
    xml = "<configuration>" + "".join(f"<property><name>{k}</name><value>{v}</value></property>" for k, v in site.items()) + "</configuration>"
    opens = [w for p in ("lang", "util", "io", "net") for w in ("--add-opens", f"java.base/java.{p}=ALL-UNNAMED")]
    return Service("zeppelin", [JAVA17 + "/bin/java", "-Xmx384m", *opens, "-cp", "{HOME}/conf:" + jars + "/*", "org.apache.zeppelin.server.ZeppelinServer"], address, 8080, ready="/api/version",
                   environment={"ZEPPELIN_HOME": "{HOME}", "ZEPPELIN_CONF_DIR": "{HOME}/conf", "ZEPPELIN_WAR": "{HOME}/war"}, files={"conf/zeppelin-site.xml": xml, "war/WEB-INF/web.xml": WEB, "interpreter/empty": "", "notebook/empty": "", **files})


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", headers=(), **more):
        c = case.client(source, address, agent=agent, port=8080)
        for method, target, body, status in exchanges:
            answer = c.ask(method, target, body, status=status, headers=[*headers, *(["Content-Type: application/x-www-form-urlencoded"] if isinstance(body, str) else [])])
        c.expect(verdict, **{"store": "zeppelin", "credentials": "none", **more})
        c.close()
        return answer
    return ask


def get(target, status=200):
    return ["GET", target, None, status]


def note(name, numbers):
    return {"name": name, "paragraphs": [{"title": f"customer {i}", "text": "%md " + json.dumps(customer(i))} for i in numbers]}


with server(OPEN) as store:
    mine = json.loads(store.call("POST", "/api/notebook", note("customers", range(5))))["body"]
    store.call("POST", "/api/notebook", note("reports/nightly", range(2)))
    with Case("zeppelin-0.10.0-open", "An open Zeppelin: who one is (anonymous), notebooks by name, in whole and as a file; a notebook that is not there; one made and one removed.", "notebooks customers (5 paragraphs) and reports/nightly (2)") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", [get("/api/version")], "revealed", agent="censys", version="0.10.0")
        ask("203.0.113.42", [get("/api/security/ticket")], "open", agent="censys")
        ask("203.0.113.43", [get("/api/notebook")], "metadata", datasets=["/customers", "/reports/nightly"])
        ask("203.0.113.43", [get(f"/api/notebook/job/{mine}")], "metadata")
        ask("203.0.113.43", [get("/api/notebook/nothere", 404)], "open")
        ask("203.0.113.61", [get(f"/api/notebook/{mine}")], "data", returned=5)
        ask("203.0.113.61", [get(f"/api/notebook/export/{mine}")], "data", returned=1)
        ask("203.0.113.61", [get("/api/credential")], "open")
        ask("198.51.100.20", [["POST", "/api/notebook", note("mine", []), 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["DELETE", f"/api/notebook/{mine}", None, 200]], "tampered", agent="requests")

with server(CLOSED, **{"conf/shiro.ini": SHIRO}) as store:
    with Case("zeppelin-0.10.0-protected", "Zeppelin with users: 302 to the login for everything but its version, and the notebooks with the cookie of a login.", "a notebook customers") as case:
        ask = asker(case, CLOSED)
        ask("203.0.113.42", [get("/api/version")], "revealed", agent="censys", version="0.10.0")
        for target in ("/api/notebook", "/api/security/ticket", "/api/notebook/2NA47Z8NC"):
            ask("203.0.113.42", [get(target, 302)], "refused", agent="requests")
        ask("203.0.113.61", [["POST", "/api/login", "userName=operator&password=wrong", (200, 302, 401, 403)]], "refused", agent="requests", credentials="presented")
        ask("10.20.40.9", [["POST", "/api/login", "userName=operator&password=correct-horse", (200, 302)]], "open", agent="firefox", credentials="proven")
