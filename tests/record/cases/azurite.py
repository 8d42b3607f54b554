# SPDX-License-Identifier: Apache-2.0
"""Azurite 3.35: Azure's blob interface, with a container for everybody, one whose blobs alone are for everybody, and a closed one."""
import base64
import hashlib
import hmac
import json
import time
import urllib.parse
from asker import TICKETS, asker
from record import Case, customer
from service import Service, npm

ADDRESS, ACCOUNT, BLOBS = "10.20.30.42", "devstoreaccount1", 12
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="    # the one that its documentation names
HELD = f"containers support (public) with {BLOBS} blobs, files (blobs public) with 1, secret (closed) with 1"
home = npm("azurite", "azurite@3.35.0")


def signed(method, target, body=b"", headers=(), account=ACCOUNT, key=KEY):
    """Header lines with a shared key: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key"""
    path, _, query = target.partition("?")
    lines = {"x-ms-date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), "x-ms-version": "2021-08-06", **dict(headers)}
    canonical = "".join(f"{name}:{lines[name]}\n" for name in sorted(lines) if name.startswith("x-ms-"))
    resource = f"/{account}{path}" + "".join(f"\n{name}:{value}" for name, value in sorted(urllib.parse.parse_qsl(query)))
    text = f"{method}\n\n\n{len(body) or ''}\n\n{lines.get('Content-Type', '')}\n\n\n\n\n\n\n{canonical}{resource}"
    signature = base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()
    return {**lines, "Authorization": f"SharedKey {account}:{signature}"}


def lines_of(headers):
    return [f"{name}: {value}" for name, value in headers.items()]


with Service("azurite", ["node", home + "/node_modules/.bin/azurite-blob", "--blobHost", ADDRESS, "--blobPort", "10000", "--location", "{HOME}", "--silent", "--disableTelemetry"], ADDRESS, 10000) as server:
    def put(target, body=b"", **headers):
        sent = {"Content-Type": "application/octet-stream", **{name.replace("_", "-"): value for name, value in headers.items()}}
        server.call("PUT", target, body, headers=signed("PUT", target, body, sent))
    for container, access in (("support", "container"), ("files", "blob"), ("secret", None)):
        put(f"/{ACCOUNT}/{container}?restype=container", **({"x_ms_blob_public_access": access} if access else {}))
    for i in range(BLOBS):
        put(f"/{ACCOUNT}/support/customer-{i:03d}.json", json.dumps(customer(i)).encode(), x_ms_blob_type="BlockBlob")
    dump = "".join(f"{i};Ticket {i}\n" for i in range(TICKETS)).encode()
    put(f"/{ACCOUNT}/files/tickets.csv", dump, x_ms_blob_type="BlockBlob")
    put(f"/{ACCOUNT}/secret/tickets.csv", dump, x_ms_blob_type="BlockBlob")
    with Case("azurite-3.35.0-blob", "Azure's blob interface as Azurite has it: a public container listed and read, a blob of a container that is not listed, a closed container that pretends not to be there, "
              "refusals, a blob in part, a shared key, a blob written and one removed with it.", HELD) as case:
        ask = asker(case, server, "azure-blob")
        base = "/" + ACCOUNT
        ask("metadata", f"{base}/support?restype=container&comp=list", datasets=["support"])
        ask("metadata", f"{base}/support?restype=container&comp=list&maxresults=5&prefix=customer", agent="go", datasets=["support"])
        ask("metadata", f"{base}/support?restype=container", also=["open", "revealed"])
        ask("data", f"{base}/support/customer-003.json", returned=1, datasets=["support"])
        ask("data", f"{base}/files/tickets.csv", returned=1, agent="requests")
        ask("data", f"{base}/files/tickets.csv", headers=["x-ms-range: bytes=0-99"], status=206, returned=1)
        ask("open", f"{base}/support/nothere.json", status=404)
        ask("refused", f"{base}/files?restype=container&comp=list", status=(403, 404), also=["open"])
        ask("refused", f"{base}/secret?restype=container&comp=list", status=(403, 404), also=["open"])
        ask("refused", f"{base}/secret/tickets.csv", status=(403, 404), also=["open"])
        ask("refused", f"{base}?comp=list", status=(401, 403))
        ask("refused", f"{base}/support/x.txt", method="PUT", body="x", headers=["x-ms-blob-type: BlockBlob", "Content-Type: text/plain"], status=(401, 403, 404))
        ask("refused", f"{base}/secret/tickets.csv", headers=lines_of(signed("GET", f"{base}/secret/tickets.csv", key=base64.b64encode(b"wrong" * 8).decode())), status=403, credentials="presented")
        ask("metadata", f"{base}?comp=list", headers=lines_of(signed("GET", f"{base}?comp=list")), source="10.20.40.9", credentials="proven", datasets=["support", "files", "secret"])
        ask("data", f"{base}/secret/tickets.csv", headers=lines_of(signed("GET", f"{base}/secret/tickets.csv")), source="10.20.40.9", credentials="proven", returned=1)
        target = f"{base}/secret/readme.txt"
        ask("tampered", target, method="PUT", body="x", headers=lines_of(signed("PUT", target, b"x", {"x-ms-blob-type": "BlockBlob", "Content-Type": "text/plain"})), status=201, credentials="proven")
        ask("tampered", target, method="DELETE", headers=lines_of(signed("DELETE", target)), status=202, credentials="proven")
