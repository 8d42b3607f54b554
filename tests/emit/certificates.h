/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of a test's own, made by openssl in the test's folder: an authority, ca.pem; what it
 * signed: server.pem (localhost, 127.0.0.1), other.pem (other.test), client.pem, each with its
 * .key; and an authority that signed nothing of these, stranger.pem.
 */
#ifndef AJAR_TESTS_CERTIFICATES_H
#define AJAR_TESTS_CERTIFICATES_H

#include "emit/redis_nodes.h"

static inline const char *in_folder(const char *name, char path[static 128])
{
    (void)snprintf(path, 128, "%s/%s", nodes_folder(), name);
    return path;
}

static inline void run_shell(const char *command)
{
    int status = -1;
    pid_t pid = start_program(COMMAND("sh", "-ec", command));
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0, "failed: %s (apt-get install openssl)", command);
}

static inline void make_certificates(void)
{
    run_shell("new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc'\n"
              "sign='openssl x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial'\n"
              "for ca in ca stranger; do\n"
              "  $new -x509 -days 2 -keyout $ca.key -out $ca.pem -subj /CN=$ca\n"
              "done\n"
              "for name in server other client; do\n"
              "  $new -keyout $name.key -out $name.csr -subj /CN=$name\n"
              "done\n"
              "echo subjectAltName=DNS:localhost,IP:127.0.0.1 >server.ext\n"
              "echo subjectAltName=DNS:other.test >other.ext\n"
              "$sign -in server.csr -extfile server.ext -out server.pem\n"
              "$sign -in other.csr -extfile other.ext -out other.pem\n"
              "$sign -in client.csr -out client.pem\n"
              "cat client.key client.pem >both.pem\n"
              "openssl pkey -in client.key -aes256 -passout pass:x -out locked.key\n");
}

/* A Redis with TLS on *port, besides its plain port; clients may have to have a certificate. */
static inline struct node *start_tls_server(const char *certificate, const char *clients, int *port)
{
    char number[12], name[40], pem[128], key[128], ca[128];
    *port = free_port();
    (void)snprintf(number, sizeof number, "%d", *port);
    (void)snprintf(name, sizeof name, "%s.pem", certificate);
    (void)in_folder(name, pem);
    (void)snprintf(name, sizeof name, "%s.key", certificate);
    (void)in_folder(name, key);
    return node_start(COMMAND("--tls-port", number, "--tls-cert-file", pem, "--tls-key-file", key,
                              "--tls-ca-cert-file", in_folder("ca.pem", ca), "--tls-auth-clients",
                              clients));
}

#endif
