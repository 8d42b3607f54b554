# SPDX-License-Identifier: Apache-2.0
"""OpenSearch 3.4.0 spoken to in HTTP/2 in clear text: by prior knowledge and by upgrade, one exchange after the other and several at once."""
import json, re
from record import CASES, CUSTOMERS, Case, Store, customers_show

ADDRESS = "10.20.30.22"
URL = f"http://{ADDRESS}:9200"
OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}
PRIOR, UPGRADE = "--http2-prior-knowledge", "--http2"
BODY = ["-H", "Content-Type: application/json", "-d", json.dumps({"query": {"match_all": {}}, "size": 4})]


def shown(c, count):
    """What the program's output gives away: the numbers of the customers stand in their addresses."""
    numbers = [int(n) for n in re.findall(rb"\.[a-z]+(\d+) ?@example\.com", c.body)]
    if len(numbers) != count:
        raise SystemExit(f"{c.log}: {len(numbers)} records, not {count}")
    return {"returned": count, **customers_show(numbers)}


with Store("opensearch-3.4.0", ADDRESS) as store:
    held = store.support_data()
    with Case("opensearch-3.4.0-h2c", "HTTP/2 in clear text on the REST port: prior knowledge and upgrade with curl, one exchange, several on one connection, several at once; bodies plain and gzip. "
                                      "nghttp pads its frames and gives priorities; a header block of 16 KiB, in CONTINUATION frames, is too large for the server, which says goodbye.", held) as case:
        def curl(source, how, target, *options):
            return case.curl(source, URL + target, how, *options)

        for how in (PRIOR, UPGRADE):
            curl("203.0.113.42", how, "/").expect("revealed", **OPEN, version="3.4.0", product="opensearch")
            curl("203.0.113.42", how, "/_cat/indices?v").expect("metadata", **OPEN, **ALL)
            curl("203.0.113.61", how, "/nothere/_search").expect("open", **OPEN)
            c = curl("203.0.113.61", how, "/customers/_search?size=7")
            c.expect("data", **OPEN, **ONE, **shown(c, 7))
            c = curl("203.0.113.61", how, "/customers/_search?size=6", "--compressed")
            c.expect("data", **OPEN, **ONE, **shown(c, 6))
            c = curl("198.51.100.9", how, "/customers/_search", *BODY)
            c.expect("data", **OPEN, **ONE, **shown(c, 4))
        # curl asks for the second thing on another connection when it knows of HTTP/2 before.
        several = [URL + target for target in ("/_count", "/customers/_search?size=300", "/nothere", "/_cat/indices?v", "/customers/_search?size=5&q=status:open")]
        for source, options in (("198.51.100.20", []), ("198.51.100.21", ["--parallel", "--compressed"])):
            c = curl(source, UPGRADE, "/", *options, *several)
            c.expect("data", **OPEN, **ALL, **shown(c, 305))
        for options in (["--padding=40"], ["--weight=7"], ["--upgrade", "--padding=200"]):
            c = case.nghttp("203.0.113.77", URL + "/customers/_search?size=3", *options)
            c.expect("data", **OPEN, **ONE, **shown(c, 3))
        case.nghttp("203.0.113.77", URL + "/customers/_search?size=3", "--continuation").expect("probed", **OPEN)
        several = [URL + target for target in ("/customers/_search?size=300", "/_count", "/customers/_search?size=10")]
        c = case.nghttp("203.0.113.78", URL + "/_cat/indices?v", "--padding=17", *several)
        c.expect("data", **OPEN, **ALL, **shown(c, 310))
        for how in (PRIOR, UPGRADE):
            c = curl("198.51.100.43", how, "/warning/_doc/1", "-X", "PUT", "-H", "Content-Type: application/json", "-d", '{"text":"All your records were taken."}')
            c.expect("tampered", **OPEN, datasets=["warning"])
