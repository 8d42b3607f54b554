/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet and what may stand between it and IP: VLAN tags in any number (IEEE 802.1Q, 802.1ad),
 * and 802.2 LLC with SNAP. A mirror port often adds a tag of its own to those of the traffic.
 */
#include "decode/layers.h"

#define ETHERNET_HEADER 14
#define ETHERTYPE_MIN   0x0600 /* below it is a length (IEEE 802.3 3.2.6) */
#define VLAN_ID_MASK    0x0fff

/* What follows: an ethertype, or the length of an 802.2 frame, which ends its payload. */
static enum layer after_type(struct decoding *d, uint16_t type)
{
    if (type >= ETHERTYPE_MIN)
        return layer_of_ethertype(type);
    if (type <= decoding_on_wire(d))
        decoding_end_after(d, type);
    return LAYER_LLC;
}

enum layer decode_ethernet(struct decoding *d)
{
    const uint8_t *bytes = cursor_take(&d->bytes, ETHERNET_HEADER);
    if (!bytes)
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    struct cursor header = cursor_over(bytes, ETHERNET_HEADER);
    cursor_skip(&header, 12);
    return after_type(d, cursor_read_be16(&header));
}

enum layer decode_vlan(struct decoding *d)
{
    uint16_t id = cursor_read_be16(&d->bytes) & VLAN_ID_MASK;
    uint16_t type = cursor_read_be16(&d->bytes);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    /* Id 0 is a priority tag, which names no VLAN (802.1Q 9.6). */
    struct packet *p = d->packet;
    if (id != 0 && p->vlan_count < PACKET_VLANS_MAX)
        p->vlans[p->vlan_count++] = id;
    return after_type(d, type);
}

/* DSAP, SSAP, control; then, with SNAP, an organisation (0: ethertypes) and a type. */
enum layer decode_llc(struct decoding *d)
{
    uint32_t first = cursor_read_be32(&d->bytes);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    if (first != 0xaaaa0300)
        return LAYER_OTHER; /* spanning tree, discovery protocols, NetBIOS, ... */
    uint32_t second = cursor_read_be32(&d->bytes);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    return second >> 16 == 0 ? layer_of_ethertype((uint16_t)second) : LAYER_OTHER;
}
