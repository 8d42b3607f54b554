/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process may ask of the kernel. Each side gives up what it does not need before it reads
 * its first byte; there is no way back. One thread, before any other is made: threads made later
 * inherit it.
 *
 * With a sanitizer built in there are no system call filters: its run time opens /proc, makes
 * threads and traces itself. Everything else is as without.
 */
#ifndef AJAR_PROCESS_SANDBOX_H
#define AJAR_PROCESS_SANDBOX_H

#include "ajar/problem.h"

#include <stdbool.h>

/*
 * For the supervisor: becomes `user` with all of his groups ("" = stays who it is), and keeps no
 * capability but CAP_NET_RAW, if it has it. AJAR_ERR_USAGE: no such user, or started by somebody
 * who cannot become him. AJAR_ERR_SYSTEM.
 */
enum ajar_status sandbox_become(const char *user, struct problem *problem);

/*
 * For the packet side, once everything is open: no capabilities, no new privileges, and of the
 * system calls only those that reading an open capture, waiting, memory, time, messages on open
 * descriptors, signals to itself and its end need. All others fail with EPERM.
 */
enum ajar_status sandbox_enter_packet(struct problem *problem);

/*
 * For the delivery side, before it opens anything: no capabilities, no new privileges; no programs,
 * no processes, no raw or packet sockets, no looking into other processes, nothing that changes the
 * system: these fail with EPERM. Files and connections stay.
 */
enum ajar_status sandbox_enter_delivery(struct problem *problem);

/* Whether this build has the filters. */
bool sandbox_has_filters(void);

#endif
