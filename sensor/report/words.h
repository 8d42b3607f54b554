/* SPDX-License-Identifier: Apache-2.0 */
/* What text and page say alike: sentences made of a document, without any marks. */
#ifndef AJAR_REPORT_WORDS_H
#define AJAR_REPORT_WORDS_H

#include "report/document.h"

#include <stdio.h>

#define WORDS_MAX 1024

/* A text that grows up to WORDS_MAX; more is cut between characters. */
struct words {
    char text[WORDS_MAX];
    size_t used;
};

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "2019-12-05 09:14:02" of a member that is a time; "" if it is not there. */
#define WORDS_TIME_MAX 24
const char *words_time(const struct node *node, const char *name, char text[static WORDS_TIME_MAX]);

/* "elasticsearch 6.8.23" */
void words_title(const struct node *exposure, struct words *words);

/* "10.20.30.11:9200" */
void words_endpoint(const struct node *exposure, struct words *words);

/* "2019-12-05 09:14:02 .. 2019-12-31 16:40:11 UTC (26 d 7 h)": what was proven, of an exposure or
 * of one of its earlier windows. */
void words_at_least(const struct node *window, struct words *words);

/* "2019-12-04 22:00:00 (seen shut then) .. 2019-12-31 16:40:11 UTC": what cannot be excluded. */
void words_at_most(const struct node *window, struct words *words);

/* "2019-12-31 16:40:11 UTC: it refused a client without credentials". */
void words_closing(const struct node *window, struct words *words);

/* Since when outside clients got any answer, where that is known; else nothing. */
void words_reachable(const struct node *exposure, struct words *words);

/* "1 656 records in 2 data sets, 1.1 MB (from a listing)" */
void words_holds(const struct node *exposure, struct words *words);

/* "1 237 records, 612 kB, to 3 outside clients without credentials, 17 requests" */
void words_gave(const struct node *exposure, struct words *words);

/* "listed, read, drained" */
void words_steps(const struct node *actor, struct words *words);

/* "Censys (confirmed)", "masscan (by its packets)", or the client program. */
void words_scanner(const struct node *actor, struct words *words);

/* "same data as 10.20.30.12:9200, ...: 5 servers, 1 data set"; "" if it is alone. */
void words_group(const struct node *exposure, size_t members_max, struct words *words);

/* What to do about it, a sentence each; NULL ends. The caller's array is of static texts. */
#define WORDS_ADVICE_MAX 8
size_t words_advice(const struct node *exposure, const char *advice[static WORDS_ADVICE_MAX]);

/* What a verdict says of a store, for people who do not know the word: "it handed out ...". */
const char *words_verdict(const char *verdict);

/* How many different values of a class there were, about: an estimate may be above what there is.
 */
uint64_t words_distinct(const struct node *class);

/* "e-mail address" for "email"; the name itself for classes of the user's. */
const char *words_class(const char *name);

#endif
