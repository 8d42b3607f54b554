/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up stories: findings of a few stores and clients in random order, the same for a seed. */
#ifndef AJAR_TESTS_STORY_H
#define AJAR_TESTS_STORY_H

#include "ledger/findings.h"

struct story {
    uint64_t random;
    uint64_t time_ns;
    unsigned stores;
    unsigned clients;
    uint64_t step_ns; /* most between two findings */
    uint32_t exchange;
};

/* xorshift64*: good enough to mix, the same everywhere. */
static inline uint64_t story_draw(struct story *story, uint64_t below)
{
    story->random ^= story->random >> 12;
    story->random ^= story->random << 25;
    story->random ^= story->random >> 27;
    return (story->random * 0x2545f4914f6cdd1dULL >> 33) % below;
}

static inline void story_add_names(struct story *story, struct finding *f)
{
    static const char *const versions[] = {"", "6.8.22", "7.10.2"};
    static const char *const clusters[] = {"", "", "support", "billing"};
    SET(f->version, versions[story_draw(story, 3)]);
    SET(f->cluster_name, clusters[story_draw(story, 4)]);
    SET(f->user_agent, story_draw(story, 2) ? "curl/7.68.0" : "");
    if (f->verdict == VERDICT_REFUSED) {
        SET(f->protection, story_draw(story, 2) ? "Elastic security" : "nginx");
        f->status = story_draw(story, 2) ? 401 : 403;
    }
}

static inline void story_add_class(struct story *story, struct finding *f)
{
    static const char *const names[] = {"email", "ipv4", "badge"};
    struct finding_class *row = &f->classes[f->class_count++];
    memset(row, 0, sizeof *row);
    SET(row->name, names[story_draw(story, 3)]);
    row->values = row->values_new = story_draw(story, 40);
    row->odd_new = row->values_new / 7;
    for (uint64_t i = 0; i < row->values_new; i++)
        (void)sketch_add(&row->distinct, story_draw(story, UINT32_MAX) * 0x9e3779b97f4a7c15ULL);
    f->newest_s = (int64_t)story_draw(story, 1000000000);
    f->oldest_s = f->newest_s / 2;
}

static inline void story_add_amounts(struct story *story, struct finding *f)
{
    char name[32];
    f->requests_new = (uint32_t)story_draw(story, 3);
    f->requests = f->requests_new;
    if (f->verdict < VERDICT_METADATA)
        return;
    f->returned_new = story_draw(story, 2000);
    f->gave_bytes_new = story_draw(story, 20U << 20);
    f->returned = f->returned_new;
    f->gave_bytes = f->gave_bytes_new;
    if (story_draw(story, 3) == 0)
        story_add_class(story, f);
    for (uint64_t left = story_draw(story, 4); left; left--) {
        (void)snprintf(name, sizeof name, "index-%u", (unsigned)story_draw(story, 90));
        add_dataset(f, name, story_draw(story, 1000),
                    (enum count_source)(COUNT_AT_LEAST + story_draw(story, 4)));
    }
}

/* The next finding of the story. */
static inline struct finding story_next(struct story *story)
{
    struct finding f = make_finding((enum verdict)(1 + story_draw(story, VERDICTS - 1)));
    story->time_ns += story_draw(story, story->step_ns);
    f.time_ns = story->time_ns;
    f.kind = story_draw(story, 4) ? FINDING_QUERY : FINDING_SESSION;
    f.proof_ns = f.time_ns;
    f.identity = (uint8_t)(story_draw(story, 8) ? IDENTITY_PROVEN : story_draw(story, 2));
    f.credentials = story_draw(story, 4) ? CREDENTIALS_NONE : CREDENTIALS_PRESENTED;
    f.credentials_seen = f.credentials != CREDENTIALS_NONE;
    f.weak = f.verdict == VERDICT_OPEN && story_draw(story, 3) == 0;
    f.exchange = ++story->exchange;
    f.server_port = (uint16_t)(9200 + story_draw(story, story->stores));
    f.client = address(story_draw(story, 3) ? "203.0.113.0" : "10.0.0.0");
    f.client.bytes[15] = (uint8_t)story_draw(story, story->clients);
    f.client_port = (uint16_t)(1024 + story_draw(story, 60000));
    story_add_names(story, &f);
    story_add_amounts(story, &f);
    return f;
}

#endif
