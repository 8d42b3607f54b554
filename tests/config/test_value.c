/* SPDX-License-Identifier: Apache-2.0 */
/* Text to member and back, for each type. */
#include "config/value.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct origin origin = {.file = "f", .line = 3, .column = 7};

static struct config config;

static void clear(void)
{
    config_clear(&config);
}

static void set(const char *key, const char *text)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(value_set(schema_find_key(key), &config, text, &origin, &problem), AJAR_OK, "%s",
                 problem.text);
}

static void refuse(const char *key, const char *text, const char *sentence)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(value_set(schema_find_key(key), &config, text, &origin, &problem), AJAR_ERR_USAGE);
    cr_assert_str_eq(problem.text, sentence);
}

static void assert_written(const char *key, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    value_write(schema_find_key(key), &config, out);
    cr_assert_eq(fclose(out), 0);
    cr_assert_str_eq(text, expected);
    free(text);
}

TestSuite(value, .fini = clear);

Test(value, takes_the_bounds_of_a_number_and_nothing_beyond)
{
    set("capture.ring_mib", "1");
    cr_assert_eq(config.ring_bytes, 1u << 20);
    set("capture.ring_mib", "2047");
    cr_assert_eq(config.ring_bytes, 2047u << 20);
    assert_written("capture.ring_mib", "2047");
    refuse("capture.ring_mib", "2048",
           "f:3:7: capture.ring_mib: 2048 is out of range; give a whole number from 1 to 2047");
    refuse("capture.ring_mib", "0",
           "f:3:7: capture.ring_mib: 0 is out of range; give a whole number from 1 to 2047");
    refuse("capture.ring_mib", "-1",
           "f:3:7: capture.ring_mib: \"-1\" is not a whole number; give a whole number from 1 to "
           "2047");
    refuse("capture.ring_mib", "0x10",
           "f:3:7: capture.ring_mib: \"0x10\" is not a whole number; give a whole number from 1 to "
           "2047");
    cr_assert_eq(config.ring_bytes, 2047u << 20);
}

Test(value, takes_text_as_long_as_its_member_and_no_longer)
{
    char name[65];
    memset(name, 'a', sizeof name);
    name[63] = '\0';
    set("site", name);
    cr_assert_str_eq(config.site, name);
    name[63] = 'a';
    name[64] = '\0';
    refuse("site", name, "f:3:7: site: 64 bytes long; give at most 63");
    cr_assert_eq(strlen(config.site), 63);
}

Test(value, takes_an_empty_text_only_where_it_means_none)
{
    set("capture.filter", "");
    refuse("site", "", "f:3:7: site: the value is empty; give NAME");
    refuse("geo", "", "f:3:7: geo: the value is empty; give one or more of FILE");
}

Test(value, takes_the_words_of_a_switch)
{
    const char *const yes[] = {"true", "yes", "on"};
    const char *const no[] = {"false", "no", "off"};
    for (size_t i = 0; i < 3; i++) {
        set("quiet", yes[i]);
        cr_assert(config.quiet, "%s", yes[i]);
        assert_written("quiet", "true");
        set("quiet", no[i]);
        cr_assert_not(config.quiet, "%s", no[i]);
        assert_written("quiet", "false");
    }
    set("scan", "full");
    cr_assert(config.scan_full);
    assert_written("scan", "full");
    set("scan", "sampled");
    assert_written("scan", "sampled");
    refuse("scan", "yes", "f:3:7: scan: \"yes\" is not known; give full or sampled");
}

Test(value, writes_text_that_yaml_reads_back)
{
    set("capture.filter", "port 9200 and not host \"x\\y\"");
    assert_written("capture.filter", "\"port 9200 and not host \\\"x\\\\y\\\"\"");
    set("redis.prefix", "{ajar}");
    assert_written("redis.prefix", "\"{ajar}\"");
    set("geo", "a b.mmdb");
    set("geo", "c.mmdb");
    assert_written("geo", "[\"a b.mmdb\", \"c.mmdb\"]");
}

Test(value, writes_networks)
{
    set("home", "10.0.0.0/8,2001:db8::/32");
    set("home", "192.0.2.1");
    assert_written("home", "[\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.1/32\"]");
    value_reset(schema_find_key("home"), &config);
    set("home", "any");
    assert_written("home", "any");
    value_reset(schema_find_key("home"), &config);
    assert_written("home", "[]");
}

Test(value, hides_the_password_of_a_url)
{
    set("redis.url", "redis://ajar:s3cret@10.0.0.5:6379/1");
    assert_written("redis.url", "\"redis://ajar:***@10.0.0.5:6379/1\"");
    set("redis.url", "redis://:s3@cr@10.0.0.5");
    assert_written("redis.url", "\"redis://:***@10.0.0.5\"");
    set("redis.url", "redis://10.0.0.5:6379");
    assert_written("redis.url", "\"redis://10.0.0.5:6379\"");
}

Test(value, counts_networks_over_several_values)
{
    char part[32];
    for (int i = 0; i < NETSET_MAX; i++) {
        (void)snprintf(part, sizeof part, "10.0.%d.0/24", i);
        set("home", part);
    }
    refuse("home", "10.1.0.0/24", "f:3:7: home: more than 256 networks; join neighbours");
    cr_assert_eq(config.home.count, NETSET_MAX);
}
