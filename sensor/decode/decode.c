/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks down the headers of one frame: the link type chooses the first handler, each handler names
 * the next, until there is a TCP or UDP view or nothing more to see. Runs for every packet.
 */
#include "decode/layers.h"

static const layer_handler handlers[LAYER_COUNT] = {
    [LAYER_ETHERNET] = decode_ethernet, [LAYER_VLAN] = decode_vlan, [LAYER_LLC] = decode_llc,
    [LAYER_SLL] = decode_sll,           [LAYER_SLL2] = decode_sll2, [LAYER_LOOP] = decode_loop,
    [LAYER_RAW] = decode_raw,           [LAYER_IPV4] = decode_ipv4, [LAYER_IPV6] = decode_ipv6,
    [LAYER_TCP] = decode_tcp,           [LAYER_UDP] = decode_udp,
};

static enum layer walk(struct decoding *d, enum layer layer)
{
    for (int depth = 0; depth < DECODE_LAYERS_MAX; depth++) {
        layer = handlers[layer](d);
        if (layer < LAYER_ETHERNET)
            return layer;
    }
    return layer_bad(d, ANOMALY_TOO_MANY_LAYERS);
}

/* What the handlers do not set; addresses and ports come from theirs. */
static void begin_packet(struct packet *packet, const struct frame *frame)
{
    packet->time_ns = frame->time_ns;
    packet->ordinal = frame->ordinal;
    packet->vlan_count = 0;
}

bool decode_frame(const struct frame *frame, struct packet *packet,
                  struct decode_counters *counters)
{
    struct decoding d = {
        .bytes = cursor_over(frame->data, frame->captured),
        .missing = frame->on_wire > frame->captured ? frame->on_wire - frame->captured : 0,
        .packet = packet,
        .anomalies = counters->anomalies,
    };
    counters->frames++;
    begin_packet(packet, frame);
    enum layer layer = layer_of_link_type(frame->link_type);
    if (layer == LAYER_BAD)
        (void)layer_bad(&d, ANOMALY_LINK_UNKNOWN);
    else
        layer = walk(&d, layer);

    if (layer == LAYER_DONE)
        counters->packets++;
    else if (layer == LAYER_OTHER)
        counters->other++;
    return layer == LAYER_DONE;
}
