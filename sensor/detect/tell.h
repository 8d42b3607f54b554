/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the detector, shared by detect.c, which listens to exchanges, and tell.c, which
 * makes findings of what they prove. */
#ifndef AJAR_DETECT_TELL_H
#define AJAR_DETECT_TELL_H

#include "detect/choose.h"
#include "detect/detect.h"
#include "detect/pool.h"
#include "detect/search.h"
#include "detect/verdict.h"

struct detector {
    struct detect_options options;
    struct evidence_pool pool;
    uint32_t reading; /* first flow whose reply is being read, POOL_NONE = none */
    struct chooser chooser;
    struct search search;
    struct detect_counters counters;
    struct finding finding; /* the one being made: too large for a stack */
};

/* What the reply proves, as far as it may speak for a store. */
struct judgement tell_judge(const struct evidence *evidence);

/* Tells the current reply's verdict if the flow had not reached it. */
void tell_reply(struct detector *detector, struct evidence *evidence,
                const struct judgement *judgement, uint64_t time_ns, uint64_t ordinal);

/* Tells what the flow came to: its highest verdict without credentials, unless it was more with
 * them; nothing if it reached none. */
void tell_session(struct detector *detector, struct evidence *evidence, uint64_t time_ns,
                  uint64_t ordinal);

#endif
