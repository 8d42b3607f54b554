# SPDX-License-Identifier: Apache-2.0
"""A Spring Boot 3.3.6 application whose actuator is open, and the same with a password."""
import os, subprocess
from asking import Asking, basic
from record import HERE, Case
from service import JAVA17, Service, fetched, maven

ADDRESS, PORT = "10.20.30.22", 8080
OPEN = """server.address=10.20.30.22
management.endpoints.web.exposure.include=*
management.endpoint.env.show-values=ALWAYS
management.endpoint.shutdown.enabled=true
management.endpoint.health.show-details=always
support.database.url=jdbc:postgresql://db.support.example.com/customers
support.database.password=correct-horse-battery
info.app.name=support desk
server.servlet.session.cookie.name=SHOP
"""


def spring(protected):
    parts = ("starter-web", "starter-actuator", "actuator", "actuator-autoconfigure", "autoconfigure", *(["starter-security"] if protected else []))
    jars = maven("spring-boot-3.3.6" + "-security" * protected, *(f"org.springframework.boot:spring-boot-{part}:3.3.6" for part in parts), "org.springframework:spring-context:6.1.15",
                 "org.jolokia:jolokia-support-spring:2.1.2")

    def build(folder):
        subprocess.run([JAVA17 + "/bin/javac", "-parameters", "-d", folder, "-cp", jars + "/*", os.path.join(HERE, "lib", "Shop.java")], check=True)
    settings = OPEN + ("spring.security.user.name=operator\nspring.security.user.password=correct-horse\n" if protected else "")
    return Service("spring", [JAVA17 + "/bin/java", "-Xms64m", "-Xmx128m", "-cp", f"{fetched('shop' + '-security' * protected, build)}:{jars}/*", "support.Shop"], ADDRESS, PORT,
                   ready="/actuator/health", files={"application.properties": settings}, user="operator:correct-horse" if protected else None)


def open_server():
    with spring(False) as server, Case("spring-boot-3.3.6-open", "A Spring Boot application whose actuator and Jolokia are open: health, names, settings with a password, the beginning of its memory, a changed log level, an operation by JMX, its end. "
                                       "Its own interface is no store.", "settings with a password, no records") as case:
        ask, jolokia = Asking(case, server, "spring-actuator").ask, Asking(case, server, "jolokia").ask
        ask("GET /actuator/health", verdict="revealed", agent="go", source="198.51.100.9")
        ask("GET /actuator/info", verdict="revealed")
        ask("GET /actuator", verdict="metadata", agent="leakix")
        ask("GET /actuator/metrics", verdict="metadata")
        ask("GET /actuator/metrics/jvm.memory.used", verdict="metadata")
        ask("GET /actuator/threaddump", verdict="metadata", headers=["Accept: text/plain"])
        ask("GET /actuator/env", verdict="data", agent="leakix", also=["metadata"])
        ask("GET /actuator/env/support.database.password", verdict="data", also=["metadata"])
        ask("GET /actuator/configprops/spring.jackson", verdict="metadata", also=["open"])
        ask("GET /actuator/heapdump", verdict="data", headers=["Range: bytes=0-4095"], status=206, source="198.51.100.20", agent="requests")
        ask("GET /actuator/httpexchanges", verdict="none", status=404, also=["probed"])
        ask("GET /api/items", verdict="none")
        ask("GET /nothere", verdict="none", status=404)
        jolokia("GET /actuator/jolokia/version", verdict="revealed", version="2.1.2")
        jolokia("GET /actuator/jolokia/list?maxDepth=1", verdict="metadata")
        jolokia("GET /actuator/jolokia/search/*:type=Memory*", verdict="metadata")
        jolokia("GET /actuator/jolokia/read/java.lang:type=Memory", verdict="metadata")
        jolokia("POST /actuator/jolokia", body={"type": "read", "mbean": "java.lang:type=Runtime", "attribute": "SystemProperties"}, verdict="data", also=["metadata"])
        jolokia("GET /actuator/jolokia/read/nothing:type=Here", verdict="open")
        jolokia("GET /actuator/jolokia/exec/java.lang:type=Memory/gc", verdict="tampered", source="198.51.100.77")
        ask("POST /actuator/loggers/ROOT", body={"configuredLevel": "OFF"}, status=204, verdict="tampered", also=["open"], source="198.51.100.77")
        ask("POST /actuator/shutdown", verdict="tampered", source="198.51.100.77")


def protected_server():
    with spring(True) as server, Case("spring-boot-3.3.6-protected", "The same with a password: health answers everyone, the rest 401 without a body, browsers are sent to the login page with 302; any path is refused, so the path alone names the actuator.",
                                      "settings with a password, no records") as case:
        ask = Asking(case, server, "spring-actuator").ask
        ask("GET /actuator/health", verdict="revealed")
        for path in ("/actuator", "/actuator/env", "/actuator/heapdump"):
            ask("GET " + path, verdict="refused", status=401, agent="leakix")
        ask("GET /actuator/env", verdict="refused", status=302, headers=["Accept: text/html"], agent="firefox", also=["probed"])
        ask("GET /actuator/env", verdict="refused", status=401, headers=basic("user:password"), credentials="presented")
        ask("GET /actuator/env", verdict="data", headers=basic("operator:correct-horse"), credentials="proven", source="10.20.40.9", also=["metadata"])


if __name__ == "__main__":
    open_server()
    protected_server()
