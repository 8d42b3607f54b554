/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a frame begins: link types (www.tcpdump.org/linktypes.html) other than Ethernet, and what
 * follows an ethertype. Captures of the "any" interface, of tunnels and of loopbacks come this way.
 */
#include "decode/layers.h"

/* DLT_ values; those of DLT_RAW and DLT_LOOP differ between systems and files. */
enum link_type {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_LINUX_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_LINUX_SLL2 = 276,
};

enum layer layer_of_link_type(int link_type)
{
    switch (link_type) {
    case LINK_ETHERNET:
        return LAYER_ETHERNET;
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6:
        return LAYER_RAW;
    case LINK_NULL:
    case LINK_LOOP:
        return LAYER_LOOP;
    case LINK_LINUX_SLL:
        return LAYER_SLL;
    case LINK_LINUX_SLL2:
        return LAYER_SLL2;
    default:
        return LAYER_BAD;
    }
}

enum layer layer_of_ethertype(uint16_t type)
{
    switch (type) {
    case 0x0800:
        return LAYER_IPV4;
    case 0x86dd:
        return LAYER_IPV6;
    case 0x8100: /* 802.1Q */
    case 0x88a8: /* 802.1ad */
    case 0x9100: /* stacked VLANs before 802.1ad */
    case 0x9200:
        return LAYER_VLAN;
    default:
        return LAYER_OTHER;
    }
}

/* Packet type, hardware type, address length, address[8], protocol. Protocols below 1536 are the
 * kernel's own numbers: 4 means that an 802.2 header follows. */
enum layer decode_sll(struct decoding *d)
{
    cursor_skip(&d->bytes, 14);
    uint16_t protocol = cursor_read_be16(&d->bytes);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    return protocol == 4 ? LAYER_LLC : layer_of_ethertype(protocol);
}

/* Protocol, reserved[2], interface[4], hardware type, packet type[1], address length[1],
 * address[8]. */
enum layer decode_sll2(struct decoding *d)
{
    uint16_t protocol = cursor_read_be16(&d->bytes);
    cursor_skip(&d->bytes, 18);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    return protocol == 4 ? LAYER_LLC : layer_of_ethertype(protocol);
}

/* The address family, in the byte order of the machine that captured (NULL) or of the network
 * (LOOP), and numbered as on that machine: IPv6 is 10, 24, 28 or 30. */
enum layer decode_loop(struct decoding *d)
{
    uint32_t family = cursor_read_be32(&d->bytes);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    switch (family) {
    case 2:
        return LAYER_IPV4;
    case 10:
    case 24:
    case 28:
    case 30:
        return LAYER_IPV6;
    default:
        return LAYER_OTHER;
    }
}

enum layer decode_raw(struct decoding *d)
{
    if (cursor_left(&d->bytes) == 0)
        return layer_bad(d, ANOMALY_FRAME_TRUNCATED);
    switch (cursor_peek_u8(&d->bytes, 0) >> 4) {
    case 4:
        return LAYER_IPV4;
    case 6:
        return LAYER_IPV6;
    default:
        return LAYER_OTHER;
    }
}
