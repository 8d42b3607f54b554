# SPDX-License-Identifier: Apache-2.0
"""Docker's interface on TCP (20.10.24), open and with an authorization plugin; and the registry of images (2.8.2), open and with a password."""
import crypt, hashlib, http.client, io, json, tarfile
from exchange import Asker
from record import Case, customer
from service import Service, debian

ROWS = 37
BASIC = "Authorization: Basic b3BlcmF0b3I6Y29ycmVjdC1ob3JzZQ=="
SHEET = "case_number,customer_email\n" + "".join(f"{customer(i)['case_number']},{customer(i)['customer_email']}\n" for i in range(ROWS))
# The daemon wants control groups of the second kind and a /run of its own; what it says of its host is the name given here.
START = """hostname warehouse && mount -t cgroup2 none /sys/fs/cgroup && mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mkdir -p /run/docker/plugins || exit 1
[ -z "$PLUGIN" ] || python3 plugin.py & sleep 1
exec dockerd -H tcp://$ADDRESS:2375 --tls=false --bridge=none --iptables=false --ip6tables=false --ip-forward=false --userland-proxy=false --data-root /var/lib/docker --exec-root /run/docker --pidfile /run/docker.pid \
    --storage-driver vfs $OPTIONS"""
PLUGIN = '''
import http.server, json, socketserver, os
class Gate(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        path = asked.get("RequestUri", "")
        said = {"Implements": ["authz"]} if self.path == "/Plugin.Activate" else {"Allow": path.endswith(("/_ping", "/version")), "Msg": "no rule lets you"}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "docker"
socketserver.ThreadingUnixStreamServer("/run/docker/plugins/gate.sock", Gate).serve_forever()
'''


def archive(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


class Docker(Service):
    def __init__(self, address, plugin=""):
        package = debian("docker.io", "docker.io", "containerd", "runc") + "/usr"
        super().__init__("docker", ["unshare", "--uts", "sh", "-c", START], address, 2375, ready="/_ping", files={"plugin.py": PLUGIN}, root=True, environment={
            "PATH": f"{package}/bin:{package}/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "ADDRESS": address, "PLUGIN": plugin, "OPTIONS": "--authorization-plugin=gate" if plugin else ""})

    def fill(self):
        self.call("POST", "/images/create?fromSrc=-&repo=helpdesk&tag=1", archive({"customers.csv": SHEET.encode()}), "application/x-tar")
        self.call("POST", "/containers/create?name=desk", {"Image": "helpdesk:1", "Cmd": ["/serve"], "Env": ["DB_PASSWORD=correct-horse"]})
        self.call("POST", "/volumes/create", {"Name": "tickets"})


def daemon():
    held = f"an image helpdesk:1 with a sheet of {ROWS} customers, a container desk made of it, a volume tickets"
    with Docker("10.20.30.21") as server:
        server.fill()
        with Case("docker-20.10.24-open", "Docker's interface without a password: what it is, its images and containers, a file out of a container, and a container that would take the host.", held) as case:
            ask = Asker(case, server.address, server.port, store="docker", credentials="none")
            ask("revealed", "/_ping", agent="censys")
            ask("revealed", "HEAD /_ping", agent="docker")
            ask("revealed", "/version", version="20.10.24+dfsg1")
            ask("metadata", "/v1.41/info", version="20.10.24+dfsg1")
            ask("metadata", "/containers/json?all=1", "/v1.24/containers/json?all=1", datasets=["helpdesk:1"])
            ask("open", "/containers/json")
            ask("metadata", "/images/json", datasets=["helpdesk:1"])
            ask("metadata", "/containers/desk/json", datasets=["helpdesk:1"])
            ask("metadata", "/volumes")
            ask("metadata", "/networks")
            ask("metadata", "/system/df")
            ask("open", "/containers/nothere/json", status=404)
            ask("none", "/nothere", status=404, also=["revealed", "open", "probed"])
            ask("data", "/containers/desk/archive?path=/customers.csv", returned=1)
            ask("data", "/containers/desk/export", returned=1)
            ask("data", "/images/helpdesk:1/get", returned=1)
            ask("tampered", ("POST /v1.41/containers/create?name=miner", {"Image": "helpdesk:1", "Cmd": ["/m"], "HostConfig": {"Privileged": True, "Binds": ["/:/host"]}}, 201))
            ask("tampered", ("PUT /containers/desk/archive?path=/", archive({"cron": b"* * * * * root /m"}), 200), headers=["Content-Type: application/x-tar"])
            ask("tampered", ("DELETE /containers/miner?force=1", None, 204))
            ask("open", ("POST /containers/create", {"Image": "nothere"}, 404))
    with Docker("10.20.30.43", plugin="gate") as server:
        with Case("docker-20.10.24-protected", "The same with an authorization plugin that lets strangers ask for health and version only.", "nothing") as case:
            ask = Asker(case, server.address, server.port, store="docker", credentials="none")
            ask("revealed", "/version", version="20.10.24+dfsg1")
            ask("refused", "/containers/json", status=403)
            ask("refused", "/images/json", status=403)
            ask("refused", ("POST /containers/create", {"Image": "helpdesk:1"}, 403))


def registry():
    program = debian("docker-registry", "docker-registry") + "/usr/bin/docker-registry"
    settings = 'version: 0.1\nstorage: {filesystem: {rootdirectory: /nowhere}, delete: {enabled: true}}\nhttp: {addr: "%s:5000", headers: {X-Content-Type-Options: [nosniff]}}\n'
    password = {"users": "operator:" + crypt.crypt("correct-horse", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)) + "\n"}
    auth = "auth: {htpasswd: {realm: Registry Realm, path: users}}\n"
    layer = archive({"customers.csv": SHEET.encode()})
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": ["DB_PASSWORD=correct-horse"]}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()

    def upload(server, name):
        connection = http.client.HTTPConnection(server.address, server.port)
        connection.request("POST", f"/v2/{name}/blobs/uploads/", headers={"Authorization": BASIC.partition(" ")[2]})
        return connection.getresponse().getheader("Location").partition(":5000")[2]

    def digest(data):
        return "sha256:" + hashlib.sha256(data).hexdigest()

    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                           "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest(config)},
                           "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar", "size": len(layer), "digest": digest(layer)}]})
    kind = "application/vnd.docker.distribution.manifest.v2+json"

    def start(address, more="", **options):
        server = Service("registry", [program, "serve", "config.yml"], address, 5000, ready="/v2/", files={"config.yml": settings % address + more, **password}, environment={"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "{HOME}/data"}, **options)
        for name in ("helpdesk/customers", "helpdesk/web"):
            for blob in (layer, config):
                server.call("PUT", upload(server, name) + f"&digest={digest(blob)}", blob, "application/octet-stream")
            server.call("PUT", f"/v2/{name}/manifests/1", manifest, kind)
        return server

    held = f"the images helpdesk/customers and helpdesk/web, in one layer of which lies a sheet of {ROWS} customers"
    with start("10.20.30.22") as server:
        with Case("docker-registry-2.8.2-open", "A registry of images without a password: its catalogue, tags, a manifest, and the layer with the sheet of customers; then an image is replaced and one deleted.", held) as case:
            ask = Asker(case, server.address, server.port, store="docker-registry", credentials="none")
            ask("revealed", "/v2/", agent="censys")
            ask("none", "/", agent="censys", also=["probed"])
            ask("metadata", "/v2/_catalog", datasets=["helpdesk/customers", "helpdesk/web"])
            ask("metadata", "/v2/_catalog?n=1")
            ask("metadata", "/v2/helpdesk/customers/tags/list", datasets=["helpdesk/customers"])
            ask("metadata", "/v2/helpdesk/customers/manifests/1", headers=["Accept: " + kind], datasets=["helpdesk/customers"])
            ask("open", "/v2/nothere/tags/list", status=404)
            ask("open", "HEAD /v2/helpdesk/web/blobs/" + digest(layer), also=["metadata"])
            ask("data", "/v2/helpdesk/customers/blobs/" + digest(layer), returned=1, datasets=["helpdesk/customers"])
            ask("data", "/v2/helpdesk/customers/blobs/" + digest(config), returned=1, datasets=["helpdesk/customers"])
            ask("data", "/v2/helpdesk/customers/blobs/" + digest(layer), headers=["Range: bytes=0-999"], status=206, returned=1, datasets=["helpdesk/customers"])
            ask("tampered", ("PUT /v2/helpdesk/web/manifests/latest", manifest, 201), headers=["Content-Type: " + kind])
            ask("tampered", ("DELETE /v2/helpdesk/web/manifests/" + digest(manifest.encode()), None, 202))
            ask("open", ("DELETE /v2/helpdesk/web/manifests/" + digest(b"nothing"), None, 404))
    with start("10.20.30.44", auth, user="operator:correct-horse") as server:
        with Case("docker-registry-2.8.2-protected", "The same with a password for everything.", held) as case:
            ask = Asker(case, server.address, server.port, store="docker-registry", credentials="none")
            ask("refused", "/v2/", status=401, agent="censys")
            ask("refused", "/v2/_catalog", status=401)
            ask("refused", "/v2/helpdesk/customers/blobs/" + digest(layer), status=401)
            ask("refused", "/v2/_catalog", status=401, headers=["Authorization: Basic b3BlcmF0b3I6MTIzNDU2"], credentials="presented")
            ask("metadata", "/v2/_catalog", source="10.20.40.9", headers=[BASIC], credentials="proven", datasets=["helpdesk/customers", "helpdesk/web"])


daemon()
registry()
