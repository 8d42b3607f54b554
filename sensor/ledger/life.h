/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an exposure, by packet time: opened by a proof, closed by another proof or by
 * inference, opened again. "At least" is from its first proof to its last; "at most" from when it
 * was last seen shut to what closed it. Pure but for the exposure.
 */
#ifndef AJAR_LEDGER_LIFE_H
#define AJAR_LEDGER_LIFE_H

#include "ledger/exposures.h"

/* A proof that it stands open. True: it does for the first time, or again. */
bool life_prove(struct exposure *exposure, uint64_t proof_ns, uint64_t before_ns);

/* True: it stood open and this is newer than its last proof, so now it does not. `until_ns`: open
 * at most until. */
bool life_close(struct exposure *exposure, enum closing closing, uint64_t proof_ns,
                uint64_t until_ns);

/* An outside client's SYN at this time got no answer. True: it is enough to take it for shut since
 * the first of them. */
bool life_add_silence(struct exposure *exposure, const struct addr *client, uint64_t time_ns);

#endif
