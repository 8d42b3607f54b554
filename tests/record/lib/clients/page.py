#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""page.py scroll|search_after|from INDEX SIZE [look]: takes a whole index with python-requests over one connection and prints how
many records it got; "look" asks for the banner and the list of indices first."""
import os, sys, requests
from requests.adapters import HTTPAdapter


class Bound(HTTPAdapter):
    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, source_address=(os.environ["SOURCE"], int(os.environ["SOURCE_PORT"])), **options)


session, server = requests.Session(), os.environ["SERVER"]
session.mount("http://", Bound(pool_connections=1, pool_maxsize=1))
how, index, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
taken = 0
if "look" in sys.argv:
    session.get(server + "/").raise_for_status()
    session.get(server + "/_cat/indices?v").raise_for_status()
if how == "scroll":
    page = session.post(f"{server}/{index}/_search?scroll=1m", json={"size": size, "sort": ["_doc"]}).json()
    while page["hits"]["hits"]:
        taken += len(page["hits"]["hits"])
        page = session.post(server + "/_search/scroll", json={"scroll": "1m", "scroll_id": page["_scroll_id"]}).json()
    session.delete(server + "/_search/scroll", json={"scroll_id": [page["_scroll_id"]]})
elif how == "search_after":
    body = {"size": size, "sort": [{"case_number.keyword": "asc"}]}
    page = session.get(f"{server}/{index}/_search", json=body).json()
    while page["hits"]["hits"]:
        taken += len(page["hits"]["hits"])
        body["search_after"] = page["hits"]["hits"][-1]["sort"]
        page = session.get(f"{server}/{index}/_search", json=body).json()
else:
    while hits := session.get(f"{server}/{index}/_search", params={"from": taken, "size": size}).json()["hits"]["hits"]:
        taken += len(hits)
print(taken)
