/* SPDX-License-Identifier: Apache-2.0 */
/* Which source wins, what follows from the command, and what options exclude each other. */
#include "config/reading.h"

static const char path[] = "/tmp/ajar-test-config.yaml";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "we");
    cr_assert(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static void remove_file(void)
{
    (void)unlink(path);
}

Test(config, fills_in_the_defaults_of_read)
{
    struct reading r;
    assert_accepted(&r, "ajar read x");
    cr_assert(r.config.scan_full);
    cr_assert_not(r.config.home_given);
    struct netset home;
    netset_init_private(&home);
    cr_assert_eq(r.config.home.count, home.count);
    cr_assert_eq(r.config.flows_max, 262144);
    cr_assert_str_eq(r.config.redis_prefix, "{ajar}");
    cr_assert_str_eq(r.config.redis_url, "");
    cr_assert_str_eq(r.config.site, r.config.sensor);
    cr_assert_neq(r.config.sensor[0], '\0');
    config_clear(&r.config);
}

Test(config, scans_samples_when_watching_unless_told)
{
    struct reading r;
    assert_accepted(&r, "ajar watch -i lo");
    cr_assert_not(r.config.scan_full);
    config_clear(&r.config);
    assert_accepted(&r, "ajar watch -i lo --scan full");
    cr_assert(r.config.scan_full);
    config_clear(&r.config);
    assert_rejected("ajar watch -i lo --scan half",
                    "--scan: \"half\" is not known; give full or sampled");
}

Test(config, names_the_site_after_the_sensor)
{
    struct reading r;
    assert_accepted(&r, "ajar read x --sensor span-1");
    cr_assert_str_eq(r.config.site, "span-1");
    config_clear(&r.config);
    assert_accepted(&r, "ajar read x --sensor span-1 --site hq");
    cr_assert_str_eq(r.config.site, "hq");
    config_clear(&r.config);
}

Test(config, lets_the_command_line_win, .fini = remove_file)
{
    struct reading r;
    write_file("site: hq\nsensor: span-1\ngeo: [a.mmdb, b.mmdb]\nhome: 10.0.0.0/8\n");
    assert_accepted(&r,
                    "ajar read x -c /tmp/ajar-test-config.yaml --site lab --geo c.mmdb --home any");
    cr_assert_str_eq(r.config.site, "lab");
    cr_assert_str_eq(r.config.sensor, "span-1");
    cr_assert_eq(r.config.geo_count, 1);
    cr_assert_str_eq(r.config.geo[0], "c.mmdb");
    cr_assert(r.config.home.any);
    cr_assert_eq(r.config.home.count, 0);
    config_clear(&r.config);
}

Test(config, leaves_the_result_alone_when_something_is_wrong)
{
    struct config config;
    memset(&config, 0x5a, sizeof config);
    struct config before;
    memcpy(&before, &config, sizeof config);
    struct problem problem = {.text = ""};
    char *words[] = {(char[]){"ajar"}, (char[]){"read"}, (char[]){"x"}, (char[]){"--site=a b"}};
    cr_assert_eq(config_read(4, words, &config, &problem), AJAR_ERR_USAGE);
    cr_assert_eq(memcmp(&config, &before, sizeof config), 0);
    cr_assert_str_eq(problem.text,
                     "--site: \"a b\" is not a name; use letters, digits, '.', '-' and '_'");
}

Test(config, rejects_watching_without_an_interface)
{
    struct reading r;
    assert_rejected("ajar watch", "no interface to listen on; give one with -i, for example \"ajar "
                                  "watch -i eth1 --json\"");
    assert_accepted(&r, "ajar watch -i lo");
    config_clear(&r.config);
}

Test(config, rejects_watching_two_interfaces_at_once)
{
    struct reading r;
    assert_rejected("ajar watch -i lo -i eth1",
                    "2 interfaces are given and one can be watched; leave one, and start a sensor "
                    "for each of the others");
    assert_accepted(&r, "ajar check -i lo -i eth1");
    cr_assert_eq(r.config.interface_count, 2);
    config_clear(&r.config);
}

Test(config, rejects_two_places_for_the_events)
{
    struct reading r;
    assert_rejected("ajar read x --json --output y",
                    "--json and --output together; the events go to one place, keep one");
    assert_rejected("ajar read x --output -",
                    "--output: \"-\" is not a file; --json writes to standard output");
    assert_accepted(&r, "ajar read x --output y");
    cr_assert_str_eq(r.config.output, "y");
    config_clear(&r.config);
}

Test(config, rejects_a_redis_password_without_a_redis)
{
    struct reading r;
    assert_rejected("ajar read x --redis-password-file p",
                    "a Redis password file without a Redis; give its URL with --redis");
    assert_accepted(&r, "ajar read x --redis-password-file p --redis redis://h");
    config_clear(&r.config);
}

Test(config, rejects_half_of_a_client_certificate)
{
    struct reading r;
    assert_rejected("ajar read x --redis redis://h --redis-key-file k",
                    "--redis-certificate-file and --redis-key-file belong together; give "
                    "--redis-certificate-file too");
    assert_rejected("ajar read x --redis redis://h --redis-certificate-file c",
                    "--redis-certificate-file and --redis-key-file belong together; give "
                    "--redis-key-file too");
    assert_accepted(&r, "ajar read x --redis redis://h --redis-certificate-file c "
                        "--redis-key-file k");
    cr_assert_str_eq(r.config.redis_certificate_file, "c");
    cr_assert_str_eq(r.config.redis_key_file, "k");
    config_clear(&r.config);
}

Test(config, rejects_a_redis_to_which_nothing_would_go)
{
    struct reading r;
    assert_rejected("ajar read x --redis redis://h --redis-stream=false",
                    "with redis.stream off and no list nothing would go to Redis; name one with "
                    "--redis-list");
    assert_accepted(&r, "ajar read x --redis redis://h --redis-stream=false --redis-list {ajar}:l");
    cr_assert_not(r.config.redis_stream);
    cr_assert_str_eq(r.config.redis_list, "{ajar}:l");
    config_clear(&r.config);
}

Test(config, gives_watch_a_journal_and_read_none)
{
    struct reading r;
    assert_accepted(&r, "ajar watch -i lo");
    cr_assert_str_eq(r.config.journal, CONFIG_JOURNAL_DEFAULT);
    cr_assert_eq(r.config.events_per_minute, 120);
    config_clear(&r.config);
    assert_accepted(&r, "ajar read x");
    cr_assert_str_eq(r.config.journal, "");
    cr_assert_eq(r.config.events_per_minute, 0);
    config_clear(&r.config);
    assert_accepted(&r, "ajar read x --journal memory --events-per-minute 7");
    cr_assert_str_eq(r.config.journal, CONFIG_JOURNAL_MEMORY);
    cr_assert_eq(r.config.events_per_minute, 7);
    config_clear(&r.config);
    assert_accepted(&r, "ajar watch -i lo --journal j.db --events-per-minute 0");
    cr_assert_str_eq(r.config.journal, "j.db");
    cr_assert_eq(r.config.events_per_minute, 0);
    config_clear(&r.config);
}

Test(config, gives_the_journal_its_bounds_in_bytes_and_seconds)
{
    struct reading r;
    assert_accepted(&r, "ajar watch -i lo");
    cr_assert_eq(r.config.journal_bytes, UINT64_C(1) << 30);
    cr_assert_eq(r.config.journal_age_s, UINT64_C(30) * 86400);
    cr_assert_not(r.config.journal_full);
    config_clear(&r.config);
    assert_accepted(&r, "ajar watch -i lo --journal-max-mib 1048576 --journal-max-days 0 "
                        "--journal-durability full");
    cr_assert_eq(r.config.journal_bytes, UINT64_C(1) << 40);
    cr_assert_eq(r.config.journal_age_s, 0);
    cr_assert(r.config.journal_full);
    config_clear(&r.config);
    assert_rejected("ajar watch -i lo --journal-max-mib 15",
                    "--journal-max-mib: 15 is out of range; give a whole number from 16 to "
                    "1048576");
    assert_rejected("ajar watch -i lo --journal-durability fast",
                    "--journal-durability: \"fast\" is not known; give full or normal");
}

Test(config, takes_the_outputs_of_a_file_for_watch_alone, .fini = remove_file)
{
    struct reading r;
    write_file("syslog: local3\njournald: true\nuser: ajar\njournal: {path: /j.db}\n"
               "redis:\n  url: redis://h\n  verify: false\n  list: \"{ajar}:l\"\n"
               "  list_max: 5\n");
    assert_accepted(&r, "ajar watch -i lo -c /tmp/ajar-test-config.yaml");
    cr_assert_str_eq(r.config.syslog, "local3");
    cr_assert(r.config.journald);
    cr_assert_str_eq(r.config.user, "ajar");
    cr_assert_str_eq(r.config.journal, "/j.db");
    cr_assert_not(r.config.redis_verify);
    cr_assert_eq(r.config.redis_list_max, 5);
    config_clear(&r.config);
    assert_accepted(&r, "ajar read x -c /tmp/ajar-test-config.yaml");
    cr_assert_str_eq(r.config.syslog, "");
    cr_assert_not(r.config.journald);
    cr_assert_str_eq(r.config.journal, "");
    cr_assert(r.config.redis_verify);
    config_clear(&r.config);
}

Test(config, takes_the_policy_of_the_command_line_and_of_the_file)
{
    struct reading r;
    assert_accepted(&r, "ajar read x --trust 10.9.0.0/16,10.8.0.1 --proxies 10.0.0.80 "
                        "--public 10.0.0.5:9200 --public any:9201 --countries CN,RU "
                        "--update-interval-s 5 --samples --classes /c");
    cr_assert_eq(r.config.trust.count, 2);
    cr_assert_eq(r.config.proxies.count, 1);
    cr_assert_eq(r.config.public_count, 2);
    cr_assert_str_eq(r.config.public_parts[1], "any:9201");
    cr_assert_str_eq(r.config.countries, "CN,RU");
    cr_assert_eq(r.config.update_interval_s, 5);
    cr_assert(r.config.scan_samples);
    cr_assert_str_eq(r.config.classes, "/c");
    config_clear(&r.config);
}

Test(config, gives_a_report_the_journal_of_watch)
{
    struct reading r;
    assert_accepted(&r, "ajar report");
    cr_assert_str_eq(r.config.journal, CONFIG_JOURNAL_DEFAULT);
    cr_assert_eq(r.config.argument_count, 0);
    config_clear(&r.config);
    assert_accepted(&r, "ajar report --journal /j.db --reads --all --since 2019-12-05 --html -");
    cr_assert_str_eq(r.config.journal, "/j.db");
    cr_assert(r.config.report_reads && r.config.report_all);
    cr_assert_str_eq(r.config.report_html, "-");
    config_clear(&r.config);
    write_file("journal: {path: /elsewhere.db}\nredis: {url: \"redis://h\"}\n");
    assert_accepted(&r, "ajar report -c /tmp/ajar-test-config.yaml");
    cr_assert_str_eq(r.config.journal, "/elsewhere.db");
    cr_assert_str_eq(r.config.redis_url, "", "the journal is nearer");
    config_clear(&r.config);
}

Test(config, lets_a_report_read_captures_as_read_does)
{
    struct reading r;
    assert_accepted(&r, "ajar report x.pcap --json --trust 10.0.0.1");
    cr_assert(r.config.scan_full);
    cr_assert_eq(r.config.events_per_minute, 0);
    config_clear(&r.config);
}

Test(config, rejects_a_report_of_two_sources_or_in_two_forms)
{
    assert_rejected("ajar report x.pcap --redis redis://h",
                    "captures and --redis together; a report has one source, keep one");
    assert_rejected("ajar report x.pcap --reads",
                    "--reads is about what a journal or Redis keeps; leave out the captures");
    assert_rejected("ajar report --journal memory",
                    "the journal is \"memory\": nothing is kept; name a file with --journal");
    assert_rejected("ajar report --json --html -",
                    "--json and --html - both write to standard output; give --html a file");
    assert_rejected("ajar report --since yesterday",
                    "--since: \"yesterday\" is not a time; write UTC as 2019-12-05 or "
                    "2019-12-05T09:14Z");
}
