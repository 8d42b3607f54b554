/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recognisers: each is called with a place in a reply and says whether a value of its class
 * stands around it, and from where to where. Pure; they see what near.h lets them see.
 */
#ifndef AJAR_SCAN_RECOGNISE_H
#define AJAR_SCAN_RECOGNISE_H

#include "scan/near.h"

/* mail.c. RFC 5321 addresses without quoted local parts; `at` is the '@'. */
bool email_read(const uint8_t *at, struct scan_value *value);
/* "name [at] host"; `at` is the last byte of the sign, which has `length` bytes. */
bool email_read_word(const uint8_t *at, int length, struct scan_value *value);
/* "scheme://user:secret@host" (RFC 3986 3.2.1), the user may be empty; `at` is the '@'. *userinfo:
 * it is no e-mail address in any case. */
bool url_credentials_read(const uint8_t *at, bool *userinfo, struct scan_value *value);

/* network.c. `at` is a point between digits, a colon. */
bool ipv4_read(const uint8_t *at, struct scan_value *value);
bool ipv6_read(const uint8_t *at, struct scan_value *value);
/* Whether the span is a machine's address, IPv4, IPv6 or a host name in small letters, with a port
 * or without: no place where people live. */
bool machine_is_named(const uint8_t *at, struct scan_span span);

/* digits.c. `at` is the '+', or a gap between digits. */
bool phone_read_international(const uint8_t *at, struct scan_value *value);
bool phone_read_american(const uint8_t *at, struct scan_value *value);
bool ssn_read(const uint8_t *at, struct scan_value *value);
bool card_read_grouped(const uint8_t *at, struct scan_value *value);
/* 13 to 19 digits in one piece, from `begin` on. */
bool card_read_plain(const uint8_t *at, int begin, struct scan_value *value);
/* The same behind a word that speaks of cards, whose last byte `at` is. */
bool card_read_behind(const uint8_t *at, struct scan_value *value);
/* ISO 8601 date, with time or without; *seconds since 1970. */
bool date_read(const uint8_t *at, int64_t *seconds);
/* Whether that date is not one of birth or of an end to come, by the name of its field. */
bool date_is_of_record(const uint8_t *at);
/* A number of 10 or 13 digits that is a time of this age. */
bool epoch_read(const uint8_t *at, struct scan_span number, int64_t *seconds);

/* iban.c. `at` is the fourth byte (ISO 13616). */
bool iban_read(const uint8_t *at, struct scan_value *value);
/* One from `begin` on whose country is in small letters, which iban_read() misses. */
bool iban_read_small(const uint8_t *at, int begin, struct scan_value *value);

/* secret.c. `at` is the last byte of the literal. */
bool jwt_read(const uint8_t *at, struct scan_value *value);
bool cloud_key_read(const uint8_t *at, unsigned row, struct scan_value *value);
bool private_key_read(const uint8_t *at, struct scan_value *value);
bool password_hash_read(const uint8_t *at, unsigned row, struct scan_value *value);
bool confidential_read(const uint8_t *at, int length, struct scan_value *value);

#endif
