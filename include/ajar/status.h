/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one result type of ajar. A function that can fail returns it and gives its data by
 * out-parameters, which it writes only on AJAR_OK.
 */
#ifndef AJAR_STATUS_H
#define AJAR_STATUS_H

enum ajar_status {
    AJAR_OK = 0,
    AJAR_END,           /* no more input: not an error */
    AJAR_AGAIN,         /* nothing now, ask again later */
    AJAR_ERR_USAGE,     /* a person gave something that cannot be used */
    AJAR_ERR_SYSTEM,    /* a system call failed */
    AJAR_ERR_MEMORY,    /* out of memory */
    AJAR_ERR_FORMAT,    /* bytes that are not what they should be */
    AJAR_ERR_LIMIT,     /* a named limit was reached */
    AJAR_ERR_NOT_FOUND, /* no such thing */
};

/* A short English text for a status; never NULL, static storage, any thread. */
const char *ajar_status_text(enum ajar_status status);

#endif
