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
    dataset_add_record(reply, dataset);
}

/* Whether the list behind a member's name has an element, by the format's own brackets. */
static bool list_has_element(enum body_format format, const uint8_t *at, size_t left)
{
    if (format == BODY_YAML)
        return left > 2 && at[0] == ':' && memchr(at, '-', left < 4 ? left : 4) != NULL;
    if (left < 2)
        return false;
    if (format == BODY_CBOR)
        return (at[0] == 0x9f && at[1] != 0xff) || (at[0] > 0x80 && at[0] <= 0x9b);
    return at[0] == 0xf8 && at[1] != 0xf9;
}

enum binary_key { KEY_DATASET, KEY_DOCUMENT, KEY_LIST };

static void note_key(struct evidence *evidence, enum binary_key key, const uint8_t *behind,
                     size_t left)
{
    struct reply *reply = &evidence->reply;
    if (key == KEY_DATASET)
        note_record(evidence, behind, left);
    else if (key == KEY_DOCUMENT || list_has_element(reply->format, behind, left))
        reply->values_seen = true;
}

/* Looks for a name where it begins before `until`; later ones are looked at next time. */
static void search_key(struct evidence *evidence, const char *name, enum binary_key key,
                       size_t until)
{
    const struct reply *reply = &evidence->reply;
    size_t length = name ? strlen(name) : 0;
    const uint8_t *at = reply->window;
    const uint8_t *end = reply->window + reply->window_length;
    while (length && (at = memmem(at, (size_t)(end - at), name, length)) != NULL) {
        if ((size_t)(at - reply->window) >= until)
            break;
        at += length;
        note_key(evidence, key, at, (size_t)(end - at));
    }
}

static void search(struct evidence *evidence, size_t until)
{
    const struct signature *signature = evidence->signature;
    search_key(evidence, signature->dataset_key, KEY_DATASET, until);
    search_key(evidence, signature->document_key, KEY_DOCUMENT, until);
    for (size_t i = 0; signature->lists[i]; i++)
        search_key(evidence, signature->lists[i], KEY_LIST, until);
}

void binary_add(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    if (reply->status < 200 || reply->status > 299 || !reply->rule ||
        reply_level(reply) != LEVEL_DATA)
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
