/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of field names, and how the one before a place is found. Short or everyday words count
 * whole only ("lat" is no end of "flat").
 */
#include "scan/names.h"

#include "scan/classes.h"
#include "scan/near.h"

#include <endian.h>
#include <string.h>

static const struct field_name table[] = {
    {"email", CLASS_EMAIL, false, false},
    {"e_mail", CLASS_EMAIL, false, false},
    {"e-mail", CLASS_EMAIL, false, false},
    {"mail", CLASS_EMAIL, false, false},
    {"email_address", CLASS_EMAIL, false, false},
    {"emailaddress", CLASS_EMAIL, false, false},
    {"mail_address", CLASS_EMAIL, false, false},
    {"email_addr", CLASS_EMAIL, false, false},
    {"emails", CLASS_EMAIL, false, false},
    {"phone", CLASS_PHONE, false, false},
    {"phones", CLASS_PHONE, false, false},
    {"telephone", CLASS_PHONE, false, false},
    {"phone_number", CLASS_PHONE, false, false},
    {"phonenumber", CLASS_PHONE, false, false},
    {"phone_no", CLASS_PHONE, false, false},
    {"mobile", CLASS_PHONE, true, false},
    {"mobile_number", CLASS_PHONE, false, false},
    {"mobilenumber", CLASS_PHONE, false, false},
    {"cellphone", CLASS_PHONE, false, false},
    {"msisdn", CLASS_PHONE, false, false},
    {"fax", CLASS_PHONE, true, false},
    {"tel", CLASS_PHONE, true, false},
    {"telefon", CLASS_PHONE, false, false},
    {"ssn", CLASS_SSN, false, false},
    {"social_security_number", CLASS_SSN, false, false},
    {"socialsecuritynumber", CLASS_SSN, false, false},
    {"social_security", CLASS_SSN, false, false},
    {"date_of_birth", CLASS_DATE_OF_BIRTH, false, false},
    {"dateofbirth", CLASS_DATE_OF_BIRTH, false, false},
    {"birth_date", CLASS_DATE_OF_BIRTH, false, false},
    {"birthdate", CLASS_DATE_OF_BIRTH, false, false},
    {"birthday", CLASS_DATE_OF_BIRTH, false, false},
    {"dob", CLASS_DATE_OF_BIRTH, false, false},
    {"geburtsdatum", CLASS_DATE_OF_BIRTH, false, false},
    {"address", CLASS_ADDRESS, true, false},
    {"street", CLASS_ADDRESS, false, false},
    {"street_address", CLASS_ADDRESS, false, false},
    {"streetaddress", CLASS_ADDRESS, false, false},
    {"home_address", CLASS_ADDRESS, false, false},
    {"homeaddress", CLASS_ADDRESS, false, false},
    {"billing_address", CLASS_ADDRESS, false, false},
    {"shipping_address", CLASS_ADDRESS, false, false},
    {"postal_address", CLASS_ADDRESS, false, false},
    {"mailing_address", CLASS_ADDRESS, false, false},
    {"customer_address", CLASS_ADDRESS, false, false},
    {"address_line1", CLASS_ADDRESS, false, false},
    {"address_line_1", CLASS_ADDRESS, false, false},
    {"address1", CLASS_ADDRESS, false, false},
    {"postal_code", CLASS_ADDRESS, false, false},
    {"postalcode", CLASS_ADDRESS, false, false},
    {"zip_code", CLASS_ADDRESS, false, false},
    {"zipcode", CLASS_ADDRESS, false, false},
    {"postcode", CLASS_ADDRESS, false, false},
    {"iban", CLASS_IBAN, false, false},
    {"account_iban", CLASS_IBAN, false, false},
    {"card_number", CLASS_PAYMENT_CARD, false, false},
    {"cardnumber", CLASS_PAYMENT_CARD, false, false},
    {"card_no", CLASS_PAYMENT_CARD, false, false},
    {"cardno", CLASS_PAYMENT_CARD, false, false},
    {"card", CLASS_PAYMENT_CARD, true, false},
    {"credit_card", CLASS_PAYMENT_CARD, false, false},
    {"creditcard", CLASS_PAYMENT_CARD, false, false},
    {"debit_card", CLASS_PAYMENT_CARD, false, false},
    {"payment_card", CLASS_PAYMENT_CARD, false, false},
    {"cc_number", CLASS_PAYMENT_CARD, false, false},
    {"ccnumber", CLASS_PAYMENT_CARD, false, false},
    {"pan", CLASS_PAYMENT_CARD, true, false},
    {"passport", CLASS_PASSPORT, false, false},
    {"passport_number", CLASS_PASSPORT, false, false},
    {"passportnumber", CLASS_PASSPORT, false, false},
    {"passport_no", CLASS_PASSPORT, false, false},
    {"passportno", CLASS_PASSPORT, false, false},
    {"password", CLASS_PASSWORD, false, false},
    {"passwd", CLASS_PASSWORD, false, false},
    {"pwd", CLASS_PASSWORD, false, false},
    {"passphrase", CLASS_PASSWORD, false, false},
    {"passwort", CLASS_PASSWORD, false, false},
    {"kennwort", CLASS_PASSWORD, false, false},
    {"password_hash", CLASS_PASSWORD_HASH, false, false},
    {"passwordhash", CLASS_PASSWORD_HASH, false, false},
    {"hashed_password", CLASS_PASSWORD_HASH, false, false},
    {"hashedpassword", CLASS_PASSWORD_HASH, false, false},
    {"encrypted_password", CLASS_PASSWORD_HASH, false, false},
    {"password_digest", CLASS_PASSWORD_HASH, false, false},
    {"pwd_hash", CLASS_PASSWORD_HASH, false, false},
    {"token", CLASS_TOKEN, true, false},
    {"access_token", CLASS_TOKEN, false, false},
    {"accesstoken", CLASS_TOKEN, false, false},
    {"refresh_token", CLASS_TOKEN, false, false},
    {"refreshtoken", CLASS_TOKEN, false, false},
    {"auth_token", CLASS_TOKEN, false, false},
    {"authtoken", CLASS_TOKEN, false, false},
    {"session_token", CLASS_TOKEN, false, false},
    {"id_token", CLASS_TOKEN, false, false},
    {"api_token", CLASS_TOKEN, false, false},
    {"api_key", CLASS_TOKEN, false, false},
    {"apikey", CLASS_TOKEN, false, false},
    {"secret_key", CLASS_TOKEN, false, false},
    {"secretkey", CLASS_TOKEN, false, false},
    {"client_secret", CLASS_TOKEN, false, false},
    {"clientsecret", CLASS_TOKEN, false, false},
    {"secret_access_key", CLASS_TOKEN, false, false},
    {"secretaccesskey", CLASS_TOKEN, false, false},
    {"first_name", CLASS_PERSON_NAME, false, false},
    {"firstname", CLASS_PERSON_NAME, false, false},
    {"last_name", CLASS_PERSON_NAME, false, false},
    {"lastname", CLASS_PERSON_NAME, false, false},
    {"full_name", CLASS_PERSON_NAME, false, false},
    {"fullname", CLASS_PERSON_NAME, false, false},
    {"given_name", CLASS_PERSON_NAME, false, false},
    {"givenname", CLASS_PERSON_NAME, false, false},
    {"family_name", CLASS_PERSON_NAME, false, false},
    {"surname", CLASS_PERSON_NAME, false, false},
    {"middle_name", CLASS_PERSON_NAME, false, false},
    {"maiden_name", CLASS_PERSON_NAME, false, false},
    {"customer_name", CLASS_PERSON_NAME, false, false},
    {"customername", CLASS_PERSON_NAME, false, false},
    {"patient_name", CLASS_PERSON_NAME, false, false},
    {"employee_name", CLASS_PERSON_NAME, false, false},
    {"contact_name", CLASS_PERSON_NAME, false, false},
    {"nachname", CLASS_PERSON_NAME, false, false},
    {"vorname", CLASS_PERSON_NAME, false, false},
    {"latitude", CLASS_COORDINATES, false, false},
    {"lat", CLASS_COORDINATES, true, false},
    {"longitude", CLASS_COORDINATES, false, false},
    {"lon", CLASS_COORDINATES, true, false},
    {"lng", CLASS_COORDINATES, true, false},
    {"coordinates", CLASS_COORDINATES, true, false},
    {"geo_point", CLASS_COORDINATES, false, false},
    {"geolocation", CLASS_COORDINATES, false, false},
    {"geo_location", CLASS_COORDINATES, false, false},
    {"geo", CLASS_COORDINATES, true, false},
    {"geoip", CLASS_COORDINATES, true, false},
    {"gps", CLASS_COORDINATES, true, false},
    {"location", CLASS_COORDINATES, true, true},
    {"case", CLASS_CASE_NUMBER, true, false},
    {"case_id", CLASS_CASE_NUMBER, false, false},
    {"caseid", CLASS_CASE_NUMBER, false, false},
    {"case_no", CLASS_CASE_NUMBER, false, false},
    {"case_number", CLASS_CASE_NUMBER, false, false},
    {"casenumber", CLASS_CASE_NUMBER, false, false},
    {"ticket", CLASS_CASE_NUMBER, true, false},
    {"ticket_id", CLASS_CASE_NUMBER, false, false},
    {"ticketid", CLASS_CASE_NUMBER, false, false},
    {"ticket_no", CLASS_CASE_NUMBER, false, false},
    {"ticket_number", CLASS_CASE_NUMBER, false, false},
    {"ticketnumber", CLASS_CASE_NUMBER, false, false},
    {"incident", CLASS_CASE_NUMBER, true, false},
    {"incident_id", CLASS_CASE_NUMBER, false, false},
    {"incidentid", CLASS_CASE_NUMBER, false, false},
    {"incident_number", CLASS_CASE_NUMBER, false, false},
    {"incident_no", CLASS_CASE_NUMBER, false, false},
    {"support_id", CLASS_CASE_NUMBER, false, false},
    {"sr_number", CLASS_CASE_NUMBER, false, false},
    {"ip", CLASS_IPV4, true, false},
    {"ip_address", CLASS_IPV4, false, false},
    {"ipaddress", CLASS_IPV4, false, false},
    {"ip_addr", CLASS_IPV4, false, false},
    {"client_ip", CLASS_IPV4, false, false},
    {"clientip", CLASS_IPV4, false, false},
    {"remote_addr", CLASS_IPV4, false, false},
    {"ipv4", CLASS_IPV4, false, false},
    {"ipv6", CLASS_IPV6, false, false},
    {"date", CLASS_DATE, false, false},
    {"created", CLASS_DATE, false, false},
    {"created_at", CLASS_DATE, false, false},
    {"createdat", CLASS_DATE, false, false},
    {"updated", CLASS_DATE, false, false},
    {"updated_at", CLASS_DATE, false, false},
    {"updatedat", CLASS_DATE, false, false},
    {"modified", CLASS_DATE, false, false},
    {"opened", CLASS_DATE, false, false},
    {"closed", CLASS_DATE, false, false},
    {"timestamp", CLASS_DATE, false, false},
    {"datetime", CLASS_DATE, false, false},
    {"time", CLASS_DATE, true, false},
    {"ts", CLASS_DATE, true, false},
};

const struct field_name *names_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool fits(const struct field_name *known, size_t size, const char *name, size_t length)
{
    if (length < size || (known->whole && length > size))
        return false;
    const char *end = name + length - size;
    for (size_t i = 0; i < size; i++)
        if (lower(end[i]) != known->text[i])
            return false;
    if (length == size)
        return true;
    char before = end[-1];
    return before == '_' || before == '-' || before == '.' || before == ' ' || before == '@' ||
           (is_lower(before) && end[0] >= 'A' && end[0] <= 'Z');
}

/* A number of 15 bits made of the last three bytes; four are readable. */
static unsigned tail_of(const uint8_t *end)
{
    uint32_t bytes;
    memcpy(&bytes, end - sizeof bytes, sizeof bytes);
    return ((be32toh(bytes) & 0x1f1f1fu) * 0x9e3779b1u) >> 17;
}

void names_index_init(struct names_index *index)
{
    const size_t count = sizeof table / sizeof table[0];
    _Static_assert(sizeof table / sizeof table[0] < 255, "rows are counted in a byte");
    *index = (struct names_index){.first = {0}};
    for (size_t i = 0; i < count; i++) {
        char text[NAMES_LENGTH_MAX + 2] = " \"";
        size_t length = strlen(table[i].text);
        memcpy(text + 2, table[i].text, length);
        unsigned tail = tail_of((const uint8_t *)text + 2 + length);
        index->lengths[i] = (uint8_t)length;
        index->next[i] = index->first[tail];
        index->first[tail] = (uint8_t)(i + 1);
    }
}

const struct field_name *names_find_before(const struct names_index *index, const uint8_t *end)
{
    unsigned row = index->first[tail_of(end)];
    size_t length = 0;
    if (!row)
        return NULL;
    while (length < NAMES_LENGTH_MAX && near_kinds[*(end - 1 - length)] & NEAR_NAME)
        length++;
    if (*(end - 1 - length) != '"')
        return NULL;
    unsigned best = 0;
    for (; row; row = index->next[row - 1])
        if (fits(&table[row - 1], index->lengths[row - 1], (const char *)end - length, length) &&
            (!best || index->lengths[row - 1] > index->lengths[best - 1]))
            best = row;
    return best ? &table[best - 1] : NULL;
}

/* Bit 7 of each byte of the word that is a quotation mark, no other bit. */
static uint64_t quotes_of(uint64_t word)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t others = word ^ UINT64_C(0x2222222222222222);
    return ~(((others & low) + low) | others | low);
}

/* The bytes behind the last of the quotation marks; those up to it become zero. */
static uint64_t behind_quote(uint64_t word, uint64_t quotes)
{
    return word & ~UINT64_C(0) << (63 - __builtin_clzll(quotes)) << 1;
}

/* The name that ends before `end`, if at most 15 bytes are behind its quotation mark: at the end of
 * 16 bytes that else are zero. */
static bool read_short(const uint8_t *end, uint64_t text[static 2])
{
    memcpy(text, end - 16, 16);
    text[0] = le64toh(text[0]);
    text[1] = le64toh(text[1]);
    uint64_t near = quotes_of(text[1]);
    uint64_t far = quotes_of(text[0]);
    if (near) {
        text[0] = 0;
        text[1] = behind_quote(text[1], near);
    } else if (far) {
        text[0] = behind_quote(text[0], far);
    }
    return near || far;
}

const struct field_name *names_recall(const struct names_index *index, struct names_recent *recent,
                                      const uint8_t *end)
{
    uint64_t text[2];
    if (!index->first[tail_of(end)])
        return NULL;
    if (!read_short(end, text))
        return names_find_before(index, end);
    size_t slot = ((text[0] ^ text[1] * 3) * UINT64_C(0x9e3779b97f4a7c15)) >> 57;
    if (recent->slots[slot].text[0] == text[0] && recent->slots[slot].text[1] == text[1])
        return recent->slots[slot].found;
    memcpy(recent->slots[slot].text, text, sizeof text);
    recent->slots[slot].found = names_find_before(index, end);
    return recent->slots[slot].found;
}

bool names_fit(const struct field_name *known, const char *name, size_t length)
{
    return fits(known, strlen(known->text), name, length);
}

const struct field_name *names_find(const char *name, size_t length)
{
    const struct field_name *best = NULL;
    if (length > NAMES_LENGTH_MAX)
        return NULL;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (names_fit(&table[i], name, length) &&
            (!best || strlen(table[i].text) > strlen(best->text)))
            best = &table[i];
    return best;
}
