# SPDX-License-Identifier: Apache-2.0
"""OrientDB 3.2.36: it has passwords always; its list of databases is open to the user guest."""
from asking import Asking, basic
from record import Case, customer
from service import JAVA17, Service, maven

CUSTOMERS, ADDRESS, PORT = 120, "10.20.30.21", 2480
USER = "root:correct-horse"
CONFIG = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<orient-server><network><protocols><protocol name="http" implementation="com.orientechnologies.orient.server.network.protocol.http.ONetworkProtocolHttpDb"/></protocols>
<listeners><listener protocol="http" ip-address="ADDRESS" port-range="2480"><parameters><parameter name="network.http.charset" value="utf-8"/></parameters></listener></listeners></network>
<users><user name="root" password="correct-horse" resources="*"/><user name="guest" password="guest" resources="connect,server.listDatabases"/></users>
<properties><entry name="server.database.path" value="HOME/databases"/></properties></orient-server>""".replace("ADDRESS", ADDRESS)


def orientdb():
    jars = maven("orientdb-3.2.36", "com.orientechnologies:orientdb-server:3.2.36")
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.nio", "java.util", "sun.nio.ch", "jdk.internal.misc")]
    return Service("orientdb", [JAVA17 + "/bin/java", "-Xms128m", "-Xmx512m", *opens, "-DORIENTDB_HOME={HOME}", "-Dorientdb.config.file={HOME}/config.xml", "-Dstorage.diskCache.bufferSize=128",
                                "-cp", jars + "/*", "com.orientechnologies.orient.server.OServerMain"],
                   ADDRESS, PORT, ready="/listDatabases", user=USER, files={"config.xml": CONFIG.replace("HOME", "${ORIENTDB_HOME}"), "databases/.keep": "", "log/.keep": ""})
