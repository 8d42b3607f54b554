/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML file: every wrong line is named with its place, and its accepted twin is accepted. */
#include "config/reading.h"

/* Writes the text to a file in a folder of its own, makes that folder the current one, and reads it
 * with `ajar COMMAND -c f.yaml`. */
static void read_text(struct reading *r, const char *text, const char *command)
{
    char folder[] = "/tmp/ajar-test-XXXXXX";
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    FILE *file = fopen("f.yaml", "we");
    cr_assert(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
    char line[256];
    (void)snprintf(line, sizeof line, "ajar %s -c f.yaml", command);
    reading_run(r, line);
    cr_assert_eq(unlink("f.yaml"), 0);
    cr_assert_eq(rmdir(folder), 0);
}

static void assert_text_accepted(struct reading *r, const char *text)
{
    read_text(r, text, "check");
    cr_assert_eq(r->status, AJAR_OK, "\"%s\" was rejected: %s", text, r->problem.text);
}

static void assert_text_rejected(const char *text, const char *sentence)
{
    struct reading r;
    read_text(&r, text, "check");
    cr_assert_neq(r.status, AJAR_OK, "\"%s\" was accepted", text);
    cr_assert_str_eq(r.problem.text, sentence);
}

Test(file, stores_values_of_every_type)
{
    struct reading r;
    assert_text_accepted(&r, "site: hq\n"
                             "home: [10.0.0.0/8, \"2001:db8::/32\"]\n"
                             "geo:\n  - city.mmdb\n  - as.mmdb\n"
                             "capture:\n  interfaces: [eth1]\n  snaplen: 4096\n  promiscuous: no\n"
                             "scan: full\n"
                             "redis: {url: 'redis://10.0.0.5', stream_max: 5000}\n");
    cr_assert_str_eq(r.config.site, "hq");
    cr_assert_eq(r.config.home.count, 2);
    cr_assert(r.config.home_given);
    cr_assert_eq(r.config.geo_count, 2);
    cr_assert_str_eq(r.config.geo[1], "as.mmdb");
    cr_assert_str_eq(r.config.interfaces[0], "eth1");
    cr_assert_eq(r.config.snaplen, 4096);
    cr_assert_not(r.config.promiscuous);
    cr_assert(r.config.scan_full);
    cr_assert_str_eq(r.config.redis_url, "redis://10.0.0.5");
    cr_assert_eq(r.config.redis_stream_max, 5000);
    cr_assert_str_eq(r.config.file, "f.yaml");
    config_clear(&r.config);
}

Test(file, takes_one_value_where_a_list_may_stand)
{
    struct reading r;
    assert_text_accepted(&r, "home: 10.0.0.0/8,192.0.2.0/24\ngeo: city.mmdb\n");
    cr_assert_eq(r.config.home.count, 2);
    cr_assert_eq(r.config.geo_count, 1);
    config_clear(&r.config);
}

Test(file, accepts_a_file_without_keys)
{
    const char *const texts[] = {"", "# nothing but a remark\n", "---\n", "redis:\n",
                                 "redis: {}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct reading r;
        assert_text_accepted(&r, texts[i]);
        cr_assert_str_eq(r.config.redis_prefix, "{ajar}");
        config_clear(&r.config);
    }
}

Test(file, rejects_an_unknown_key_and_names_the_nearest)
{
    assert_text_rejected("site: hq\nredis:\n  ulr: redis://x\n",
                         "f.yaml:3:3: unknown key \"redis.ulr\"; did you mean \"redis.url\"?");
    assert_text_rejected("snaplen: 4096\n",
                         "f.yaml:1:1: unknown key \"snaplen\"; did you mean \"capture.snaplen\"?");
    assert_text_rejected(
        "colours:\n  snaplen: 4096\n",
        "f.yaml:1:1: unknown key \"colours\"; \"ajar help config\" lists the known ones");
    assert_text_rejected("captrue:\n  snaplen: 4096\n",
                         "f.yaml:1:1: unknown key \"captrue\"; did you mean \"capture\"?");
    assert_text_rejected("redis-password-file: x\n",
                         "f.yaml:1:1: unknown key \"redis-password-file\"; did you mean "
                         "\"redis.password_file\"?");
}

Test(file, rejects_a_wrong_type)
{
    struct reading r;
    assert_text_rejected("capture:\n  snaplen: many\n",
                         "f.yaml:2:12: capture.snaplen: \"many\" is not a whole number; give a "
                         "whole number from 256 to 262144");
    assert_text_rejected("capture:\n  snaplen: [1500]\n",
                         "f.yaml:2:12: capture.snaplen: a list is not possible here; give a whole "
                         "number from 256 to 262144");
    assert_text_rejected("geo:\n  city: x\n", "f.yaml:2:3: geo: a mapping is not possible here; "
                                              "give one or more of FILE");
    assert_text_rejected("redis: redis://x\n",
                         "f.yaml:1:8: redis: text is not possible here; put its keys below it, "
                         "indented");
    assert_text_rejected("just words\n", "f.yaml:1:1: text is not a configuration; give lines of "
                                         "\"key: value\"");
    assert_text_rejected("site: ~\n", "f.yaml:1:7: site: no value; give NAME, or take the line out "
                                      "for the default");
    assert_text_accepted(&r, "capture:\n  snaplen: 1500\n");
    config_clear(&r.config);
}

Test(file, rejects_a_number_outside_its_range)
{
    struct reading r;
    assert_text_rejected("capture: {snaplen: 255}\n",
                         "f.yaml:1:20: capture.snaplen: 255 is out of range; give a whole number "
                         "from 256 to 262144");
    assert_text_rejected("flows: 99999999999999999999999\n",
                         "f.yaml:1:8: flows: 99999999999999999999999 is out of range; give a whole "
                         "number from 1024 to 16777216");
    assert_text_accepted(&r, "capture: {snaplen: 256}\nflows: 16777216\n");
    cr_assert_eq(r.config.snaplen, 256);
    cr_assert_eq(r.config.flows_max, 16777216);
    config_clear(&r.config);
}

Test(file, rejects_a_wrong_network_and_names_its_place)
{
    struct reading r;
    read_text(&r, "home:\n  - 10.0.0.0/8\n  - 10.0.0.0/33\n", "check");
    cr_assert_eq(r.status, AJAR_ERR_USAGE);
    cr_assert_eq(strncmp(r.problem.text, "f.yaml:3:5: home: ", 18), 0, "%s", r.problem.text);
    assert_text_accepted(&r, "home:\n  - 10.0.0.0/8\n  - 10.0.0.0/32\n");
    config_clear(&r.config);
}

Test(file, rejects_any_beside_other_networks)
{
    struct reading r;
    assert_text_rejected("home: [10.0.0.0/8, any]\n",
                         "f.yaml:1:20: home: \"any\" stands for every network: write it alone");
    assert_text_rejected("home: [any, 10.0.0.0/8]\n",
                         "f.yaml:1:13: home: \"any\" stands for every network: write it alone");
    assert_text_accepted(&r, "home: [any]\n");
    cr_assert(r.config.home.any);
    config_clear(&r.config);
}

Test(file, rejects_a_key_said_twice)
{
    struct reading r;
    read_text(&r, "site: a\nsensor: b\nsite: c\n", "check");
    cr_assert_neq(r.status, AJAR_OK);
    cr_assert_eq(strncmp(r.problem.text, "f.yaml:3: ", 10), 0, "%s", r.problem.text);
    assert_text_accepted(&r, "site: a\nsensor: b\n");
    config_clear(&r.config);
}

Test(file, rejects_what_is_not_yaml)
{
    struct reading r;
    assert_text_rejected(
        "site: a\n sensor: b\n",
        "f.yaml:2:8: not valid YAML: mapping values are not allowed in this context");
    assert_text_accepted(&r, "site: a\nsensor: b\n");
    config_clear(&r.config);
}

Test(file, passes_over_what_is_not_for_this_command_but_checks_it)
{
    struct reading r;
    read_text(&r, "redis: {url: redis://x}\nquiet: yes\nsite: hq\n", "read x");
    cr_assert_eq(r.status, AJAR_OK, "%s", r.problem.text);
    cr_assert_str_eq(r.config.redis_url, "");
    cr_assert_not(r.config.quiet);
    cr_assert_str_eq(r.config.site, "hq");
    config_clear(&r.config);
    read_text(&r, "quiet: perhaps\n", "read x");
    cr_assert_eq(r.status, AJAR_ERR_USAGE);
    cr_assert_str_eq(r.problem.text,
                     "f.yaml:1:8: quiet: \"perhaps\" is not known; give true or false");
}

Test(file, rejects_a_file_that_is_not_there)
{
    struct reading r;
    reading_run(&r, "ajar check -c /nowhere/ajar.yaml");
    cr_assert_eq(r.status, AJAR_ERR_SYSTEM);
    cr_assert_str_eq(r.problem.text, "/nowhere/ajar.yaml: No such file or directory");
}
