/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scanners that write their SYNs themselves, known by what no stack does, and the clients that sent
 * such SYNs lately: a table of fixed size, one worker thread. A label, never a proof.
 */
#ifndef AJAR_FLOW_SYN_TOOL_H
#define AJAR_FLOW_SYN_TOOL_H

#include "ajar/finding.h"
#include "ajar/packet.h"

#define SYN_TOOLS_MAX 1024 /* clients remembered; of two in its place the older gives way */
#define SYN_TOOL_WITHIN_NS                                                                         \
    UINT64_C(600000000000) /* between such a SYN and a flow of its client                          \
                            */

/* masscan answers no handshake with its kernel's stack: its window is always this. ZMap's likewise.
 */
#define SYN_TOOL_WINDOW_MASSCAN 1024
#define SYN_TOOL_WINDOW_ZMAP    65535

/*
 * Which program wrote this packet, a bare SYN: masscan (window 1024, MSS 1460 as its only option,
 * IPv4 id = destination address ^ port ^ sequence number; src/templ-pkt.c, src/stack-tcp-core.c) or
 * ZMap (window 65535, id 54321; src/probe_modules/packet.c). IPv6 has no id: none. Pure.
 */
enum syn_tool syn_tool_of(const struct packet *packet);

struct syn_tool_client {
    uint64_t time_ns; /* of the SYN */
    enum syn_tool tool;
    struct addr addr;
};

struct syn_tools {
    uint64_t seed; /* secret */
    uint64_t seen; /* such SYNs */
    struct syn_tool_client clients[SYN_TOOLS_MAX];
};

/* Remembers the sender of such a SYN. */
void syn_tools_note(struct syn_tools *tools, const struct packet *packet);

/* Cheap for every packet: most have another window. */
static inline void syn_tools_see(struct syn_tools *tools, const struct packet *packet)
{
    bool looks_so =
        packet->tcp_window == SYN_TOOL_WINDOW_MASSCAN || packet->tcp_window == SYN_TOOL_WINDOW_ZMAP;
    if (packet->protocol == PACKET_TCP && packet->tcp_flags == TCP_SYN && looks_so)
        syn_tools_note(tools, packet);
}

/* What a client used whose flow began at that packet time. */
enum syn_tool syn_tools_find(const struct syn_tools *tools, const struct addr *client,
                             uint64_t first_ns);

#endif
