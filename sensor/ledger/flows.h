/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was told of each flow lately, so that packets which lie in two captures count once: the same
 * ends talking at a time that was looked at already are the same flow, also where the second
 * capture begins in its middle. A bounded table; of four in one place the one used longest ago
 * goes.
 */
#ifndef AJAR_LEDGER_FLOWS_H
#define AJAR_LEDGER_FLOWS_H

#include "ajar/finding.h"
#include "ajar/status.h"

#include <stdbool.h>
#include <stdint.h>

#define FLOWS_REMEMBERED 65536

struct flows;

/* None yet; `seed` is secret. Free with flows_free(), which accepts NULL. */
enum ajar_status flows_new(uint64_t seed, struct flows **flows);
void flows_free(struct flows *flows);

/* Notes a finding. True: all that it says was told of this flow before. */
bool flows_note(struct flows *flows, const struct finding *finding);

#endif
