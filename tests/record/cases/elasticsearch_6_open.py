# SPDX-License-Identifier: Apache-2.0
"""Elasticsearch 6.8.23 without security, asked in every usual way by people outside."""
from record import CASES, CUSTOMERS, Case, Store

ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
OPEN = {"store": "elasticsearch", "credentials": "none"}


def banner(held):
    with Case("elasticsearch-6.8.23-banner", "An open server that is only greeted: its banner, its health, HEAD, favicon. Nothing of the content is shown.", held) as case:
        for source, agent in (("203.0.113.42", "censys"), ("203.0.113.77", "curl"), ("198.51.100.9", "go")):
            c = case.client(source, agent=agent)
            c.get("/")
            c.expect("revealed", **OPEN, version="6.8.23")
            c.close()
        c = case.client("198.51.100.20")
        c.get("/?pretty=false", headers=["accept-encoding: gzip"])
        c.expect("revealed", **OPEN, version="6.8.23")
        c = case.client("198.51.100.21")
        c.ask("HEAD", "/")
        c.expect("revealed", **OPEN)
        c = case.client("198.51.100.43")
        c.get("/_cluster/health?pretty")
        c.expect("revealed", **OPEN)
        c = case.client("198.51.100.61", agent="firefox")
        c.get("/")
        c.get("/favicon.ico")
        c.expect("revealed", **OPEN, version="6.8.23")
        c = case.client("198.51.100.62")
        c.get("/_cat/health?v")
        c.get("/_cat")
        c.expect("revealed", **OPEN)
        c = case.client("10.20.40.9", agent="requests")
        c.get("/")
        c.expect("revealed", **OPEN, version="6.8.23")


def listing(held):
    with Case("elasticsearch-6.8.23-listing", "Names, counts and sizes of all indices, in the shapes that _cat and the statistics can take.", held) as case:
        for number, target in enumerate((
                "/_cat/indices", "/_cat/indices?v", "/_cat/indices?v&s=docs.count:desc", "/_cat/indices?bytes=b&v", "/_cat/indices?h=index,docs.count",
                "/_cat/indices?v&h=dc,i,ss", "/_cat/indices?h=docs.count,index&format=json", "/_cat/indices?format=json&pretty", "/_cat/indices?format=json&h=i,dc",
                "/_cat/indices/*?v&h=health,status,index,uuid,pri,rep,docs.count,docs.deleted,store.size,pri.store.size", "/_stats", "/_stats/docs,store?pretty")):
            c = case.client(("203.0.113.61", "198.51.100.77", "203.0.113.42")[number % 3], agent=("curl", "requests", "censys", "leakix")[number % 4])
            c.get(target)
            c.expect("metadata", **OPEN, **ALL)
            c.close()
        c = case.client("198.51.100.99")
        c.get("/_cat/indices", headers=["Accept: application/json"])
        c.expect("metadata", **OPEN, **ALL)
        c = case.client("198.51.100.99")
        c.get("/_cat/indices?format=yaml")
        c.expect("metadata", **OPEN)
        c = case.client("203.0.113.99")
        c.get("/_cat/indices?h=index")
        c.expect("metadata", **OPEN, datasets=ALL["datasets"])
        c = case.client("203.0.113.99")
        c.get("/_cluster/stats?human&pretty")
        c.expect("metadata", **OPEN, records=ALL["records"], version="6.8.23")
        c = case.client("203.0.113.20", agent="nmap")
        c.get("/_count")
        c.expect("metadata", **OPEN, records=ALL["records"])
        c = case.client("203.0.113.20", agent="nmap")
        c.get("/customers/_count?pretty")
        c.expect("metadata", **OPEN, **ONE)
        c = case.client("203.0.113.21")
        c.get("/_cat/count?v")
        c.expect("metadata", **OPEN, records=ALL["records"])
        for target in ("/_mapping", "/_all/_mapping?pretty", "/_settings", "/_aliases", "/_cat/shards?v", "/_cluster/state", "/_cat/segments"):
            c = case.client("203.0.113.21", agent="requests")
            c.get(target)
            c.expect("metadata", **OPEN, datasets=ALL["datasets"])
            c.close()
        for target, version in (("/_nodes", "6.8.23"), ("/_cat/nodes?v", None), ("/_cat/plugins", None), ("/_cluster/settings?include_defaults=true", None), ("/_nodes/stats", None)):
            c = case.client("203.0.113.43", agent="go")
            answer = c.get(target)
            c.expect("metadata", **OPEN, **({"version": version} if version else {})) if answer.body else c.expect("open", **OPEN)
            c.close()


def reading(held):
    with Case("elasticsearch-6.8.23-reading", "Records in every shape an answer can have: hits, one document, bare source, fields, aggregation keys, SQL, several searches at once.", held) as case:
        def reader(method, target, body=None, headers=(), **truth):
            c = case.client("203.0.113.61", agent="requests")
            c.ask(method, target, body, headers)
            c.expect("data", **OPEN, **truth)
            c.close()

        reader("GET", "/customers/_search", **ONE)
        reader("GET", "/_search?size=5&pretty", records=CUSTOMERS + CASES)
        reader("GET", "/_all/_search?q=*:*", records=CUSTOMERS + CASES)
        reader("GET", "/customers/case/_search?size=3", **ONE)
        reader("GET", "/cust*/_search?size=100", **ONE)
        reader("POST", "/customers/_search?pretty", {"query": {"match_all": {}}, "size": 20}, **ONE)
        reader("GET", "/customers/_search", {"size": 2}, **ONE)
        reader("GET", "/customers,cases/_search?size=2", records=CUSTOMERS + CASES)
        reader("GET", "/%63ustomers/_search?size=1", **ONE)
        reader("GET", "/customers%2Ccases/_search?size=1", records=CUSTOMERS + CASES)
        reader("GET", "/customers/_search/?size=1", **ONE)
        reader("GET", "/customers/_search?filter_path=hits.hits._source&size=3")
        reader("GET", "/customers/_search?track_total_hits=false&size=3", datasets=["customers"])
        reader("GET", "/customers/case/7", datasets=["customers"])
        reader("GET", "/customers/case/7/_source")
        reader("GET", "/customers/case/7?_source_includes=customer_email", datasets=["customers"])
        reader("POST", "/_mget", {"docs": [{"_index": "customers", "_type": "case", "_id": "1"}, {"_index": "cases", "_type": "case", "_id": "2"}]}, datasets=["cases", "customers"])
        reader("POST", "/_msearch", '{"index":"customers"}\n{"size":2}\n{"index":"nothere"}\n{"size":1}\n', ["Content-Type: application/x-ndjson"], datasets=["customers"])
        reader("POST", "/customers/_search", {"size": 0, "aggs": {"mail": {"terms": {"field": "customer_email.keyword", "size": 20}}}}, records=CUSTOMERS)
        reader("POST", "/customers/_search", {"size": 2, "_source": False, "docvalue_fields": ["customer_email.keyword"]}, **ONE)
        reader("POST", "/customers/case/3/_explain?_source=true", {"query": {"match_all": {}}}, datasets=["customers"])
        reader("GET", "/customers/case/3/_termvectors?fields=customer_email", datasets=["customers"])
        reader("POST", "/_xpack/sql?format=json", {"query": "SELECT case_number, customer_email FROM customers", "fetch_size": 10})
        reader("POST", "/_xpack/sql?format=txt", {"query": "SELECT customer_email FROM customers LIMIT 5"})
        reader("POST", "/_xpack/sql?format=csv", {"query": "SELECT customer_email FROM customers LIMIT 5"})
        reader("GET", "/customers/_search?format=yaml&size=2")
        reader("GET", "/customers/_search?size=2", headers=["Accept: application/cbor"])
        reader("GET", "/customers/_search?size=2", headers=["Accept: application/smile"])
        c = case.client("198.51.100.43", agent="requests")
        c.get("/customers/_search?size=1000&_source_includes=case_number")
        c.expect("drained", **OPEN, **ONE)
        c = case.client("198.51.100.43", agent="requests")
        for start in (0, 100, 200):
            c.get(f"/customers/_search?size=100&from={start}&_source_includes=customer_email")
        c.expect("drained", **OPEN, **ONE)


def errors(held):
    with Case("elasticsearch-6.8.23-errors", "Requests that the server executed but that brought no content: a missing index, a wrong method, a wrong parameter, no hits, a missing document. "
              "No credentials, no refusal: the door is open.", held) as case:
        for method, target, status in (
                ("GET", "/nothere/_search", 404), ("GET", "/customers/_search?siez=1", 400), ("GET", "/customers/case/999999", 404), ("GET", "/customers/_search?q=status:nobody", 200),
                ("POST", "/_cat/indices", 405), ("GET", "/_cat/indices/nothere", 404), ("GET", "/customers/_serach", 405),
                ("GET", "/nothere*/_search", 200), ("PUT", "/_search", 405), ("GET", "/customers/case/999999/_source", 404)):
            c = case.client("203.0.113.77")
            c.ask(method, target, status=status)
            c.expect("open", **OPEN)
            c.close()
        for target, status in (("/customers", 200), ("/nothere", 404)):
            c = case.client("203.0.113.77")
            c.ask("HEAD", target, status=status)
            c.expect("open", **OPEN, also=["revealed", "probed"])
            c.close()
        c = case.client("203.0.113.150")
        c.ask("POST", "/customers/_search", {"query": {"nope": {}}}, status=400)
        c.expect("open", **OPEN)
        c = case.client("203.0.113.150")
        c.ask("POST", "/customers/_search", "size=1", ["Content-Type: application/x-www-form-urlencoded"], status=406)
        c.expect("open", **OPEN)


def dialogue(held):
    with Case("elasticsearch-6.8.23-dialogue", "How HTTP itself can vary: pipelined requests, long keep-alive sessions, heads in pieces, empty lines first, lower-case headers, a chunked request, "
              "Expect: 100-continue, HTTP/1.0, no User-Agent, credentials that nobody checks.", held) as case:
        c = case.client("203.0.113.61", agent="go")
        targets = ["/", "/_cluster/health", "/_cat/indices?h=index,docs.count", "/customers/_search?size=1", "/nothere/_search", "/_count"]
        c.send(b"".join(c.head("GET", t, [], None) for t in targets))
        for t in targets:
            c.note("GET", t, c.reply().status)
        c.expect("data", **OPEN, **ALL, version="6.8.23")
        c = case.client("203.0.113.42", agent="requests")
        for t in ["/", "/_cat/indices?v"] + [f"/customers/case/{i}" for i in range(40)] + ["/cases/_search?size=5"]:
            c.get(t, headers=["Connection: keep-alive"])
        c.expect("data", **OPEN, **ALL, version="6.8.23")
        c = case.client("203.0.113.77")
        c.get("/_cat/indices?v", pieces=23)
        c.expect("metadata", **OPEN, **ALL)
        c = case.client("203.0.113.77")
        c.ask("POST", "/customers/_search", {"size": 1, "query": {"match": {"status": "open"}}}, pieces=40)
        c.expect("data", **OPEN, datasets=["customers"])
        c = case.client("203.0.113.150")
        c.send(b"\r\n\r\nGET /customers/_search?size=1 HTTP/1.1\r\nhost: x\r\n\r\n")
        c.note("GET", "/customers/_search?size=1", c.reply().status)
        c.expect("data", **OPEN, **ONE)
        c = case.client("203.0.113.150")
        c.send(b"POST /customers/_search HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"siz\r\n6\r\ne\": 1}\r\n0\r\n\r\n")
        c.note("POST", "/customers/_search", c.reply().status)
        c.expect("data", **OPEN, **ONE)
        c = case.client("203.0.113.99")
        c.ask("POST", "/customers/_search", {"size": 1}, ["Expect: 100-continue"])
        c.expect("data", **OPEN, **ONE)
        c = case.client("203.0.113.99", agent=None)
        c.send(b"GET /_cat/indices HTTP/1.0\r\n\r\n")
        c.note("GET", "/_cat/indices", c.reply().status)
        c.expect("metadata", **OPEN, **ALL)
        c = case.client("198.51.100.43", agent="requests")
        c.get("/customers/_search", headers=["Authorization: Basic ZWxhc3RpYzpjaGFuZ2VtZQ=="])
        c.expect("data", store="elasticsearch", credentials="presented", **ONE)
        c = case.client("10.20.40.9", agent="requests")
        c.get("/customers/_search")
        c.expect("data", **OPEN, **ONE)
        c = case.curl("198.51.100.62", "http://10.20.30.11:9200/customers/_search?pretty", "-d", '{"size":3}', "-H", "content-type: application/json")
        c.expect("data", **OPEN, **ONE)
        c = case.curl("198.51.100.62", "http://10.20.30.11:9200/_cat/indices?v", "--compressed")
        c.expect("metadata", **OPEN, **ALL)


def compressed(held):
    with Case("elasticsearch-6.8.23-compressed", "The same answers compressed with gzip and deflate, large and small.", held) as case:
        for coding in ("gzip", "deflate", "gzip, deflate"):
            for target, verdict, truth in (("/", "revealed", {"version": "6.8.23"}), ("/_cat/indices?v", "metadata", ALL), ("/_cat/indices?format=json", "metadata", ALL), ("/_stats", "metadata", ALL),
                                           ("/customers/_search?size=10", "data", ONE), ("/customers/_search?size=700&pretty", "drained", ONE), ("/nothere/_search", "open", {})):
                c = case.client("203.0.113.61", agent="requests")
                answer = c.get(target, headers=["Accept-Encoding: " + coding], status=404 if "nothere" in target else 200)
                assert answer.headers["content-encoding"] in coding, answer.headers
                c.expect(verdict, **OPEN, **truth)
                c.close()


with Store("elasticsearch-6.8.23", "10.20.30.11") as store:
    held = store.support_data()
    for record in (banner, listing, reading, errors, dialogue, compressed):
        record(held)
