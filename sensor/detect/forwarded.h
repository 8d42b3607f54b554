/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For whom a proxy sent a request, as its header lines say: X-Forwarded-For, Forwarded (RFC 7239),
 * X-Real-IP. Anybody can write such a line; who believes it decides by the sender. Pure.
 */
#ifndef AJAR_DETECT_FORWARDED_H
#define AJAR_DETECT_FORWARDED_H

#include "ajar/addr.h"
#include "ajar/http.h"

/*
 * The last address that the header lines name: what the proxy next to the server added, for each
 * adds at the end. Of several kinds of lines X-Forwarded-For counts before Forwarded before
 * X-Real-IP. What is no address ("unknown", "_hidden", a name) is passed over. False if there is
 * none: *client is then unchanged.
 */
bool forwarded_find(const struct http_headers *headers, struct addr *client);

/* The last address in one value: a list of addresses, with or without port, brackets and quotes. */
bool forwarded_read_list(struct slice value, struct addr *client);

/* The last address behind "for=" in one value of a Forwarded line (RFC 7239 section 4). */
bool forwarded_read_elements(struct slice value, struct addr *client);

#endif
