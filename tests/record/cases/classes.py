# SPDX-License-Identifier: Apache-2.0
"""What kinds of data an answer gives away: every class with a known number of values, written plainly, brokenly, masked and hashed;
and ordinary web material, which gives away nothing."""
import collections, datetime, glob, hashlib, json, os, random, re, uuid
import values
from record import CACHE, Case, Store

OPEN = {"store": "elasticsearch", "credentials": "none"}
PEOPLE, BROKEN, MASKED, LINES, NUMBERS = 60, 20, 30, 80, 300
# class: field, of every nth record from the kth, how its value is made
KINDS = {
    "email": ("email", 1, 0, lambda i: f"person.{i}@example.org"), "iban": ("iban", 2, 0, values.iban), "person_name": ("first_name", 2, 1, lambda i: ("Ada", "Bo", "Chi", "Dov")[i % 4]),
    "payment_card": ("card_number", 3, 0, values.card), "ssn": ("ssn", 4, 0, values.ssn), "date_of_birth": ("date_of_birth", 4, 1, lambda i: f"{1950 + i}-{i % 12 + 1:02d}-{i % 28 + 1:02d}"),
    "phone": ("phone", 5, 0, values.phone), "address": ("street", 5, 1, lambda i: f"{i + 3} Harbour Road"), "passport": ("passport_number", 6, 0, values.passport),
    "token": ("api_token", 6, 1, lambda i: hashlib.sha1(f"token {i}".encode()).hexdigest()), "ipv4": ("last_ip", 7, 0, lambda i: f"198.51.100.{i + 1}"), "password": ("password", 7, 1, lambda i: f"blue-Horse{i}!"),
    "ipv6": ("address6", 8, 0, values.ipv6), "case_number": ("case_number", 9, 0, lambda i: f"SR{119000000 + i * 37}"), "jwt": ("session", 10, 0, values.jwt),
    "coordinates": ("position", 11, 0, lambda i: {"lat": 52.370216 + i / 1000, "lon": 4.895168 + i / 997}), "cloud_key": ("aws_access_key_id", 12, 0, values.cloud_key),
    "confidential": ("remark", 13, 0, lambda i: f"CONFIDENTIAL: waits for answer {i}"), "password_hash": ("password_hash", 15, 1, values.password_hash), "private_key": ("pem", 20, 0, values.private_key),
    "url_credentials": ("database", 30, 2, values.url_credentials),
}


def holders(kind):
    _, step, start, _ = KINDS[kind]
    return range(start, PEOPLE, step)


def person(i):
    return {"nr": i, **{field: make(i) for kind, (field, _, _, make) in KINDS.items() if i in holders(kind)}}


def people(numbers, kinds=KINDS):
    counts = collections.Counter(kind for i in numbers for kind in kinds if i in holders(kind))
    return {"classes": dict(sorted(counts.items()))}


def broken(i):
    return {"contact": (f"first.{i} @ example.net", f"second{i} [at] example.net", f"third_{i} @example.net", f"fourth-{i}@ example.net")[i % 4], "nr": i}


def masked(i):
    return {"email": f"{'abcdef'[i % 6]}***@example.com", "card_number": f"**** **** **** {1000 + i}", "ssn": f"***-**-{2000 + i}"}


def hashed(i):
    return {"email": hashlib.sha256(f"person.{i}@example.org".encode()).hexdigest(), "visits": i}


def number(i):
    """What looks like a card, a telephone, an account or an address to a hasty reader, and is none."""
    r, now = random.Random(f"number {i}"), datetime.datetime(2020, 4, 1, tzinfo=datetime.timezone.utc).timestamp() + i * 61.7
    return {"@timestamp": datetime.datetime.fromtimestamp(now, datetime.timezone.utc).isoformat(), "ms": int(now * 1000), "us": int(now * 1000000), "ns": int(now * 1000000000), "seq": 4000000000000000 + i * 7919,
            "order": f"{r.randrange(10 ** 15, 10 ** 16)}", "uuid": str(uuid.UUID(int=r.getrandbits(128))), "sha1": hashlib.sha1(str(i).encode()).hexdigest(), "etag": f'W/"{r.getrandbits(64):x}-{r.getrandbits(44):x}"',
            "version": f"{i % 9}.{i % 13}.{i}", "build": f"10.0.{19041 + i}.{i}", "ean": values.luhn(f"40{r.randrange(10 ** 9, 10 ** 10)}"), "isbn": f"978-3-{r.randrange(10 ** 4, 10 ** 5)}-{r.randrange(100, 999)}-{i % 10}",
            "share": r.random(), "size": r.randrange(10 ** 9), "trace": f"{r.getrandbits(128):032x}", "span": f"{r.getrandbits(64):016x}", "mac": ":".join(f"{r.randrange(256):02x}" for _ in range(6)),
            "colour": f"#{r.randrange(1 << 24):06x}", "path": f"/var/log/app-{i}/2020-04-01T00:00:{i % 60:02d}.log", "ratio": f"{r.randrange(1, 99)}/{r.randrange(100, 999)}", "range": f"{i}-{i + 99}/{r.randrange(1000, 9999)}"}


def log_line(i):
    """An access log: one address of a client in each line, and a browser whose version has the form of an address."""
    r = random.Random(f"line {i}")
    return {"message": f'203.0.113.{i + 1} - - [01/Apr/2020:10:{i % 60:02d}:{r.randrange(60):02d} +0000] "GET /static/app.{r.getrandbits(80):020x}.js?v={1585735000000 + i} HTTP/1.1" 200 {r.randrange(100, 99999)} '
                       f'"https://shop.example/item/{r.randrange(10 ** 12, 10 ** 13)}" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{100 + i % 30}.0.0.0 Safari/537.36"'}


def source_files():
    """Files of the web as packages carry them, in pieces; those with an e-mail or a dotted quad of numbers are left out, so that none is there."""
    pieces = []
    for name in ("lodash/lodash.min.js", "aws-sdk/dist/aws-sdk.min.js", "apache-arrow/Arrow.es2015.min.js", "tweetnacl/nacl-fast.min.js", "ajv/dist/ajv.min.js", "tslib/tslib.es6.html", "tslib/tslib.html",
                 "uuid/dist/umd/uuid.min.js", "uuid/README.md", "big.js/README.md", "@elastic/elasticsearch/lib/api/types.d.ts", "lodash/fp/_mapping.js"):
        for path in glob.glob(f"{CACHE}/node/node_modules/{name}"):
            with open(path, encoding="utf-8") as f:
                text = f.read(200000)
            parts = [text[at:at + 5000] for at in range(0, len(text), 5000)]
            parts = [p for p in parts if not re.search(r"\w\s?@\s?[\w-]+\.[A-Za-z]|\b\d+\.\d+\.\d+\.\d+\b", p)]
            pieces += [{"file": name, "content": part} for part in parts[:6]]
    return pieces


def packages():
    with open(f"{CACHE}/node/package-lock.json", encoding="utf-8") as f:
        lock = json.load(f)["packages"]
    return [{"package": name, "version": facts["version"], "integrity": facts.get("integrity"),
             "needs": [f"{other}@{wanted}" for other, wanted in facts.get("dependencies", {}).items()]} for name, facts in sorted(lock.items()) if name]


def ask(case, target, count, headers=("Accept-Encoding: gzip",)):
    c = case.client("203.0.113.62", case.store.address, agent="requests")
    answer = c.get(f"/{target}", headers=headers)
    if count is not None and len(answer.ids()) != count:
        raise SystemExit(f"{target}: {len(answer.ids())} records, not {count}")
    return c, answer


def whole(case, index, count, **truth):
    c, answer = ask(case, f"{index}/_search?size=1000", count)
    c.expect("drained" if count >= 500 else "data", **OPEN, records=count, datasets=[index], returned=count, **truth)
    c.close()


def known(store):
    with Case("elasticsearch-6.8.23-classes", "Every class of data, with as many values as the record generator made: plain, written brokenly, masked and hashed; and a mapping, which has names only.",
              f"people {PEOPLE}, broken {BROKEN}, masked {MASKED}, hashed {MASKED} records") as case:
        case.store = store
        kinds = sorted(KINDS)
        for some in kinds[::2], kinds[1::2]:
            c, answer = ask(case, "people/_search?size=1000&_source=" + ",".join(KINDS[kind][0] for kind in some), PEOPLE)
            c.expect("data", **OPEN, records=PEOPLE, datasets=["people"], returned=PEOPLE, **people(answer.ids(), some))
            c.close()
        whole(case, "people", PEOPLE, **people(range(PEOPLE)))
        c, answer = ask(case, "people/_search?size=10&pretty", 10, ())
        c.expect("data", **OPEN, records=PEOPLE, datasets=["people"], returned=10, **people(answer.ids()))
        whole(case, "broken", BROKEN, classes={"email": BROKEN}, odd={"email": BROKEN})
        whole(case, "masked", MASKED, classes={}, masked={"email": MASKED, "payment_card": MASKED, "ssn": MASKED})
        whole(case, "hashed", MASKED, classes={}, hashed={"email": MASKED})
        c, _ = ask(case, "people/_mapping", None)
        c.expect("metadata", **OPEN, datasets=["people"], classes={}, named=["address", "case_number", "date_of_birth", "email", "iban", "passport", "password", "password_hash", "payment_card", "person_name", "phone", "ssn", "token"])


def ordinary(store, files, lock):
    with Case("elasticsearch-6.8.23-ordinary", "Ordinary web material out of a store: scripts and pages as packages carry them, a package lock, numbers of every look, an access log. None of it is personal but the log's addresses.",
              f"files {len(files)} (pieces of lodash, aws-sdk, apache-arrow, tweetnacl, ajv, tslib, uuid, big.js, @elastic/elasticsearch: MIT, Apache-2.0, Unlicense, 0BSD), packages {len(lock)}, numbers {NUMBERS}, log {LINES} records") as case:
        case.store = store
        whole(case, "files", len(files), classes={})
        whole(case, "packages", len(lock), classes={})
        whole(case, "numbers", NUMBERS, classes={})
        whole(case, "log", LINES, classes={"ipv4": LINES})


with Store("elasticsearch-6.8.23", "10.20.30.41") as store:
    for index, count, make in (("people", PEOPLE, person), ("broken", BROKEN, broken), ("masked", MASKED, masked), ("hashed", MASKED, hashed)):
        store.fill(index, count, make)
    known(store)
with Store("elasticsearch-6.8.23", "10.20.30.42") as store:
    files, lock = source_files(), packages()
    for index, count, make in (("files", len(files), files.__getitem__), ("packages", len(lock), lock.__getitem__), ("numbers", NUMBERS, number), ("log", LINES, log_line)):
        store.fill(index, count, make, {"index.mapping.total_fields.limit": 5000})
    ordinary(store, files, lock)
