# SPDX-License-Identifier: Apache-2.0
"""s3rver 3.7: the S3 interface in JavaScript. It lets everybody in who shows no credentials, and knows one key."""
import json
import time
from asker import TICKETS, asker
from record import Case, customer
from service import Service, npm

ADDRESS, FILES = "10.20.30.12", 12
HELD = f"bucket support with {FILES} objects, bucket empty without any"
SIGNED = "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
NOW = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
DATED = ["x-amz-date: " + NOW, "x-amz-content-sha256: UNSIGNED-PAYLOAD"]

home = npm("s3rver", "s3rver@3.7.1")
with Service("s3rver", ["node", home + "/node_modules/.bin/s3rver", "-d", "{HOME}/data", "-a", ADDRESS, "-p", "4568", "--no-vhost-buckets"], ADDRESS, 4568) as server:
    for bucket in ("support", "empty"):
        server.call("PUT", "/" + bucket)
    for i in range(FILES):
        server.call("PUT", f"/support/export/customer-{i:03d}.json", json.dumps(customer(i)).encode(), "application/json")
    server.call("PUT", "/support/backup.sql", "".join(f"INSERT INTO tickets VALUES ({i}, 'Ticket {i}');\n" for i in range(TICKETS)).encode(), "application/octet-stream")
    with Case("s3rver-3.7.1-open", "S3 as s3rver has it: buckets and objects for everybody, XML in the older name space, objects whole and in part, a key that is not known, objects written and removed.",
              HELD + ", and backup.sql") as case:
        ask = asker(case, server, "s3")
        ask("metadata", "/", datasets=["support", "empty"])
        ask("metadata", "/support", datasets=["support"])
        ask("metadata", "/support?prefix=export/&max-keys=5", agent="go", datasets=["support"])
        ask("metadata", "/support?list-type=2", agent="requests", datasets=["support"])
        ask("open", "/empty", also=["metadata"])
        ask("open", "/nothere", status=404)
        ask("open", "/support/nothere.json", status=404)
        ask("open", "/support?acl", status=501, also=["none"])
        # an object's own answers have nothing of S3 in them, and a connection of its own has nothing else; a dump says itself what it is
        ask("data", "/support/export/customer-003.json", returned=1, datasets=["support"], also=["none"])
        ask("data", "/support/backup.sql", store="dump")
        ask("data", "/support/backup.sql", headers=["Range: bytes=0-99"], status=206, store="dump")
        ask("metadata", "/support/backup.sql", method="HEAD", also=["open", "revealed", "none"])
        ask("refused", "/support", headers=[SIGNED % ("AKIAIOSFODNN7EXAMPLE", NOW[:8]), *DATED], status=403, credentials="presented")
        ask("metadata", "/support", headers=[SIGNED % ("S3RVER", NOW[:8]), *DATED], credentials="presented", datasets=["support"])
        ask("tampered", "/support/READ_ME.txt", method="PUT", body="all your files", headers=["Content-Type: text/plain"], also=["none"])
        ask("tampered", "/support/export/customer-003.json", method="DELETE", status=204, also=["none"])
