/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block of lines that tells people about one exposed store.
 */
#ifndef AJAR_LEDGER_BLOCK_H
#define AJAR_LEDGER_BLOCK_H

#include "ledger/exposures.h"
#include "ledger/line.h"

#include <stdio.h>

#define BLOCK_LABEL_COLUMN 4
#define BLOCK_TEXT_COLUMN  12

/* A store that bears a mark. */
struct member {
    uint64_t mark;
    const struct exposure *exposure;
};

/* All marks of the exposures of a table, sorted. */
struct members {
    struct member *list;
    size_t count;
};

/* The first member with this mark, or the one where it would be. */
size_t members_find(const struct members *members, uint64_t mark);

struct signature_set;

/* What a block needs besides its exposure. Borrowed. */
struct block {
    const struct exposures *exposures;
    const struct members *members;
    const struct exposure *exposure;
    const struct exposure *inside;          /* of the same store to clients inside, NULL = none */
    const struct signature_set *signatures; /* for the maker's page, NULL = none */
    bool colour;
};

void block_write(const struct block *block, FILE *out);

/* The parts of a block: a label and its column; the rows of actors. */
void block_start(struct line *line, const char *label);
void block_write_who(const struct exposure *exposure, struct line *line, FILE *out);

/* What people call a class of data: "e-mail" for "email". */
const char *class_label(const char *name);

/* "elasticsearch 6.8.23", cut at `size`. */
void store_title(const char *store, const char *product, const char *version, char *text,
                 size_t size);

/* "10.20.30.11:9200", "[2001:db8::1]:9200" */
#define ENDPOINT_TEXT_MAX (ADDR_TEXT_MAX + 9)
const char *format_endpoint(const struct addr *addr, uint16_t port,
                            char text[static ENDPOINT_TEXT_MAX]);

#endif
