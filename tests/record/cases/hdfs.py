# SPDX-License-Identifier: Apache-2.0
"""HDFS 3.4.1 over WebHDFS: a NameNode and a DataNode open, with permissions, and behind Kerberos."""
import csv, http.client, io, json, time, urllib.parse
from record import Case, customer
from service import JAVA17, Service, maven

NAME, DATA, KERBEROS = "10.20.30.11", "10.20.30.12", "10.20.30.13"
STORE = {"store": "webhdfs"}
VERSION = "3.4.1"
jars = maven("hadoop-3.4.1", *(f"org.apache.hadoop:hadoop-{part}:3.4.1" for part in ("hdfs", "common", "hdfs-client", "minikdc")))


def table(numbers):
    """Customers as a file with a heading."""
    out = io.StringIO()
    rows = [customer(i) for i in numbers]
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def site(**settings):
    return "<configuration>" + "".join(f"<property><name>{k.replace('__', '-').replace('_', '.')}</name><value>{v}</value></property>" for k, v in settings.items()) + "</configuration>"


def java(*words):
    return [JAVA17 + "/bin/java", "-Xmx384m", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-Dhadoop.log.dir={HOME}", "-cp", "{HOME}:" + jars + "/*", *words]


FILES = {"log4j.properties": "log4j.rootLogger=INFO,console\nlog4j.appender.console=org.apache.log4j.ConsoleAppender\nlog4j.appender.console.layout=org.apache.log4j.SimpleLayout\n",
         "webapps/hdfs/WEB-INF/empty": "", "webapps/static/empty": "", "webapps/datanode/WEB-INF/empty": ""}    # the registry's jars have no pages, only where they would lie


def settings(address, core, hdfs):
    return {**FILES, "core-site.xml": site(fs_defaultFS=f"hdfs://{address}:8020", hadoop_tmp_dir="${env.HOME}/tmp", hadoop_proxyuser_hdfs_hosts="*", **core),
            "hdfs-site.xml": site(dfs_replication="1", dfs_namenode_datanode_registration_ip__hostname__check="false", **hdfs)}


def namenode(address, core, hdfs, environment):
    start = " ".join(java("org.apache.hadoop.hdfs.server.namenode.NameNode"))
    return Service("namenode", ["sh", "-c", f"{start} -format -nonInteractive && exec {start}"], address, 9870, ready="/jmx?qry=java.lang:type=Runtime", environment=environment,
                   files=settings(address, core, {"dfs_namenode_http__address": f"{address}:9870", **hdfs}))


def datanode(address, head, core, hdfs, environment):
    return Service("datanode", java("org.apache.hadoop.hdfs.server.datanode.DataNode"), address, 9864, ready="/jmx?qry=java.lang:type=Runtime", environment=environment,
                   files=settings(head, core, {"dfs_datanode_address": "0.0.0.0:9866", "dfs_datanode_http_address": f"{address}:9864", "dfs_datanode_ipc_address": f"{address}:9867",
                                               "dfs_datanode_hostname": address, **hdfs}))


def put(server, path, content, user="hdfs"):
    """Creates a file: the NameNode says where, the DataNode takes it."""
    target = urllib.parse.urlsplit(json.loads(server.call("PUT", f"/webhdfs/v1{path}?op=CREATE&user.name={user}&noredirect=true"))["Location"])
    connection = http.client.HTTPConnection(target.hostname, target.port)
    connection.request("PUT", target.path + "?" + target.query, content)
    reply = connection.getresponse()
    if reply.status != 201:
        raise SystemExit(f"{path}: {reply.status} {reply.read()!r}")
    connection.close()


ME = {"HADOOP_USER_NAME": "hdfs"}
FIRST, SECOND, CARDS = table(range(37)), table(range(37, 60)), table(range(60, 72))
AT = f"namenoderpcaddress={NAME}:8020"


def wait_for_datanode(head):
    for _ in range(60):
        if b'"NumLiveDataNodes" : 1' in head.call("GET", "/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState"):
            return
        time.sleep(0.5)
    raise SystemExit("the DataNode does not join")


def open_server():
    with namenode(NAME, {}, {}, ME) as head, datanode(DATA, NAME, {}, {}, ME):
        wait_for_datanode(head)
        put(head, "/customers/part-0000.csv", FIRST)
        put(head, "/customers/part-0001.csv", SECOND)
        put(head, "/private/cards.csv", CARDS)
        head.call("PUT", "/webhdfs/v1/private?op=SETPERMISSION&permission=700&user.name=hdfs")
        with Case("webhdfs-3.4.1-open", "An open HDFS: a NameNode that tells names and sizes and redirects, a DataNode that hands files out; a folder that only its owner may read, and anyone may say to be the owner; "
                  "an answer 200 that deleted nothing; changes that are answered without a body.",
                  f"/customers with part-0000.csv ({len(FIRST)} bytes, 37 customers) and part-0001.csv ({len(SECOND)} bytes, 23 customers), /private (mode 700) with cards.csv ({len(CARDS)} bytes)") as case:
            def ask(source, targets, verdict, agent="curl", server=NAME, port=9870, method="GET", body=None, headers=(), **more):
                c = case.client(source, server, agent=agent, port=port)
                for target, status in targets:
                    answer = c.ask(method, target, body, headers=headers, status=status)
                c.expect(verdict, **STORE, **{"credentials": "none", **more})
                c.close()
                return answer

            ask("203.0.113.77", [("/webhdfs/v1/?op=LISTSTATUS", 200)], "metadata", datasets=["customers", "private"])
            ask("203.0.113.42", [("/webhdfs/v1/customers?op=LISTSTATUS&user.name=root", 200)], "metadata", agent="requests", datasets=["part-0000.csv", "part-0001.csv"])
            ask("203.0.113.42", [("/webhdfs/v1/?op=LISTSTATUS_BATCH", 200)], "metadata", datasets=["customers", "private"])
            ask("203.0.113.42", [("/webhdfs/v1/customers?op=GETCONTENTSUMMARY", 200)], "metadata", records=2)
            ask("203.0.113.42", [("/webhdfs/v1/customers/part-0000.csv?op=GETFILESTATUS", 200)], "metadata", datasets=["customers/part-0000.csv"])
            ask("203.0.113.42", [("/webhdfs/v1/customers/part-0000.csv?op=GETFILEBLOCKLOCATIONS", 200)], "metadata")
            ask("203.0.113.42", [("/webhdfs/v1/nothere?op=LISTSTATUS", 404), ("/webhdfs/v1/?op=BOGUS", 400), ("/webhdfs/v1", 400)], "open")
            for file, content in (("part-0000.csv", FIRST), ("part-0001.csv", SECOND)):
                answer = ask("203.0.113.61", [(f"/webhdfs/v1/customers/{file}?op=OPEN", 307)], "open", agent="requests")
                target = urllib.parse.urlsplit(answer.headers["location"])
                answer = ask("203.0.113.61", [(target.path + "?" + target.query, 200)], "data", agent="requests", server=DATA, port=9864, returned=1, datasets=[f"customers/{file}"])
                assert answer.body.decode() == content
            ask("203.0.113.62", [("/webhdfs/v1/customers/part-0000.csv?op=OPEN&noredirect=true", 200)], "open")
            ask("203.0.113.62", [(f"/webhdfs/v1/customers/part-0000.csv?op=OPEN&{AT}&offset=100&length=200", 200)], "data", server=DATA, port=9864, datasets=["customers/part-0000.csv"])
            ask("203.0.113.62", [(f"/webhdfs/v1/customers/nothere.csv?op=OPEN&{AT}&offset=0", 404)], "open", server=DATA, port=9864)
            # whose folder it is decides only until somebody says to be the owner
            ask("198.51.100.9", [("/webhdfs/v1/private?op=LISTSTATUS", 403), ("/webhdfs/v1/private/cards.csv?op=OPEN", 403)], "refused")
            ask("198.51.100.9", [(f"/webhdfs/v1/private/cards.csv?op=OPEN&{AT}&offset=0", 403)], "refused", server=DATA, port=9864)
            ask("198.51.100.9", [("/webhdfs/v1/private?op=LISTSTATUS", 403), ("/webhdfs/v1/private?op=LISTSTATUS&user.name=hdfs", 200)], "metadata", datasets=["cards.csv"])
            ask("198.51.100.9", [(f"/webhdfs/v1/private/cards.csv?op=OPEN&user.name=hdfs&{AT}&offset=0", 200)], "data", server=DATA, port=9864, datasets=["private/cards.csv"])
            # the servers about themselves
            said = ask("203.0.113.43", [("/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo", 200)], "metadata", agent="censys", version=VERSION).json()["beans"][0]
            case.clients[-1].truth["cluster_id"] = said["ClusterId"]
            ask("203.0.113.43", [("/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState", 200)], "metadata", agent="censys")
            ask("203.0.113.43", [("/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo", 200)], "metadata", agent="censys", server=DATA, port=9864, version=VERSION)
            ask("203.0.113.43", [("/conf?name=fs.defaultFS", 200)], "metadata")
            ask("203.0.113.43", [("/fsck?ugi=hdfs&path=/customers", 200)], "metadata")
            ask("203.0.113.43", [("/imagetransfer?getimage=1&txid=latest", 200)], "metadata")
            # changes
            ask("198.51.100.20", [("/webhdfs/v1/nothere?op=DELETE&user.name=hdfs", 200)], "open", method="DELETE")
            ask("198.51.100.20", [("/webhdfs/v1/ransom?op=MKDIRS&user.name=hdfs", 200)], "tampered", method="PUT")
            ask("198.51.100.20", [("/webhdfs/v1/ransom/README.txt?op=CREATE&user.name=hdfs", 307)], "open", method="PUT")
            ask("198.51.100.20", [(f"/webhdfs/v1/ransom/README.txt?op=CREATE&user.name=hdfs&{AT}&overwrite=false", 201)], "tampered", server=DATA, port=9864, method="PUT", body="all your files")
            ask("198.51.100.20", [(f"/webhdfs/v1/ransom/README.txt?op=APPEND&user.name=hdfs&{AT}", 200)], "tampered", server=DATA, port=9864, method="POST", body=" are mine\n")
            ask("198.51.100.20", [("/webhdfs/v1/customers?op=SETPERMISSION&permission=777&user.name=hdfs", 200)], "tampered", method="PUT")
            ask("198.51.100.20", [("/webhdfs/v1/customers/part-0001.csv?op=RENAME&destination=/ransom/1&user.name=hdfs", 200)], "tampered", method="PUT")
            ask("198.51.100.20", [("/webhdfs/v1/customers?op=DELETE&recursive=true", 403)], "refused", method="DELETE")
            ask("198.51.100.20", [("/webhdfs/v1/customers?op=DELETE&recursive=true&user.name=hdfs", 200)], "tampered", method="DELETE")


def kerberos(more):
    """A NameNode of a secured cluster, and a key server of its own."""
    tab, mine, web = "${env.HOME}/keytab", "hdfs/localhost@EXAMPLE.COM", "HTTP/localhost@EXAMPLE.COM"
    core = {"hadoop_security_authentication": "kerberos", "hadoop_security_authorization": "true", **more}
    hdfs = {"dfs_namenode_kerberos_principal": mine, "dfs_namenode_keytab_file": tab, "dfs_web_authentication_kerberos_principal": web, "dfs_web_authentication_kerberos_keytab": tab,
            "dfs_namenode_kerberos_internal_spnego_principal": web, "dfs_block_access_token_enable": "true", "dfs_namenode_http__address": f"{KERBEROS}:9870"}
    start = " ".join(java("-Djava.security.krb5.conf={HOME}/krb5.conf", "org.apache.hadoop.hdfs.server.namenode.NameNode"))
    keys = " ".join(java("org.apache.hadoop.minikdc.MiniKdc", "{HOME}", "{HOME}/kdc.properties", "{HOME}/keytab", "hdfs/localhost", "HTTP/localhost"))
    return Service("namenode", ["sh", "-c", f"{keys} & while [ ! -s keytab ] || [ ! -s krb5.conf ]; do sleep 1; done; {start} -format -nonInteractive && exec {start}"], KERBEROS, 9870,
                   ready="/jmx?qry=java.lang:type=Runtime", files={**settings(KERBEROS, core, hdfs), "kdc.properties": "debug=false\n"})


def asker(case):
    def ask(source, target, status, verdict, headers=(), **more):
        c = case.client(source, KERBEROS, agent="requests", port=9870)
        answer = c.get(target, status=status, headers=headers)
        c.expect(verdict, **STORE, **{"credentials": "none", **more})
        c.close()
        return answer
    return ask


def protected_server():
    web = {"type": "kerberos", "kerberos_principal": "HTTP/localhost@EXAMPLE.COM", "kerberos_keytab": "${env.HOME}/keytab"}
    with kerberos({"hadoop_http_filter_initializers": "org.apache.hadoop.security.AuthenticationFilterInitializer", **{"hadoop_http_authentication_" + k: v for k, v in web.items()}}):
        with Case("webhdfs-3.4.1-protected", "HDFS behind Kerberos: 401 with Negotiate, whoever one says to be; invented tokens, passwords and cookies.", "an empty file system") as case:
            ask = asker(case)
            ask("203.0.113.42", "/webhdfs/v1/?op=LISTSTATUS", 401, "refused")
            ask("203.0.113.42", "/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs", 401, "refused")
            ask("203.0.113.42", "/webhdfs/v1/customers/part-0000.csv?op=OPEN", 401, "refused")
            ask("203.0.113.61", "/webhdfs/v1/?op=LISTSTATUS", (401, 403), "refused", headers=["Authorization: Negotiate YIIBhgYGKwYBBQUCoIIBejCCAXagDTAL"], credentials="presented")
            ask("203.0.113.61", "/webhdfs/v1/?op=LISTSTATUS", (401, 403), "refused", headers=["Authorization: Basic aGRmczpoZGZz"], credentials="presented")
            ask("203.0.113.61", "/webhdfs/v1/?op=LISTSTATUS&delegation=HAAEaGRmcwRoZGZzAIoBiw", (401, 403), "refused", credentials="presented")
            ask("203.0.113.61", "/webhdfs/v1/?op=LISTSTATUS", (401, 403), "refused", headers=['Cookie: hadoop.auth="u=hdfs&p=hdfs/localhost@EXAMPLE.COM&t=kerberos&e=1&s=bm90aGluZw=="'], credentials="presented")
            ask("203.0.113.61", "/imagetransfer?getimage=1&txid=latest", (401, 403), "refused")
            ask("203.0.113.61", "/fsck?path=/", (401, 403), "refused")


def half_protected_server():
    with kerberos({}) as head:
        head.call("PUT", "/webhdfs/v1/customers?op=MKDIRS&user.name=hdfs")
        with Case("webhdfs-3.4.1-kerberos-unfiltered", "A cluster with Kerberos whose pages have no filter: 403 for who says nothing of himself, files for who says a name, and everyone is told what the cluster is.",
                  "a folder /customers") as case:
            ask = asker(case)
            ask("203.0.113.42", "/webhdfs/v1/?op=LISTSTATUS", 403, "refused")
            ask("203.0.113.42", "/webhdfs/v1/?op=LISTSTATUS&user.name=hdfs", 200, "metadata", datasets=["customers"])
            said = ask("203.0.113.43", "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo", 200, "metadata", version=VERSION).json()["beans"][0]
            case.clients[-1].truth["cluster_id"] = said["ClusterId"]


open_server()
protected_server()
half_protected_server()
