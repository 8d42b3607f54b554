/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reply leaves with its flow once it has proven something: who the server is, what it holds,
 * what it handed out. Between the judgement of a reply and the finding that tells it.
 */
#include "detect/gains.h"

#include "base/text.h"
#include "detect/dataset.h"
#include "detect/reply.h"

#include <string.h>

void gains_keep_product(struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    if (reply->product)
        (void)text_copy(evidence->product, sizeof evidence->product, reply->product,
                        strlen(reply->product));
    if (reply->version[0])
        memcpy(evidence->version, reply->version, sizeof evidence->version);
    if (reply->cluster_id[0])
        memcpy(evidence->cluster_id, reply->cluster_id, sizeof evidence->cluster_id);
    if (reply->cluster_name[0])
        memcpy(evidence->cluster_name, reply->cluster_name, sizeof evidence->cluster_name);
}

static void better_records(struct evidence *evidence, uint64_t records, enum count_source source)
{
    bool better = evidence->records == FINDING_NO_COUNT || source > evidence->records_source ||
                  (source == evidence->records_source && records > evidence->records);
    if (!better)
        return;
    evidence->records = records;
    evidence->records_source = (uint8_t)source;
}

static enum count_source total_source(const struct reply *reply)
{
    /* Of a request that was not seen nobody knows what it selected. */
    bool is_part = reply->note.unknown || reply->detail.selects || reply->detail.body.selects;
    return reply->lower_bound || is_part || reply->totals > 1 ? COUNT_AT_LEAST : COUNT_SEARCH;
}

void gains_keep_counts(struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    struct finding_dataset *dataset = reply_dataset(evidence);
    if (reply->rows_counted)
        better_records(evidence, reply->rows_records, COUNT_LISTING);
    if (reply->records_all != FINDING_NO_COUNT)
        better_records(evidence, reply->records_all, COUNT_LISTING);
    if (reply->count_held != FINDING_NO_COUNT) {
        better_records(evidence, reply->count_held, COUNT_COUNT);
        if (dataset)
            dataset_set_records(dataset, reply->count_held, COUNT_COUNT);
    }
    if (reply->bytes_held != FINDING_NO_COUNT && dataset)
        dataset->bytes = reply->bytes_held;
    /* Hits of one data set do not make a total over all of them that one's. */
    bool is_of_one = reply->detail.dataset[0] != '\0' || reply->note.unknown;
    if (reply->totals > 0) {
        better_records(evidence, reply->total, total_source(reply));
        if (dataset && is_of_one && reply->totals == 1)
            dataset_set_records(dataset, reply->total, total_source(reply));
    }
}

void gains_estimate_rest(struct evidence *evidence, const struct http_body_totals *totals)
{
    struct reply *reply = &evidence->reply;
    bool is_known = reply->returned_said || (reply->rule && reply->rule->document);
    if (is_known || !reply->sampled || totals->read_bytes == 0 ||
        totals->read_bytes >= totals->wire_bytes)
        return;
    evidence->sampled = true;
    double factor = (double)totals->wire_bytes / (double)totals->read_bytes;
    uint64_t estimate = (uint64_t)((double)reply->returned * factor);
    if (reply->totals == 1 && estimate > reply->total && !reply->lower_bound)
        estimate = reply->total;
    if (estimate <= reply->returned)
        return;
    if (reply->current)
        reply->current->returned += estimate - reply->returned;
    reply->returned = estimate;
}

void gains_keep_returned(struct evidence *evidence, const struct judgement *judgement,
                         uint64_t time_ns)
{
    const struct reply *reply = &evidence->reply;
    if (judgement->verdict >= VERDICT_OPEN)
        evidence->gave_ns = time_ns;
    if (judgement->verdict < VERDICT_METADATA)
        return;
    evidence->returned += reply->returned;
    evidence->gave_bytes += reply->wire_bytes ? reply->wire_bytes : reply->body_bytes;
    evidence->paging |= reply->cursor_seen && reply->returned > 0;
}
