/* SPDX-License-Identifier: Apache-2.0 */
/* Places out of databases of both layouts; the databases are made by build_fixtures. */
#include "enrich/enrich.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct enricher *enricher;

static void setup(void)
{
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
}

static void teardown(void)
{
    enricher_free(enricher);
}

TestSuite(enrich, .init = setup, .fini = teardown);

static void add(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.mmdb", FIXTURES, name);
    struct problem problem = {""};
    cr_assert_eq(enricher_add(enricher, path, &problem), AJAR_OK, "%s", problem.text);
}

static struct place find(const char *text)
{
    struct addr addr;
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK);
    struct place place;
    memset(&place, 0xff, sizeof place);
    enricher_find(enricher, &addr, &place);
    return place;
}

static void assert_empty(const struct place *place)
{
    struct place nothing;
    memset(&nothing, 0, sizeof nothing);
    cr_assert_eq(memcmp(place, &nothing, sizeof nothing), 0, "a place is known: %s",
                 place->country_code);
}

static void assert_near(double got, double want)
{
    cr_assert(got - want < 1e-4 && want - got < 1e-4, "%f is not %f", got, want);
}

Test(enrich, reads_every_field_of_the_nested_layout)
{
    add("nested");
    struct place place = find("203.0.113.42");
    cr_assert_str_eq(place.country_code, "NL");
    cr_assert_str_eq(place.country_name, "Netherlands");
    cr_assert_str_eq(place.continent_code, "EU");
    cr_assert_str_eq(place.region_name, "North Holland");
    cr_assert_str_eq(place.city_name, "Amsterdam");
    cr_assert(place.has_location);
    assert_near(place.latitude, 52.37);
    assert_near(place.longitude, 4.9);
    cr_assert_eq(place.as_number, 64500);
    cr_assert_str_eq(place.as_name, "Example Hosting");
}

Test(enrich, leaves_missing_fields_missing)
{
    add("nested");
    struct place place = find("203.0.113.200");
    cr_assert_str_eq(place.country_code, "DE");
    cr_assert_str_empty(place.city_name);
    cr_assert_str_empty(place.continent_code);
    cr_assert_not(place.has_location);
    cr_assert_eq(place.as_number, 0);
    cr_assert_str_empty(place.as_name);
}

Test(enrich, reads_numbers_of_the_flat_layout)
{
    add("numbers");
    struct place place = find("198.51.100.7");
    cr_assert_str_eq(place.country_code, "BR");
    cr_assert_str_eq(place.city_name, "São Paulo");
    cr_assert_str_eq(place.region_name, "SP");
    cr_assert(place.has_location);
    assert_near(place.latitude, -23.5);
    assert_near(place.longitude, -46.63);
    cr_assert_eq(place.as_number, 4200000000U);
}

Test(enrich, reads_numbers_written_as_text)
{
    add("texts");
    struct place place = find("198.51.100.7");
    cr_assert_str_eq(place.city_name, "Tokyo");
    cr_assert(place.has_location);
    assert_near(place.latitude, 35.68);
    assert_near(place.longitude, 139.69);
    cr_assert_eq(place.as_number, 64506);
    cr_assert_str_eq(place.as_name, "Example Access");
}

Test(enrich, takes_empty_texts_as_missing)
{
    add("texts");
    struct place place = find("198.51.100.200");
    cr_assert_str_empty(place.country_code);
    cr_assert_str_empty(place.city_name);
    cr_assert_not(place.has_location);
    cr_assert_eq(place.as_number, 64507, "AS64507 is a number with a prefix");
}

Test(enrich, rejects_values_out_of_range)
{
    add("odd");
    struct place place = find("192.0.2.1");
    cr_assert_str_empty(place.country_code, "three letters are no code of two");
    cr_assert_not(place.has_location, "latitude 91");
    cr_assert_eq(place.as_number, 0, "AS -1");
    place = find("192.0.2.65");
    cr_assert_str_eq(place.country_code, "NL");
    cr_assert_not(place.has_location, "a number with words behind it");
    cr_assert_eq(place.as_number, 0);
    place = find("192.0.2.129");
    cr_assert_not(place.has_location, "nan and inf");
    cr_assert_eq(place.as_number, 0, "33 bits");
}

Test(enrich, accepts_values_at_the_edge_of_the_range)
{
    add("odd");
    struct place place = find("192.0.2.193");
    cr_assert(place.has_location);
    assert_near(place.latitude, 90.0);
    assert_near(place.longitude, -180.0);
    cr_assert_eq(place.as_number, UINT32_MAX);
}

Test(enrich, cuts_long_text_between_characters)
{
    add("odd");
    struct place place = find("192.0.2.1");
    size_t length = strlen(place.city_name);
    cr_assert_leq(length, sizeof place.city_name - 1);
    /* "x" and many "Köln" of 5 bytes: 63 bytes would end after the first byte of an "ö" */
    cr_assert_eq(length, 62);
    cr_assert_str_eq(place.city_name + length - 6, "KölnK");
}

Test(enrich, earlier_database_wins_where_both_know)
{
    add("nested");
    add("numbers");
    struct place place = find("203.0.113.200");
    cr_assert_str_eq(place.country_code, "DE", "of nested");
    cr_assert_str_eq(place.city_name, "Berlin", "of numbers: nested has no city there");
}

Test(enrich, order_of_databases_matters)
{
    add("numbers");
    add("nested");
    cr_assert_str_eq(find("203.0.113.200").country_code, "FR");
}

Test(enrich, does_not_look_up_private_addresses)
{
    add("nested");
    struct place place = find("10.20.30.40");
    assert_empty(&place);
    cr_assert_str_eq(find("203.0.113.1").country_code, "NL");
}

Test(enrich, finds_ipv6)
{
    add("nested");
    cr_assert_str_eq(find("2001:db8:30::9").country_code, "DE");
    struct place place = find("2001:db8:31::9");
    assert_empty(&place);
}

Test(enrich, ipv4_database_does_not_know_ipv6)
{
    add("ipv4");
    struct place place = find("2001:db8:30::9");
    assert_empty(&place);
    cr_assert_str_eq(find("203.0.113.1").country_code, "GB");
}

Test(enrich, without_databases_nothing_is_known)
{
    struct place place = find("203.0.113.42");
    assert_empty(&place);
}

static void assert_refused(const char *path, const char *words)
{
    struct problem problem = {""};
    cr_assert_eq(enricher_add(enricher, path, &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, path), "%s", problem.text);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
    cr_assert_not(strchr(problem.text, '\n'));
}

Test(enrich, rejects_file_that_is_no_database)
{
    assert_refused("/etc/passwd", "not a database in MaxMind's format");
    assert_refused("/dev/null", "name the .mmdb file itself");
    assert_refused("/nonexistent.mmdb", "No such file");
    assert_refused("/tmp", "name the .mmdb file itself");
    add("nested"); /* still usable, nothing half-open */
    cr_assert_str_eq(find("203.0.113.1").country_code, "NL");
}

Test(enrich, rejects_database_that_is_cut)
{
    char path[] = "/tmp/ajar-enrich-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    FILE *whole = fopen(FIXTURES "/nested.mmdb", "rb");
    cr_assert(whole);
    char bytes[200];
    size_t got = fread(bytes, 1, sizeof bytes, whole);
    fclose(whole);
    cr_assert_eq(write(file, bytes, got), (ssize_t)got);
    close(file);
    assert_refused(path, "not a database in MaxMind's format");
    unlink(path);
}

Test(enrich, rejects_more_databases_than_the_limit)
{
    for (int i = 0; i < ENRICH_DATABASES_MAX; i++)
        add("ipv4");
    struct problem problem = {""};
    cr_assert_eq(enricher_add(enricher, FIXTURES "/ipv4.mmdb", &problem), AJAR_ERR_LIMIT);
    cr_assert(strstr(problem.text, "16"), "%s", problem.text);
}
