/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of small signatures, and what a reply speaks of among them. */
#ifndef AJAR_TESTS_DETECT_HINTING_H
#define AJAR_TESTS_DETECT_HINTING_H

#include "detect/hints.h"
#include "detect/loading.h"

#include <stdio.h>
#include <stdlib.h>

#define HINTING_MAX 512

/* A set under test; signature N is described by `sections` number N. */
struct hinting {
    struct signature *signatures[HINTING_MAX];
    struct signature_set set;
    struct hints *hints;
    struct hints_scratch *scratch;
    struct hint_hits hits;
};

static inline void hinting_add(struct hinting *h, const char *sections)
{
    struct problem problem = {.text = ""};
    char name[32];
    char *text = NULL;
    (void)snprintf(name, sizeof name, "toy%zu.yaml", h->set.count);
    cr_assert(asprintf(&text, "format: 1\nname: toy%zu\nprotocol: http\n%s" REST, h->set.count,
                       sections) > 0);
    h->set.signatures = h->signatures;
    (void)signature_load_text(name, text, strlen(text), &h->signatures[h->set.count], &problem);
    cr_assert_str_empty(problem.text);
    h->set.count++;
    free(text);
}

static inline void hinting_make(struct hinting *h, const char *cache)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(hints_new(&h->set, cache, &h->hints, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(hints_scratch_new(h->hints, &h->scratch), AJAR_OK);
}

/* A set of one. */
static inline void hinting_begin(struct hinting *h, const char *sections)
{
    *h = (struct hinting){.hints = NULL};
    hinting_add(h, sections);
    hinting_make(h, NULL);
}

static inline void hinting_end(struct hinting *h)
{
    hints_scratch_free(h->scratch);
    hints_free(h->hints);
    for (size_t i = 0; i < h->set.count; i++)
        signature_free(h->signatures[i]);
}

/* How many signatures a head or a body speaks of; which ones is in h->hits. */
static inline unsigned hinting_head(struct hinting *h, const char *head)
{
    h->hits.count = h->hits.dropped = 0;
    hints_search_head(h->hints, h->scratch, head, strlen(head), &h->hits);
    return h->hits.count;
}

static inline unsigned hinting_body(struct hinting *h, const char *body)
{
    h->hits.count = h->hits.dropped = 0;
    hints_search_body(h->hints, h->scratch, (const uint8_t *)body, strlen(body), &h->hits);
    return h->hits.count;
}

#endif
