/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nDPI (4.2, what Debian 12 and 13 ship) behind the classifier: the only file that knows its API.
 * It names what the recognisers do not and finds risks; it sees few packets, because flows it
 * cannot name are its dearest, and an nDPI flow is freed as soon as it is decided, because it may
 * hold kilobytes. It runs in the worker's thread, between flow and inspect.
 */
#include "classify/classify.h"

#include <ctype.h>
#include <ndpi_api.h>
#include <stdlib.h>
#include <string.h>

#if NDPI_MAJOR != 4 || NDPI_MINOR > 4
#error "this file is written for nDPI 4.2 to 4.4; later versions changed these calls"
#endif

#define NAME_MAX_LENGTH 32
#define NAMES_MAX       (NDPI_MAX_SUPPORTED_PROTOCOLS + NDPI_MAX_NUM_CUSTOM_PROTOCOLS)

struct classifier {
    struct ndpi_detection_module_struct *module;
    struct ndpi_flow_struct *flows; /* CLASSIFY_FLOWS_MAX of them; all zero while not in use */
    uint32_t *spare;                /* stack of the numbers of flows not in use */
    uint32_t spare_count;
    struct classify_counters counters;
    char names[NAMES_MAX][NAME_MAX_LENGTH]; /* lower-case, by protocol number */
};

static const char *const risk_names[] = {
    [NDPI_URL_POSSIBLE_XSS] = "url_possible_xss",
    [NDPI_URL_POSSIBLE_SQL_INJECTION] = "url_possible_sql_injection",
    [NDPI_URL_POSSIBLE_RCE_INJECTION] = "url_possible_rce_injection",
    [NDPI_BINARY_APPLICATION_TRANSFER] = "binary_application_transfer",
    [NDPI_KNOWN_PROTOCOL_ON_NON_STANDARD_PORT] = "known_protocol_on_non_standard_port",
    [NDPI_TLS_SELFSIGNED_CERTIFICATE] = "tls_selfsigned_certificate",
    [NDPI_TLS_OBSOLETE_VERSION] = "tls_obsolete_version",
    [NDPI_TLS_WEAK_CIPHER] = "tls_weak_cipher",
    [NDPI_TLS_CERTIFICATE_EXPIRED] = "tls_certificate_expired",
    [NDPI_TLS_CERTIFICATE_MISMATCH] = "tls_certificate_mismatch",
    [NDPI_HTTP_SUSPICIOUS_USER_AGENT] = "http_suspicious_user_agent",
    [NDPI_HTTP_NUMERIC_IP_HOST] = "http_numeric_ip_host",
    [NDPI_HTTP_SUSPICIOUS_URL] = "http_suspicious_url",
    [NDPI_HTTP_SUSPICIOUS_HEADER] = "http_suspicious_header",
    [NDPI_TLS_NOT_CARRYING_HTTPS] = "tls_not_carrying_https",
    [NDPI_SUSPICIOUS_DGA_DOMAIN] = "suspicious_dga_domain",
    [NDPI_MALFORMED_PACKET] = "malformed_packet",
    [NDPI_SSH_OBSOLETE_CLIENT_VERSION_OR_CIPHER] = "ssh_obsolete_client_version_or_cipher",
    [NDPI_SSH_OBSOLETE_SERVER_VERSION_OR_CIPHER] = "ssh_obsolete_server_version_or_cipher",
    [NDPI_SMB_INSECURE_VERSION] = "smb_insecure_version",
    [NDPI_TLS_SUSPICIOUS_ESNI_USAGE] = "tls_suspicious_esni_usage",
    [NDPI_UNSAFE_PROTOCOL] = "unsafe_protocol",
    [NDPI_DNS_SUSPICIOUS_TRAFFIC] = "dns_suspicious_traffic",
    [NDPI_TLS_MISSING_SNI] = "tls_missing_sni",
    [NDPI_HTTP_SUSPICIOUS_CONTENT] = "http_suspicious_content",
    [NDPI_RISKY_ASN] = "risky_asn",
    [NDPI_RISKY_DOMAIN] = "risky_domain",
    [NDPI_MALICIOUS_JA3] = "malicious_ja3",
    [NDPI_MALICIOUS_SHA1_CERTIFICATE] = "malicious_sha1_certificate",
    [NDPI_DESKTOP_OR_FILE_SHARING_SESSION] = "desktop_or_file_sharing_session",
    [NDPI_TLS_UNCOMMON_ALPN] = "tls_uncommon_alpn",
    [NDPI_TLS_CERT_VALIDITY_TOO_LONG] = "tls_cert_validity_too_long",
    [NDPI_TLS_SUSPICIOUS_EXTENSION] = "tls_suspicious_extension",
    [NDPI_TLS_FATAL_ALERT] = "tls_fatal_alert",
    [NDPI_SUSPICIOUS_ENTROPY] = "suspicious_entropy",
    [NDPI_CLEAR_TEXT_CREDENTIALS] = "clear_text_credentials",
    [NDPI_DNS_LARGE_PACKET] = "dns_large_packet",
    [NDPI_DNS_FRAGMENTED] = "dns_fragmented",
    [NDPI_INVALID_CHARACTERS] = "invalid_characters",
    [NDPI_POSSIBLE_EXPLOIT] = "possible_exploit",
    [NDPI_TLS_CERTIFICATE_ABOUT_TO_EXPIRE] = "tls_certificate_about_to_expire",
};
_Static_assert(sizeof risk_names / sizeof *risk_names >= NDPI_MAX_RISK, "a risk has no name");

static struct ndpi_detection_module_struct *make_module(void)
{
    struct ndpi_detection_module_struct *module =
        ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
    if (!module)
        return NULL;
    NDPI_PROTOCOL_BITMASK all;
    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(module, &all);
    ndpi_finalize_initialization(module);
    return module;
}

static void copy_names(struct classifier *classifier)
{
    unsigned count = ndpi_get_num_supported_protocols(classifier->module);
    for (unsigned i = 1; i < count && i < NAMES_MAX; i++) {
        const char *name = ndpi_get_proto_name(classifier->module, (uint16_t)i);
        for (size_t at = 0; name && name[at] && at < NAME_MAX_LENGTH - 1; at++)
            classifier->names[i][at] = (char)tolower((unsigned char)name[at]);
    }
}

enum ajar_status classifier_new(struct classifier **classifier, struct problem *problem)
{
    struct classifier *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "no memory for the classifier");
    made->flows = calloc(CLASSIFY_FLOWS_MAX, sizeof *made->flows);
    made->spare = calloc(CLASSIFY_FLOWS_MAX, sizeof *made->spare);
    made->module = make_module();
    if (!made->flows || !made->spare || !made->module) {
        classifier_free(made);
        return problem_set(problem, AJAR_ERR_MEMORY, "nDPI cannot be started: no memory");
    }
    for (uint32_t i = 0; i < CLASSIFY_FLOWS_MAX; i++)
        made->spare[i] = CLASSIFY_FLOWS_MAX - 1 - i; /* the lowest are used first */
    made->spare_count = CLASSIFY_FLOWS_MAX;
    copy_names(made);
    *classifier = made;
    return AJAR_OK;
}

/* Frees what nDPI's flows hold that nobody finished; on one never used this does nothing. */
static void free_engines(struct classifier *classifier)
{
    for (uint32_t i = 0; i < CLASSIFY_FLOWS_MAX; i++)
        ndpi_free_flow_data(&classifier->flows[i]);
}

void classifier_free(struct classifier *classifier)
{
    if (!classifier)
        return;
    if (classifier->flows)
        free_engines(classifier);
    if (classifier->module)
        ndpi_exit_detection_module(classifier->module);
    free(classifier->flows);
    free(classifier->spare);
    free(classifier);
}

/* Gives the flow one of nDPI's; without one left the flow is never shown. */
static bool take_engine(struct classifier *classifier, struct flow *flow)
{
    if (classifier->spare_count == 0) {
        classifier->counters.engine_refused++;
        flow->classify_packets = CLASSIFY_PACKETS_MAX;
        return false;
    }
    flow->engine = &classifier->flows[classifier->spare[--classifier->spare_count]];
    classifier->counters.engine_flows++;
    return true;
}

static void give_engine(struct classifier *classifier, struct flow *flow)
{
    struct ndpi_flow_struct *engine = flow->engine;
    ndpi_free_flow_data(engine);
    memset(engine, 0, sizeof *engine);
    classifier->spare[classifier->spare_count++] = (uint32_t)(engine - classifier->flows);
    flow->engine = NULL;
}

/* Keeps the protocol spoken ("http"), not whose service it may be ("http.google"). */
static void note_answer(struct flow *flow, ndpi_protocol answer)
{
    const struct ndpi_flow_struct *engine = flow->engine;
    flow->application = answer.master_protocol != NDPI_PROTOCOL_UNKNOWN ? answer.master_protocol
                                                                        : answer.app_protocol;
    flow->risks = engine->risk;
}

void classifier_add(struct classifier *classifier, struct flow *flow, const struct packet *packet)
{
    if (packet->payload_length == 0 || flow->classify_packets >= CLASSIFY_PACKETS_MAX)
        return;
    if (!flow->engine && !take_engine(classifier, flow))
        return;
    uint32_t length = packet->network_length < UINT16_MAX ? packet->network_length : UINT16_MAX;
    ndpi_protocol answer =
        ndpi_detection_process_packet(classifier->module, flow->engine, packet->network,
                                      (unsigned short)length, packet->time_ns / 1000000);
    flow->classify_packets++;
    classifier->counters.engine_packets++;
    note_answer(flow, answer);
    bool decided = flow->application != NDPI_PROTOCOL_UNKNOWN &&
                   !ndpi_extra_dissection_possible(classifier->module, flow->engine);
    if (decided || flow->classify_packets >= CLASSIFY_PACKETS_MAX)
        classifier_finish(classifier, flow);
}

void classifier_finish(struct classifier *classifier, struct flow *flow)
{
    flow->classify_packets = CLASSIFY_PACKETS_MAX;
    if (!flow->engine)
        return;
    uint8_t guessed = 0;
    note_answer(flow, ndpi_detection_giveup(classifier->module, flow->engine, 0, &guessed));
    classifier->counters.engine_named += flow->application != NDPI_PROTOCOL_UNKNOWN;
    give_engine(classifier, flow);
}

const char *classifier_application_name(const struct classifier *classifier, uint16_t application)
{
    return application < NAMES_MAX ? classifier->names[application] : "";
}

const struct classify_counters *classifier_counters(const struct classifier *classifier)
{
    return &classifier->counters;
}

const char *classify_risk_name(unsigned bit)
{
    return bit < sizeof risk_names / sizeof *risk_names ? risk_names[bit] : NULL;
}
