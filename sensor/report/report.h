/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report: which stores stand, or stood, open, since when, to whom, how much, what kind of data.
 * A document that is filled from the journal, from Redis or from captures (docs/report.md) and from
 * then on is the same for all: as JSON it is written as it is, text and page are made of it.
 * Stands behind all stages. One thread.
 */
#ifndef AJAR_REPORT_H
#define AJAR_REPORT_H

#include "ajar/status.h"
#include "report/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_CLOSED_DAYS 90 /* what closed before that, seen from the last proof, is left out */

struct signature_set;

struct report_options {
    const char *site; /* whose address plan it is */
    const char *sensor;
    const struct signature_set *signatures; /* for hardening; borrowed; NULL = none */
    const char *source; /* where it comes from, for people: "journal /var/lib/ajar/journal.db" */
    bool all;           /* also what is allowed, what closed long ago, and the other stores */
    uint64_t since_ns;  /* only what was open then or later; 0 = no bound */
    uint64_t until_ns;  /* only what was open then or earlier; 0 = no bound */
    uint64_t now_ns;    /* when it is made */
};

struct report;

/* An empty one; texts are copied. Free with report_free(). AJAR_ERR_MEMORY. */
enum ajar_status report_new(const struct report_options *options, struct report **report);
void report_free(struct report *report); /* accepts NULL */

/* An exposure as json_write_report() writes it. One that cannot be read is counted and left out:
 * AJAR_ERR_FORMAT. AJAR_ERR_MEMORY. */
enum ajar_status report_add_exposure(struct report *report, const char *json, size_t length);

/* The same, parsed; takes it over. */
enum ajar_status report_take_exposure(struct report *report, struct node *exposure);

/* A store that is not exposed ("refused", "login", "revealed"); takes it over. */
enum ajar_status report_add_store(struct report *report, struct node *store);

/* What the sensor itself says of how well it saw ("gaps", "scan", ...); takes it over. */
enum ajar_status report_set_sight(struct report *report, struct node *sight);

/* Sorts, leaves out, finds out what belongs together, adds up. Once, after all was added. */
enum ajar_status report_finish(struct report *report);

/* Whether something stands open to the outside now. */
bool report_is_open(const struct report *report);

/* The document, borrowed. */
const struct node *report_document(const struct report *report);

/* What a finished report says, in three forms. AJAR_ERR_SYSTEM: `out` failed. */
enum ajar_status report_write_json(const struct report *report, FILE *out);
enum ajar_status report_write_text(const struct report *report, FILE *out, bool colour);
enum ajar_status report_write_html(const struct report *report, FILE *out);

#endif
