/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SYNs as masscan (src/templ-pkt.c, src/stack-tcp-core.c) and ZMap (src/probe_modules/packet.c)
 * write them, and twins of the stacks of Linux, Windows, macOS and of nmap's SYN scan.
 */
#include "flow/syn_tool.h"

#include "decode/decode.h"
#include "support/frames.h"

#include <criterion/criterion.h>
#include <string.h>

#define DLT_RAW 12
#define START   UINT64_C(1700000000000000000)

#define MSS_1460   "\x02\x04\x05\xb4"
#define OPTIONS(x) .options = (x), .option_length = sizeof(x) - 1
#define LINUX      MSS_1460 "\x04\x02\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00\x01\x03\x03\x07"
#define WINDOWS    MSS_1460 "\x01\x03\x03\x08\x01\x01\x04\x02"
#define MACOS                                                                                      \
    MSS_1460 "\x01\x03\x03\x06\x01\x01\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00\x04\x02\x00\x00"
#define DESTINATION UINT32_C(0x0a000005) /* 10.0.0.5 */
#define PORT        9200
#define SEQUENCE    UINT32_C(0x8badf00d)
#define MASSCAN_ID  ((uint16_t)(DESTINATION ^ PORT ^ SEQUENCE))

struct syn {
    uint16_t id;
    uint16_t window;
    const char *options;
    size_t option_length;
    size_t cut; /* bytes of the frame that were not captured */
    const char *ip_options;
    uint8_t flags;
};

/* A whole frame through decode, as the pipeline has it. */
static struct packet make(const struct syn *syn)
{
    static uint8_t bytes[128];
    size_t ip_options = syn->ip_options ? strlen(syn->ip_options) : 0;
    size_t length = 20 + ip_options + 20 + syn->option_length;
    uint8_t ip[] = {0x45, 0, 0, 0, 0, 0, 0, 0, 255, 6, 0, 0, 198, 51, 100, 7, 10, 0, 0, 5};
    uint8_t tcp[] = {0x9c, 0x40, PORT >> 8, PORT & 255, 0x8b, 0xad, 0xf0, 0x0d, 0, 0,
                     0,    0,    0x50,      0,          0,    0,    0,    0,    0, 0};
    ip[0] = (uint8_t)(0x45 + ip_options / 4);
    ip[3] = (uint8_t)length;
    ip[4] = (uint8_t)(syn->id >> 8);
    ip[5] = (uint8_t)syn->id;
    tcp[12] = (uint8_t)((20 + syn->option_length) / 4 << 4);
    tcp[13] = syn->flags ? syn->flags : TCP_SYN;
    tcp[14] = (uint8_t)(syn->window >> 8);
    tcp[15] = (uint8_t)syn->window;
    memcpy(bytes, ip, sizeof ip);
    if (ip_options)
        memcpy(bytes + 20, syn->ip_options, ip_options);
    memcpy(bytes + 20 + ip_options, tcp, sizeof tcp);
    if (syn->option_length)
        memcpy(bytes + 40 + ip_options, syn->options, syn->option_length);
    struct frame frame = {.data = bytes,
                          .captured = (uint32_t)(length - syn->cut),
                          .on_wire = (uint32_t)length,
                          .time_ns = START,
                          .ordinal = 1,
                          .link_type = DLT_RAW};
    static struct decode_counters counters;
    struct packet packet;
    cr_assert(decode_frame(&frame, &packet, &counters));
    return packet;
}

static enum syn_tool tool_of(struct syn syn)
{
    struct packet packet = make(&syn);
    return syn_tool_of(&packet);
}

Test(syn_tool, knows_masscan)
{
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 1024, OPTIONS(MSS_1460)}), SYN_TOOL_MASSCAN);
}

Test(syn_tool, knows_zmap)
{
    cr_assert_eq(tool_of((struct syn){54321, 65535, OPTIONS("")}), SYN_TOOL_ZMAP);
    cr_assert_eq(tool_of((struct syn){54321, 65535, OPTIONS(MSS_1460)}), SYN_TOOL_ZMAP);
}

Test(syn_tool, takes_no_other_syn_for_masscan)
{
    /* nmap -sS: the same window and option, its own id */
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID ^ 1, 1024, OPTIONS(MSS_1460)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 1025, OPTIONS(MSS_1460)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 1024, OPTIONS("")}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 1024, OPTIONS("\x02\x04\x05\xb3")}),
                 SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 1024, OPTIONS(LINUX)}), SYN_TOOL_NONE);
}

Test(syn_tool, takes_no_other_syn_for_zmap)
{
    cr_assert_eq(tool_of((struct syn){54320, 65535, OPTIONS("")}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){54321, 65534, OPTIONS("")}), SYN_TOOL_NONE);
}

Test(syn_tool, leaves_the_stacks_of_systems_alone)
{
    cr_assert_eq(tool_of((struct syn){0x1c46, 64240, OPTIONS(LINUX)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){MASSCAN_ID, 64240, OPTIONS(LINUX)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){0x3a01, 64240, OPTIONS(WINDOWS)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){0x3a01, 65535, OPTIONS(WINDOWS)}), SYN_TOOL_NONE);
    cr_assert_eq(tool_of((struct syn){0, 65535, OPTIONS(MACOS)}), SYN_TOOL_NONE);
}

Test(syn_tool, reads_bare_syns_only)
{
    struct syn syn = {MASSCAN_ID, 1024, OPTIONS(MSS_1460)};
    syn.flags = TCP_SYN | TCP_ACK;
    cr_assert_eq(tool_of(syn), SYN_TOOL_NONE);
    syn.flags = TCP_RST;
    cr_assert_eq(tool_of(syn), SYN_TOOL_NONE);
    syn.flags = TCP_SYN;
    cr_assert_eq(tool_of(syn), SYN_TOOL_MASSCAN);
}

Test(syn_tool, finds_tcp_behind_ip_options)
{
    struct syn syn = {MASSCAN_ID, 1024, OPTIONS(MSS_1460), .ip_options = "\x01\x01\x01\x01"};
    cr_assert_eq(tool_of(syn), SYN_TOOL_MASSCAN);
}

Test(syn_tool, rejects_options_that_were_cut)
{
    struct syn syn = {MASSCAN_ID, 1024, OPTIONS(MSS_1460), .cut = 1};
    cr_assert_eq(tool_of(syn), SYN_TOOL_NONE);
    syn.cut = 0;
    cr_assert_eq(tool_of(syn), SYN_TOOL_MASSCAN);
}

static struct syn_tools tools;

static void see(struct syn syn, uint64_t time_ns, uint32_t client)
{
    struct packet packet = make(&syn);
    packet.time_ns = time_ns;
    packet.source = (struct addr){.bytes = {[12] = (uint8_t)(client >> 24),
                                            [13] = (uint8_t)(client >> 16),
                                            [14] = (uint8_t)(client >> 8),
                                            [15] = (uint8_t)client}};
    syn_tools_see(&tools, &packet);
}

static enum syn_tool found(uint64_t first_ns, uint32_t client)
{
    struct addr addr = {.bytes = {[12] = (uint8_t)(client >> 24),
                                  [13] = (uint8_t)(client >> 16),
                                  [14] = (uint8_t)(client >> 8),
                                  [15] = (uint8_t)client}};
    return syn_tools_find(&tools, &addr, first_ns);
}

static const struct syn masscan = {MASSCAN_ID, 1024, OPTIONS(MSS_1460)};
static const struct syn zmap = {54321, 65535, OPTIONS("")};

Test(syn_tools, remembers_a_client_for_ten_minutes)
{
    see(masscan, START, 1);
    cr_assert_eq(found(START, 1), SYN_TOOL_MASSCAN);
    cr_assert_eq(found(START + SYN_TOOL_WITHIN_NS, 1), SYN_TOOL_MASSCAN);
    cr_assert_eq(found(START + SYN_TOOL_WITHIN_NS + 1, 1), SYN_TOOL_NONE);
    cr_assert_eq(found(START, 2), SYN_TOOL_NONE);
}

Test(syn_tools, keeps_the_newest_tool_of_a_client)
{
    see(masscan, START, 1);
    see(zmap, START + 1, 1);
    cr_assert_eq(found(START + 2, 1), SYN_TOOL_ZMAP);
}

Test(syn_tools, lets_the_older_of_a_place_go)
{
    for (uint32_t client = 1; client <= 20 * SYN_TOOLS_MAX; client++)
        see(masscan, START + client, client);
    cr_assert_eq(found(START, 20 * SYN_TOOLS_MAX), SYN_TOOL_MASSCAN);
    cr_assert_eq(tools.seen, 20 * SYN_TOOLS_MAX);
    unsigned kept = 0;
    for (uint32_t client = 1; client <= 20 * SYN_TOOLS_MAX; client++)
        kept += found(START, client) != SYN_TOOL_NONE;
    cr_assert_leq(kept, SYN_TOOLS_MAX);
    cr_assert_gt(kept, SYN_TOOLS_MAX / 2);
}
