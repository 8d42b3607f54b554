/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in a reply's body, whatever its format: the first bytes against the text facts, once they
 * are all there, and literals counted over the whole of it, cut anywhere.
 */
#include "detect/reply.h"

#include <string.h>

bool capture_find(const struct capture *capture, struct slice text, struct slice *value)
{
    size_t before = strlen(capture->before);
    size_t behind = strlen(capture->behind);
    const char *at = memmem(text.text, text.length, capture->before, before);
    if (!at)
        return false;
    at += before;
    size_t left = text.length - (size_t)(at - text.text);
    size_t length = 0;
    while (length < left && !memchr("\r\n", at[length], 2) &&
           !(behind > 0 && left - length >= behind &&
             memcmp(at + length, capture->behind, behind) == 0))
        length++;
    *value = (struct slice){at, length};
    return true;
}

static struct slice without_blanks(struct slice text)
{
    size_t at = 0;
    while (at < text.length && memchr(" \t\r\n", text.text[at], 4))
        at++;
    return (struct slice){text.text + at, text.length - at};
}

static bool text_holds(const struct text_fact *text, size_t number, const struct reply *reply)
{
    struct slice body = {(const char *)reply->prefix, reply->prefix_length};
    switch (text->kind) {
    case TEXT_MATCHES:
        return reply->texts_matched >> number & 1;
    case TEXT_HEX:
        return body.length >= text->length && memcmp(body.text, text->text, text->length) == 0;
    case TEXT_EACH:
        return false;
    case TEXT_TEST:
        if (text->fact.test.kind == TEST_STARTS)
            body = without_blanks(body);
        return test_holds(&text->fact.test, body.text, body.length);
    }
    return false;
}

void texts_read(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    const struct signature *signature = evidence->signature;
    struct slice body = {(const char *)reply->prefix, reply->prefix_length};
    if (reply->texts_read)
        return;
    reply->texts_read = true;
    for (size_t i = 0; i < signature->text_count && body.length > 0; i++) {
        const struct text_fact *text = &signature->texts[i];
        struct slice value = {"", 0};
        if (text_holds(text, i, reply) &&
            (!text->capture.before || capture_find(&text->capture, body, &value)))
            facts_note_text(evidence, &text->fact, value);
    }
}

/* Counts where the literal begins before `until`; what follows belongs to the next search. */
static void count_literal(struct evidence *evidence, const struct text_fact *text,
                          struct slice bytes, size_t until)
{
    const char *at = bytes.text;
    const char *end = bytes.text + bytes.length;
    while ((at = memmem(at, (size_t)(end - at), text->text, text->length)) != NULL &&
           (size_t)(at - bytes.text) < until) {
        facts_note_text(evidence, &text->fact, (struct slice){at, text->length});
        at++;
    }
}

/* The last bytes of what was seen so far, one less than the longest literal. */
static void keep_tail(struct reply *reply, const uint8_t *data, size_t length)
{
    size_t most = SIGNATURE_EACH_LENGTH - 1;
    size_t added = length < most ? length : most;
    size_t kept = reply->each_length < most - added ? reply->each_length : most - added;
    memmove(reply->each_tail, reply->each_tail + reply->each_length - kept, kept);
    memcpy(reply->each_tail + kept, data + length - added, added);
    reply->each_length = (uint8_t)(kept + added);
}

bool texts_count(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    const struct signature *signature = evidence->signature;
    bool any = false;
    for (size_t i = 0; i < signature->text_count; i++) {
        const struct text_fact *text = &signature->texts[i];
        if (text->kind != TEXT_EACH)
            continue;
        /* Across the cut: those that begin in the last bytes before it, and end behind it. */
        char seam[2 * SIGNATURE_EACH_LENGTH];
        size_t before =
            reply->each_length < text->length - 1 ? reply->each_length : text->length - 1;
        size_t behind = length < text->length - 1 ? length : text->length - 1;
        memcpy(seam, reply->each_tail + reply->each_length - before, before);
        memcpy(seam + before, data, behind);
        count_literal(evidence, text, (struct slice){seam, before + behind}, before);
        count_literal(evidence, text, (struct slice){(const char *)data, length}, length);
        any = true;
    }
    if (any)
        keep_tail(reply, data, length);
    return any;
}
