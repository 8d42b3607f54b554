# SPDX-License-Identifier: Apache-2.0
"""YARN 3.4.1: a ResourceManager that anyone may ask and command, and one that wants to know who asks."""
import json
from record import Case
from service import JAVA17, Service, maven

OPEN, CLOSED = "10.20.30.14", "10.20.30.15"
STORE = {"store": "yarn"}
VERSION = "3.4.1"
jars = maven("yarn-3.4.1", *(f"org.apache.hadoop:hadoop-{part}:3.4.1" for part in ("common", "yarn-server-resourcemanager", "yarn-server-timelineservice", "yarn-client")))
SCHEDULER = {"root.queues": "default,reports", "root.default.capacity": "60", "root.reports.capacity": "40"}


def site(settings):
    return "<configuration>" + "".join(f"<property><name>{k}</name><value>{v}</value></property>" for k, v in settings.items()) + "</configuration>"


def manager(address, core):
    yarn = {"yarn.resourcemanager.hostname": address, "yarn.resourcemanager.scheduler.class": "org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler"}
    files = {"core-site.xml": site({"hadoop.tmp.dir": "${env.HOME}/tmp", **core}), "yarn-site.xml": site(yarn),
             "capacity-scheduler.xml": site({"yarn.scheduler.capacity." + k: v for k, v in SCHEDULER.items()}),
             "log4j.properties": "log4j.rootLogger=INFO,console\nlog4j.appender.console=org.apache.log4j.ConsoleAppender\nlog4j.appender.console.layout=org.apache.log4j.SimpleLayout\n"}
    opens = [word for package in ("lang", "util", "net") for word in ("--add-opens", f"java.base/java.{package}=ALL-UNNAMED")]
    return Service("yarn", [JAVA17 + "/bin/java", "-Xmx384m", *opens, "-Dyarn.log.dir={HOME}", "-cp", "{HOME}:" + jars + "/*",
                            "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager"], address, 8088, ready="/ws/v1/cluster/info", files=files, environment={"HADOOP_USER_NAME": "yarn"})


def submission(number):
    return {"application-id": number, "application-name": "nightly-report", "application-type": "YARN", "am-container-spec": {"commands": {"command": "sleep 1"}}}


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", **more):
        c = case.client(source, address, agent=agent, port=8088)
        for method, target, body, status in exchanges:
            answer = c.ask(method, target, body, status=status, headers=["Accept: application/xml"] if agent == "java" else [])
        c.expect(verdict, **STORE, **{"credentials": "none", **more})
        c.close()
        return answer
    return ask


with manager(OPEN, {}) as server:
    number = json.loads(server.call("POST", "/ws/v1/cluster/apps/new-application"))["application-id"]
    server.call("POST", "/ws/v1/cluster/apps", submission(number))
    cluster = str(json.loads(server.call("GET", "/ws/v1/cluster/info"))["clusterInfo"]["id"])
    with Case("yarn-3.4.1-open", "An open ResourceManager: what it is, its queues, applications and counters in JSON and XML and as a page; a new application number; an application handed in (202 without a body) and ended; "
              "an application and a page that are not there.", f"one application, {number}, and two queues") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", [("GET", "/ws/v1/cluster/info", None, 200)], "revealed", agent="censys", version=VERSION)
        ask("203.0.113.42", [("GET", "/ws/v1/cluster", None, 200)], "revealed", agent="java", version=VERSION, cluster_id=cluster)
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/metrics", None, 200)], "metadata")
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/scheduler", None, 200)], "metadata")
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/nodes", None, 200)], "open")
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/apps", None, 200)], "metadata")
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/apps", None, 200)], "metadata", agent="java")
        ask("203.0.113.43", [("GET", "/ws/v1/cluster/apps?states=FAILED", None, 200)], "open")
        ask("203.0.113.43", [("GET", f"/ws/v1/cluster/apps/{number}", None, 200)], "metadata")
        ask("203.0.113.43", [("GET", "/jmx?qry=Hadoop:service=ResourceManager,name=ClusterMetrics", None, 200)], "metadata")
        ask("203.0.113.77", [("GET", "/", None, 302), ("GET", "/cluster", None, 200)], "metadata", agent="firefox")
        ask("203.0.113.61", [("GET", "/ws/v1/cluster/apps/application_1_0001", None, 404)], "open")
        ask("203.0.113.61", [("POST", "/ws/v1/cluster/apps/new-application", None, 200)], "open", agent="requests")
        taken = ask("203.0.113.61", [("POST", "/ws/v1/cluster/apps/new-application", None, 200)], "open", agent="requests").json()["application-id"]
        ask("203.0.113.61", [("POST", "/ws/v1/cluster/apps", submission(taken), 202)], "tampered", agent="requests")
        ask("203.0.113.61", [("PUT", f"/ws/v1/cluster/apps/{taken}/state?user.name=yarn", {"state": "KILLED"}, 202)], "tampered", agent="requests")

FILTER = {"hadoop.http.filter.initializers": "org.apache.hadoop.security.AuthenticationFilterInitializer", "hadoop.http.authentication.type": "simple",
          "hadoop.http.authentication.simple.anonymous.allowed": "false"}
with manager(CLOSED, FILTER):
    with Case("yarn-3.4.1-protected", "A ResourceManager that wants a name: 401 PseudoAuth without one, everything with an invented one.", "no application") as case:
        ask = asker(case, CLOSED)
        for target in ("/ws/v1/cluster/info", "/ws/v1/cluster/apps"):
            ask("203.0.113.42", [("GET", target, None, 401)], "refused", agent="requests")
        ask("203.0.113.42", [("GET", "/cluster", None, 401)], "none", also=["refused", "probed"])
        ask("203.0.113.42", [("POST", "/ws/v1/cluster/apps/new-application", None, 401)], "refused", agent="requests")
        ask("203.0.113.61", [("GET", "/ws/v1/cluster/apps?user.name=anyone", None, 200)], "open")
