/* SPDX-License-Identifier: Apache-2.0 */
/* What doors say, drawn into the ledger. */
#ifndef AJAR_LEDGER_KNOCK_H
#define AJAR_LEDGER_KNOCK_H

#include "ledger/book.h"

/* A finding of kind FINDING_DOOR, in packet order. */
void knock_add(struct ledger *ledger, const struct finding *finding);

#endif
