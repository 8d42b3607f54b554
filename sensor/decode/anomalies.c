/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names under which odd packets are counted, in status events and metrics.
 */
#include "decode/decode.h"

static const char *const names[ANOMALY_COUNT] = {
    [ANOMALY_FRAME_TRUNCATED] = "frame.truncated",
    [ANOMALY_LINK_UNKNOWN] = "link.unknown",
    [ANOMALY_TOO_MANY_LAYERS] = "frame.too-many-layers",
    [ANOMALY_IPV4_HEADER] = "ipv4.header",
    [ANOMALY_IPV6_HEADER] = "ipv6.header",
    [ANOMALY_IPV6_EXTENSION] = "ipv6.extension",
    [ANOMALY_FRAGMENT] = "ip.fragment",
    [ANOMALY_TCP_HEADER] = "tcp.header",
    [ANOMALY_TCP_FLAGS] = "tcp.flags",
    [ANOMALY_UDP_HEADER] = "udp.header",
    [ANOMALY_SNAPLEN_CUT] = "snaplen.cut",
};

const char *anomaly_name(enum anomaly anomaly)
{
    unsigned index = (unsigned)anomaly;
    return index < ANOMALY_COUNT && names[index] ? names[index] : "unknown";
}
