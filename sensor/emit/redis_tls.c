/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS with OpenSSL under hiredis >= 1.0. The SSL object is our own, so that what is verified is in
 * our hands: the chain, and that the certificate is for the host that was asked for (RFC 9525).
 */
#include "emit/redis_tls.h"

#include "base/timestamp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

struct redis_tls {
    SSL_CTX *context;
    bool verify;
};

enum ajar_status redis_tls_check(struct problem *problem)
{
    (void)problem;
    return AJAR_OK;
}

const char *redis_tls_last_error(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason ? reason : "";
}

static enum ajar_status refuse_file(const char *what, const char *path, const char *right,
                                    struct problem *problem)
{
    const char *reason = redis_tls_last_error();
    enum ajar_status status =
        problem_set(problem, AJAR_ERR_USAGE, "TLS to Redis: %s %s: %s; right is %s", what, path,
                    reason[0] ? reason : "cannot be read", right);
    ERR_clear_error();
    return status;
}

static enum ajar_status load_authorities(struct redis_tls *tls, const char *path,
                                         struct problem *problem)
{
    if (!option_is_given(path)) {
        (void)SSL_CTX_set_default_verify_paths(tls->context);
        return AJAR_OK;
    }
    if (SSL_CTX_load_verify_file(tls->context, path) != 1)
        return refuse_file("the authorities", path, "a PEM file of certificates", problem);
    return AJAR_OK;
}

/* The key may stand in the certificate's file. */
static enum ajar_status load_certificate(struct redis_tls *tls, const char *certificate,
                                         const char *key, struct problem *problem)
{
    if (!option_is_given(certificate) && !option_is_given(key))
        return AJAR_OK;
    if (!option_is_given(certificate))
        return problem_set(problem, AJAR_ERR_USAGE,
                           "TLS to Redis: a key without a certificate; give its file too");
    if (SSL_CTX_use_certificate_chain_file(tls->context, certificate) != 1)
        return refuse_file("the certificate", certificate, "a PEM file", problem);
    const char *path = option_is_given(key) ? key : certificate;
    if (SSL_CTX_use_PrivateKey_file(tls->context, path, SSL_FILETYPE_PEM) != 1)
        return refuse_file("the key", path, "the certificate's key, a PEM file without a password",
                           problem);
    return AJAR_OK;
}

/* A key with a password would ask for it on the terminal. */
static int give_no_password(char *buffer, int size, int for_writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)for_writing;
    (void)context;
    return -1;
}

enum ajar_status redis_tls_new(const struct redis_options *options, struct redis_tls **tls,
                               struct problem *problem)
{
    struct redis_tls *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    enum ajar_status status = AJAR_ERR_MEMORY;
    made->verify = options->verify;
    made->context = SSL_CTX_new(TLS_client_method());
    if (made->context) {
        (void)SSL_CTX_set_min_proto_version(made->context, TLS1_2_VERSION);
        SSL_CTX_set_default_passwd_cb(made->context, give_no_password);
        SSL_CTX_set_verify(made->context, made->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
        status = load_authorities(made, options->ca_file, problem);
    }
    if (status == AJAR_OK)
        status = load_certificate(made, options->certificate_file, options->key_file, problem);
    if (status == AJAR_OK)
        *tls = made;
    else
        redis_tls_free(made);
    return status;
}

void redis_tls_free(struct redis_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    free(tls);
}

/* Addresses are looked for among the certificate's addresses and are no server name (RFC 6066). */
static bool expect_host(SSL *ssl, const char *host)
{
    struct in6_addr address;
    if (inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

/* Before each read of a handshake: each is bounded by the socket's timeout, all together by this.
 */
static long stop_at_deadline(BIO *bio, int operation, const char *bytes, size_t length, int number,
                             long argument, int result, size_t *processed)
{
    (void)bytes;
    (void)length;
    (void)number;
    (void)argument;
    (void)processed;
    const uint64_t *deadline = (const void *)BIO_get_callback_arg(bio);
    if (operation == BIO_CB_READ && timestamp_monotonic() > *deadline) {
        errno = EAGAIN;
        return 0;
    }
    return result;
}

/* hiredis makes the socket's BIO itself and shakes hands at once: this is the moment between. */
static void watch_handshake(const SSL *ssl, int where, int value)
{
    (void)value;
    BIO *bio = SSL_get_rbio(ssl);
    if (where != SSL_CB_HANDSHAKE_START || !bio)
        return;
    BIO_set_callback_ex(bio, stop_at_deadline);
    BIO_set_callback_arg(bio, SSL_get_app_data(ssl));
}

static void unwatch_handshake(SSL *ssl)
{
    BIO *bio = SSL_get_rbio(ssl);
    SSL_set_info_callback(ssl, NULL);
    SSL_set_app_data(ssl, NULL);
    if (bio)
        BIO_set_callback_ex(bio, NULL);
}

static enum ajar_status say_failure(const SSL *ssl, const char *host, const char *said,
                                    struct problem *cause)
{
    long verdict = SSL_get_verify_result(ssl);
    const char *reason = redis_tls_last_error();
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return problem_set(cause, AJAR_ERR_SYSTEM,
                           "its certificate is not for %s: use the name that it is for", host);
    if (verdict != X509_V_OK)
        return problem_set(cause, AJAR_ERR_SYSTEM,
                           "its certificate is not trusted: %s; give the authority that signed it "
                           "as redis.ca_file",
                           X509_verify_cert_error_string(verdict));
    if (errno == EAGAIN)
        return problem_set(cause, AJAR_ERR_SYSTEM, "TLS: no answer in time: is TLS on there?");
    return problem_set(cause, AJAR_ERR_SYSTEM, "TLS: %s: is TLS on there?",
                       reason[0] ? reason : said);
}

enum ajar_status redis_tls_start(struct redis_tls *tls, struct redisContext *context,
                                 const char *host, uint64_t deadline, struct problem *cause)
{
    SSL *ssl = SSL_new(tls->context);
    if (!ssl || !expect_host(ssl, host)) {
        SSL_free(ssl);
        return problem_set(cause, AJAR_ERR_SYSTEM, "TLS: out of memory");
    }
    SSL_set_app_data(ssl, &deadline);
    SSL_set_info_callback(ssl, watch_handshake);
    errno = 0;
    enum ajar_status status = AJAR_OK;
    bool started = redisInitiateSSL(context, ssl) == REDIS_OK;
    if (!started)
        status = say_failure(ssl, host, context->errstr, cause);
    unwatch_handshake(ssl);
    ERR_clear_error();
    if (!started)
        SSL_free(ssl); /* else it is the context's */
    return status;
}
