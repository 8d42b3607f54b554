/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: reads captures through the stages up to flow and keeps what HTTP connections said.
 */
#include "transcript.h"

#include "capture/capture.h"
#include "classify/classify.h"
#include "decode/decode.h"
#include "flow/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    transcript_listener listener;
    void *context;
    struct flow_table *table;
    struct decode_counters counters;
};

static struct transcript *transcript_of(struct flow *flow)
{
    if (!flow->inspector) {
        struct transcript *made = calloc(1, sizeof(*made));
        made->whole = true;
        made->midstream = flow->midstream;
        flow->inspector = made;
    }
    return flow->inspector;
}

/* The first bytes of a side say whether this is HTTP, and who asks. */
static void recognise(struct transcript *t, unsigned side, const uint8_t *data, size_t length)
{
    enum application_protocol protocol = APPLICATION_NONE;
    enum recognition recognition = classify_recognise(data, length, &protocol);
    if (t->client_known || (recognition != RECOGNITION_REQUEST && recognition != RECOGNITION_REPLY))
        return;
    t->is_http = true;
    t->client_known = true;
    t->client = recognition == RECOGNITION_REQUEST ? side : flow_other_side(side);
}

static void hear_bytes(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                       uint32_t length, const struct packet *packet)
{
    struct transcript *t = transcript_of(flow);
    (void)context, (void)packet;
    recognise(t, side, data, length);
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 16;
        t->pieces = realloc(t->pieces, t->room * sizeof(*t->pieces));
    }
    struct piece *piece = &t->pieces[t->count++];
    *piece = (struct piece){malloc(length), length, side};
    memcpy(piece->bytes, data, length);
}

static void hear_gap(void *context, struct flow *flow, unsigned side, uint32_t length,
                     const struct packet *packet)
{
    (void)context, (void)side, (void)length, (void)packet;
    transcript_of(flow)->whole = false;
}

static void hear_closed(void *context, struct flow *flow, enum flow_end end, uint64_t time_ns)
{
    struct reader *reader = context;
    struct transcript *t = flow->inspector;
    (void)end, (void)time_ns;
    flow->inspector = NULL;
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        t->pieces[i].from_client = t->pieces[i].from_client == t->client;
    t->server_fin = flow->side[flow_other_side(t->client)].fin;
    if (t->is_http && flow->protocol == PACKET_TCP)
        reader->listener(reader->context, flow, t);
    for (size_t i = 0; i < t->count; i++)
        free(t->pieces[i].bytes);
    free(t->pieces);
    free(t);
}

static void hear_frame(void *context, const struct frame *frame)
{
    struct reader *reader = context;
    struct packet packet;
    if (decode_frame(frame, &packet, &reader->counters))
        flow_table_add(reader->table, &packet);
}

bool transcript_read(const char *path, transcript_listener listener, void *context)
{
    struct reader reader = {.listener = listener, .context = context};
    struct flow_listener ears = {
        .context = &reader, .bytes = hear_bytes, .gap = hear_gap, .closed = hear_closed};
    struct capture *capture = NULL;
    struct problem problem = {""};
    uint64_t ordinal = 0;
    if (capture_open_file(path, NULL, &capture, &problem)) {
        fprintf(stderr, "%s\n", problem.text);
        return false;
    }
    if (flow_table_new(&FLOW_LIMITS_DEFAULT, 1, &ears, &reader.table))
        abort();
    while (capture_run(capture, 1000, 0, &ordinal, hear_frame, &reader, &problem) == AJAR_OK)
        continue;
    flow_table_finish(reader.table);
    flow_table_free(reader.table);
    capture_close(capture);
    return true;
}

void exchanges_add(struct exchanges *exchanges, char *line)
{
    if (exchanges->count == exchanges->room) {
        exchanges->room = exchanges->room ? 2 * exchanges->room : 8;
        exchanges->lines = realloc(exchanges->lines, exchanges->room * sizeof(char *));
    }
    exchanges->lines[exchanges->count++] = line;
}

void exchanges_clear(struct exchanges *exchanges)
{
    for (size_t i = 0; i < exchanges->count; i++)
        free(exchanges->lines[i]);
    free(exchanges->lines);
    *exchanges = (struct exchanges){0};
}
