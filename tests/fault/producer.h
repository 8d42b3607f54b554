/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings without packets: number N of a seed is the same finding in every run and on every
 * machine, so that what a disturbed run accepted can be held against what an undisturbed one tells.
 *
 * They come as conversations of PRODUCER_STEPS findings (rising verdicts, then the end of the
 * session), PRODUCER_WOVEN of them at a time, between some thousand clients and stores: open ones,
 * protected ones that serve whoever has credentials, and a few that everybody reads.
 */
#ifndef AJAR_TESTS_FAULT_PRODUCER_H
#define AJAR_TESTS_FAULT_PRODUCER_H

#include "ajar/finding.h"

#define PRODUCER_STEPS       4
#define PRODUCER_WOVEN       64
#define PRODUCER_STORES      3000
#define PRODUCER_CLIENTS     4000
#define PRODUCER_START_NS    UINT64_C(1767225600000000000) /* 2026-01-01 */
#define PRODUCER_INTERVAL_NS UINT64_C(50000)               /* of packet time between two findings */

/* Makes finding `number` of `seed`; writes all of *finding but unused data sets. Pure. */
void producer_make_finding(uint64_t seed, uint64_t number, struct finding *finding);

#endif
