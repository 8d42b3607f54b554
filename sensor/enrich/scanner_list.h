/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of networks in a file, one a line: "192.0.2.0/24", "2001:db8::1". Comments begin with
 * '#'; of the ones before the first network "# date: 2026-11-22" is read, the rest is for people.
 */
#ifndef AJAR_ENRICH_SCANNER_LIST_H
#define AJAR_ENRICH_SCANNER_LIST_H

#include "ajar/addr.h"
#include "ajar/problem.h"
#include "enrich/scanner_ranges.h"

#define SCANNER_LIST_BYTES_MAX   (8u << 20) /* of one file */
#define SCANNER_LIST_PREFIX_IPV4 8 /* a wider network is a mistake: it would name everybody */
#define SCANNER_LIST_PREFIX_IPV6 16

/*
 * Appends the networks of `text` (which need not end with a NUL) to *nets, owned by `owner`. `name`
 * stands for the file in messages, "NAME:LINE: what". `date` gets "YYYY-MM-DD" or stays. On failure
 * what was appended stays in *nets, which is to be thrown away.
 */
enum ajar_status scanner_list_parse(const char *name, const char *text, size_t length,
                                    uint16_t owner, struct scanner_nets *nets, char date[static 11],
                                    struct problem *problem);

/* The same out of a regular file of at most SCANNER_LIST_BYTES_MAX; AJAR_ERR_NOT_FOUND where there
 * is none. */
enum ajar_status scanner_list_read(const char *path, uint16_t owner, struct scanner_nets *nets,
                                   char date[static 11], struct problem *problem);

#endif
