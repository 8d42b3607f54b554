/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes decode: one byte chooses the link type, one says how many bytes the snaplen cut, the rest
 * is the frame. A view must lie inside the frame, and everything must be counted once.
 */
#include "decode/decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_view(const struct frame *frame, const struct packet *packet)
{
    const uint8_t *end = frame->data + frame->captured;
    require(packet->payload >= frame->data && packet->payload <= end);
    require(packet->payload_length <= (size_t)(end - packet->payload));
    require(packet->payload_length <= packet->payload_on_wire);
    require(packet->network >= frame->data && packet->network <= packet->payload);
    require(packet->network_length <= (size_t)(end - packet->network));
    require(packet->payload + packet->payload_length <= packet->network + packet->network_length);
    require(packet->protocol == PACKET_TCP || packet->protocol == PACKET_UDP);
    require(packet->vlan_count <= PACKET_VLANS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int link_types[] = {1, 0, 12, 14, 101, 108, 113, 228, 229, 276};
    if (size < 2)
        return 0;
    struct frame frame = {
        .data = data + 2,
        .captured = (uint32_t)size - 2,
        .on_wire = (uint32_t)size - 2 + data[1],
        .link_type = link_types[data[0] % (sizeof link_types / sizeof link_types[0])],
    };
    struct packet packet;
    struct decode_counters counters = {0};
    bool decoded = decode_frame(&frame, &packet, &counters);
    if (decoded)
        check_view(&frame, &packet);
    uint64_t anomalies = 0;
    for (int i = 0; i < ANOMALY_COUNT; i++)
        anomalies += counters.anomalies[i];
    require(counters.frames == 1 && counters.packets == (decoded ? 1 : 0));
    require(counters.packets + counters.other <= 1);
    require(counters.packets + counters.other + anomalies >= 1);
    return 0;
}
