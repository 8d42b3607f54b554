/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies in YAML, CBOR (RFC 8949) and SMILE: not decoded, but searched for the names of members
 * that the plan has facts for, as each format writes a name; what follows says whether there is
 * something, and the data set of a record. A window slides over the body, so a name may be cut
 * anywhere.
 */
#include "detect/reply.h"

#include "base/text.h"

#include <string.h>

#define NAME_TAIL_MAX 184 /* bytes from where a name begins that are looked at: its value too */

/* The member's name that begins at `at`: its length is 0 if none does. */
static struct slice name_at(enum body_format format, const uint8_t *at, size_t left)
{
    struct slice name = {(const char *)at + 1, 0};
    if (format == BODY_SMILE && at[0] >= 0x80 && at[0] <= 0xbf) {
        name.length = at[0] - 0x7fu;
    } else if (format == BODY_CBOR && at[0] >= 0x61 && at[0] <= 0x77) {
        name.length = at[0] - 0x60u;
    } else if (format == BODY_CBOR && at[0] == 0x78 && left > 1) {
        name = (struct slice){(const char *)at + 2, at[1]};
    } else if (format == BODY_YAML && at[0] == '\n') {
        size_t skip = 1;
        while (skip < left && memchr(" -\"", at[skip], 3))
            skip++;
        name.text = (const char *)at + skip;
        while (skip + name.length < left && !memchr(":\"\n", at[skip + name.length], 3))
            name.length++;
    }
    const uint8_t *end = (const uint8_t *)name.text + name.length;
    return end > at + left ? (struct slice){NULL, 0} : name;
}

/* The value's text, by the format's own length byte. */
static struct slice value_behind(enum body_format format, const uint8_t *at, size_t left)
{
    size_t length = 0;
    size_t skip = 1;
    if (format == BODY_YAML) {
        skip = 0;
        while (skip < left && (at[skip] == ':' || at[skip] == ' ' || at[skip] == '"'))
            skip++;
        while (skip + length < left && !memchr("\"\r\n", at[skip + length], 3))
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

/* Whether a list (or map) that has something in it begins here, by the format's own brackets. */
static bool has_content(enum body_format format, bool is_map, const uint8_t *at, size_t left)
{
    if (left < 2 || format == BODY_YAML)
        return false;
    uint8_t open = format == BODY_CBOR ? (is_map ? 0xbf : 0x9f) : (is_map ? 0xfa : 0xf8);
    uint8_t end = format == BODY_CBOR ? 0xff : is_map ? 0xfb : 0xf9;
    uint8_t counted = is_map ? 0xa0 : 0x80;
    return (at[0] == open && at[1] != end) ||
           (format == BODY_CBOR && at[0] > counted && at[0] <= counted + 0x1b);
}

/* The same in YAML, behind a name: a block on the next lines, or brackets on this one. */
static bool has_lines(bool is_map, const uint8_t *at, size_t left)
{
    size_t skip = 0;
    while (skip < left && memchr("\": \r\n", at[skip], 5))
        skip++;
    if (skip + 1 >= left || skip == 0)
        return false;
    if (at[skip] == (is_map ? '{' : '['))
        return !memchr("]}", at[skip + 1], 2);
    bool is_item = at[skip] == '-' && at[skip + 1] == ' ';
    return is_map ? !is_item && memchr(at, '\n', skip) && at[skip - 1] == ' ' : is_item;
}

static bool is_null(enum body_format format, const uint8_t *at, size_t left)
{
    struct slice value = value_behind(format, at, left);
    if (format == BODY_YAML)
        return slice_equals(value, "null") || slice_equals(value, "~");
    return left == 0 || at[0] == (format == BODY_CBOR ? 0xf6 : 0x21);
}

static void note_record(struct evidence *evidence, struct slice name)
{
    struct reply *reply = &evidence->reply;
    struct finding_dataset *dataset =
        name.length ? dataset_find(&evidence->datasets, name.text, name.length) : NULL;
    dataset_add_record(reply, dataset);
}

static void note_mark(struct evidence *evidence, const struct fact *fact, struct slice value)
{
    if (fact->test.kind != TEST_NONE &&
        (!value.length || !test_holds(&fact->test, value.text, value.length)))
        return;
    evidence->reply.marks |= fact->mark;
    if (fact->product)
        evidence->reply.product = fact->product;
}

static void note_key(struct evidence *evidence, const struct body_key *key, const uint8_t *behind,
                     size_t left)
{
    struct reply *reply = &evidence->reply;
    enum body_format format = reply->format;
    bool is_data = reply->rule && reply_level(reply) == LEVEL_DATA;
    bool is_map = key->kind == KEY_MAP;
    switch (key->kind) {
    case KEY_MARK:
        note_mark(evidence, &evidence->signature->facts[key->fact],
                  value_behind(format, behind, left));
        break;
    case KEY_DATASET:
        if (is_data)
            note_record(evidence, value_behind(format, behind, left));
        break;
    case KEY_DOCUMENT:
        if (is_data && !is_null(format, behind, left))
            dataset_note_value(reply);
        break;
    case KEY_LIST:
    case KEY_MAP:
        if (is_data && (format == BODY_YAML ? has_lines(is_map, behind, left)
                                            : has_content(format, is_map, behind, left)))
            dataset_note_value(reply);
        break;
    }
}

/* Names that begin before `until`; later ones are looked at next time. */
static void search(struct evidence *evidence, size_t until)
{
    const struct reply *reply = &evidence->reply;
    const struct plan *plan = reply->plan;
    const uint8_t *end = reply->window + reply->window_length;
    for (const uint8_t *at = reply->window; at < reply->window + until; at++) {
        struct slice name = name_at(reply->format, at, (size_t)(end - at));
        if (name.length == 0 || name.length > BODY_KEY_MAX ||
            !(plan->key_lengths >> (name.length - 1) & 1))
            continue;
        const uint8_t *behind = (const uint8_t *)name.text + name.length;
        for (size_t i = 0; i < plan->key_count; i++)
            if (plan->keys[i].length == name.length &&
                memcmp(plan->keys[i].name, name.text, name.length) == 0)
                note_key(evidence, &plan->keys[i], behind, (size_t)(end - behind));
    }
}

void binary_add(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    if (reply->status < 200 || reply->status > 299)
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

/* A body that is one list of records. */
static bool is_list(const struct reply *reply)
{
    size_t head = reply->format == BODY_SMILE ? 4 : reply->format == BODY_YAML ? 3 : 0;
    if (reply->prefix_length < head)
        return false;
    const uint8_t *at = reply->prefix + head;
    size_t left = reply->prefix_length - head;
    return reply->format == BODY_YAML ? has_lines(false, at, left)
                                      : has_content(reply->format, false, at, left);
}

void binary_finish(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    bool executed = reply->status >= 200 && reply->status < 300;
    search(evidence, reply->window_length);
    reply->window_length = 0;
    if (executed && reply->rule && reply_level(reply) == LEVEL_DATA && reply->plan->top_list &&
        is_list(reply))
        dataset_note_value(reply);
}
