/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies through the scanner: which are searched for classes of data, how far, and which of what
 * was found counts. Without a scanner nothing is searched.
 */
#ifndef AJAR_DETECT_SEARCH_H
#define AJAR_DETECT_SEARCH_H

#include "detect/evidence.h"
#include "detect/verdict.h"

struct search {
    struct scanner *scanner; /* NULL = nothing is searched */
    bool full;               /* replies in full, else sampled */
};

/* Opens a scanner for the classes, which are borrowed; NULL = none. */
enum ajar_status search_open(struct search *search, const struct scan_set *classes, bool samples);
void search_close(struct search *search);

/* A reply whose body is wanted begins. */
void search_begin(struct search *search, struct evidence *evidence);

/* The next bytes of its body, as far as sampling goes. */
void search_add(struct search *search, struct evidence *evidence, const uint8_t *data,
                size_t length);

/* Bytes of it are missing. */
void search_skip_gap(struct search *search, struct evidence *evidence);

/* What was found so far becomes the flow's: the reply has proven content. */
void search_keep(struct search *search, struct evidence *evidence);

/* The reply is over; what was found counts if it proves metadata or more. */
void search_end(struct search *search, struct evidence *evidence,
                const struct judgement *judgement);

/* The reply ended without a judgement: what was not kept is forgotten. */
void search_drop(struct search *search, struct evidence *evidence);

/* The flow is over. */
void search_forget(struct search *search, struct evidence *evidence);

/* Classes, dates and bytes of the flow into a finding, as told. */
void search_fill(struct search *search, struct evidence *evidence, struct finding *finding);

/* Takes out of a finding what a class matches in texts that clients wrote. */
void search_mask(struct search *search, struct finding *finding);

#endif
