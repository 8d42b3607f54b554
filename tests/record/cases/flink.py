# SPDX-License-Identifier: Apache-2.0
"""Flink 1.20.1: a session cluster anyone may command; it has no passwords of its own, so nginx asks for one."""
import base64, json, subprocess, tempfile, zipfile
from record import HERE, Case, Nginx
from service import JAVA17, Service, maven

OPEN, CLOSED = "10.20.30.41", "10.20.30.40"
jars = maven("flink-1.20.1-logs", *(f"org.apache.flink:flink-{part}:1.20.1" for part in ("runtime-web", "runtime", "clients", "streaming-java")), "org.slf4j:slf4j-jdk14:1.7.36")
CONFIG = {"jobmanager.rpc.address": OPEN, "jobmanager.rpc.port": 6123, "rest.address": OPEN, "rest.bind-address": OPEN, "rest.port": 8081,
          "jobmanager.memory.process.size": "600m", "report.recipient": "office@example.com", "report.password": "correct-horse"}
LOGGING = "handlers=java.util.logging.FileHandler\njava.util.logging.FileHandler.pattern=flink.log\njava.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter\n.level=WARNING\n"


def jobmanager():
    opens = [word for package in ("lang", "lang.reflect", "net", "io", "text", "time", "util", "util.concurrent", "util.concurrent.atomic", "util.concurrent.locks")
             for word in ("--add-opens", f"java.base/java.{package}=ALL-UNNAMED")]
    folders = [word for name in ("web.tmpdir", "web.upload.dir", "io.tmp.dirs") for word in ("-D", name + "={HOME}")]
    return Service("flink", [JAVA17 + "/bin/java", "-Xmx384m", *opens, "-Dlog.file={HOME}/flink.log", "-Djava.util.logging.config.file={HOME}/logging.properties", "-cp", jars + "/*",
                             "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint", "--configDir", "{HOME}", *folders], OPEN, 8081, ready="/config",
                   files={"config.yaml": "".join(f"{name}: {value}\n" for name, value in CONFIG.items()), "logging.properties": LOGGING})


def program():
    """lib/ReportJob.java as a jar."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["javac", "--release", "11", "-cp", jars + "/*", "-d", folder, HERE + "/lib/ReportJob.java"], check=True)
        with zipfile.ZipFile(folder + "/jar", "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: ReportJob\n")
            jar.write(folder + "/ReportJob.class", "ReportJob.class")
        with open(folder + "/jar", "rb") as file:
            return file.read()


def form(content):
    """A file as browsers send it."""
    return b'--x\r\nContent-Disposition: form-data; name="jarfile"; filename="report.jar"\r\nContent-Type: application/x-java-archive\r\n\r\n' + content + b"\r\n--x--\r\n"


def asker(case, address):
    def ask(source, exchanges, verdict, agent="curl", headers=(), **more):
        c = case.client(source, address, agent=agent, port=8081)
        for method, target, body, status in exchanges:
            answer = c.ask(method, target, body, status=status, headers=headers)
        c.expect(verdict, **{"store": "flink", "credentials": "none", **more})
        c.close()
        return answer
    return ask


def get(target, status=200):
    return ["GET", target, None, status]


MULTIPART = "multipart/form-data; boundary=x"
with jobmanager() as server:
    file = json.loads(server.call("POST", "/jars/upload", form(program()), MULTIPART))["filename"].rsplit("/", 1)[1]
    job = json.loads(server.call("POST", f"/jars/{file}/run", {"programArgsList": ["nightly-report"]}))["jobid"]
    with Case("flink-1.20.1-open", "An open Flink session cluster: version, jobs, settings (one hidden by the server, one not), log, programs; a program handed in, started, ended and removed; things that are not there.",
              "one program report.jar and one job nightly-report") as case:
        ask = asker(case, OPEN)
        ask("203.0.113.42", [get("/config")], "revealed", agent="censys", version="1.20.1")
        ask("203.0.113.42", [get("/v1/config")], "revealed", agent="censys", version="1.20.1")
        ask("203.0.113.42", [get("/overview")], "metadata", version="1.20.1")
        ask("203.0.113.42", [get("/jobs/overview")], "metadata")
        ask("203.0.113.42", [get("/jobs")], "metadata")
        ask("203.0.113.43", [get(f"/jobs/{job}")], "metadata")
        ask("203.0.113.43", [get("/jobs/0123456789abcdef0123456789abcdef", 404)], "open")
        ask("203.0.113.43", [get("/taskmanagers")], "open")
        ask("203.0.113.43", [get("/jobmanager/config")], "metadata", classes={"email": 1})
        ask("203.0.113.43", [get("/jobmanager/environment")], "metadata")
        ask("203.0.113.43", [get("/jobmanager/logs")], "metadata")
        ask("203.0.113.61", [get("/jobmanager/log")], "data", returned=1)
        ask("203.0.113.61", [get("/jobmanager/logs/flink.log")], "data", returned=1)
        ask("203.0.113.61", [get("/jobmanager/logs/nothere.log", 404)], "open")
        ask("203.0.113.61", [get("/jars")], "metadata")
        ask("203.0.113.61", [get("/nothere", 404)], "none", store=None, also=["open", "probed"])
        taken = ask("198.51.100.20", [["POST", "/jars/upload", form(program()), 200]], "tampered", agent="requests", headers=["Content-Type: " + MULTIPART]).json()["filename"].rsplit("/", 1)[1]
        mine = ask("198.51.100.20", [["POST", f"/jars/{taken}/run", {"programArgsList": ["mine"]}, 200]], "tampered", agent="requests").json()["jobid"]
        ask("198.51.100.20", [["PATCH", f"/jobs/{mine}?mode=cancel", None, 202]], "tampered", agent="requests")
        ask("198.51.100.20", [["DELETE", f"/jars/{taken}", None, 200]], "tampered", agent="requests")
        ask("198.51.100.20", [["DELETE", "/jars/nothere.jar", None, 400]], "open", agent="requests")
    with Nginx("passwords"), Case("flink-1.20.1-protected", "Flink behind nginx with a password: 401 everywhere, jobs with the right one.", "one program and one job") as case:
        ask = asker(case, CLOSED)
        for target in ("/jobs/overview", "/jobmanager/config", "/jobmanager/log"):
            ask("203.0.113.42", [get(target, 401)], "refused")
        ask("203.0.113.42", [["POST", "/jars/upload", form(program()), 401]], "refused", headers=["Content-Type: " + MULTIPART])
        ask("10.20.40.9", [get("/jobs/overview")], "metadata", headers=["Authorization: Basic " + base64.b64encode(b"operator:correct-horse").decode()], credentials="proven")
