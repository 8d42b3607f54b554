/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which replies are searched: successes whose body detect reads. What is found waits until the
 * reply has proven something: a page that only looks like a store's counts nothing.
 */
#include "detect/search.h"

#include "detect/detect.h"

enum ajar_status search_open(struct search *search, const struct scan_set *classes, bool samples)
{
    struct scan_options options = {.set = classes, .samples = samples};
    return classes ? scanner_new(&options, &search->scanner) : AJAR_OK;
}

void search_close(struct search *search)
{
    scanner_free(search->scanner);
    search->scanner = NULL;
}

void search_begin(struct search *search, struct evidence *evidence)
{
    uint16_t status = evidence->reply.status;
    if (!search->scanner || status < 200 || status >= 300)
        return;
    bool had_its_share = !search->full && evidence->book.bytes >= DETECT_SCAN_FLOW;
    if (!had_its_share)
        evidence->scan = scan_begin(search->scanner, evidence->reply_ns);
    evidence->scan_left = !evidence->scan;
}

void search_add(struct search *search, struct evidence *evidence, const uint8_t *data,
                size_t length)
{
    if (!evidence->scan)
        return;
    size_t taken = length;
    if (!search->full) {
        uint64_t fed = scan_fed(evidence->scan);
        uint64_t left = fed < DETECT_SCAN_REPLY ? DETECT_SCAN_REPLY - fed : 0;
        taken = length < left ? length : (size_t)left;
    }
    evidence->scan_left |= taken < length;
    evidence->book.bytes += taken;
    scan_feed(search->scanner, evidence->scan, data, taken);
}

void search_skip_gap(struct search *search, struct evidence *evidence)
{
    if (evidence->scan)
        scan_finish(search->scanner, evidence->scan);
}

void search_keep(struct search *search, struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    if (evidence->scan)
        scan_keep(search->scanner, evidence->scan, &evidence->book,
                  reply->returned > 0 || reply->values_seen);
}

void search_end(struct search *search, struct evidence *evidence, const struct judgement *judgement)
{
    bool counts = judgement->verdict >= VERDICT_METADATA;
    if (evidence->scan && counts) {
        scan_finish(search->scanner, evidence->scan);
        search_keep(search, evidence);
    }
    evidence->sampled |= counts && evidence->scan_left;
    search_drop(search, evidence);
}

void search_drop(struct search *search, struct evidence *evidence)
{
    if (evidence->scan)
        scan_give(search->scanner, evidence->scan);
    evidence->scan = NULL;
    evidence->scan_left = false;
}

void search_forget(struct search *search, struct evidence *evidence)
{
    search_drop(search, evidence);
    if (search->scanner)
        scan_book_clear(search->scanner, &evidence->book);
}

void search_fill(struct search *search, struct evidence *evidence, struct finding *finding)
{
    if (search->scanner)
        scan_book_fill(search->scanner, &evidence->book, finding);
}

void search_mask(struct search *search, struct finding *finding)
{
    if (!search->scanner)
        return;
    scan_mask(search->scanner, finding->url, sizeof finding->url);
    scan_mask(search->scanner, finding->user_agent, sizeof finding->user_agent);
}
