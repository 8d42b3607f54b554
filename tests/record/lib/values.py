# SPDX-License-Identifier: Apache-2.0
"""Invented values of the kinds that people must not find in an open store: each passes the checks of its kind (sums, areas, forms),
none is anybody's. Value I is always the same."""
import base64, hashlib, json, random


def digits(r, count):
    return "".join(r.choice("0123456789") for _ in range(count))


def letters(r, count, of="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"):
    return "".join(r.choice(of) for _ in range(count))


def iban(i):
    r = random.Random(f"iban {i}")
    country, bban = (("DE", digits(r, 18)), ("NL", "AJAR" + digits(r, 10)), ("GB", "AJAR" + digits(r, 14)), ("FR", digits(r, 10) + letters(r, 11, "0123456789ABC") + digits(r, 2)))[i % 4]
    number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
    return f"{country}{98 - number % 97:02d}{bban}"


def luhn(body):
    """The digit that makes the sum of BODY and it a multiple of ten."""
    total = sum(d if n % 2 else sum(divmod(2 * d, 10)) for n, d in enumerate(map(int, reversed(body))))
    return body + str(-total % 10)


def card(i):
    r = random.Random(f"card {i}")
    return luhn(("4" + digits(r, 14), "51" + digits(r, 13), "34" + digits(r, 12))[i % 3])


def ssn(i):
    r = random.Random(f"ssn {i}")
    return f"{r.choice([n for n in range(1, 900) if n != 666]):03d}-{r.randint(1, 99):02d}-{r.randint(1, 9999):04d}"


def phone(i):
    return (f"+1 202-555-01{i % 100:02d}", f"+49 30 23125 {i % 1000:03d}", f"+44 20 7946 0{i % 1000:03d}")[i % 3]


def jwt(i):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    head, body = {"alg": "HS256", "typ": "JWT"}, {"sub": str(1000 + i), "name": f"User {i}", "iat": 1585000000 + i}
    return ".".join([part(json.dumps(head, separators=(",", ":")).encode()), part(json.dumps(body, separators=(",", ":")).encode()), part(hashlib.sha256(f"jwt {i}".encode()).digest())])


def cloud_key(i):
    return "AKIA" + letters(random.Random(f"key {i}"), 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def private_key(i):
    body = base64.b64encode(b"".join(hashlib.sha512(f"pem {i} {n}".encode()).digest() for n in range(3))).decode()
    return "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(body[n:n + 64] for n in range(0, len(body), 64)) + "\n-----END RSA PRIVATE KEY-----\n"


def password_hash(i):
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    r = random.Random(f"hash {i}")
    return ("$2b$12$" + letters(r, 53, alphabet), "$6$" + letters(r, 16, alphabet) + "$" + letters(r, 86, alphabet))[i % 2]


def url_credentials(i):
    return f"postgres://app{i}:{letters(random.Random(f'url {i}'), 12)}@db{i % 3}.example.net:5432/orders"


def ipv6(i):
    return f"2001:db8:{i % 7 + 1:x}:{i:x}::{i * 31 % 65536 + 1:x}"


def passport(i):
    """As Germany, the United States, Spain, France and the United Kingdom number them."""
    r = random.Random(f"passport {i}")
    of = "CFGHJKLMNPRTVWXYZ"
    return (letters(r, 1, "CFGHJK") + digits(r, 2) + letters(r, 1, of) + digits(r, 2) + letters(r, 1, of) + digits(r, 2), letters(r, 1, of) + digits(r, 8), letters(r, 3, of) + digits(r, 6),
            digits(r, 2) + letters(r, 2, of) + digits(r, 5), digits(r, 9))[i // 6 % 5]
