# SPDX-License-Identifier: Apache-2.0
"""A whole index taken in pages, by every way and program in use."""
import os
from record import CASES, HERE, Case, Store

OPEN = {"store": "elasticsearch", "credentials": "none"}
TAKEN = {"records": CASES, "datasets": ["cases"], "returned": CASES}
NAMELESS = {"records": CASES, "returned": CASES}


def numbered(i):
    return {"case_number": f"SR{119000000 + i:09d}", "title": f"Ticket {i}", "email": f"user{i}@example.com"}


def elasticsearch6():
    with Store("elasticsearch-6.8.23", "10.20.30.11") as store:
        store.fill("cases", CASES, numbered)
        server, held = store.address, f"cases {CASES} records"
        with Case("elasticsearch-6.8.23-scroll", "Scrolling: python-requests with the identifier in a JSON body, in the query string, in the path; the official client 7 for npm, and elasticdump.", held) as case:
            case.takes(CASES, "203.0.113.61", server, "requests", "page.py", "scroll", "cases", 200).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "203.0.113.62", server, "requests", "page.py", "from", "cases", 200).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "203.0.113.77", server, "requests", "page.py", "search_after", "cases", 200).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "198.51.100.61", server, "elasticsearch-js/7", "elasticsearch.js", 7, "scroll", "cases", 200).expect("drained", **OPEN, **TAKEN)
            for source, style in (("198.51.100.9", "query"), ("198.51.100.20", "body"), ("198.51.100.21", "path")):
                c = case.client(source, server)
                page = c.get("/cases/_search?scroll=1m&size=150").json()
                for _ in range(3):
                    word = page["_scroll_id"]
                    if style == "query":
                        page = c.get(f"/_search/scroll?scroll=1m&scroll_id={word}").json()
                    elif style == "body":
                        page = c.post("/_search/scroll", {"scroll": "1m", "scroll_id": word}, pieces=7).json()
                    else:
                        page = c.get(f"/_search/scroll/{word}?scroll=1m").json()
                c.expect("drained", **OPEN, **TAKEN)
                c.close()
            c = case.client("203.0.113.43", server)
            word = c.get("/cases/_search?scroll=1m&size=150").json()["_scroll_id"]
            c.expect("data", **OPEN, records=CASES, datasets=["cases"], returned=150)
            c.close()
            c = case.client("203.0.113.43", server)
            c.post("/_search/scroll", {"scroll": "1m", "scroll_id": word})
            c.expect("drained", **OPEN, **{**TAKEN, "returned": 150})
            c.close()
            case.elasticdump("198.51.100.99", server, "cases", 200).expect("drained", **OPEN, **TAKEN)
        with Case("elasticsearch-6.8.23-client-8", "The official client 8 for npm does not go with a 6.8 server. It finds out by a POST that the server answers with 406; but the answer to a GET has been sent, "
                  "records and all, before the client refuses to read it.", held) as case:
            program = os.path.join(HERE, "lib", "clients", "elasticsearch.js")
            for verb, verdict, truth in (("search", "open", {}), ("get", "data", {"records": CASES, "datasets": ["cases"], "returned": 10})):
                c = case.foreign("198.51.100.61", server, "elasticsearch-js/8", ["node", program, "8", verb, "cases", "10"])
                assert "not " in c.failed, c.failed
                c.expect(verdict, **OPEN, **truth)


def elasticsearch7():
    with Store("elasticsearch-7.10.2", "10.20.30.7") as store:
        store.fill("cases", CASES, numbered)
        with Case("elasticsearch-7.10.2-paging", "Paging of a 7.10 server: scroll, search_after, from and size with python-requests, elasticdump.", f"cases {CASES} records") as case:
            case.takes(CASES, "203.0.113.61", store.address, "requests", "page.py", "scroll", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "203.0.113.62", store.address, "requests", "page.py", "search_after", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "203.0.113.77", store.address, "requests", "page.py", "from", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.elasticdump("198.51.100.99", store.address, "cases", 200).expect("drained", **OPEN, **TAKEN)


def elasticsearch8():
    with Store("elasticsearch-8.15.3", "10.20.30.8") as store:
        store.fill("cases", CASES, numbered)
        with Case("elasticsearch-8.15.3-pit", "Point in time and scroll with the official client 8 for npm: vendor content types, chunked and compressed answers; searches in a point in time do not name the index.",
                  f"cases {CASES} records") as case:
            case.takes(CASES, "198.51.100.61", store.address, "elasticsearch-js/8", "elasticsearch.js", 8, "pit", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "198.51.100.62", store.address, "elasticsearch-js/8", "elasticsearch.js", 8, "scroll", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(50, "198.51.100.9", store.address, "elasticsearch-js/8", "elasticsearch.js", 8, "search", "cases", 50).expect("data", **OPEN, **{**TAKEN, "returned": 50})
            case.takes(CASES, "203.0.113.61", store.address, "requests", "page.py", "scroll", "cases", 150).expect("drained", **OPEN, **TAKEN)


def opensearch(kind, address):
    with Store(kind, address) as store:
        store.fill("cases", CASES, numbered)
        with Case(kind + "-pit", "Point in time and scroll with the official OpenSearch client for npm, and search_after with python-requests.", f"cases {CASES} records") as case:
            case.takes(CASES, "198.51.100.61", address, "opensearch-js", "elasticsearch.js", "opensearch", "pit", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "198.51.100.62", address, "opensearch-js", "elasticsearch.js", "opensearch", "scroll", "cases", 150).expect("drained", **OPEN, **TAKEN)
            case.takes(CASES, "203.0.113.61", address, "requests", "page.py", "search_after", "cases", 150).expect("drained", **OPEN, **TAKEN)


elasticsearch6()
elasticsearch7()
elasticsearch8()
opensearch("opensearch-2.19.1", "10.20.30.21")
opensearch("opensearch-3.4.0", "10.20.30.22")
