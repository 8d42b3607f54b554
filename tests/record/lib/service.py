# SPDX-License-Identifier: Apache-2.0
"""Real servers of any kind: brought from the package registries into the cache, and run as user nobody in the server namespace.

A case uses it so:

    home = npm("pouchdb-server", "pouchdb-server@4.2.0")
    with Service("pouchdb", [home + "/node_modules/.bin/pouchdb-server", "--host", ADDRESS, "--port", "5984"], ADDRESS, 5984, ready="/") as couch:
        couch.call("PUT", "/customers")
        with Case(...) as case:
            ...
"""
import base64, glob, http.client, json, os, shutil, signal, subprocess, tempfile, time
from record import CACHE, NET

JAVA17 = os.environ.get("AJAR_RECORD_JAVA17", "/usr/lib/jvm/java-17-openjdk-amd64")
JAVA21 = os.environ.get("AJAR_RECORD_JAVA21", next(iter(sorted(glob.glob("/usr/lib/jvm/*-2[1-9]-*"))), ""))
NOBODY = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


def outside(command, **options):
    """A command with the network of whoever started the case, which itself runs in the client namespace."""
    done = subprocess.run(["nsenter", f"--net=/proc/{os.getppid()}/ns/net", *command], capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def fetched(name, make):
    """The folder NAME of the cache; MAKE(folder) fills it where it is not there."""
    folder = os.path.join(CACHE, name)
    if not os.path.isdir(folder):
        part = folder + ".part"
        shutil.rmtree(part, ignore_errors=True)
        os.makedirs(part)
        make(part)
        subprocess.run(["chmod", "-R", "a+rX", part], check=True)
        os.rename(part, folder)
    return folder


def maven(name, *coordinates, repositories="", alone=False):
    """The jars of GROUP:ARTIFACT:VERSION[:TYPE[:CLASSIFIER]] and of all that they need at run time; ALONE: without these."""
    def make(folder):
        rest = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>" if alone else ""
        names = ("groupId", "artifactId", "version", "type", "classifier")
        needs = "".join("<dependency>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, c.split(":"))) + rest + "</dependency>" for c in coordinates)
        with open(folder + ".pom.xml", "w") as f:
            f.write("<project><modelVersion>4.0.0</modelVersion><groupId>record</groupId><artifactId>record</artifactId><version>1</version>"
                    f"{repositories}<dependencies>{needs}</dependencies></project>")
        outside(["mvn", "-q", "-B", "-f", folder + ".pom.xml", "dependency:copy-dependencies", "-DoutputDirectory=" + folder, "-DincludeScope=runtime"], cwd=CACHE)
    return fetched(name, make)


def npm(name, *packages):
    def make(folder):
        outside(["npm", "init", "-y"], cwd=folder)
        outside(["npm", "install", "--no-audit", "--no-fund", *packages], cwd=folder)
    return fetched(name, make)


def pip(name, *packages):
    """A virtual environment; programs are in its bin."""
    folder = os.path.join(CACHE, name)
    if not os.path.isdir(folder + "/ready"):
        shutil.rmtree(folder, ignore_errors=True)
        outside(["python3", "-m", "venv", "--copies", folder])
        outside([folder + "/bin/pip", "install", "-q", *packages])
        os.makedirs(folder + "/ready")
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder


def go(name, module, version, package=".", tags="", cgo=False, drop=()):
    """A program built from PACKAGE of MODULE at VERSION, with the module's own go.sum and replacements; its path. What stands
    beside the module in its repository is taken from the registry, as is the program DROP that its replacement cannot be had of."""
    def make(folder):
        settings = {**os.environ, "GOFLAGS": "-mod=mod -buildvcs=false", "GOWORK": "off", "CGO_ENABLED": str(int(cgo))}
        with tempfile.TemporaryDirectory(dir=CACHE) as source:
            there = json.loads(outside(["go", "mod", "download", "-json", f"{module}@{version}"], cwd=source, env=settings))["Dir"]
            shutil.copytree(there, source, dirs_exist_ok=True)
            subprocess.run(["chmod", "-R", "u+w", source], check=True)
            for one in json.loads(outside(["go", "mod", "edit", "-json"], cwd=source, env=settings)).get("Replace") or []:
                if one["New"]["Path"].startswith(".") or one["Old"]["Path"] in drop:
                    outside(["go", "mod", "edit", "-dropreplace", one["Old"]["Path"]], cwd=source, env=settings)
            outside(["nice", "go", "build", "-trimpath", "-ldflags=-s -w", "-tags", tags, "-o", folder + "/", package], cwd=source, env=settings)
    return glob.glob(fetched(name, make) + "/*")[0]


def debian(name, *packages):
    """Debian packages unpacked, not installed."""
    def make(folder):
        outside(["apt-get", "download", *packages], cwd=folder)
        for package in glob.glob(folder + "/*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
            os.remove(package)
    return fetched(name, make)


class Service:
    """One server process in the server namespace, as user nobody (or ROOT, in a mount namespace of its own), with an empty home; ready when READY answers at all."""

    def __init__(self, name, command, address, port, ready="/", environment=None, user=None, headers=None, seconds=90, files=None, root=False):
        self.name, self.address, self.port, self.user, self.headers = name, address, port, user, headers or {}
        self.home = os.path.join(CACHE, "run", f"{NET}-{name}-{port}")
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        for file, text in (files or {}).items():
            path = os.path.join(self.home, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb" if isinstance(text, bytes) else "w") as f:
                f.write(text)
        subprocess.run(["chown", "-R", "nobody", self.home], check=True)
        self.log = open(self.home + ".log", "w")
        command = [word.replace("{HOME}", self.home) for word in command]
        environment = {k: v.replace("{HOME}", self.home) for k, v in (environment or {}).items()}
        self.process = subprocess.Popen(["ip", "netns", "exec", NET + "-server", *([] if root else NOBODY), *command], cwd=self.home, stdout=self.log, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "HOME": self.home, "TMPDIR": self.home, **environment})
        self.wait(ready, seconds)

    def wait(self, ready, seconds):
        end = time.time() + seconds
        while time.time() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended at once, see {self.home}.log")
            try:
                connection = http.client.HTTPConnection(self.address, self.port, timeout=5)
                connection.request("GET", ready, headers=self.headers)
                connection.getresponse().read()
                connection.close()
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)
        self.stop()
        raise SystemExit(f"{self.name} did not answer within {seconds} s, see {self.home}.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        except ProcessLookupError:
            pass
        self.log.close()

    def call(self, method, path, body=None, kind="application/json", headers=None, good=lambda status: status < 300):
        """One exchange before a recording begins: fills the server."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=120)
        sent = {**self.headers, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", kind)
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
        if self.user:
            sent["Authorization"] = "Basic " + base64.b64encode(self.user.encode()).decode()
        connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        if not good(reply.status):
            raise SystemExit(f"{self.name}: {method} {path}: {reply.status} {data[:600]!r}")
        return data
