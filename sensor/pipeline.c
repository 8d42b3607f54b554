/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road of a packet, to be read first: pipeline_frame() -> decode -> flow -> on_bytes() ->
 * classify -> inspect -> detect -> on_finding() -> ring. Each stage knows only those before it;
 * this file wires them.
 */
#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_EVERY_NS                                                                              \
    UINT64_C(10000000) /* of packet time: how often waiting proofs are looked at */
#define MIDSTREAM_TRIES_MAX                                                                        \
    64 /* segments of a flow picked up in the middle that are held against the recognisers */

struct pipeline {
    struct pipeline_options options;
    struct decode_counters decode;
    struct flow_table *flows;
    struct classifier *classifier;
    struct http_inspector *http;
    struct detector *detector;
    struct doors doors;
    struct syn_tools tools;
    struct tls_servers tls_servers;
    struct finding door_finding; /* the one being made */
    uint64_t bytes;
    uint64_t findings_dropped;
    uint64_t time_ns; /* the packet clock: highest packet time */
    uint64_t ticked_ns;
    uint64_t shown; /* ordinal of the packet nDPI saw last */
};

/* Whether anybody can be exposed by this flow's server: it is in home, or both ends are outside. */
static bool server_matters(const struct pipeline *pipeline, const struct flow *flow)
{
    const struct netset *home = pipeline->options.home;
    return netset_contains(home, &flow->addr[flow_other_side(flow->client)]) ||
           !netset_contains(home, &flow->addr[flow->client]);
}

/* classify: nDPI sees a packet once, while no recogniser has decided. */
static void show_to_engine(struct pipeline *pipeline, struct flow *flow,
                           const struct packet *packet)
{
    if (packet->ordinal == pipeline->shown || flow->classify_packets >= CLASSIFY_PACKETS_MAX)
        return;
    if (!pipeline->options.classify_all && !server_matters(pipeline, flow))
        return;
    pipeline->shown = packet->ordinal;
    classifier_add(pipeline->classifier, flow, packet);
}

static void give_up(struct pipeline *pipeline, struct flow *flow)
{
    classifier_finish(pipeline->classifier, flow);
    flow_set_stage(pipeline->flows, flow, FLOW_GIVEN_UP);
}

/* detect, doors -> ring: the finding leaves the packet side. */
static void send_finding(struct pipeline *pipeline, const struct finding *finding)
{
    struct ring *ring = pipeline->options.findings;
    void *slot = pipeline->options.live ? ring_reserve(ring) : ring_reserve_wait(ring);
    if (!slot) {
        pipeline->findings_dropped++;
        return;
    }
    finding_copy(slot, finding);
    ((struct finding *)slot)->tool =
        (uint8_t)syn_tools_find(&pipeline->tools, &finding->client, finding->first_ns);
    ring_push(ring);
}

/* `store` is "" where nothing is known of it; `first_ns` is when the flow began. */
static void send_door(struct pipeline *pipeline, const struct door_news *news, const char *store,
                      uint64_t first_ns)
{
    struct finding *finding = &pipeline->door_finding;
    memset(finding, 0, offsetof(struct finding, datasets));
    finding->kind = FINDING_DOOR;
    finding->door = (uint8_t)news->door;
    finding->transport = PACKET_TCP;
    finding->client_by = CLIENT_BY_HANDSHAKE;
    finding->time_ns = news->time_ns;
    finding->first_ns = first_ns;
    finding->ordinal = news->ordinal;
    finding->client = news->client;
    finding->server = news->server;
    finding->client_port = news->client_port;
    finding->server_port = news->server_port;
    finding->vlan = news->vlan;
    finding->records = FINDING_NO_COUNT;
    (void)snprintf(finding->store, sizeof finding->store, "%s", store);
    send_finding(pipeline, finding);
}

/* The store whose usual port this is, or NULL. */
static const char *usual_store(const struct pipeline *pipeline, uint16_t port)
{
    const struct signature_set *set = pipeline->options.signatures;
    for (size_t i = 0; i < set->count; i++)
        for (const uint16_t *usual = set->signatures[i]->ports; *usual; usual++)
            if (*usual == port)
                return set->signatures[i]->name;
    return NULL;
}

/* Whether the first bytes of this side are a TLS server's. */
static bool is_tls_answer(const struct flow *flow, unsigned side, enum tls_message message)
{
    bool is_server = flow->client != side || flow->client_by == CLIENT_BY_FIRST_PACKET;
    return is_server && (message == TLS_SERVER_HELLO || message == TLS_ALERT);
}

/* A store may stand there or something else: told once, with nothing proven. */
static void tell_opaque(struct pipeline *pipeline, const struct flow *flow, unsigned server,
                        const struct packet *packet)
{
    unsigned client = flow_other_side(server);
    const char *store = usual_store(pipeline, flow->port[server]);
    bool is_home = netset_contains(pipeline->options.home, &flow->addr[client]);
    if (!store ||
        !tls_servers_note(&pipeline->tls_servers, &flow->addr[server], flow->port[server], is_home))
        return;
    struct door_news news = {.door = DOOR_OPAQUE,
                             .client_is_home = is_home,
                             .client_port = flow->port[client],
                             .server_port = flow->port[server],
                             .vlan = packet->vlan_count ? packet->vlans[0] : 0,
                             .time_ns = packet->time_ns,
                             .ordinal = packet->ordinal,
                             .client = flow->addr[client],
                             .server = flow->addr[server]};
    send_door(pipeline, &news, store, flow->first_ns);
}

/* inspect -> detect: in-order bytes of a flow that has an inspector. */
static void inspect(struct pipeline *pipeline, struct flow *flow, unsigned side,
                    const uint8_t *data, uint32_t length, const struct packet *packet)
{
    bool is_first = flow->side[side].bytes <= length;
    if (is_first && is_tls_answer(flow, side, tls_recognise(data, length)))
        tell_opaque(pipeline, flow, side, packet);
    if (http_bytes(pipeline->http, flow, side, data, length, packet))
        return;
    http_close(pipeline->http, flow);
    give_up(pipeline, flow);
}

/* A recogniser decided: the flow gets its inspector and what was kept of both sides. */
static void begin_inspection(struct pipeline *pipeline, struct flow *flow, unsigned client,
                             const struct packet *packet)
{
    flow->client = (uint8_t)client;
    flow->client_by = CLIENT_BY_CONTENT;
    classifier_finish(pipeline->classifier, flow);
    if (http_open(pipeline->http, flow) != AJAR_OK) {
        give_up(pipeline, flow);
        return;
    }
    flow_set_stage(pipeline->flows, flow, FLOW_INSPECTED);
    for (unsigned turn = 0; turn < 2 && flow->stage == FLOW_INSPECTED; turn++) {
        unsigned side = turn ? flow_other_side(client) : client;
        struct flow_side *kept = &flow->side[side];
        uint8_t length = kept->prefix_length;
        kept->prefix_length = 0;
        if (length > 0)
            inspect(pipeline, flow, side, kept->prefix, length, packet);
    }
}

/* Nothing knows these bytes. In the middle of a flow the next segment may begin a message. */
static void not_recognised(struct pipeline *pipeline, struct flow *flow, unsigned side)
{
    flow->side[side].prefix_length = 0;
    uint32_t seen = flow->side[0].packets + flow->side[1].packets;
    bool middle = flow->midstream || flow->side[side].gapped;
    bool named = !pipeline->options.classify_all || flow->classify_packets >= CLASSIFY_PACKETS_MAX;
    if (named && (!middle || seen >= MIDSTREAM_TRIES_MAX))
        give_up(pipeline, flow);
}

/* Keeps the bytes while they could still become something. */
static void keep_prefix(struct flow_side *kept, const uint8_t *data, uint32_t length)
{
    memcpy(kept->prefix + kept->prefix_length, data, length);
    kept->prefix_length = (uint8_t)(kept->prefix_length + length);
}

/* What no recogniser knows may be TLS. True: the answer to a hello to a usual port is waited for;
 * the hello's beginning stays, so that what follows is taken for the rest of it. */
static bool wait_for_tls(struct pipeline *pipeline, struct flow *flow, unsigned side,
                         const uint8_t *bytes, size_t count, const struct packet *packet)
{
    enum tls_message message = tls_recognise(bytes, count);
    struct flow_side *kept = &flow->side[side];
    if (is_tls_answer(flow, side, message))
        tell_opaque(pipeline, flow, side, packet);
    if (message != TLS_CLIENT_HELLO || !usual_store(pipeline, flow->port[flow_other_side(side)]))
        return false;
    if (kept->prefix_length == 0) {
        kept->prefix_length = (uint8_t)(count < FLOW_PREFIX_MAX ? count : FLOW_PREFIX_MAX);
        memcpy(kept->prefix, bytes, kept->prefix_length);
    }
    return true;
}

/* The other side said hello in TLS: whatever the answer is, nobody can read on. */
static bool answers_tls(struct pipeline *pipeline, struct flow *flow, unsigned side,
                        const uint8_t *data, uint32_t length, const struct packet *packet)
{
    const struct flow_side *other = &flow->side[flow_other_side(side)];
    if (tls_recognise(other->prefix, other->prefix_length) != TLS_CLIENT_HELLO)
        return false;
    if (is_tls_answer(flow, side, tls_recognise(data, length)))
        tell_opaque(pipeline, flow, side, packet);
    show_to_engine(pipeline, flow, packet);
    give_up(pipeline, flow);
    return true;
}

/* classify: first bytes of a side, alone or behind the few that were kept. */
static void classify(struct pipeline *pipeline, struct flow *flow, unsigned side,
                     const uint8_t *data, uint32_t length, const struct packet *packet)
{
    struct flow_side *kept = &flow->side[side];
    uint8_t joined[2 * FLOW_PREFIX_MAX];
    const uint8_t *bytes = data;
    size_t count = length;
    if (answers_tls(pipeline, flow, side, data, length, packet))
        return;
    if (kept->prefix_length > 0) {
        size_t room = sizeof joined - kept->prefix_length;
        size_t taken = length < room ? length : room;
        memcpy(joined, kept->prefix, kept->prefix_length);
        memcpy(joined + kept->prefix_length, data, taken);
        bytes = joined;
        count = kept->prefix_length + taken;
    }
    show_to_engine(pipeline, flow, packet);
    enum application_protocol protocol = APPLICATION_NONE;
    enum recognition recognition = classify_recognise(bytes, count, &protocol);
    if (recognition == RECOGNITION_WAIT && kept->prefix_length + length <= FLOW_PREFIX_MAX) {
        keep_prefix(kept, data, length);
        return;
    }
    if (recognition != RECOGNITION_REQUEST && recognition != RECOGNITION_REPLY) {
        if (wait_for_tls(pipeline, flow, side, bytes, count, packet))
            return;
        not_recognised(pipeline, flow, side);
        return;
    }
    unsigned client = recognition == RECOGNITION_REQUEST ? side : flow_other_side(side);
    begin_inspection(pipeline, flow, client, packet);
    if (flow->stage == FLOW_INSPECTED)
        inspect(pipeline, flow, side, data, length, packet);
}

static void on_bytes(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                     uint32_t length, const struct packet *packet)
{
    struct pipeline *pipeline = context;
    if (flow->protocol != PACKET_TCP)
        give_up(pipeline, flow); /* no inspector reads UDP yet */
    else if (flow->stage == FLOW_INSPECTED)
        inspect(pipeline, flow, side, data, length, packet);
    else if (flow->stage == FLOW_UNDECIDED)
        classify(pipeline, flow, side, data, length, packet);
}

static void on_gap(void *context, struct flow *flow, unsigned side, uint32_t length,
                   const struct packet *packet)
{
    struct pipeline *pipeline = context;
    if (flow->stage == FLOW_INSPECTED) {
        detector_note_gap(pipeline->detector, flow);
        http_gap(pipeline->http, flow, side, length, packet);
    } else {
        flow->side[side].prefix_length = 0;
    }
}

static void on_closed(void *context, struct flow *flow, enum flow_end end, uint64_t time_ns)
{
    struct pipeline *pipeline = context;
    classifier_finish(pipeline->classifier, flow);
    http_close(pipeline->http, flow);
    detector_close(pipeline->detector, flow, end, time_ns);
}

/* Whether it proves that the server stands open to everybody, now. */
static bool opens_door(const struct finding *finding)
{
    return finding->kind == FINDING_QUERY && finding->transport == PACKET_TCP &&
           finding->credentials == CREDENTIALS_NONE && !finding->weak &&
           verdict_exposes((enum verdict)finding->verdict);
}

static void on_finding(void *context, const struct finding *finding)
{
    struct pipeline *pipeline = context;
    if (opens_door(finding))
        doors_add(&pipeline->doors, &finding->server, finding->server_port);
    send_finding(pipeline, finding);
}

static void on_door(void *context, const struct door_news *news)
{
    send_door(context, news, "", news->time_ns);
}

static const char *application_name(void *context, uint16_t application)
{
    const struct pipeline *pipeline = context;
    return classifier_application_name(pipeline->classifier, application);
}

void pipeline_frame(void *context, const struct frame *frame)
{
    struct pipeline *pipeline = context;
    struct packet packet;
    pipeline->bytes += frame->on_wire;
    if (frame->time_ns > pipeline->time_ns)
        pipeline->time_ns = frame->time_ns;
    if (decode_frame(frame, &packet, &pipeline->decode)) {
        syn_tools_see(&pipeline->tools, &packet);
        flow_table_add(pipeline->flows, &packet);
        doors_see(&pipeline->doors, &packet);
    }
    if (pipeline->time_ns - pipeline->ticked_ns >= TICK_EVERY_NS) {
        pipeline->ticked_ns = pipeline->time_ns;
        detector_tick(pipeline->detector, pipeline->time_ns);
    }
}

void pipeline_tick(struct pipeline *pipeline, uint64_t time_ns)
{
    if (time_ns > pipeline->time_ns)
        pipeline->time_ns = time_ns;
    flow_table_tick(pipeline->flows, pipeline->time_ns);
    detector_tick(pipeline->detector, pipeline->time_ns);
    doors_tick(&pipeline->doors, pipeline->time_ns);
}

void pipeline_add_door(struct pipeline *pipeline, const struct addr *server, uint16_t port)
{
    doors_add(&pipeline->doors, server, port);
}

void pipeline_finish(struct pipeline *pipeline)
{
    pipeline->options.live = false; /* no packet waits behind what is told now */
    doors_finish(&pipeline->doors);
    flow_table_finish(pipeline->flows);
}

static enum ajar_status make_stages(struct pipeline *pipeline, struct problem *problem)
{
    const struct pipeline_options *options = &pipeline->options;
    struct flow_listener flow_listener = {
        .context = pipeline, .bytes = on_bytes, .gap = on_gap, .closed = on_closed};
    struct detect_options detect = {.signatures = options->signatures,
                                    .scan_full = options->scan_full,
                                    .classes = options->classes,
                                    .samples = options->samples,
                                    .listener = on_finding,
                                    .context = pipeline,
                                    .application_name = application_name,
                                    .application_context = pipeline};
    struct http_limits http = HTTP_LIMITS_DEFAULT;
    enum ajar_status status =
        flow_table_new(&options->flows, options->seed, &flow_listener, &pipeline->flows);
    if (status == AJAR_OK)
        status = classifier_new(&pipeline->classifier, problem);
    if (status == AJAR_OK)
        status = detector_new(&detect, &pipeline->detector);
    if (status == AJAR_OK)
        status = doors_init(&pipeline->doors, options->seed, options->home, on_door, pipeline);
    if (status != AJAR_OK)
        return status;
    struct http_listener http_listener = detector_http_listener(pipeline->detector);
    return http_inspector_new(&http, &http_listener, &pipeline->http);
}

enum ajar_status pipeline_new(const struct pipeline_options *options, struct pipeline **pipeline,
                              struct problem *problem)
{
    struct pipeline *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "out of memory");
    made->options = *options;
    made->tools.seed = options->seed;
    made->tls_servers.seed = options->seed;
    enum ajar_status status = make_stages(made, problem);
    if (status == AJAR_OK) {
        *pipeline = made;
        return AJAR_OK;
    }
    pipeline_free(made);
    return problem_set(problem, status, "the packet stages could not be made: %s",
                       ajar_status_text(status));
}

void pipeline_free(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    flow_table_free(pipeline->flows);
    http_inspector_free(pipeline->http);
    detector_free(pipeline->detector);
    classifier_free(pipeline->classifier);
    doors_clear(&pipeline->doors);
    free(pipeline);
}

struct pipeline_counters pipeline_counters(const struct pipeline *pipeline)
{
    return (struct pipeline_counters){
        .decode = &pipeline->decode,
        .flow = flow_table_counters(pipeline->flows),
        .classify = classifier_counters(pipeline->classifier),
        .http = http_inspector_counters(pipeline->http),
        .detect = detector_counters(pipeline->detector),
        .doors = doors_counters(&pipeline->doors),
        .tool_syns = pipeline->tools.seen,
        .tls_servers_evicted = pipeline->tls_servers.evicted,
        .bytes = pipeline->bytes,
        .findings_dropped = pipeline->findings_dropped,
    };
}

uint64_t pipeline_time(const struct pipeline *pipeline)
{
    return pipeline->time_ns;
}
