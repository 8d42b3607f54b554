/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says of a network interface, as far as it matters for listening on it. */
#ifndef AJAR_PROCESS_INTERFACE_H
#define AJAR_PROCESS_INTERFACE_H

#include "ajar/problem.h"

#include <stdbool.h>

struct interface_state {
    bool up;
    bool gro; /* generic receive offload: packets arrive merged */
    bool lro; /* large receive offload: the same, in hardware */
};

/*
 * Asks the kernel (SIOCGIFFLAGS, SIOCETHTOOL); no rights needed, nothing is changed. An offload
 * that the driver does not know counts as off. AJAR_ERR_NOT_FOUND and one sentence that names the
 * interfaces there are, if there is no such interface.
 */
enum ajar_status interface_read(const char *name, struct interface_state *state,
                                struct problem *problem);

#endif
