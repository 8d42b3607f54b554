/* SPDX-License-Identifier: Apache-2.0 */
/* The query of a request target as parameters (application/x-www-form-urlencoded, WHATWG URL
 * standard 5.1). Pure, any thread. */
#ifndef AJAR_DETECT_QUERY_H
#define AJAR_DETECT_QUERY_H

#include "ajar/http.h"

#define QUERY_TEXT_MAX 256 /* of a value that conditions are held against: cut there */

/* The next parameter, raw; moves *query behind it. False at the end. */
bool query_next(struct slice *query, struct slice *name, struct slice *value);

/* The raw value of the first parameter of that name; {NULL, 0} if there is none. */
struct slice query_find(struct slice query, const char *name);

/* Whether a body is parameters by its looks: nothing but what is written in them, and a '='. */
bool query_is_form(struct slice body);

/* Decodes %XX and '+' into `out`, NUL-terminated, cut at `size`. Returns its length. */
size_t query_decode(struct slice value, char *out, size_t size);

/* The decoded value in `out`, without blanks at its beginning and with one for each run of them. */
struct slice query_plain(struct slice value, char out[static QUERY_TEXT_MAX]);

/* The first word (letters, digits, '_', '-', '.') of a text; empty if it begins with anything else.
 */
struct slice query_word(struct slice text);

/* Whether a value says the text, ASCII case ignored: in words of its own at its beginning, or
 * `anywhere`. The empty text is said by every value. */
bool query_says(struct slice value, struct slice text, bool anywhere);

/* Order of two names, ASCII case ignored. */
int query_compare_names(struct slice a, struct slice b);

#endif
