# SPDX-License-Identifier: Apache-2.0
"""What every case uses: a server with known records, clients whose addresses and ports are chosen, a recording, and the
expectation of each connection, written from what the server held and what the client asked for."""
import base64, contextlib, datetime, gzip, http.client, json, os, random, re, shlex, signal, socket, struct, subprocess, time, zlib

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.environ.get("AJAR_RECORD_OUT", os.path.join(os.path.dirname(HERE), "captures"))
CACHE = os.environ.get("AJAR_RECORD_CACHE", os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "ajar-record"))
NET = os.environ.get("AJAR_RECORD_NET", "record")
CUSTOMERS, CASES = 1237, 419
AGENTS = {
    "curl": "curl/7.88.1",
    "requests": "python-requests/2.22.0",
    "censys": "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
    "binaryedge": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_6) AppleWebKit/601.7.7 (KHTML, like Gecko) Version/9.1.2 Safari/601.7.7",
    "leakix": "l9explore/1.3.0",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:71.0) Gecko/20100101 Firefox/71.0",
    "go": "Go-http-client/1.1",
    "nmap": "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
}


def customer(i):
    """Record i of the invented customer support data; every 34th e-mail address is typed with a space before the @."""
    r = random.Random(i)
    first, last = r.choice(["anna", "ben", "carla", "dmitri", "emeka", "fatima", "george", "hanna"]), r.choice(["jones", "silva", "weber", "rossi", "okafor", "tanaka"])
    return {
        "case_number": f"SR{119000000 + i * 37}",
        "customer_email": f"{first}.{last}{i}{' ' if i % 34 == 9 else ''}@example.com",
        "ip_address": f"198.18.{i // 250}.{i % 250 + 1}",
        "location": r.choice(["Amsterdam", "Denver", "Lagos", "Osaka", "Porto Alegre"]),
        "opened": f"20{5 + i % 15:02d}-{i % 12 + 1:02d}-{i % 28 + 1:02d}T{i % 24:02d}:{i % 60:02d}:00Z",
        "status": "resolved" if i % 3 else "open",
        "minutes": i % 97,
        "notes": f"CONFIDENTIAL. {first.title()} called about error 0x{r.randrange(1 << 32):08X}; agent {r.choice(['kim', 'lee', 'max'])} remote session, "
                 f"{r.choice(['reinstalled', 'refunded', 'escalated'])}.",
    }


def support_case(i):
    return {"case": f"SR{119000000 + i * 37}", "title": f"Ticket {i}", "severity": "ABC"[i % 3]}


def customers_show(numbers):
    """What an answer with these customers gives away, for expect()."""
    numbers = list(numbers)
    return {"classes": {name: len(numbers) for name in ("case_number", "confidential", "email", "ipv4")}, "odd": {"email": sum(" " in customer(i)["customer_email"] for i in numbers)}}


def namespace(which, *command, **options):
    return subprocess.run(["ip", "netns", "exec", f"{NET}-{which}", *command], check=True, **options)


def url_host(address):
    return f"[{address}]" if ":" in address else address


class Reply:
    """One answer: status, header dictionary in lower case, the body without its content coding."""

    def __init__(self, response, body):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        coding = self.headers.get("content-encoding", "")
        self.body = gzip.decompress(body) if coding == "gzip" else zlib.decompress(body) if coding == "deflate" else body

    def json(self):
        return json.loads(self.body)

    def ids(self):
        """The numbers of the records in a search's answer."""
        return [int(hit["_id"]) for hit in self.json()["hits"]["hits"]]


class _Shared:
    """A socket's read side that http.client may close as often as it likes."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, mode):
        return self

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def close(self):
        pass

    def flush(self):
        pass


class Client:
    """One TCP connection from a chosen address and port. Requests are written by hand, so that nothing is added to them."""

    def __init__(self, case, source, server, agent, port=9200, headers=()):
        self.case, self.source, self.server, self.server_port, self.agent = case, source, server, port, agent
        self.port, self.log, self.truth, self.headers = case.next_port(), [], None, list(headers)
        self.socket = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET)
        self.socket.settimeout(20)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.bind((source, self.port))
        self.socket.connect((server, port))
        self.stream = self.socket.makefile("rb")
        case.clients.append(self)

    def head(self, method, target, headers, body):
        lines = [f"{method} {target} HTTP/1.1", f"Host: {url_host(self.server)}:{self.server_port}"]
        if self.agent:
            lines.append("User-Agent: " + AGENTS.get(self.agent, self.agent))
        given = [*self.headers, *headers]
        if not any(h.lower().startswith("accept:") for h in given):
            lines.append("Accept: */*")
        lines += given
        if body is not None:
            if not any(h.lower().startswith("content-type:") for h in given):
                lines.append("Content-Type: application/json")
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")

    def send(self, data, pieces=1, pause=0.02):
        step = -(-len(data) // pieces)
        for at in range(0, len(data), step):
            self.socket.sendall(data[at:at + step])
            if pieces > 1:
                time.sleep(pause)

    def reply(self, method="GET"):
        response = http.client.HTTPResponse(_Shared(self.stream), method=method)
        response.begin()
        return Reply(response, response.read())

    def ask(self, method, target, body=None, headers=(), status=200, pieces=1):
        """One exchange; the status must be the one the case is about."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        elif isinstance(body, str):
            body = body.encode()
        self.send(self.head(method, target, headers, body), pieces)
        answer = self.reply(method)
        self.note(method, target, answer.status)
        if status is not None and answer.status not in (status if isinstance(status, tuple) else (status,)):
            raise SystemExit(f"{self.case.name}: {method} {target}: {answer.status}, not {status}: {answer.body[:300]!r}")
        return answer

    def get(self, target, **options):
        return self.ask("GET", target, **options)

    def post(self, target, body=None, **options):
        return self.ask("POST", target, body, **options)

    def note(self, method, target, status):
        self.log.append(f"{method} {target} -> {status}")

    def expect(self, verdict, **fields):
        """What this connection proves: the verdict and what else the case is about."""
        self.truth = {"verdict": verdict, **fields}
        return self

    def close(self):
        self.stream.close()
        self.socket.close()


class Foreign:
    """A connection that a real program makes; the program is told which address and port to use."""

    def __init__(self, case, source, server, agent, port=9200):
        self.source, self.server, self.server_port, self.agent = source, server, port, agent
        self.port, self.log, self.truth = case.next_port(), [], None
        case.clients.append(self)

    expect = Client.expect
    note = Client.note

    def close(self):
        pass


class Case:
    """One recording with its expectation (NAME.expected) and note (NAME.md)."""

    def __init__(self, name, about, held="", linger=0.4, starts=None):
        """STARTS ("2019-12-05T09:14:02Z"): the time that the first packet is given, all others up to the next at() keep their distance to it."""
        self.name, self.about, self.held, self.linger = name, " ".join(about.split()), held, linger
        self.parts = [(0.0, starts)] if starts else []    # recorded from then on, told as if it were then
        self.clients, self.path = [], os.path.join(OUT, name + ".pcap")
        self.port = 33000 + zlib.crc32(name.encode()) % 20000

    def next_port(self):
        self.port += 1 + self.port % 5
        return self.port

    def __enter__(self):
        os.makedirs(OUT, exist_ok=True)
        self.tcpdump = subprocess.Popen(["tcpdump", "-Z", "root", "-i", "clients", "-s", "0", "-U", "--immediate-mode", "-w", self.path, "tcp or arp"],
                                        stderr=subprocess.PIPE, text=True)
        if "listening" not in self.tcpdump.stderr.readline():
            raise SystemExit("tcpdump does not start: " + self.tcpdump.stderr.read())
        time.sleep(0.2)
        return self

    def __exit__(self, kind, value, trace):
        for c in self.clients:
            c.close()
        time.sleep(self.linger)
        self.tcpdump.send_signal(signal.SIGINT)
        self.tcpdump.wait()
        if kind is None:
            self.write()
            self.shift()

    def at(self, when):
        """What is recorded from here on is told as if it were WHEN. Connections do not live across such a jump."""
        for c in self.clients:
            c.close()
        time.sleep(self.linger)
        self.parts.append((time.time(), when))
        time.sleep(0.05)

    def shift(self):
        """Gives the first packet of each part the time that the part is told to be at; the others keep their distance to it."""
        with open(self.path, "rb") as f:
            head, rest = f.read(24), f.read()
        parts, moved, place, delta = list(self.parts), [head], 0, 0
        while place < len(rest):
            seconds, micros, length = struct.unpack_from("<III", rest, place)
            now = seconds * 1000000 + micros
            while parts and now >= parts[0][0] * 1e6:
                delta = round(datetime.datetime.fromisoformat(parts.pop(0)[1].replace("Z", "+00:00")).timestamp() * 1e6) - now
            moved += [struct.pack("<II", *divmod(now + delta, 1000000)), rest[place + 8:place + 16 + length]]
            place += 16 + length
        with open(self.path, "wb") as f:
            f.write(b"".join(moved))

    def client(self, source="203.0.113.42", server="10.20.30.11", agent="curl", **options):
        return Client(self, source, server, agent, **options)

    def curl(self, source, url, *options):
        """Runs curl as one connection."""
        server, port = re.match(r"https?://(?:\[([^\]]+)\]|([^:/]+)):(\d+)", url).group(1, 3) if "[" in url else re.match(r"https?://([^:/]+):(\d+)", url).groups()
        c = Foreign(self, source, server, "curl", int(port))
        command = ["curl", "-sS", "-g", "--interface", source, "--local-port", str(c.port), *options, url]
        done = subprocess.run(command, capture_output=True, timeout=60)
        c.log.append(shlex.join(command[2:]))
        c.body = done.stdout
        return c

    def nghttp(self, source, url, *options):
        """Runs nghttp (HTTP/2 only) as one connection; it cannot be told where from, so the namespace allows it nothing else."""
        server, port = re.match(r"http://([^:/]+):(\d+)", url).groups()
        c = Foreign(self, source, server, "nghttp", int(port))
        with self.only(source, c.port):
            done = subprocess.run(["nghttp", *options, url], capture_output=True, timeout=60)
        c.log.append(shlex.join(["nghttp", *options, url]))
        c.body = done.stdout
        return c

    @contextlib.contextmanager
    def only(self, source, port):
        """Connections of the namespace come from this address and port."""
        setting = "net.ipv4.ip_local_port_range"
        before = subprocess.run(["sysctl", "-n", setting], capture_output=True, text=True, check=True).stdout.strip()
        subprocess.run(["sysctl", "-qw", f"{setting}={port} {port}"], check=True)
        subprocess.run(["ip", "route", "replace", "10.20.30.0/24", "dev", "clients", "src", source], check=True)
        try:
            yield
        finally:
            subprocess.run(["sysctl", "-qw", f"{setting}={before}"], check=True)

    def silent(self, source, server, agent="curl", port=9200):
        """A connection attempt that nobody answers."""
        c = Foreign(self, source, server, agent, port)
        with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET) as s:
            s.bind((source, c.port))
            s.settimeout(1.5)
            try:
                s.connect((server, port))
                raise SystemExit(f"{server} answers {source}")
            except TimeoutError:
                c.log.append("a connection that nobody answers")
        return c

    def reset(self, source, server, agent="curl", port=9200):
        """A connection attempt that is reset at once: nothing listens there."""
        c = Foreign(self, source, server, agent, port)
        with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET) as s:
            s.bind((source, c.port))
            try:
                s.connect((server, port))
                raise SystemExit(f"{server} answers {source}")
            except ConnectionRefusedError:
                c.log.append("a connection that is reset at once")
        return c

    def foreign(self, source, server, agent, command, port=9200, **environment):
        """Runs any program as one connection: SOURCE, SOURCE_PORT and SERVER are in its environment."""
        c = Foreign(self, source, server, agent, port)
        env = {**os.environ, "SOURCE": source, "SOURCE_PORT": str(c.port), "SERVER": f"http://{url_host(server)}:{port}", "NODE_PATH": CACHE + "/node/node_modules", **environment}
        done = subprocess.run(command, env=env, capture_output=True, timeout=120, text=True)
        c.log.append(" ".join(os.path.relpath(w, HERE) if w.startswith(HERE) else w for w in command))
        c.body, c.failed = done.stdout, done.stderr
        return c

    def elasticdump(self, source, server, index, size):
        """elasticdump as one connection; it cannot be told where from, so the namespace allows it nothing else."""
        c = Foreign(self, source, server, "elasticdump")
        target = os.path.join(CACHE, "run", "dump.json")
        command = ["node", CACHE + "/node/node_modules/.bin/elasticdump", f"--input=http://{server}:9200/{index}", f"--output={target}", f"--limit={size}", "--overwrite", "--type=data"]
        with self.only(source, c.port):
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        with open(target) as f:
            taken = sum(1 for _ in f)
        os.remove(target)
        c.log.append(f"elasticdump --input=http://{server}:9200/{index} --limit={size}, {taken} records")
        if done.returncode:
            raise SystemExit(f"{self.name}: elasticdump: {done.stdout[-600:]} {done.stderr[-600:]}")
        return c

    def takes(self, count, source, server, agent, *command):
        """A program of lib/clients that must say that it took COUNT records."""
        path = os.path.join(HERE, "lib", "clients", command[0])
        c = self.foreign(source, server, agent, ["node" if path.endswith(".js") else "python3", path, *map(str, command[1:])])
        if c.body.strip() != str(count):
            raise SystemExit(f"{self.name}: {command}: {c.body.strip()!r}, not {count}: {c.failed}")
        return c

    def truth(self, c):
        outside = not c.source.startswith("10.20.")
        return {"client": f"{url_host(c.source)}:{c.port}", "server": f"{url_host(c.server)}:{c.server_port}",
                "direction": "inbound" if outside else "internal", **c.truth}

    def write(self):
        judged = [c for c in self.clients if c.truth]
        silent = [c for c in self.clients if not c.truth]
        if silent:
            raise SystemExit(f"{self.name}: a connection without expectation: {silent[0].log}")
        with open(os.path.join(OUT, self.name + ".expected"), "w") as f:
            for c in judged:
                f.write(json.dumps(self.truth(c)) + "\n")
        with open(os.path.join(OUT, self.name + ".md"), "w") as f:
            f.write(f"# {self.name}\n\n{self.about}\n\n")
            if self.held:
                f.write(f"The server held: {self.held}.\n\n")
            if self.parts:
                f.write(f"Times moved: it was recorded within minutes; {'the first packet was' if len(self.parts) == 1 else 'the first packets of its parts were'} given the times "
                        f"{', '.join(when.replace('T', ' ').replace('Z', '') for _, when in self.parts)} UTC, the others keep their distance. The TCP timestamp option was left as it was.\n\n")
            f.write("Recorded with tests/record. Connections, in order:\n\n")
            for c in judged:
                f.write(f"- {c.source} port {c.port} to {c.server} port {c.server_port}, {AGENTS.get(c.agent, c.agent) or 'no User-Agent'}: **{c.truth['verdict']}**\n")
                for line in c.log[:12]:
                    f.write(f"    - `{line}`\n")
                if len(c.log) > 12:
                    f.write(f"    - and {len(c.log) - 12} more like these\n")


class Store:
    """A real server. Filling it happens before a recording begins."""

    def __init__(self, kind, address, *settings, user=None):
        self.kind, self.address, self.user = kind, address, user
        self.version = re.search(r"\d+\.\d+\.\d+", kind).group(0)
        self.major = int(self.version.split(".")[0]) if kind.startswith("elasticsearch") else 7
        subprocess.run([os.path.join(HERE, "server"), "start", kind, address, *settings], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        subprocess.run([os.path.join(HERE, "server"), "stop", self.address], check=True)

    def call(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection(self.address, 9200, timeout=60)
        headers = {"Content-Type": kind}
        if self.user:
            headers["Authorization"] = "Basic " + base64.b64encode(self.user.encode()).decode()
        connection.request(method, path, body.encode() if isinstance(body, str) else json.dumps(body) if body is not None else None, headers)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        if reply.status >= 300:
            raise SystemExit(f"{self.kind}: {method} {path}: {reply.status} {data[:400]!r}")
        return data

    def fill(self, index, count, make=customer, settings=None, kind="case"):
        """Creates the index and puts COUNT records into it."""
        self.call("PUT", "/" + index, {"settings": {"number_of_shards": 1, "number_of_replicas": 0, **(settings or {})}})
        path = f"/{index}/{kind}/_bulk" if self.major < 7 else f"/{index}/_bulk"
        for start in range(0, count, 2000):
            lines = []
            for i in range(start, min(count, start + 2000)):
                lines += [json.dumps({"index": {"_id": str(i)}}), json.dumps(make(i))]
            answer = json.loads(self.call("POST", path, "\n".join(lines) + "\n", "application/x-ndjson" if self.major >= 6 else "application/json"))
            assert not answer["errors"], next(item for item in answer["items"] if "error" in item["index"])
        self.call("POST", f"/{index}/_refresh")

    def support_data(self):
        """The data of the December case: two indices."""
        self.fill("customers", CUSTOMERS)
        self.fill("cases", CASES, support_case)
        return f"customers {CUSTOMERS} records, cases {CASES} records"


class Nginx:
    """nginx in the server namespace, or WHERE, with lib/NAME.conf, HOME replaced by a folder of its own."""

    def __init__(self, name, where="server", **files):
        self.home = os.path.join(CACHE, "run", "nginx-" + name)
        os.makedirs(self.home, exist_ok=True)
        password = subprocess.run(["openssl", "passwd", "-apr1", "correct-horse"], capture_output=True, text=True, check=True).stdout
        for file, text in {name + ".users": "operator:" + password, **files}.items():
            with open(os.path.join(self.home, file), "w") as f:
                f.write(text)
        with open(os.path.join(HERE, "lib", name + ".conf")) as f:
            text = f.read().replace("HOME", self.home)
        conf = os.path.join(self.home, name + ".conf")
        with open(conf, "w") as f:
            f.write(text)
        self.process = subprocess.Popen(["ip", "netns", "exec", f"{NET}-{where}", "nginx", "-c", conf, "-e", self.home + "/error.log"])
        time.sleep(1)
        if self.process.poll() is not None:
            raise SystemExit(f"nginx does not start, see {self.home}/error.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
