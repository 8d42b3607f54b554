/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP reassembly (RFC 9293 3.4) for a listener that cannot ask again. In-order payload goes to the
 * listener straight from the packet; what comes too early is held until the hole before it is
 * filled or given up. The first copy of a byte wins, held or delivered. Nothing here trusts the
 * sender: sequence arithmetic is modulo 2^32, and holding has limits per direction and in all.
 */
#include "flow/stream.h"

/* One direction while a packet is worked on. */
struct stream {
    struct flow_table *table;
    struct flow *flow;
    struct flow_side *side;
    unsigned number;
    const struct packet *packet;
};

/* Bytes of the packet that are not worked on yet. */
struct piece {
    uint32_t sequence;
    const uint8_t *data;
    uint32_t captured;
    uint32_t on_wire; /* more than captured after a snaplen cut */
};

static struct stream stream_of(struct flow_table *table, struct flow *flow, unsigned number,
                               const struct packet *packet)
{
    return (struct stream){table, flow, &flow->side[number], number, packet};
}

/* How far sequence number a is behind b: negative when it comes first. */
static int32_t sequence_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static bool sequence_before(uint32_t a, uint32_t b)
{
    return sequence_distance(a, b) < 0;
}

static bool wants_bytes(const struct stream *stream)
{
    return flow_delivers(stream->flow) && !stream->side->fin;
}

static struct segment *first_held(const struct stream *stream)
{
    return segments_at(&stream->table->segments, stream->side->held);
}

static void report_bytes(const struct stream *stream, const uint8_t *data, uint32_t length)
{
    stream->side->next_sequence += length;
    const struct flow_listener *listener = &stream->table->listener;
    listener->bytes(listener->context, stream->flow, stream->number, data, length, stream->packet);
}

void stream_report_gap(struct flow_table *table, struct flow *flow, unsigned number,
                       uint32_t length, const struct packet *packet)
{
    flow->side[number].gapped = 1;
    table->counters.gaps++;
    table->counters.gap_bytes += length;
    table->listener.gap(table->listener.context, flow, number, length, packet);
}

static void report_gap(const struct stream *stream, uint32_t length)
{
    stream->side->next_sequence += length;
    stream_report_gap(stream->table, stream->flow, stream->number, length, stream->packet);
}

static void close_side(const struct stream *stream)
{
    stream->side->fin = 1;
    segments_drop(&stream->table->segments, stream->side);
}

/* Tells the first held segment. It leaves the ring before the listener hears of it, because the
 * listener may give the flow up, which drops the ring. */
static void release_first(const struct stream *stream)
{
    struct segment_pool *pool = &stream->table->segments;
    uint32_t number = segments_pop(pool, stream->side);
    const struct segment *segment = segments_at(pool, number);
    uint32_t known = stream->side->next_sequence - segment->sequence;
    if (segment->fin)
        close_side(stream);
    else if (known < segment->length)
        report_bytes(stream, segments_data(pool, number) + known, segment->length - known);
    segments_give(pool, number);
}

/* Tells what is held without a hole before it. */
static void release_ready(const struct stream *stream)
{
    while (stream->side->held &&
           !sequence_before(stream->side->next_sequence, first_held(stream)->sequence))
        release_first(stream);
}

static void skip_hole(const struct stream *stream)
{
    uint32_t hole = first_held(stream)->sequence - stream->side->next_sequence;
    if (hole)
        report_gap(stream, hole);
    release_ready(stream);
}

void stream_skip_hole(struct flow_table *table, struct flow *flow, unsigned number,
                      const struct packet *packet)
{
    struct stream stream = stream_of(table, flow, number, packet);
    skip_hole(&stream);
}

void stream_drain(struct flow_table *table, struct flow *flow, unsigned number,
                  const struct packet *packet)
{
    struct stream stream = stream_of(table, flow, number, packet);
    while (stream.side->held)
        skip_hole(&stream);
}

static void piece_advance(struct piece *piece, uint32_t length)
{
    uint32_t captured = length < piece->captured ? length : piece->captured;
    piece->sequence += length;
    piece->data += captured;
    piece->captured -= captured;
    piece->on_wire -= length;
}

/* Cuts off what was already told. */
static void piece_trim(struct piece *piece, uint32_t next_sequence)
{
    int32_t known = sequence_distance(next_sequence, piece->sequence);
    if (known > 0)
        piece_advance(piece, (uint32_t)known < piece->on_wire ? (uint32_t)known : piece->on_wire);
}

/* Tells a piece that begins at the next byte, up to the first held segment; then that, and so on:
 * what was held came first and wins. */
static void take_in_order(const struct stream *stream, struct piece piece)
{
    while (piece.on_wire > 0 && wants_bytes(stream)) {
        uint32_t room = piece.on_wire;
        if (stream->side->held) {
            uint32_t hole = first_held(stream)->sequence - stream->side->next_sequence;
            room = hole < room ? hole : room;
        }
        uint32_t seen = piece.captured < room ? piece.captured : room;
        if (seen > 0)
            report_bytes(stream, piece.data, seen);
        if (room > seen && wants_bytes(stream))
            report_gap(stream, room - seen);
        release_ready(stream);
        piece_trim(&piece, stream->side->next_sequence);
    }
}

/* The first held segment that ends behind `sequence`, 0 when there is none. */
static uint32_t find_behind(const struct stream *stream, uint32_t sequence)
{
    const struct segment_pool *pool = &stream->table->segments;
    uint32_t first = stream->side->held;
    if (!first)
        return 0;
    uint32_t found = 0; /* from the last one back: segments mostly come in order */
    for (uint32_t at = segments_at(pool, first)->previous;; at = segments_at(pool, at)->previous) {
        const struct segment *segment = segments_at(pool, at);
        if (!sequence_before(sequence, segment->sequence + segment->length))
            return found;
        found = at;
        if (at == first)
            return found;
    }
}

/* Gives up what must be given up to hold one more segment; false when nothing can be. What the
 * limits let go may be this very stream's hole. */
static bool make_room(const struct stream *stream)
{
    struct flow_table *table = stream->table;
    struct segment_pool *pool = &table->segments;
    table->counters.held_dropped++;
    if (stream->side->held && segments_count(pool, stream->side) >= table->limits.segments_a_flow) {
        skip_hole(stream);
        return true;
    }
    if (!pool->oldest)
        return false;
    const struct segment *oldest = segments_at(pool, pool->oldest);
    struct flow *flow = &table->flows[oldest->flow];
    unsigned side = oldest->side;
    struct packet empty = table_empty_packet(table, flow, side, table->clock_ns);
    stream_skip_hole(table, flow, side, flow == stream->flow ? stream->packet : &empty);
    return true;
}

static bool has_room(const struct stream *stream)
{
    const struct flow_table *table = stream->table;
    return !segments_exhausted(&table->segments) &&
           segments_count(&table->segments, stream->side) < table->limits.segments_a_flow;
}

/* Holds as much of the piece as fits before the next held segment and into one buffer. */
static void hold_part(const struct stream *stream, struct piece *piece)
{
    struct segment_pool *pool = &stream->table->segments;
    uint32_t behind = find_behind(stream, piece->sequence);
    uint32_t length = piece->captured < SEGMENT_BYTES ? piece->captured : SEGMENT_BYTES;
    if (behind) {
        const struct segment *segment = segments_at(pool, behind);
        uint32_t room = segment->sequence - piece->sequence;
        length = room < length ? room : length;
    }
    segments_insert(pool, stream->flow, stream->number, behind,
                    &(struct segment_content){.time_ns = stream->table->clock_ns,
                                              .sequence = piece->sequence,
                                              .data = piece->data,
                                              .length = (uint16_t)length});
    piece_advance(piece, length);
}

/* Cuts off what is already held at the front of the piece. */
static void piece_trim_held(const struct stream *stream, struct piece *piece)
{
    uint32_t behind = find_behind(stream, piece->sequence);
    while (behind && piece->captured > 0) {
        const struct segment *segment = segments_at(&stream->table->segments, behind);
        if (sequence_before(piece->sequence, segment->sequence) || segment->fin)
            return;
        uint32_t known = segment->sequence + segment->length - piece->sequence;
        piece_advance(piece, known < piece->captured ? known : piece->captured);
        behind = segment->next == stream->side->held ? 0 : segment->next;
    }
}

/* Holds a piece that comes too early. When limits leave no room, holes are given up, and the
 * piece may become the next in order meanwhile. */
static void hold(const struct stream *stream, struct piece piece)
{
    uint32_t offered = piece.captured;
    uint32_t stored = 0;
    piece_trim_held(stream, &piece);
    while (piece.captured > 0 && wants_bytes(stream)) {
        piece_trim(&piece, stream->side->next_sequence);
        if (piece.sequence == stream->side->next_sequence) {
            take_in_order(stream, piece);
            return;
        }
        if (has_room(stream)) {
            uint32_t before = piece.captured;
            hold_part(stream, &piece);
            stored += before - piece.captured;
        } else if (!make_room(stream)) {
            report_gap(stream, piece.sequence - stream->side->next_sequence);
        }
        piece_trim_held(stream, &piece);
    }
    stream->table->counters.out_of_order += stored > 0;
    stream->table->counters.retransmitted += offered > 0 && stored == 0;
    stream->table->counters.overlaps += stored > 0 && stored < offered;
}

static void take_payload(const struct stream *stream)
{
    const struct packet *packet = stream->packet;
    struct flow_side *side = stream->side;
    struct piece piece = {packet->tcp_sequence, packet->payload, packet->payload_length,
                          packet->payload_on_wire};
    int32_t ahead = sequence_distance(piece.sequence, side->next_sequence);
    if (ahead > 0) {
        hold(stream, piece);
        return;
    }
    if (sequence_distance(side->next_sequence, piece.sequence + piece.on_wire) >= 0) {
        stream->table->counters.retransmitted++;
        return;
    }
    bool meets_held =
        side->held && sequence_before(first_held(stream)->sequence, piece.sequence + piece.on_wire);
    stream->table->counters.overlaps += ahead < 0 || meets_held;
    piece_trim(&piece, side->next_sequence);
    take_in_order(stream, piece);
}

/* Behind every segment that begins before it, also one that (against the rules) ends after it. */
static uint32_t find_place_of_fin(const struct stream *stream, uint32_t sequence)
{
    const struct segment_pool *pool = &stream->table->segments;
    uint32_t behind = find_behind(stream, sequence);
    if (behind && sequence_before(segments_at(pool, behind)->sequence, sequence)) {
        behind = segments_at(pool, behind)->next;
        return behind == stream->side->held ? 0 : behind;
    }
    return behind;
}

/* A FIN in order closes the side; one that comes too early waits among the held segments. */
static void take_fin(const struct stream *stream)
{
    uint32_t sequence = stream->packet->tcp_sequence + stream->packet->payload_on_wire;
    int32_t ahead = sequence_distance(sequence, stream->side->next_sequence);
    if (ahead == 0)
        close_side(stream);
    else if (ahead > 0 && ahead < STREAM_AHEAD_MAX && has_room(stream))
        segments_insert(&stream->table->segments, stream->flow, stream->number,
                        find_place_of_fin(stream, sequence),
                        &(struct segment_content){
                            .time_ns = stream->table->clock_ns, .sequence = sequence, .fin = true});
}

/* Loss of synchronisation: the packet's sequence cannot belong to what was seen before. */
static bool out_of_sync(const struct flow_side *side, const struct packet *packet)
{
    int32_t ahead = sequence_distance(packet->tcp_sequence, side->next_sequence);
    return packet->payload_on_wire > 0 && (ahead > STREAM_AHEAD_MAX || ahead < -STREAM_BEHIND_MAX);
}

static void resync(const struct stream *stream)
{
    stream_drain(stream->table, stream->flow, stream->number, stream->packet);
    if (wants_bytes(stream))
        report_gap(stream, 0);
    stream->side->next_sequence = stream->packet->tcp_sequence;
}

void stream_add(struct flow_table *table, struct flow *flow, unsigned number,
                const struct packet *packet)
{
    struct stream stream = stream_of(table, flow, number, packet);
    if (!stream.side->synced) {
        stream.side->synced = 1;
        stream.side->next_sequence = packet->tcp_sequence;
    }
    if (!wants_bytes(&stream))
        return;
    if (out_of_sync(stream.side, packet))
        resync(&stream);
    if (packet->payload_on_wire > 0 && wants_bytes(&stream))
        take_payload(&stream);
    if ((packet->tcp_flags & TCP_FIN) && wants_bytes(&stream))
        take_fin(&stream);
}

/* Whether the receiver can have what comes before the first held segment. */
static bool hole_acknowledged(const struct stream *stream)
{
    int32_t beyond =
        sequence_distance(stream->packet->tcp_acknowledgment, first_held(stream)->sequence);
    return beyond >= 0 && beyond < STREAM_AHEAD_MAX;
}

/* A request of which nothing was seen is missing before its answer is told. Only the client's
 * side: there the server would have to lie, on the other side a client can, to hide an answer. */
static void skip_unseen_request(const struct stream *stream)
{
    int32_t unseen =
        sequence_distance(stream->packet->tcp_acknowledgment, stream->side->next_sequence);
    if (stream->number == stream->flow->client && !stream->side->held && unseen > 0 &&
        unseen < STREAM_BEHIND_MAX)
        report_gap(stream, (uint32_t)unseen);
}

void stream_acknowledge(struct flow_table *table, struct flow *flow, unsigned number,
                        const struct packet *packet)
{
    struct stream stream = stream_of(table, flow, number, packet);
    bool answers = packet->payload_on_wire > 0;
    while (stream.side->held) {
        struct segment *first = first_held(&stream);
        if (hole_acknowledged(&stream))
            first->acknowledged = 1;
        bool waited = table->clock_ns - first->time_ns >= STREAM_ACKNOWLEDGED_NS;
        if (!first->acknowledged || (!answers && !waited))
            return;
        skip_hole(&stream);
    }
    if (answers && wants_bytes(&stream))
        skip_unseen_request(&stream);
}
