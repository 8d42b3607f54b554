/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the classes: names and weights. What is personal data is told by the GDPR's article
 * 4 and recital 30; weights follow what a finder can do with one value.
 */
#include "scan/classes.h"

struct class_row {
    const char *name;
    uint8_t weight;
    bool needs_records;
};

static const struct class_row rows[CLASSES_BUILTIN] = {
    [CLASS_PRIVATE_KEY] = {"private_key", 100, false},
    [CLASS_CLOUD_KEY] = {"cloud_key", 100, false},
    [CLASS_PAYMENT_CARD] = {"payment_card", 90, false},
    [CLASS_PASSWORD] = {"password", 90, false},
    [CLASS_PASSWORD_HASH] = {"password_hash", 80, false},
    [CLASS_URL_CREDENTIALS] = {"url_credentials", 80, false},
    [CLASS_SSN] = {"ssn", 80, false},
    [CLASS_IBAN] = {"iban", 70, false},
    [CLASS_PASSPORT] = {"passport", 70, false},
    [CLASS_TOKEN] = {"token", 70, false},
    [CLASS_JWT] = {"jwt", 60, false},
    [CLASS_DATE_OF_BIRTH] = {"date_of_birth", 50, false},
    [CLASS_EMAIL] = {"email", 40, false},
    [CLASS_PHONE] = {"phone", 40, false},
    [CLASS_ADDRESS] = {"address", 40, false},
    [CLASS_PERSON_NAME] = {"person_name", 40, false},
    [CLASS_COORDINATES] = {"coordinates", 30, true},
    [CLASS_CASE_NUMBER] = {"case_number", 20, true},
    [CLASS_CONFIDENTIAL] = {"confidential", 30, true},
    [CLASS_IPV4] = {"ipv4", 20, true},
    [CLASS_IPV6] = {"ipv6", 20, true},
};

const char *scan_class_name(enum scan_class class_of)
{
    return rows[class_of].name;
}

uint8_t scan_class_weight(enum scan_class class_of)
{
    return rows[class_of].weight;
}

bool scan_class_needs_records(enum scan_class class_of)
{
    return rows[class_of].needs_records;
}
