/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masscan and ZMap by their SYNs (IPv4: RFC 791, TCP: RFC 9293). Beside the flow table on the
 * packet's road; what is remembered ends in finding.tool.
 */
#include "flow/syn_tool.h"

#include "ajar/cursor.h"
#include "base/hash.h"

#define WAYS              2
#define ZMAP_ID           54321
#define IPV4_HEADER_MIN   20
#define TCP_HEADER_MIN    20
#define OPTION_MSS_1460   UINT32_C(0x020405b4)
#define OPTION_MSS_LENGTH 4
#define TCP_OFFSET_AT     12 /* of the byte with the header's length */

/* What the headers say beyond the view of decode. */
struct syn_shape {
    uint16_t id;
    uint32_t address; /* of the destination */
    uint32_t option_length;
    uint32_t first_option; /* 4 bytes */
};

static bool read_shape(const struct packet *packet, struct syn_shape *shape)
{
    struct cursor at = cursor_over(packet->network, packet->network_length);
    uint8_t first = cursor_peek_u8(&at, 0);
    uint32_t header_length = (first & 0x0fu) * 4;
    if (first >> 4 != 4 || header_length < IPV4_HEADER_MIN)
        return false;
    cursor_skip(&at, 4);
    shape->id = cursor_read_be16(&at);
    cursor_skip(&at, 10);
    shape->address = cursor_read_be32(&at);
    cursor_skip(&at, header_length - IPV4_HEADER_MIN + TCP_OFFSET_AT);
    uint32_t tcp_length = (cursor_read_u8(&at) >> 4) * 4u;
    if (tcp_length < TCP_HEADER_MIN)
        return false;
    cursor_skip(&at, TCP_HEADER_MIN - TCP_OFFSET_AT - 1);
    shape->option_length = tcp_length - TCP_HEADER_MIN;
    shape->first_option = shape->option_length >= OPTION_MSS_LENGTH ? cursor_read_be32(&at) : 0;
    return !cursor_failed(&at);
}

enum syn_tool syn_tool_of(const struct packet *packet)
{
    struct syn_shape shape;
    if (packet->protocol != PACKET_TCP || packet->tcp_flags != TCP_SYN ||
        !read_shape(packet, &shape))
        return SYN_TOOL_NONE;
    uint32_t mixed = shape.address ^ packet->destination_port ^ packet->tcp_sequence;
    if (packet->tcp_window == SYN_TOOL_WINDOW_MASSCAN && shape.id == (uint16_t)mixed &&
        shape.option_length == OPTION_MSS_LENGTH && shape.first_option == OPTION_MSS_1460)
        return SYN_TOOL_MASSCAN;
    if (packet->tcp_window == SYN_TOOL_WINDOW_ZMAP && shape.id == ZMAP_ID)
        return SYN_TOOL_ZMAP;
    return SYN_TOOL_NONE;
}

static size_t first_place(const struct syn_tools *tools, const struct addr *client)
{
    return hash_keyed(tools->seed, client, sizeof *client) % (SYN_TOOLS_MAX / WAYS) * WAYS;
}

void syn_tools_note(struct syn_tools *tools, const struct packet *packet)
{
    enum syn_tool tool = syn_tool_of(packet);
    if (tool == SYN_TOOL_NONE)
        return;
    struct syn_tool_client *places = &tools->clients[first_place(tools, &packet->source)];
    struct syn_tool_client *place = &places[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (places[i].tool && addr_compare(&places[i].addr, &packet->source) == 0) {
            place = &places[i];
            break;
        }
        if (places[i].time_ns < place->time_ns)
            place = &places[i];
    }
    *place =
        (struct syn_tool_client){.time_ns = packet->time_ns, .tool = tool, .addr = packet->source};
    tools->seen++;
}

enum syn_tool syn_tools_find(const struct syn_tools *tools, const struct addr *client,
                             uint64_t first_ns)
{
    const struct syn_tool_client *places = &tools->clients[first_place(tools, client)];
    for (size_t i = 0; i < WAYS; i++) {
        uint64_t then = places[i].time_ns;
        uint64_t apart = first_ns > then ? first_ns - then : then - first_ns;
        if (places[i].tool && apart <= SYN_TOOL_WITHIN_NS &&
            addr_compare(&places[i].addr, client) == 0)
            return places[i].tool;
    }
    return SYN_TOOL_NONE;
}
