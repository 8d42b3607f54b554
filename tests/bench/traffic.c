/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of the generated captures: a heap of what is sent next, one entry per conversation,
 * plus single late or repeated frames. TCP is played with handshake, acknowledgement of every
 * second segment, and FIN or RST; what is lost here was lost by the mirror, so both ends go on.
 */
#include "traffic.h"

#include "text.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum phase {
    PHASE_SYN,
    PHASE_SYN_ACK,
    PHASE_ACK,
    PHASE_DATA,
    PHASE_CLOSE,
    PHASE_CLOSE_REPLY,
    PHASE_LAST_ACK,
    PHASE_DONE
};

struct late_frame {
    size_t length;
    uint8_t bytes[FRAME_MAX];
};

struct event {
    uint64_t time;
    uint64_t order; /* ties are broken by age, so that a seed means one file */
    struct conversation *conversation;
    struct late_frame *late;
};

static bool event_before(const struct event *a, const struct event *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void heap_sift_down(struct traffic *t, size_t i)
{
    struct event moving = t->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= t->heap_count)
            break;
        if (child + 1 < t->heap_count && event_before(&t->heap[child + 1], &t->heap[child]))
            child++;
        if (!event_before(&t->heap[child], &moving))
            break;
        t->heap[i] = t->heap[child];
        i = child;
    }
    t->heap[i] = moving;
}

static void heap_push(struct traffic *t, struct event e)
{
    if (t->heap_count == t->heap_capacity) {
        t->heap_capacity = t->heap_capacity ? t->heap_capacity * 2 : 1024;
        t->heap = realloc(t->heap, t->heap_capacity * sizeof *t->heap);
        if (t->heap == NULL) {
            fprintf(stderr, "generate: out of memory\n");
            exit(1);
        }
    }
    e.order = t->order++;
    size_t i = t->heap_count++;
    while (i > 0 && event_before(&e, &t->heap[(i - 1) / 2])) {
        t->heap[i] = t->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    t->heap[i] = e;
}

static void heap_pop(struct traffic *t)
{
    t->heap[0] = t->heap[--t->heap_count];
    if (t->heap_count)
        heap_sift_down(t, 0);
}

struct conversation *conversation_new(const struct path *path)
{
    struct conversation *c = text_allocate(sizeof *c);
    c->path = *path;
    return c;
}

void conversation_add(struct conversation *c, struct message m)
{
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 4;
        c->messages = realloc(c->messages, c->capacity * sizeof *c->messages);
        if (c->messages == NULL) {
            fprintf(stderr, "generate: out of memory\n");
            exit(1);
        }
    }
    c->planned += m.length;
    c->messages[c->count++] = m;
}

static void conversation_free(struct conversation *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->messages[i].owned)
            free((void *)c->messages[i].data);
    free(c->messages);
    free(c);
}

static void send_late(struct traffic *t, const uint8_t *frame, size_t length, uint32_t delay)
{
    struct late_frame *late = text_allocate(sizeof *late);
    late->length = length;
    memcpy(late->bytes, frame, length);
    heap_push(t, (struct event){.time = t->now + delay, .late = late});
}

static void note_loss(struct traffic *t, struct conversation *c)
{
    if (c->lost++ == 0)
        c->floor = c->level;
    t->lost++;
}

static void send_segment(struct traffic *t, struct conversation *c, struct segment *s)
{
    uint8_t frame[FRAME_MAX];
    s->ip_id = c->ip_id++;
    if (c->path.protocol == IPPROTO_TCP)
        s->clock = (uint32_t)(t->now / 1000);
    size_t n = frame_build(frame, &c->path, s);
    bool fate = c->path.protocol == IPPROTO_TCP && s->length > 0;
    if (fate && rng_chance(&t->rng, t->loss)) {
        note_loss(t, c);
        return;
    }
    if (fate && rng_chance(&t->rng, t->reorder)) {
        t->late++;
        send_late(t, frame, n, rng_between(&t->rng, 60, 600));
        return;
    }
    capture_write(&t->capture, t->now, frame, n);
    if (fate && rng_chance(&t->rng, t->repeat)) {
        t->repeated++;
        send_late(t, frame, n, rng_between(&t->rng, 200, 3000));
    }
}

static void send_control(struct traffic *t, struct conversation *c, bool from_client, uint8_t flags)
{
    struct segment s = {.sequence = c->sequence[from_client],
                        .acknowledged = (flags & FRAME_ACK) ? c->sequence[!from_client] : 0,
                        .flags = flags,
                        .from_client = from_client};
    send_segment(t, c, &s);
    if (flags & (FRAME_SYN | FRAME_FIN))
        c->sequence[from_client]++;
}

/* Sends the next piece of the current message; returns the pause until the next packet. */
static uint32_t send_data(struct traffic *t, struct conversation *c)
{
    struct message *m = &c->messages[c->current];
    size_t n = m->length - c->offset;
    size_t limit = frame_payload_limit(&c->path);
    bool tcp = c->path.protocol == IPPROTO_TCP;

    if (tcp && c->unacknowledged >= 2) {
        c->unacknowledged = 0;
        send_control(t, c, !m->from_client, FRAME_ACK);
        return rng_between(&t->rng, 3, 30);
    }
    if (tcp && n > limit)
        n = limit;
    bool last = c->offset + n == m->length;
    struct segment s = {.payload = m->data + c->offset,
                        .length = n,
                        .sequence = c->sequence[m->from_client],
                        .acknowledged = c->sequence[!m->from_client],
                        .clock = (uint32_t)c->current / 2,
                        .flags = (uint8_t)(FRAME_ACK | (last ? FRAME_PSH : 0)),
                        .from_client = m->from_client};
    send_segment(t, c, &s);
    c->sequence[m->from_client] += (uint32_t)n;
    c->offset += n;
    c->unacknowledged++;
    t->outstanding -= n;
    if (!last)
        return rng_between(&t->rng, 8, 60);
    if (m->level > c->level)
        c->level = m->level;
    c->current++;
    c->offset = 0;
    c->unacknowledged = 0;
    return c->current < c->count ? c->messages[c->current].pause : c->round_trip;
}

static uint32_t step_close(struct traffic *t, struct conversation *c)
{
    switch (c->phase) {
    case PHASE_CLOSE:
        if (c->end == END_RST) {
            send_control(t, c, false, FRAME_RST | FRAME_ACK);
            c->phase = PHASE_DONE;
            return 0;
        }
        send_control(t, c, true, FRAME_FIN | FRAME_ACK);
        c->phase = PHASE_CLOSE_REPLY;
        return c->round_trip;
    case PHASE_CLOSE_REPLY:
        send_control(t, c, false, FRAME_FIN | FRAME_ACK);
        c->phase = PHASE_LAST_ACK;
        return c->round_trip;
    default:
        send_control(t, c, true, FRAME_ACK);
        c->phase = PHASE_DONE;
        return 0;
    }
}

static void end_data(struct conversation *c)
{
    bool closes = c->path.protocol == IPPROTO_TCP && c->end != END_NONE;
    c->phase = closes ? PHASE_CLOSE : PHASE_DONE;
}

/* Sends one packet of the conversation; returns the pause until its next one. */
static uint32_t step_conversation(struct traffic *t, struct conversation *c)
{
    uint32_t pause;
    switch (c->phase) {
    case PHASE_SYN:
        send_control(t, c, true, FRAME_SYN);
        c->phase = c->bare_syn ? PHASE_DONE : PHASE_SYN_ACK;
        return c->round_trip / 2;
    case PHASE_SYN_ACK:
        send_control(t, c, false, FRAME_SYN | FRAME_ACK);
        c->phase = PHASE_ACK;
        return c->round_trip / 2;
    case PHASE_ACK:
        send_control(t, c, true, FRAME_ACK);
        c->phase = PHASE_DATA;
        if (c->count == 0)
            end_data(c);
        return rng_between(&t->rng, 20, 400);
    case PHASE_DATA:
        pause = send_data(t, c);
        if (c->current == c->count)
            end_data(c);
        return pause;
    default:
        return step_close(t, c);
    }
}

void traffic_start(struct traffic *t, struct conversation *c, uint32_t delay)
{
    c->phase = c->path.protocol == IPPROTO_TCP ? PHASE_SYN : PHASE_DATA;
    c->round_trip = rng_between(&t->rng, 1000, 40000);
    c->sequence[0] = (uint32_t)rng_next(&t->rng);
    c->sequence[1] = (uint32_t)rng_next(&t->rng);
    c->ip_id = (uint16_t)rng_next(&t->rng);
    t->active++;
    t->outstanding += c->planned;
    heap_push(t, (struct event){.time = t->now + delay, .conversation = c});
}

bool traffic_step(struct traffic *t)
{
    if (t->heap_count == 0)
        return false;
    struct event *top = &t->heap[0];
    t->now = top->time;
    if (top->late) {
        capture_write(&t->capture, t->now, top->late->bytes, top->late->length);
        free(top->late);
        heap_pop(t);
        return true;
    }
    struct conversation *c = top->conversation;
    uint32_t pause = step_conversation(t, c);
    if (c->phase != PHASE_DONE) {
        t->heap[0].time = t->now + pause; /* still the top: late frames lie in the future */
        t->heap[0].order = t->order++;
        heap_sift_down(t, 0);
        return true;
    }
    heap_pop(t);
    t->active--;
    if (t->finished)
        t->finished(t->context, c);
    conversation_free(c);
    return true;
}

void traffic_clear(struct traffic *t)
{
    free(t->heap);
    t->heap = NULL;
    t->heap_count = t->heap_capacity = 0;
}
