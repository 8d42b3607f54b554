# SPDX-License-Identifier: Apache-2.0
"""An open Elasticsearch reached over IPv6."""
from record import CASES, CUSTOMERS, Case, Store

OPEN = {"store": "elasticsearch", "credentials": "none"}
ALL = {"records": CUSTOMERS + CASES, "datasets": ["cases", "customers"]}
ONE = {"records": CUSTOMERS, "datasets": ["customers"]}

with Store("elasticsearch-6.8.23", "fd00:20:30::30") as store:
    with Case("elasticsearch-6.8.23-ipv6", "The dialogue of an open server over IPv6: banner, list, search, a missing index.", store.support_data()) as case:
        for source, agent, target, status, verdict, truth in (
                ("2001:db8:30::9", "curl", "/", 200, "revealed", {"version": "6.8.23"}), ("2001:db8:30::42", "censys", "/_cat/indices?v", 200, "metadata", ALL),
                ("2001:db8:30::61", "requests", "/customers/_search?size=30", 200, "data", ONE), ("2001:db8:30::61", "requests", "/nothere/_search", 404, "open", {}),
                ("2001:db8:30::62", "requests", "/customers/_search?size=800&_source=case_number", 200, "drained", ONE)):
            c = case.client(source, store.address, agent=agent)
            c.get(target, status=status, headers=["Accept-Encoding: gzip"] if agent == "requests" else [])
            c.expect(verdict, **OPEN, **truth)
            c.close()
        case.curl("2001:db8:30::77", "http://[fd00:20:30::30]:9200/customers/_search?size=3&pretty").expect("data", **OPEN, **ONE)
