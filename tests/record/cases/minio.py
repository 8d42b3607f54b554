# SPDX-License-Identifier: Apache-2.0
"""MinIO of 12 February 2026 with a public bucket, one whose objects are public though its list is not, one that anybody may write to, and closed ones."""
import json
from exchange import Asker
from record import Case, customer
from s3 import presigned, signed
from service import Service, go

OBJECTS = 37
USER, SECRET = "operator", "correct-horse-battery"


def sheet(i):
    return f"case_number,customer_email\n{customer(i)['case_number']},{customer(i)['customer_email']}\n"


def policy(bucket, *actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": [a],
                                                              "Resource": [f"arn:aws:s3:::{bucket}" + ("" if a in ("s3:ListBucket", "s3:GetBucketLocation") else "/*")]} for a in actions]})


class Minio(Service):
    def __init__(self, address):
        program = go("minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")
        super().__init__("minio", [program, "server", "data", "--address", f"{address}:9000", "--console-address", f"{address}:9001"], address, 9000, ready="/minio/health/ready",
                         environment={"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "on", "MINIO_UPDATE": "off"})

    def do(self, method, target, body=b""):
        body = body.encode() if isinstance(body, str) else body
        return self.call(method, target, body, "application/octet-stream", signed(method, target, f"{self.address}:9000", USER, SECRET, body))

    def bucket(self, name, count, *actions):
        self.do("PUT", "/" + name)
        for i in range(count):
            self.do("PUT", f"/{name}/2026/case-{i:02d}.csv", sheet(i))
        if actions:
            self.do("PUT", f"/{name}?policy=", policy(name, *actions))

    def lines(self, method, target, user=USER, secret=SECRET):
        return [f"{k}: {v}" for k, v in signed(method, target, f"{self.address}:9000", user, secret).items()]


def minio():
    with Minio("10.20.30.11") as server:
        server.bucket("customers", OBJECTS, "s3:ListBucket", "s3:GetObject", "s3:GetBucketLocation")
        server.bucket("letters", 3, "s3:GetObject")
        server.bucket("dropbox", 2, "s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject")
        server.bucket("tickets", 12)
        host, one = f"{server.address}:9000", "/customers/2026/case-00.csv"
        with Case("minio-2026-02-12-buckets", "MinIO: lists of a public bucket in both forms, its objects; a bucket whose objects are public and whose list is not; one that anybody writes to; closed ones, which look like "
                  "missing ones; a browser, which is sent away; signatures, right, wrong, and in the address.",
                  f"the buckets customers ({OBJECTS} objects, public), letters (3, its list closed), dropbox (2, open to writers), tickets (12, closed)") as case:
            ask = Asker(case, server.address, server.port, store="s3", credentials="none")
            ask("revealed", "/minio/health/live", agent="censys")
            ask("none", "/", agent="firefox", status=307, also=["probed"])
            ask("refused", "/", status=403)
            ask("metadata", "/customers?list-type=2", datasets=["customers"], records=OBJECTS)
            ask("metadata", "/customers/", datasets=["customers"])
            ask("metadata", "/customers/?list-type=2&max-keys=5", datasets=["customers"])
            ask("metadata", "/customers?list-type=2&prefix=2026/case-0&delimiter=/", datasets=["customers"])
            ask("open", "/customers?list-type=2&prefix=nothing", also=["metadata"])
            ask("metadata", "/customers?location", also=["open"])
            ask("data", one, returned=1, datasets=["customers"])
            ask("data", one, headers=["Range: bytes=0-19"], status=206, returned=1)
            ask("open", "HEAD " + one, also=["metadata"])
            ask("data", *(f"/customers/2026/case-{i:02d}.csv" for i in range(5)), returned=5)
            ask("open", "/customers/nothere.csv", status=404)
            ask("refused", "/letters?list-type=2", status=403)
            ask("data", "/letters/2026/case-01.csv", returned=1, datasets=["letters"])
            ask("refused", "/tickets?list-type=2", status=403)
            ask("refused", "/tickets/2026/case-00.csv", status=403)
            ask("refused", "/nothere?list-type=2", status=403)
            ask("refused", "/customers?policy", status=403)
            ask("refused", "PUT /tickets/x.csv", body="x", status=403)
            ask("refused", "/minio/v2/metrics/cluster", status=403)
            ask("refused", "/customers?list-type=2", status=403, headers=server.lines("GET", "/customers?list-type=2", user="guest"), credentials="presented")
            ask("refused", "/customers?list-type=2", status=403, headers=server.lines("GET", "/customers?list-type=2", secret="wrong-horse"), credentials="presented")
            ask("tampered", "PUT /dropbox/READ_ME.txt", body="send 0.1 BTC", headers=["Content-Type: text/plain"])
            ask("tampered", "DELETE /dropbox/2026/case-00.csv", status=204)
            ask("tampered", "DELETE /dropbox/nothere.csv", status=204)
            ask("data", presigned("/tickets/2026/case-03.csv", host, USER, SECRET), source="10.20.40.20", credentials="proven", returned=1)
            ask("metadata", "/", source="10.20.40.9", headers=server.lines("GET", "/"), credentials="proven", datasets=["customers", "dropbox", "letters", "tickets"])
            ask("metadata", "/tickets?list-type=2", source="10.20.40.9", headers=server.lines("GET", "/tickets?list-type=2"), credentials="proven", datasets=["tickets"], records=12)


minio()
