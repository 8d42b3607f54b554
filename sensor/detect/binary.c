/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies in YAML, CBOR (RFC 8949) and SMILE: not decoded, but searched for the member names that
 * only records have; the text that follows names the data set. A window slides over the body, so
 * a name may be cut anywhere.
 */
#include "detect/reply.h"

#include "base/text.h"

#include <string.h>

#define NAME_TAIL_MAX                                                                              \
    120 /* bytes behind a member name that are looked at: its value begins there */

/* Where the value's text begins and how long it is, by the format's own length byte. */
static struct slice value_behind(enum body_format format, const uint8_t *at, size_t left)
{
    size_t length = 0;
    size_t skip = 1;
    if (format == BODY_YAML) {
        skip = 0;
        while (skip < left && (at[skip] == ':' || at[skip] == ' ' || at[skip] == '"'))
            skip++;
        while (skip + length < left && !strchr("\"\r\n", at[skip + length]))
            length++;
    } else if (left >= 2 && format == BODY_CBOR) {
        length = at[0] >= 0x60 && at[0] <= 0x77 ? at[0] - 0x60u : 0;
        if (at[0] == 0x78) {
            length = at[1];
            skip = 2;
        }
    } else if (left >= 1 && at[0] >= 0x40 && at[0] <= 0x7f) {
        length = at[0] <= 0x5f ? at[0] - 0x3fu : at[0] - 0x60u + 33u;
    }
    if (skip + length > left)
        length = 0;
    return (struct slice){(const char *)at + (length ? skip : 0), length};
}

static void note_record(struct evidence *evidence, const uint8_t *behind, size_t left)
{
    struct reply *reply = &evidence->reply;
    struct slice name = value_behind(reply->format, behind, left);
    struct finding_dataset *dataset =
        name.length ? dataset_find(&evidence->datasets, name.text, name.length) : NULL;
    reply->returned++;
    if (dataset)
        dataset->returned++;
    else
        reply->unassigned++;
}

/* Looks for both names where they begin before `until`; later ones are looked at next time. */
static void search(struct evidence *evidence, size_t until)
{
    struct reply *reply = &evidence->reply;
    const struct signature *signature = evidence->signature;
    const char *keys[2] = {signature->dataset_key, signature->document_key};
    for (size_t k = 0; k < 2; k++) {
        size_t length = keys[k] ? strlen(keys[k]) : 0;
        const uint8_t *at = reply->window;
        const uint8_t *end = reply->window + reply->window_length;
        while (length && (at = memmem(at, (size_t)(end - at), keys[k], length)) != NULL) {
            if ((size_t)(at - reply->window) >= until)
                break;
            at += length;
            if (k == 0)
                note_record(evidence, at, (size_t)(end - at));
            else
                reply->values_seen = true;
        }
    }
}

void binary_add(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    if (reply->status < 200 || reply->status > 299 || !reply->rule ||
        reply->rule->level != LEVEL_DATA)
        return;
    while (length > 0) {
        size_t room = EVIDENCE_WINDOW - reply->window_length;
        size_t taken = length < room ? length : room;
        memcpy(reply->window + reply->window_length, data, taken);
        reply->window_length = (uint16_t)(reply->window_length + taken);
        data += taken;
        length -= taken;
        if (reply->window_length < EVIDENCE_WINDOW)
            return;
        search(evidence, EVIDENCE_WINDOW - NAME_TAIL_MAX);
        memmove(reply->window, reply->window + EVIDENCE_WINDOW - NAME_TAIL_MAX, NAME_TAIL_MAX);
        reply->window_length = NAME_TAIL_MAX;
    }
}

void binary_finish(struct evidence *evidence)
{
    search(evidence, evidence->reply.window_length);
    evidence->reply.window_length = 0;
}
