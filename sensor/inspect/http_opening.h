/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first bytes of a client: a PROXY protocol prefix (versions 1 and 2) is read through, then the
 * preface of HTTP/2 (RFC 9113 section 3.4) or anything else begins. Pure; bytes may come one by
 * one.
 */
#ifndef AJAR_INSPECT_HTTP_OPENING_H
#define AJAR_INSPECT_HTTP_OPENING_H

#include "ajar/addr.h"
#include "ajar/cursor.h"
#include "ajar/http.h"

#define HTTP_OPENING_MAX 108 /* bytes held back: the longest line of version 1 has 107 */

struct http_opening {
    struct addr proxied_for; /* valid with `proxied` */
    bool proxied;            /* the prefix names for whom the connection is */
    bool prefixed;           /* there was a prefix */
    uint16_t skip;           /* bytes of the prefix still to pass: TLVs */
    uint8_t used;
    uint8_t bytes[HTTP_OPENING_MAX]; /* what may still be a prefix or the preface */
};

enum http_opening_step {
    HTTP_OPENING_MORE,  /* all bytes used */
    HTTP_OPENING_HTTP1, /* no preface: bytes[0..used) and what is left in the cursor follow */
    HTTP_OPENING_HTTP2, /* the preface was read, frames follow */
};

/* Takes bytes up to where it is known what the connection speaks. Begin with a zeroed struct. */
enum http_opening_step http_opening_read(struct http_opening *opening, struct cursor *c);

#endif
