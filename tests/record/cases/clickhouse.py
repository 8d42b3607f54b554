# SPDX-License-Identifier: Apache-2.0
"""ClickHouse 18.16 as Debian 12 has it, with the user default without and with a password."""
import json
import urllib.parse
from asker import CUSTOMERS, TICKETS, asker, basic
from record import Case, customer, support_case
from service import Service, debian

ADDRESS = "10.20.30.22"
HELD = f"database support: table customers with {CUSTOMERS} rows, tickets with {TICKETS}"
PACKAGES = ("clickhouse-server clickhouse-common clickhouse-client libpocofoundation80 libpoconet80 libpoconetssl80 libpocoutil80 libpocoxml80 libpocojson80 "
            "libpococrypto80 libpocodata80 libpocodataodbc80 libpocomongodb80 libre2-9 libjemalloc2 libboost-filesystem1.74.0 libboost-program-options1.74.0 "
            "libcapnp-0.9.2 libcctz2 libcpuinfo0 libdouble-conversion3 libfarmhash0 libicu72 libmariadb3 libmetrohash1 librdkafka1 libodbc2 libltdl7 libpcre3").split()
CONFIG = f"""<yandex><logger><level>warning</level><log>server.log</log><errorlog>errors.log</errorlog></logger>
<http_port>8123</http_port><tcp_port>9000</tcp_port><listen_host>{ADDRESS}</listen_host><interserver_http_port>9009</interserver_http_port>
<path>data/</path><tmp_path>tmp/</tmp_path><mark_cache_size>10000000</mark_cache_size><users_config>users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database></yandex>
"""
USERS = """<yandex><profiles><default><max_memory_usage>400000000</max_memory_usage></default></profiles>
<users><default><password>PASSWORD</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas></yandex>
"""
COLUMNS = list(customer(0))


def start(password):
    home = debian("clickhouse-debian", *PACKAGES)
    return Service("clickhouse", [home + "/usr/sbin/clickhouse-server", "--config-file=config.xml"], ADDRESS, 8123, ready="/ping", user="default:" + password if password else None,
                   environment={"LD_LIBRARY_PATH": home + "/usr/lib/x86_64-linux-gnu:" + home + "/lib/x86_64-linux-gnu"}, files={"config.xml": CONFIG, "users.xml": USERS.replace("PASSWORD", password)})


def query(statement, **parameters):
    return "/?" + urllib.parse.urlencode({**parameters, "query": statement})


def fill(server):
    for statement in ("CREATE DATABASE support",
                      f"CREATE TABLE support.customers (id UInt32, {', '.join(name + ' String' for name in COLUMNS)}) ENGINE = MergeTree ORDER BY id",
                      "CREATE TABLE support.tickets (id UInt32, title String) ENGINE = Log"):
        server.call("POST", "/", statement, "text/plain")
    server.call("POST", query("INSERT INTO support.customers FORMAT JSONEachRow"), "\n".join(json.dumps({"id": i, **{k: str(v) for k, v in customer(i).items()}}) for i in range(CUSTOMERS)), "text/plain")
    server.call("POST", query("INSERT INTO support.tickets FORMAT TabSeparated"), "".join(f"{i}\t{support_case(i)['title']}\n" for i in range(TICKETS)), "text/plain")


TEXT = ["Content-Type: text/plain"]
with start("") as server:
    fill(server)
    with Case("clickhouse-18.16-open", "ClickHouse whose user default has no password: ping, names, rows in several formats, a count, errors, and statements that change.", HELD) as case:
        ask = asker(case, server, "clickhouse")
        ask("revealed", "/")
        ask("revealed", "/ping")
        ask("metadata", query("SHOW DATABASES"), datasets=["support", "default", "system"])
        ask("metadata", query("SHOW TABLES FROM support FORMAT JSON"), agent="leakix")
        ask("metadata", query("DESCRIBE TABLE support.customers"))
        ask("metadata", query("SELECT database, name FROM system.tables"), agent="requests", also=["data"])
        ask("metadata", query("SELECT count() FROM support.customers"), also=["data"])
        ask("metadata", query("EXISTS TABLE support.tickets"), also=["open", "data"])
        ask("data", query("SELECT * FROM support.customers LIMIT 5"), returned=5)
        ask("data", query("SELECT customer_email FROM customers", database="support"), returned=CUSTOMERS)
        ask("data", query("SELECT customer_email, case_number FROM support.customers LIMIT 9 FORMAT TabSeparatedWithNames"), returned=9, also=["data"])
        ask("data", query("SELECT title FROM support.tickets FORMAT JSON"), returned=TICKETS)
        ask("data", query("SELECT title FROM support.tickets LIMIT 4 FORMAT JSONCompact"), returned=4)
        ask("data", query("SELECT title FROM support.tickets LIMIT 6 FORMAT JSONEachRow"))
        ask("data", query("SELECT title FROM support.tickets LIMIT 8 FORMAT CSV", enable_http_compression=1), headers=["Accept-Encoding: gzip"], returned=8)
        ask("data", query("SELECT customer_email FROM support.customers LIMIT 3 FORMAT Pretty"))
        ask("data", query("SELECT customer_email FROM support.customers LIMIT 3 FORMAT XML"), returned=3)
        ask("data", query("SELECT customer_email FROM support.customers LIMIT 3 FORMAT Native"))
        ask("data", "/", method="POST", body="SELECT title FROM support.tickets LIMIT 2", headers=TEXT, returned=2)
        ask("data", "/?add_http_cors_header=1&default_format=JSONCompact&max_result_rows=1000", method="POST", body="SELECT title FROM support.tickets", headers=TEXT, returned=TICKETS)
        ask("open", query("SELECT * FROM support.nothere"), status=404)
        ask("open", query("SELEKT 1"), status=400)
        ask("open", query("DROP TABLE support.tickets"), status=500)
        ask("open", query("SELECT * FROM support.customers WHERE id > 100000"))
        ask("open", "/nothere", status=404, also=["none", "revealed"])
        ask("tampered", query("INSERT INTO support.tickets FORMAT TabSeparated"), method="POST", body="900\tTicket 900\n", headers=TEXT)
        ask("tampered", query("CREATE TABLE support.readme (text String) ENGINE = Log"), method="POST", body="", headers=TEXT)
        ask("tampered", "/", method="POST", body="DROP TABLE support.tickets", headers=TEXT)

with start("correct-horse") as server:
    fill(server)
    with Case("clickhouse-18.16-protected", "ClickHouse whose user default has a password: 401 without and with a wrong one; ping answers everyone; rows with the right one, in three places.", HELD) as case:
        ask = asker(case, server, "clickhouse")
        ask("revealed", "/ping")
        ask("refused", query("SHOW DATABASES"), status=401)
        ask("refused", query("SELECT * FROM support.customers"), status=401)
        ask("refused", "/", method="POST", body="DROP TABLE support.customers", headers=TEXT, status=401)
        ask("refused", query("SHOW DATABASES"), headers=[basic("default:admin")], status=401, credentials="presented")
        ask("refused", query("SHOW DATABASES", user="default", password="default"), status=401, credentials="presented")
        ask("data", query("SELECT title FROM support.tickets LIMIT 4"), headers=[basic("default:correct-horse")], source="10.20.40.9", credentials="proven", returned=4)
        ask("data", query("SELECT title FROM support.tickets LIMIT 4", user="default", password="correct-horse"), source="10.20.40.20", credentials="proven", returned=4)
        ask("data", query("SELECT title FROM support.tickets LIMIT 4"), headers=["X-ClickHouse-User: default", "X-ClickHouse-Key: correct-horse"], source="10.20.40.21", credentials="proven", returned=4)
