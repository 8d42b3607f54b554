/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence into findings: what is told, and what was told already. */
#ifndef AJAR_DETECT_FINDING_H
#define AJAR_DETECT_FINDING_H

#include "detect/evidence.h"
#include "detect/verdict.h"

/* A finding of the flow with everything known of it; the caller sets verdict and kind. Marks the
 * deltas as told. */
void finding_fill(struct evidence *evidence, const struct flow *flow, enum finding_kind kind,
                  struct finding *finding);

/* Adds what the current reply says: request, status, sizes, evidence words. */
void finding_add_reply(const struct evidence *evidence, const struct judgement *judgement,
                       struct finding *finding);

#endif
