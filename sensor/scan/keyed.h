/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that only the name of their field gives away: a password, a case number, a name; and
 * values of any class that somebody masked or hashed before.
 */
#ifndef AJAR_SCAN_KEYED_H
#define AJAR_SCAN_KEYED_H

#include "scan/classes.h"
#include "scan/names.h"
#include "scan/near.h"

/* What stands behind a field's name. */
enum keyed_kind {
    KEYED_NONE,   /* it is no field's name, or one that means another thing here */
    KEYED_NAME,   /* a field, with nothing that counts: a mapping, null, a value found elsewhere */
    KEYED_VALUE,  /* a value of the name's class */
    KEYED_MASKED, /* what is left of one: "j***" */
    KEYED_HASHED,
    KEYED_DATE,
};

struct keyed {
    enum keyed_kind kind;
    bool schema;             /* KEYED_NAME: what follows describes the field */
    struct scan_value value; /* KEYED_VALUE */
    int64_t seconds;         /* KEYED_DATE: since 1970 */
};

/* Reads the field whose name fits `name`; `at` is the quotation mark behind it. */
struct keyed keyed_read(const uint8_t *at, const struct field_name *name);

#endif
