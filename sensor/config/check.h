/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Further rules that a value of the table has to meet. Each returns AJAR_ERR_USAGE and says in
 * *problem what is wrong and what would be right, without the place: the reader puts it in front.
 */
#ifndef AJAR_CONFIG_CHECK_H
#define AJAR_CONFIG_CHECK_H

#include "ajar/problem.h"

/* A name that goes into events and Redis keys: letters, digits, dots, dashes, underscores. */
enum ajar_status check_name(const char *value, struct problem *problem);

/* A name that Linux can give to an interface. */
enum ajar_status check_interface(const char *value, struct problem *problem);

/* What Redis keys may begin with: printable, no blanks. */
enum ajar_status check_prefix(const char *value, struct problem *problem);

/* A facility of syslog ("local0"), or "" for none. */
enum ajar_status check_facility(const char *value, struct problem *problem);

/* The journal: a file, or "memory". */
enum ajar_status check_journal(const char *value, struct problem *problem);

/* The key of a Redis list, or "" for none: printable, no blanks. */
enum ajar_status check_list(const char *value, struct problem *problem);

/* The name of a user, or "" for none; does not look whether there is one. */
enum ajar_status check_user(const char *value, struct problem *problem);

/* A Redis URL, or "" for none; connects to nothing. */
enum ajar_status check_redis_url(const char *value, struct problem *problem);

/* Items of the policy; see ledger/policy.h. */
enum ajar_status check_public(const char *value, struct problem *problem);
enum ajar_status check_maintenance(const char *value, struct problem *problem);

/* Countries as two capital letters, with commas between them; or "" for none. */
enum ajar_status check_countries(const char *value, struct problem *problem);

/* A day or a time in UTC, ISO 8601; or "" for none. */
enum ajar_status check_date(const char *value, struct problem *problem);

#endif
