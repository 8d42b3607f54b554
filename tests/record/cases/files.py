# SPDX-License-Identifier: Apache-2.0
"""Files that nobody meant to serve, by nginx, Apache and Python's web server: environment file, .git, .DS_Store, dumps, keys, folder listings; refused, missing, and a page for every path instead."""
import gzip
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import zipfile
from types import SimpleNamespace
from asker import asker
from record import CACHE, Case, Nginx, customer
from service import Service, debian

ADDRESS, ROWS = "10.20.30.60", 120
HOME = os.path.join(CACHE, "run", "nginx-files")
SITE = HOME + "/site"
ENVIRONMENT = ("# shop\nAPP_NAME=Shop\nAPP_ENV=production\nAPP_KEY=base64:c2l4dGVlbiBieXRlcyBoZXJlIQ==\nDB_HOST=10.20.40.11\nDB_DATABASE=shop\nDB_USERNAME=shop\nDB_PASSWORD=\"correct horse\"\n"
               "MAIL_FROM=anna.jones1@example.com\nDEBUG=false\n")
TEMPLATE = "# copy to .env\nAPP_NAME=\nAPP_KEY=\nDB_PASSWORD=\n"
PAGE = "<!doctype html><html><head><title>Shop</title></head><body><div id=app></div><script>\nAPI_URL=1\n</script><a href=\"../\">../</a></body></html>"
MISSING = "<!doctype html><html><head><title>Not found</title></head><body><h1>Index of /: not found</h1></body></html>"


def key():
    """The text of a key, made when it is asked for."""
    path = HOME + "/key"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", path, "1024"], check=True, capture_output=True)
    with open(path) as file:
        return file.read()


def rows():
    return [(i, customer(i)["customer_email"], customer(i)["case_number"]) for i in range(ROWS)]


def mysql_dump():
    """What mysqldump writes: all rows of a table in one statement."""
    values = ",".join(f"({i},'{mail}','{case}')" for i, mail, case in rows())
    return ("-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\n-- ------------------------------------------------------\n/*!40101 SET NAMES utf8mb4 */;\n"
            f"DROP TABLE IF EXISTS `customers`;\nCREATE TABLE `customers` (\n  `id` int NOT NULL,\n  `mail` text,\n  `number` text\n);\nINSERT INTO `customers` VALUES {values};\n-- Dump completed\n")


def sqlite_dump():
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE customers (id INTEGER, mail TEXT, number TEXT)")
    base.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows())
    return "PRAGMA foreign_keys=OFF;\n" + "\n".join(base.iterdump()) + "\n"


def archive(name, text):
    packed = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("shop.sql", text)
    else:
        with tarfile.open(fileobj=packed, mode="w:gz") as file:
            member = tarfile.TarInfo("shop/shop.sql")
            member.size = len(text)
            file.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def put(name, content):
    path = os.path.join(HOME, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def repository():
    """A commit of three files, as git itself keeps it; loose and packed."""
    def git(*words):
        author = {"GIT_AUTHOR_NAME": "Anna Jones", "GIT_AUTHOR_EMAIL": "anna.jones1@example.com", "GIT_COMMITTER_NAME": "Anna Jones", "GIT_COMMITTER_EMAIL": "anna.jones1@example.com"}
        date = {"GIT_AUTHOR_DATE": "2024-05-01T10:00:00Z", "GIT_COMMITTER_DATE": "2024-05-01T10:00:00Z", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": HOME}
        return subprocess.run(["git", "-C", SITE, *words], check=True, capture_output=True, text=True, env={**os.environ, **author, **date}).stdout.strip()
    git("init", "-q", "-b", "main")
    git("add", "index.html", "files")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", "https://code.example/shop.git")
    head = git("rev-parse", "HEAD")
    with open(f"{SITE}/.git/objects/{head[:2]}/{head[2:]}", "rb") as file:
        loose = file.read()
    git("-c", "gc.reflogExpire=never", "gc", "-q")
    put(f"site/.git/objects/{head[:2]}/{head[2:]}", loose)
    pack = next(name for name in os.listdir(SITE + "/.git/objects/pack") if name.endswith(".pack"))
    return f"/.git/objects/{head[:2]}/{head[2:]}", "/.git/objects/pack/" + pack[:-5]


def build():
    shutil.rmtree(HOME, ignore_errors=True)
    put("site/index.html", "<!doctype html><html><head><title>Shop</title></head><body>Garden chairs</body></html>")
    put("page/index.html", PAGE)
    put("page/missing.html", MISSING)
    put("site/files/customers.csv", "id,mail\n" + "".join(f"{i},{mail}\n" for i, mail, _ in rows()))
    put("site/files/notes.txt", "to do\n")
    git = repository()
    put("site/.env", ENVIRONMENT)
    put("site/api/.env.production", ENVIRONMENT)
    put("site/.env.example", TEMPLATE)
    put("site/.DS_Store", bytes.fromhex("0000000142756431 00001000 00000800 00001000 00000209") + bytes(4064))
    put("site/backup.sql", mysql_dump())
    put("site/db/shop.sql", sqlite_dump())
    put("site/schema.sql", "CREATE TABLE customers (\n  id int\n);\n")
    put("site/backup.zip", archive("backup.zip", mysql_dump()))
    put("site/backups/shop-2024-05-01.tar.gz", archive("shop.tar.gz", mysql_dump()))
    put("site/shop.sql.gz", gzip.compress(mysql_dump().encode(), mtime=0))
    put("site/download/chairs.zip", archive("chairs.zip", "catalogue of chairs"))
    put("site/.aws/credentials", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
    put("site/wp-config.php.bak", "<?php\ndefine( 'DB_NAME', 'shop' );\ndefine( 'DB_PASSWORD', 'correct horse' );\n")
    put("site/id_rsa", key())
    subprocess.run(["chmod", "-R", "a+rX", HOME], check=True)
    return git


def open_files(ask, git, kind):
    """The files that every server hands out."""
    loose, pack = git
    ask("data", "/.env", store="dotenv", returned=1, datasets=[".env"])
    ask("data", "/api/.env.production", store="dotenv", returned=1, datasets=[".env.production"], agent="leakix")
    ask("metadata", "/.env.example", store="dotenv")
    ask("metadata", "/.git/HEAD", store="git")
    for path in ("/.git/config", "/.git/packed-refs", "/.git/index"):
        ask("metadata", path, store="git", agent="leakix")
    ask("data", "/.git/logs/HEAD", store="git", returned=1)
    ask("data", loose, store="git", returned=1)
    ask("data", pack + ".pack", store="git", returned=1)
    ask("metadata", pack + ".idx", store="git")
    ask("metadata", "/.DS_Store", store="ds-store", datasets=[".DS_Store"])
    ask("data", "/backup.sql", store="dump", returned=ROWS, datasets=["backup.sql"], also=["drained"])
    ask("data", "/db/shop.sql", store="dump", returned=ROWS, datasets=["shop.sql"], also=["drained"])
    ask("metadata", "/schema.sql", store="dump", datasets=["schema.sql"])
    ask("data", "/backup.zip", store="dump", returned=1, datasets=["backup.zip"])
    ask("data", "/backups/shop-2024-05-01.tar.gz", store="dump", returned=1, datasets=["shop-2024-05-01.tar.gz"])
    ask("data", "/.aws/credentials", store="secret-file", returned=1)
    ask("data", "/wp-config.php.bak", store="secret-file", returned=1)
    ask("data", "/id_rsa", store="secret-file", returned=1)
    ask("metadata", "/files/", store="directory-listing", product=kind)
    for path in ("/", "/download/chairs.zip", "/files/notes.txt"):
        ask("none", path, store=None)


git = build()
held = f"a shop's pages and, below the same root, .env (9 settings), a git repository of one commit, .DS_Store, dumps of {ROWS} customers as text and in archives, cloud keys, a configuration kept as .bak, a private key"
with Nginx("files"):
    with Case("nginx-1.22.1-files-open", "Files that nobody meant to serve: whole, in part, compressed on the way, unchanged since the last time; listings as HTML and JSON; and beside them what is meant to be public.", held) as case:
        ask = asker(case, SimpleNamespace(address=ADDRESS, port=80), None)
        open_files(ask, git, "nginx")
        ask("data", "/.env", store="dotenv", headers=["Accept-Encoding: gzip"], returned=1)
        ask("data", "/backup.sql", store="dump", headers=["Accept-Encoding: gzip"], returned=ROWS, also=["drained"])
        ask("data", "/shop.sql.gz", store="dump", returned=1, datasets=["shop.sql.gz"])
        ask("metadata", "/backup.sql", store="dump", headers=["Range: bytes=0-200"], status=206)
        ask("data", "/backup.zip", store="dump", headers=["Range: bytes=0-200"], status=206, returned=1)
        ask("metadata", "/list/", store="directory-listing", product="nginx")
        tag = ask("data", "/backup.zip", store="dump").headers["etag"]
        ask("open", "/backup.zip", store="dump", headers=["If-None-Match: " + tag], status=304)
    with Case("nginx-1.22.1-files-refused", "The same files where they are kept: 403 for hidden files and dumps, 401 before everything, 200 with one page for every path, 404 that is said with 200 and a page.", held) as case:
        paths = ["/.env", "/.git/config", "/.git/HEAD", "/.DS_Store", "/backup.sql", "/shop.sql.gz", "/.aws/credentials"]
        stores = {"/.env": "dotenv", "/.git/config": "git", "/.git/HEAD": "git", "/.DS_Store": "ds-store", "/backup.sql": "dump", "/shop.sql.gz": "dump"}
        for port, status in ((8081, 403), (8082, 401)):
            ask = asker(case, SimpleNamespace(address=ADDRESS, port=port), None)
            for path in paths:
                ask("refused", path, store=stores.get(path, "secret-file"), status=status, agent="leakix")
        ask("refused", "/.env", store="dotenv", headers=["Authorization: Basic b3BlcmF0b3I6d3Jvbmc="], status=401, credentials="presented")
        for port in (8083, 8084):
            ask = asker(case, SimpleNamespace(address=ADDRESS, port=port), None)
            ask("none", *paths, "/backup.zip", "/files/", "/id_rsa", store=None, agent="leakix", also=["probed"])

with Service("files", ["python3", "-m", "http.server", "8000", "--bind", ADDRESS, "--directory", SITE], ADDRESS, 8000) as server:
    with Case("python-3.11-files-open", "The same files by Python's http.server, started in the wrong folder: it lists every folder and knows neither ranges nor ETag.", held) as case:
        ask = asker(case, server, None)
        open_files(ask, git, "python")
        ask("metadata", "/.git/", store="directory-listing", product="python")
        ask("none", "/.env.local", status=404, store=None, also=["probed"])

APACHE = """ServerRoot HOME
ServerName shop.example
PidFile HOME/pid
ErrorLog HOME/error.log
Listen ADDRESS:8088
""" + "".join(f"LoadModule {name}_module MODULES/mod_{name}.so\n" for name in ("mpm_event", "authz_core", "dir", "mime", "autoindex", "alias")) + """
TypesConfig /etc/mime.types
DocumentRoot SITE
DirectoryIndex index.html
<Directory SITE>
  Options Indexes
  IndexOptions FancyIndexing HTMLTable
  Require all granted
</Directory>
<Directory SITE/backups>
  IndexOptions -FancyIndexing -HTMLTable
</Directory>
<Files ".ht*">
  Require all denied
</Files>
"""
home = debian("apache-2.4", "apache2-bin", "libapr1", "libaprutil1")
text = APACHE.replace("ADDRESS", ADDRESS).replace("MODULES", home + "/usr/lib/apache2/modules").replace("SITE", SITE)
server = Service("apache", ["/bin/sh", "-c", f"sed -i s,HOME,$PWD,g apache.conf; exec {home}/usr/sbin/apache2 -DFOREGROUND -f $PWD/apache.conf"], ADDRESS, 8088, files={"apache.conf": text},
                 environment={"LD_LIBRARY_PATH": home + "/usr/lib/x86_64-linux-gnu"})
with server, Case("apache-2.4-files-open", "The same files by Apache with listings allowed, with a table and as a plain list.", held) as case:
    ask = asker(case, server, None)
    open_files(ask, git, "apache")
    ask("metadata", "/backups/", store="directory-listing", product="apache")
    ask("none", "/.htpasswd", status=403, store=None, also=["probed", "refused"])
    tag = ask("data", "/backup.zip", store="dump").headers["etag"]
    ask("open", "/backup.zip", store="dump", headers=["If-None-Match: " + tag], status=304)
