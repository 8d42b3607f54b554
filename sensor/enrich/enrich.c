/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address -> place and network, from any number of databases in MaxMind format. Two layouts are
 * read, and may be mixed: MaxMind's nested one (country.iso_code, city.names.en, ...) and the flat
 * one of ip-location-db (country_code, city, ...). The only file that knows libmaxminddb. Place in
 * the road: between detect and the ledger, for each finding once.
 */
#include "enrich/enrich.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PATH_KEYS_MAX   5 /* keys of the deepest path and its NULL */
#define NUMBER_TEXT_MAX 32
#define CODE_LETTERS    2 /* of a country code and of a continent code */

struct enricher {
    MMDB_s databases[ENRICH_DATABASES_MAX];
    size_t count;
};

/* A field and the ways the two layouts write it, tried in this order. */
struct field_paths {
    const char *nested[PATH_KEYS_MAX];
    const char *flat[PATH_KEYS_MAX];
};

struct text_field {
    size_t offset; /* in struct place */
    size_t size;
    bool is_code; /* two letters, or not to be believed */
    struct field_paths paths;
};

#define PLACE_TEXT(member) offsetof(struct place, member), sizeof(((struct place *)NULL)->member)

static const struct text_field text_fields[] = {
    {PLACE_TEXT(country_code), true, {{"country", "iso_code"}, {"country_code"}}},
    {PLACE_TEXT(country_name), false, {{"country", "names", "en"}, {"country_name"}}},
    {PLACE_TEXT(continent_code), true, {{"continent", "code"}, {"continent_code"}}},
    {PLACE_TEXT(region_name), false, {{"subdivisions", "0", "names", "en"}, {"state1"}}},
    {PLACE_TEXT(city_name), false, {{"city", "names", "en"}, {"city"}}},
    {PLACE_TEXT(as_name), false, {{"autonomous_system_organization"}, {NULL}}},
};

static const struct field_paths latitude_paths = {{"location", "latitude"}, {"latitude"}};
static const struct field_paths longitude_paths = {{"location", "longitude"}, {"longitude"}};
static const struct field_paths as_number_paths = {{"autonomous_system_number"}, {NULL}};

enum ajar_status enricher_new(struct enricher **enricher)
{
    struct enricher *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    *enricher = made;
    return AJAR_OK;
}

void enricher_free(struct enricher *enricher)
{
    if (!enricher)
        return;
    for (size_t i = 0; i < enricher->count; i++)
        MMDB_close(&enricher->databases[i]);
    free(enricher);
}

/* The causes that a person meets are told apart; MMDB_open() alone would say "error opening". */
static enum ajar_status check_file(const char *path, struct problem *problem)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return problem_set(problem, AJAR_ERR_USAGE, "geo database %s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return problem_set(problem, AJAR_ERR_USAGE,
                           "geo database %s: not a file; name the .mmdb file itself", path);
    return AJAR_OK;
}

enum ajar_status enricher_add(struct enricher *enricher, const char *path, struct problem *problem)
{
    if (enricher->count == ENRICH_DATABASES_MAX)
        return problem_set(problem, AJAR_ERR_LIMIT,
                           "geo database %s: at most %d databases can be used at once", path,
                           ENRICH_DATABASES_MAX);
    enum ajar_status status = check_file(path, problem);
    if (status != AJAR_OK)
        return status;
    int error = MMDB_open(path, MMDB_MODE_MMAP, &enricher->databases[enricher->count]);
    if (error == MMDB_FILE_OPEN_ERROR || error == MMDB_IO_ERROR)
        return problem_set(problem, AJAR_ERR_USAGE, "geo database %s: cannot be read: %s", path,
                           strerror(errno));
    if (error != MMDB_SUCCESS)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "geo database %s: not a database in MaxMind's format; an unpacked .mmdb "
                           "file is needed (deploy/geo fetches them)",
                           path);
    enricher->count++;
    return AJAR_OK;
}

static bool value_at(MMDB_entry_s *entry, const char *const *keys, MMDB_entry_data_s *value)
{
    return keys[0] && MMDB_aget_value(entry, value, keys) == MMDB_SUCCESS && value->has_data;
}

static bool value_find(MMDB_entry_s *entry, const struct field_paths *paths,
                       MMDB_entry_data_s *value)
{
    return value_at(entry, paths->nested, value) || value_at(entry, paths->flat, value);
}

static void fill_text(MMDB_entry_s *entry, const struct text_field *field, struct place *place)
{
    char *text = (char *)place + field->offset;
    MMDB_entry_data_s value;
    if (text[0] != '\0' || !value_find(entry, &field->paths, &value) ||
        value.type != MMDB_DATA_TYPE_UTF8_STRING)
        return;
    if (field->is_code && value.data_size != CODE_LETTERS)
        return;
    (void)text_copy(text, field->size, value.utf8_string, value.data_size);
}

/* A number as databases write it: some kind of number, or a text with nothing else in it. */
static bool value_as_number(const MMDB_entry_data_s *value, const char *prefix, double *number)
{
    char text[NUMBER_TEXT_MAX];
    switch (value->type) {
    case MMDB_DATA_TYPE_DOUBLE:
        *number = value->double_value;
        return isfinite(*number);
    case MMDB_DATA_TYPE_FLOAT:
        *number = (double)value->float_value;
        return isfinite(*number);
    case MMDB_DATA_TYPE_UINT16:
        *number = value->uint16;
        return true;
    case MMDB_DATA_TYPE_UINT32:
        *number = value->uint32;
        return true;
    case MMDB_DATA_TYPE_INT32:
        *number = value->int32;
        return true;
    case MMDB_DATA_TYPE_UINT64:
        *number = (double)value->uint64;
        return true;
    case MMDB_DATA_TYPE_UTF8_STRING:
        break;
    default:
        return false;
    }
    if (value->data_size == 0 || value->data_size >= sizeof text)
        return false;
    (void)text_copy(text, sizeof text, value->utf8_string, value->data_size);
    size_t skip = strncmp(text, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    char *end;
    *number = strtod(text + skip, &end);
    return end != text + skip && *end == '\0' && isfinite(*number);
}

static bool number_find(MMDB_entry_s *entry, const struct field_paths *paths, const char *prefix,
                        double *number)
{
    MMDB_entry_data_s value;
    return value_find(entry, paths, &value) && value_as_number(&value, prefix, number);
}

/* Both coordinates come from the same database, or neither. */
static void fill_location(MMDB_entry_s *entry, struct place *place)
{
    double latitude, longitude;
    if (place->has_location || !number_find(entry, &latitude_paths, "", &latitude) ||
        !number_find(entry, &longitude_paths, "", &longitude) || fabs(latitude) > 90.0 ||
        fabs(longitude) > 180.0)
        return;
    place->has_location = true;
    place->latitude = latitude;
    place->longitude = longitude;
}

static void fill_as_number(MMDB_entry_s *entry, struct place *place)
{
    double number;
    if (place->as_number == 0 && number_find(entry, &as_number_paths, "AS", &number) &&
        number >= 1.0 && number <= (double)UINT32_MAX)
        place->as_number = (uint32_t)number;
}

static void fill_place(MMDB_entry_s *entry, struct place *place)
{
    for (size_t i = 0; i < sizeof text_fields / sizeof text_fields[0]; i++)
        fill_text(entry, &text_fields[i], place);
    fill_location(entry, place);
    fill_as_number(entry, place);
}

union socket_address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

static void to_socket_address(const struct addr *addr, union socket_address *to)
{
    memset(to, 0, sizeof *to);
    if (addr_is_ipv4(addr)) {
        to->ipv4.sin_family = AF_INET;
        memcpy(&to->ipv4.sin_addr, addr->bytes + 12, 4);
    } else {
        to->ipv6.sin6_family = AF_INET6;
        memcpy(&to->ipv6.sin6_addr, addr->bytes, 16);
    }
}

void enricher_find(struct enricher *enricher, const struct addr *addr, struct place *place)
{
    memset(place, 0, sizeof *place);
    if (enricher->count == 0 || !addr_is_public(addr))
        return;
    union socket_address address;
    to_socket_address(addr, &address);
    for (size_t i = 0; i < enricher->count; i++) {
        /* An IPv6 address in a database of IPv4 is an error here: not known is what it means. */
        int error;
        MMDB_lookup_result_s result =
            MMDB_lookup_sockaddr(&enricher->databases[i], &address.any, &error);
        if (error == MMDB_SUCCESS && result.found_entry)
            fill_place(&result.entry, place);
    }
}
