# SPDX-License-Identifier: Apache-2.0
"""Apache Ignite 2.16.0 over REST: open, and with authentication."""
import json, time
from urllib.parse import quote
from record import Case, customer
from service import JAVA17, Service, maven

OPEN, CLOSED = "10.20.30.43", "10.20.30.44"
jars = maven("ignite-2.16.0", "org.apache.ignite:ignite-rest-http:2.16.0", "org.apache.ignite:ignite-core:2.16.0", "org.apache.ignite:ignite-spring:2.16.0", "org.apache.ignite:ignite-indexing:2.16.0")


def bean(kind, **properties):
    return f'<bean class="org.apache.ignite.{kind}">' + "".join(f'<property name="{n}" {v if v.startswith("value=") else ""}' + ("/>" if v.startswith("value=") else f">{v}</property>") for n, v in properties.items()) + "</bean>"


def value(v):
    return f'value="{v}"'


def node(address, secure):
    """A node alone, its REST interface on port 8080. With authentication it has to keep its users on disk."""
    keep = {"authenticationEnabled": value("true")} if secure else {}
    region = bean("configuration.DataRegionConfiguration", maxSize=value(64 << 20), initialSize=value(32 << 20), persistenceEnabled=value(str(secure).lower()))
    xml = '<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd">' + bean(
        "configuration.IgniteConfiguration", igniteInstanceName=value("support"), localHost=value(address), workDirectory=value("HOME"), metricsLogFrequency=value(0),
        connectorConfiguration=bean("configuration.ConnectorConfiguration", host=value(address)),
        discoverySpi=bean("spi.discovery.tcp.TcpDiscoverySpi", ipFinder=bean("spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder", addresses=f"<list><value>{address}:47500</value></list>")),
        dataStorageConfiguration=bean("configuration.DataStorageConfiguration", defaultDataRegionConfiguration=region), **keep) + "</beans>"
    opens = [w for p in ("jdk.internal.misc", "sun.nio.ch", "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.nio", "java.net", "java.util", "java.util.concurrent", "java.util.concurrent.locks",
                         "java.util.concurrent.atomic", "java.time", "java.math", "sun.reflect.generics.reflectiveObjects", "jdk.internal.access", "sun.security.ssl", "java.security.cert")
             for w in ("--add-opens", f"java.base/{p}=ALL-UNNAMED")]
    opens += ["--add-opens", "java.management/com.sun.jmx.mbeanserver=ALL-UNNAMED", "--add-opens", "jdk.management/com.sun.management.internal=ALL-UNNAMED", "--add-opens", "java.sql/java.sql=ALL-UNNAMED"]
    java = " ".join([JAVA17 + "/bin/java", "-Xmx384m", *opens, "-DIGNITE_UPDATE_NOTIFIER=false", "-cp", f"'{jars}/*'", "org.apache.ignite.startup.cmdline.CommandLineStartup", "ignite.xml"])
    return Service("ignite", ["sh", "-c", "sed -i s#HOME#$HOME# ignite.xml; exec " + java], address, 8080, ready="/ignite?cmd=version", files={"ignite.xml": xml}, environment={"IGNITE_HOME": "{HOME}"})


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", **more):
        c = case.client(source, address, agent=agent, port=8080)
        for command in exchanges:
            method, target, body = command if isinstance(command, tuple) else ("GET", "/ignite?" + command, None)
            answer = c.ask(method, target, body, status=(200, 400), headers=[] if body is None else ["Content-Type: application/x-www-form-urlencoded"])
        c.expect(verdict, **{"store": "ignite", "credentials": "none", **more})
        c.close()
        return answer
    return ask


def sql(words):
    return "cmd=qryfldexe&cacheName=customers&pageSize=100&qry=" + quote(words)


def fill(server, count, who=""):
    server.call("GET", "/ignite?cmd=getorcreate&cacheName=customers" + who)
    for i in range(count):
        server.call("GET", f"/ignite?cmd=put&cacheName=customers&key={i}&val={quote(json.dumps(customer(i)))}{who}")


NAME = "cacheName=customers"
with node(OPEN, False) as server:
    fill(server, 37)
    with Case("ignite-2.16.0-open", "An open Ignite: everything by GET, values are JSON inside strings of JSON, errors and misses with status 200; scans in pages, SQL that reads and SQL that changes; a put that changed nothing.",
              "a cache customers of 37 values") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", ["cmd=version"], "revealed", agent="censys", version="2.16.0")
        ask("203.0.113.42", ["cmd=nothere"], "none", also=["probed"], agent="censys")
        ask("203.0.113.42", ["cmd=top"], "metadata", datasets=["customers"])
        ask("203.0.113.42", ["cmd=top&attr=true"], "metadata", datasets=["customers"])
        ask("203.0.113.42", ["cmd=metadata"], "metadata", datasets=["customers"])
        ask("203.0.113.43", [f"cmd=size&{NAME}"], "metadata", records=37, datasets=["customers"])
        ask("203.0.113.43", [("POST", "/ignite", "cmd=version")], "revealed", also=["open"])
        ask("203.0.113.43", [f"cmd=get&{NAME}&key=1"], "data", returned=1, datasets=["customers"])
        ask("203.0.113.43", [f"cmd=getall&{NAME}&k1=1&k2=2&k3=3"], "data", returned=3, datasets=["customers"])
        ask("203.0.113.43", [f"cmd=get&{NAME}&key=99"], "open")
        ask("203.0.113.43", [f"cmd=getall&{NAME}&k1=98&k2=99"], "open")
        ask("203.0.113.43", ["cmd=get&cacheName=nothere&key=1"], "open")
        ask("203.0.113.43", [f"cmd=conkey&{NAME}&key=1"], "open")
        first = ask("203.0.113.61", [f"cmd=qryscanexe&pageSize=20&{NAME}"], "data", returned=20, datasets=["customers"], agent="requests").json()
        ask("203.0.113.61", [f"cmd=qryfetch&pageSize=20&qryId={first['response']['queryId']}"], "drained", returned=17, agent="requests")
        ask("203.0.113.61", ["cmd=qryfetch&pageSize=20&qryId=99"], "open", agent="requests")
        ask("203.0.113.62", [sql("create table public.people (id int primary key, name varchar)")], "tampered")
        ask("203.0.113.62", [sql("insert into public.people values (1,'anna@example.com'),(2,'ben@example.com'),(3,'carla@example.com')")], "tampered")
        ask("203.0.113.62", [sql("select * from public.people")], "data", returned=3)
        ask("203.0.113.62", [sql("select * from public.people where id > 7")], "open")
        ask("203.0.113.62", [sql("select * from public.nothere")], "open")
        ask("198.51.100.20", [f"cmd=put&{NAME}&key=1&val=pay"], "tampered", datasets=["customers"])
        ask("198.51.100.20", [f"cmd=add&{NAME}&key=1&val=x"], "open")
        ask("198.51.100.20", [f"cmd=rmv&{NAME}&key=77"], "open")
        ask("198.51.100.20", [f"cmd=rmv&{NAME}&key=1"], "tampered", datasets=["customers"])
        ask("198.51.100.20", [f"cmd=destcache&{NAME}"], "tampered")

with node(CLOSED, True) as server:
    who = "&ignite.login=ignite&ignite.password=ignite"
    server.call("GET", "/ignite?cmd=setstate&state=ACTIVE" + who)
    time.sleep(2)
    fill(server, 37, who)
    with Case("ignite-2.16.0-protected", "Ignite with authentication: refusals have status 200; passwords and session tokens are in the URL; the version is told to everyone.", "a cache customers of 37 values") as case:
        ask = asker(case, CLOSED)
        ask("203.0.113.42", ["cmd=version"], "revealed", agent="censys", version="2.16.0")
        ask("203.0.113.42", ["cmd=top"], "refused", agent="censys")
        ask("203.0.113.43", [f"cmd=get&{NAME}&key=1"], "refused")
        ask("203.0.113.43", [f"cmd=put&{NAME}&key=1&val=pay"], "refused")
        ask("203.0.113.61", ["cmd=top&ignite.login=ignite&ignite.password=wrong"], "refused", credentials="presented")
        ask("203.0.113.61", ["cmd=top&sessionToken=E681DADAEF2A40EB9DF2F034A4271603"], "refused", credentials="presented")
        token = ask("10.20.40.9", ["cmd=authenticate" + who], "open", credentials="proven").json()["sessionToken"]
        ask("10.20.40.9", [f"cmd=size&{NAME}&sessionToken={token}"], "metadata", credentials="proven", records=37)
        ask("10.20.40.9", [f"cmd=get&{NAME}&key=1{who}"], "data", credentials="proven", returned=1)
