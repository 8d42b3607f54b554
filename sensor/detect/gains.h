/* SPDX-License-Identifier: Apache-2.0 */
/* From the reply that was read into the totals of its flow. */
#ifndef AJAR_DETECT_GAINS_H
#define AJAR_DETECT_GAINS_H

#include "ajar/http.h"
#include "detect/evidence.h"
#include "detect/verdict.h"

/* What the reply says of the product. */
void gains_keep_product(struct evidence *evidence);

/* Numbers held, into the flow and the data set that the request named. */
void gains_keep_counts(struct evidence *evidence);

/* Records of the part that was not read, as many a byte as in the part that was. */
void gains_estimate_rest(struct evidence *evidence, const struct http_body_totals *totals);

/* A proof's share in the flow's totals; `time_ns` is its packet time. */
void gains_keep_returned(struct evidence *evidence, const struct judgement *judgement,
                         uint64_t time_ns);

#endif
