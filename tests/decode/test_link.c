/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

static struct frame_builder builder;

struct link_case {
    int link_type;
    const char *header;
    size_t length;
    bool ipv6;
};

static const struct link_case known[] = {
    {12, "", 0, false},
    {12, "", 0, true},
    {14, "", 0, false},
    {101, "", 0, true},
    {228, "", 0, false},
    {229, "", 0, true},
    {0, "\2\0\0\0", 4, false}, /* NULL of a little-endian machine */
    {0, "\0\0\0\2", 4, false}, /* of a big-endian one */
    {0, "\30\0\0\0", 4, true}, /* AF_INET6 is 24 on NetBSD and OpenBSD, */
    {0, "\34\0\0\0", 4, true}, /* 28 on FreeBSD, */
    {0, "\36\0\0\0", 4, true}, /* 30 on macOS, */
    {0, "\12\0\0\0", 4, true}, /* 10 on Linux */
    {108, "\0\0\0\30", 4, true},
    /* packet type, ARPHRD_ETHER, address length, address, protocol */
    {113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0", 16, false},
    {113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x86\xdd", 16, true},
    {113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\0\0\7\x08\0", 20, false},
    {113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\4\xaa\xaa\3\0\0\0\x08\0", 24, false},
    /* protocol, reserved, interface index, ARPHRD, packet type, address length, address */
    {276, "\x08\0\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0", 20, false},
    {276, "\x86\xdd\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0", 20, true},
};

static struct frame build_case(const struct link_case *c, const char *payload)
{
    frame_build_begin(&builder, c->link_type);
    frame_build_bytes(&builder, c->header, c->length);
    if (c->ipv6)
        build_tcp6(&builder, payload);
    else
        build_tcp4(&builder, payload);
    return frame_build_end(&builder);
}

Test(link, finds_ip_behind_every_known_link_header)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct packet p;
        struct decode_counters counters = {0};
        cr_expect(decode_guarded(build_case(&known[i], "four"), &p, &counters), "case %zu", i);
        cr_expect_eq(p.payload_length, 4, "case %zu", i);
        cr_expect_eq(addr_is_ipv4(&p.source), !known[i].ipv6, "case %zu", i);
    }
}

Test(link, counts_link_headers_that_are_cut)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct frame frame = build_case(&known[i], "");
        for (uint32_t length = 0; length < known[i].length; length++) {
            frame.captured = length;
            frame.on_wire = length;
            struct packet p;
            struct decode_counters counters = {0};
            cr_expect_not(decode_guarded(frame, &p, &counters));
            cr_expect_eq(counters.anomalies[ANOMALY_FRAME_TRUNCATED], 1, "case %zu, %u", i, length);
        }
    }
}

Test(link, passes_over_what_is_not_ip)
{
    static const struct link_case others[] = {
        {0, "\7\0\0\0", 4, false},                              /* another address family */
        {101, "\x10", 1, false},                                /* version 1 */
        {113, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\6", 16, false}, /* ARP */
        {276, "\x08\6\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0", 20, false},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct packet p;
        struct decode_counters counters = {0};
        cr_expect_not(decode_guarded(build_case(&others[i], ""), &p, &counters));
        cr_expect_eq(counters.other, 1, "case %zu", i);
    }
}
