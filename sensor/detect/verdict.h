/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder: what one reply proves. Pure: reads the facts, changes nothing. */
#ifndef AJAR_DETECT_VERDICT_H
#define AJAR_DETECT_VERDICT_H

#include "ajar/http.h"
#include "detect/evidence.h"

#define DRAINED_RECORDS_REPLY 500   /* one reply with this many and half of what is held */
#define DRAINED_RECORDS_FLOW  10000 /* handed out in one flow */
#define DRAINED_BYTES_FLOW    (UINT64_C(10) << 20)

struct judgement {
    enum verdict verdict;
    enum identity identity;
    const char *protection; /* who refused, NULL = nobody */
    bool named;             /* a rule of the signature says what and whose the reply is */
    bool weak;              /* open, by an error that may come before access control */
};

/* Whether the reply so far is this store's, by its marks. */
enum identity verdict_identity(const struct evidence *evidence);

/* The refusal or exception that the reply is, or NULL. Header tests were made by
 * verdict_note_refusal_headers().
 */
const struct refusal_rule *verdict_find_refusal(const struct evidence *evidence);

/* Which refusal rules name the status and have header tests that hold: a bit each, for the
 * first 64. Called with the reply's head. */
uint64_t verdict_refusal_headers(const struct signature *signature, uint16_t status,
                                 const struct http_headers *headers);

/* Whether the reply so far shows content: a write done, records, values, names, counts. */
bool verdict_has_content(const struct reply *reply);

/* What the reply proves as far as it was read. */
struct judgement verdict_judge(const struct evidence *evidence);

#endif
