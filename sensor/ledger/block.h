/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block of lines that tells people about one exposed store.
 */
#ifndef AJAR_LEDGER_BLOCK_H
#define AJAR_LEDGER_BLOCK_H

#include "ledger/exposures.h"
#include "ledger/groups.h"

#include <stdio.h>

/* What a block needs besides its exposure. */
struct block {
    const struct exposure *const *list; /* all exposures */
    const struct group *groups;         /* of the same order */
    size_t index;                       /* the one to print */
    bool colour;
};

void block_write(const struct block *block, FILE *out);

/* "elasticsearch 6.8.23", cut at `size`. */
void store_title(const char *store, const char *product, const char *version, char *text,
                 size_t size);

/* "10.20.30.11:9200", "[2001:db8::1]:9200" */
#define ENDPOINT_TEXT_MAX (ADDR_TEXT_MAX + 9)
const char *format_endpoint(const struct addr *addr, uint16_t port,
                            char text[static ENDPOINT_TEXT_MAX]);

#endif
