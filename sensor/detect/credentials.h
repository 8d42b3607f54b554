/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the clients of all stores show who they are: header lines, query parameters and cookies.
 * Which store a request is for is not known yet when it is looked at, so the places of all
 * signatures count together; the cost does not depend on how many there are.
 */
#ifndef AJAR_DETECT_CREDENTIALS_H
#define AJAR_DETECT_CREDENTIALS_H

#include "ajar/http.h"
#include "detect/signature.h"

/* Gathers the places of all signatures of the set into set->credentials; call again after the set
 * changed. AJAR_ERR_MEMORY. */
enum ajar_status credentials_gather(struct signature_set *set);

/* Accepts NULL. */
void credentials_free(struct credential_places *places);

/*
 * Whether the client shows credentials, right or wrong: a non-empty Authorization header (RFC 9110,
 * 11.6.2), user information in the target (RFC 3986, 3.2.1), a signed query of AWS, or any place
 * that a signature names, if it is not empty.
 */
bool credentials_shown(const struct signature_set *set, const struct http_request *request);

/* The same of the parameters that a request's body consists of. */
bool credentials_shown_in_form(const struct signature_set *set, struct slice form);

/*
 * The target as events may show it, NUL-terminated and cut at `size`: without user information, cut
 * behind "X-Amz-", and with *** for the values of parameters that show credentials.
 */
void credentials_mask_url(const struct signature_set *set, struct slice target, char *url,
                          size_t size);

#endif
