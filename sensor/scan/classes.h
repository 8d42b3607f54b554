/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of data that ajar knows by itself; docs/classes.md says what each counts. */
#ifndef AJAR_SCAN_CLASSES_H
#define AJAR_SCAN_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In falling order of weight: what a finding has no room for is the last of them. */
enum scan_class {
    CLASS_PRIVATE_KEY,
    CLASS_CLOUD_KEY,
    CLASS_PAYMENT_CARD,
    CLASS_PASSWORD,
    CLASS_PASSWORD_HASH,
    CLASS_URL_CREDENTIALS,
    CLASS_SSN,
    CLASS_IBAN,
    CLASS_PASSPORT,
    CLASS_TOKEN,
    CLASS_JWT,
    CLASS_DATE_OF_BIRTH,
    CLASS_EMAIL,
    CLASS_PHONE,
    CLASS_ADDRESS,
    CLASS_PERSON_NAME,
    CLASS_COORDINATES,
    CLASS_CASE_NUMBER,
    CLASS_CONFIDENTIAL,
    CLASS_IPV4,
    CLASS_IPV6,
    CLASSES_BUILTIN,
    CLASS_DATE = CLASSES_BUILTIN, /* no class: a name whose values are dates of records */
};

#define SCAN_USER_CLASSES_MAX 32
#define SCAN_CLASSES_MAX      64 /* of both kinds: a bit each in 64 bits */

/* Its name in findings, "email"; never NULL for a class below CLASSES_BUILTIN. */
const char *scan_class_name(enum scan_class class_of);

/* How much a class weighs, 0..100: what a record of it does to the people it is about. */
uint8_t scan_class_weight(enum scan_class class_of);

/* Whether values of the class count only in replies that hand out records: a store's own addresses
 * stand in its metadata. */
bool scan_class_needs_records(enum scan_class class_of);

#endif
