/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test support: the exchanges of a connection as libhtp reads them. libhtp stops one direction
 * while it needs the other (HTP_STREAM_DATA_OTHER), so what it leaves is kept and given again.
 */
#include "transcript.h"

#include <htp/htp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of one side that libhtp has not taken yet. */
struct waiting {
    uint8_t *bytes;
    size_t length;
    bool stopped; /* error or tunnel: nothing more is taken */
};

struct session {
    htp_connp_t *parser;
    struct waiting side[2]; /* 0 = requests, 1 = replies */
};

static void keep(struct waiting *w, const uint8_t *bytes, size_t length)
{
    w->bytes = realloc(w->bytes, w->length + length + 1);
    memcpy(w->bytes + w->length, bytes, length);
    w->length += length;
}

/* Gives what waits; returns whether any of it was taken. */
static bool give(struct session *s, unsigned side)
{
    static const htp_time_t now = {.tv_sec = 1};
    struct waiting *w = &s->side[side];
    if (w->stopped || w->length == 0)
        return false;
    int state = side ? htp_connp_res_data(s->parser, &now, w->bytes, w->length)
                     : htp_connp_req_data(s->parser, &now, w->bytes, w->length);
    size_t used = w->length;
    if (state == HTP_STREAM_DATA_OTHER)
        used =
            side ? htp_connp_res_data_consumed(s->parser) : htp_connp_req_data_consumed(s->parser);
    else if (state != HTP_STREAM_DATA)
        w->stopped = true;
    memmove(w->bytes, w->bytes + used, w->length - used);
    w->length -= used;
    return used > 0;
}

static void play(struct session *s, const struct transcript *t)
{
    for (size_t i = 0; i < t->count; i++) {
        keep(&s->side[!t->pieces[i].from_client], t->pieces[i].bytes, t->pieces[i].length);
        while (give(s, !t->pieces[i].from_client) || give(s, t->pieces[i].from_client))
            continue;
    }
}

/* Whether a head of the exchange is complete. The closing of a connection completes every head for
 * libhtp, so this is asked before. */
static bool is_told(const htp_tx_t *tx)
{
    return tx && (tx->request_progress > HTP_REQUEST_HEADERS ||
                  tx->response_progress > HTP_RESPONSE_HEADERS);
}

/* "METHOD target BYTES", without the bytes of a compressed body: the two count it differently. */
static char *describe_request(const htp_tx_t *tx)
{
    char *text = NULL;
    bool coded = tx->request_headers && htp_table_get_c(tx->request_headers, "content-encoding");
    if (!tx->request_method || !tx->request_uri)
        return strdup("? 0");
    int made = asprintf(&text, "%.*s %.*s %lld", (int)bstr_len(tx->request_method),
                        (char *)bstr_ptr(tx->request_method), (int)bstr_len(tx->request_uri),
                        (char *)bstr_ptr(tx->request_uri),
                        coded ? 0LL : (long long)tx->request_entity_len);
    if (made < 0)
        abort();
    return text;
}

static char *describe(const htp_tx_t *tx)
{
    char *line = NULL;
    char *request = describe_request(tx);
    bool answered = tx->response_progress > HTP_RESPONSE_HEADERS && tx->response_status_number > 0;
    if (asprintf(&line, "%s -> %d %lld", request, answered ? tx->response_status_number : 0,
                 answered ? (long long)tx->response_entity_len : 0LL) < 0)
        abort();
    free(request);
    return line;
}

struct exchanges exchanges_by_libhtp(const struct transcript *transcript)
{
    static const htp_time_t closing = {.tv_sec = 2};
    struct exchanges exchanges = {0};
    htp_cfg_t *config = htp_config_create();
    htp_config_set_server_personality(config, HTP_SERVER_GENERIC);
    htp_config_set_log_level(config, HTP_LOG_NONE);
    htp_config_set_tx_auto_destroy(config, 0);
    htp_config_set_response_decompression(config,
                                          0); /* then "entity" is what was sent, unchunked */
    struct session s = {.parser = htp_connp_create(config)};
    htp_connp_open(s.parser, "127.0.0.1", 1, "127.0.0.1", 2, NULL);
    play(&s, transcript);
    htp_list_t *transactions = htp_connp_get_connection(s.parser)->transactions;
    size_t told = 0;
    while (told < (size_t)htp_list_size(transactions) && is_told(htp_list_get(transactions, told)))
        told++;
    htp_connp_close(s.parser, &closing);
    for (size_t i = 0; i < told; i++)
        exchanges_add(&exchanges, describe(htp_list_get(transactions, i)));
    htp_connp_destroy_all(s.parser);
    htp_config_destroy(config);
    free(s.side[0].bytes);
    free(s.side[1].bytes);
    return exchanges;
}
