/* SPDX-License-Identifier: Apache-2.0 */
/* The community id of a flow, version 1: the name that other tools give to the same flow. */
#ifndef AJAR_BASE_COMMUNITY_ID_H
#define AJAR_BASE_COMMUNITY_ID_H

#include "ajar/addr.h"

#include <stdint.h>

#define COMMUNITY_ID_TEXT_MAX 31 /* "1:", 28 characters of base64, NUL */

/* Both ends of a TCP, UDP or SCTP flow, in either order. */
struct community_tuple {
    struct addr source;
    struct addr destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint8_t protocol; /* IP protocol number */
};

/* Writes "1:" and the base64 of the SHA-1 of seed, addresses, protocol and ports, the lower end
 * first. `seed` is 0 unless the site's other tools use another one. Pure; any thread. */
void community_id_format(const struct community_tuple *tuple, uint16_t seed,
                         char text[static COMMUNITY_ID_TEXT_MAX]);

#endif
