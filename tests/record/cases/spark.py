# SPDX-License-Identifier: Apache-2.0
"""Spark 3.5.5: master, worker, a running application and the submission gateway, open and behind a filter."""
import base64, json, time
from record import HERE, Case, Nginx
from service import JAVA17, Service, maven
MASTER, WORKER, APP, CLOSED = "10.20.30.21", "10.20.30.22", "10.20.30.30", "10.20.30.40"
jars = maven("spark-3.5.5", "org.apache.spark:spark-core_2.12:3.5.5")
OPENS = [w for p in ("lang", "lang.invoke", "lang.reflect", "io", "net", "nio", "util", "util.concurrent", "util.concurrent.atomic") for w in ("--add-opens", f"java.base/java.{p}=ALL-UNNAMED")] + \
        [w for p in ("sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar") for w in ("--add-opens", f"java.base/{p}=ALL-UNNAMED")]
STORE = {"store": "spark"}
VERSION, ROWS = "3.5.5", 120
REPORT = {"action": "CreateSubmissionRequest", "clientSparkVersion": VERSION, "appArgs": [], "appResource": "file:///nothere.jar", "mainClass": "Nothing", "environmentVariables": {},
          "sparkProperties": {"spark.app.name": "nightly", "spark.master": f"spark://{MASTER}:6066", "spark.driver.memory": "1g", "spark.driver.supervise": "false",
                              "spark.submit.deployMode": "cluster", "spark.jars": "file:///nothere.jar"}}


def node(which, address, port, *words, **options):
    return Service("spark-" + which, [JAVA17 + "/bin/java", "-Xmx512m", *OPENS, "-cp", jars + "/*", *words], address, port,
                   environment={"SPARK_LOCAL_IP": address, "SPARK_WORKER_DIR": "{HOME}"}, **options)


def asker(case):
    def ask(source, address, port, exchanges, verdict, agent="curl", headers=(), **more):
        c = case.client(source, address, agent=agent, port=port)
        for method, target, body, status in exchanges:
            answer = c.ask(method, target, body, status=status, headers=headers)
        c.expect(verdict, **{"store": "spark", "credentials": "none", **more})
        c.close()
        return answer
    return ask


def open_cluster(app, worker):
    with Case("spark-3.5.5-open", "An open Spark: master and worker as JSON and as pages, a running application with its settings and tables, the submission gateway that tells its version in errors and takes programs; "
              "success false in an answer 200; a submission that is ended.", f"a worker, an application {app} with a cached table customers") as case:
        ask = asker(case)
        get = lambda target, status=200: [("GET", target, None, status)]
        ask("203.0.113.42", MASTER, 8080, get("/json", 302) + get("/json/"), "metadata", agent="censys")
        ask("203.0.113.42", WORKER, 8081, get("/json/"), "metadata", agent="censys")
        ask("203.0.113.43", MASTER, 8080, get("/"), "metadata", agent="firefox")
        ask("203.0.113.43", WORKER, 8081, get("/"), "metadata", agent="firefox")
        ask("203.0.113.43", APP, 4040, get("/", 302) + get("/jobs/"), "metadata", agent="firefox")
        ask("203.0.113.61", APP, 4040, get("/api/v1/version"), "revealed", version=VERSION)
        ask("203.0.113.61", APP, 4040, get("/api/v1/applications"), "metadata", version=VERSION)
        ask("203.0.113.61", APP, 4040, get(f"/api/v1/applications/{app}/jobs"), "metadata")
        ask("203.0.113.61", APP, 4040, get(f"/api/v1/applications/{app}/storage/rdd"), "metadata", datasets=["customers"])
        ask("203.0.113.61", APP, 4040, get(f"/api/v1/applications/{app}/executors"), "metadata")
        ask("203.0.113.61", APP, 4040, get(f"/api/v1/applications/{app}/environment"), "metadata", classes={"email": 1})
        ask("203.0.113.61", APP, 4040, get("/api/v1/applications/nothere/jobs", 404), "open")
        ask("203.0.113.62", MASTER, 6066, get("/", 400), "open", version=VERSION)
        ask("203.0.113.62", MASTER, 6066, get("/v1/submissions/status/driver-0"), "open", version=VERSION)
        ask("203.0.113.62", MASTER, 6066, get("/v1/submissions", 400), "open", version=VERSION)
        ask("203.0.113.62", MASTER, 6066, [("POST", "/v1/submissions/create", {}, 400)], "open", version=VERSION)
        driver = ask("198.51.100.20", MASTER, 6066, [("POST", "/v1/submissions/create", REPORT, 200)], "tampered", version=VERSION, agent="requests").json()["submissionId"]
        ask("198.51.100.20", MASTER, 6066, get(f"/v1/submissions/status/{driver}"), "metadata", version=VERSION, agent="requests")
        ask("198.51.100.20", MASTER, 6066, [("POST", f"/v1/submissions/kill/{driver}", None, 200)], "tampered", version=VERSION, agent="requests")
        ask("198.51.100.20", MASTER, 6066, [("POST", "/v1/submissions/kill/driver-0", None, 200)], "open", version=VERSION, agent="requests")


def closed_cluster(app):
    with Case("spark-3.5.5-protected", "Spark behind nginx with a password: 401 for everything, data of the application with the right one; /json is a path of many and its refusal tells no store.",
              f"an application {app} with a cached table customers") as case:
        ask = asker(case)
        get = lambda target, status=401: [("GET", target, None, status)]
        ask("203.0.113.42", CLOSED, 8080, get("/json/"), "none", store=None, also=["refused", "probed"])
        ask("203.0.113.42", CLOSED, 6066, get("/v1/submissions/status/driver-0"), "refused")
        ask("203.0.113.42", CLOSED, 6066, [("POST", "/v1/submissions/create", REPORT, 401)], "refused", agent="requests")
        password = ["Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()]
        ask("10.20.40.9", CLOSED, 6066, get("/v1/submissions/status/driver-0", 200), "open", headers=password, credentials="proven", version=VERSION)
        ask("10.20.40.9", CLOSED, 4040, get(f"/api/v1/applications/{app}/storage/rdd", 200), "metadata", headers=password, credentials="presented", datasets=["customers"])


with node("master", MASTER, 8080, "-Dspark.master.rest.enabled=true", "-Dspark.master.rest.host=" + MASTER, "org.apache.spark.deploy.master.Master", "--host", MASTER, "--port", "7077", "--webui-port", "8080"), \
     node("worker", WORKER, 8081, "org.apache.spark.deploy.worker.Worker", "--host", WORKER, "--webui-port", "8081", "--cores", "1", "--memory", "200m", f"spark://{MASTER}:7077") as worker, \
     node("app", APP, 4040, HERE + "/lib/RunSpark.java", APP, "4040", str(ROWS), ready="/api/v1/applications") as app:
    for _ in range(120):
        said = app.call("GET", "/api/v1/applications")    # first a text that it is starting
        name = json.loads(said)[0]["id"] if said[:1] == b"[" else ""
        if name and b"customers" in app.call("GET", f"/api/v1/applications/{name}/storage/rdd"):
            break
        time.sleep(0.5)
    open_cluster(name, worker)
    with Nginx("passwords"):
        closed_cluster(name)
