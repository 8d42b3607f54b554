/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of the command line; each rejected word has its accepted twin. */
#include "config/reading.h"

Test(command_line, takes_files_and_options_in_any_order)
{
    struct reading r;
    assert_accepted(&r, "ajar read one.pcap --json two.pcap --site=hq -");
    cr_assert_eq(r.config.command, COMMAND_READ);
    cr_assert(r.config.json);
    cr_assert_str_eq(r.config.site, "hq");
    cr_assert_eq(r.config.argument_count, 3);
    cr_assert_str_eq(r.config.arguments[0], "one.pcap");
    cr_assert_str_eq(r.config.arguments[1], "two.pcap");
    cr_assert_str_eq(r.config.arguments[2], "-");
    config_clear(&r.config);
}

Test(command_line, takes_everything_behind_two_dashes_as_files)
{
    struct reading r;
    assert_accepted(&r, "ajar read -- --json -c");
    cr_assert_not(r.config.json);
    cr_assert_eq(r.config.argument_count, 2);
    cr_assert_str_eq(r.config.arguments[0], "--json");
    config_clear(&r.config);
}

Test(command_line, takes_every_form_of_a_value)
{
    const char *const lines[] = {"ajar check --interface eth1", "ajar check --interface=eth1",
                                 "ajar check -i eth1", "ajar check -ieth1"};
    for (size_t i = 0; i < 4; i++) {
        struct reading r;
        assert_accepted(&r, lines[i]);
        cr_assert_eq(r.config.interface_count, 1);
        cr_assert_str_eq(r.config.interfaces[0], "eth1");
        config_clear(&r.config);
    }
}

Test(command_line, adds_up_repeated_lists)
{
    struct reading r;
    assert_accepted(&r, "ajar read x --geo city.mmdb --geo=as.mmdb --home 10.0.0.0/8 --home "
                        "192.0.2.0/24,2001:db8::/32");
    cr_assert_eq(r.config.geo_count, 2);
    cr_assert_str_eq(r.config.geo[0], "city.mmdb");
    cr_assert_str_eq(r.config.geo[1], "as.mmdb");
    cr_assert_eq(r.config.home.count, 3);
    config_clear(&r.config);
}

Test(command_line, rejects_a_seventeenth_entry_of_a_list)
{
    struct reading r;
    char line[512] = "ajar read x";
    for (int i = 0; i < 16; i++)
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), " --geo=g%d", i);
    assert_accepted(&r, line);
    cr_assert_eq(r.config.geo_count, 16);
    config_clear(&r.config);
    (void)snprintf(line + strlen(line), sizeof line - strlen(line), " --geo=g16");
    assert_rejected(line, "--geo: more than 16; leave some out");
}

Test(command_line, rejects_a_value_said_twice)
{
    assert_rejected("ajar read x --site a --site a", "--site is said twice; keep one");
    assert_rejected("ajar read x -c a -c a", "--config is said twice; keep one");
}

Test(command_line, rejects_a_missing_command)
{
    assert_rejected("ajar", "no command given; \"ajar help\" lists the commands");
}

Test(command_line, rejects_an_unknown_command_and_names_the_nearest)
{
    assert_rejected("ajar raed x", "unknown command \"raed\"; did you mean \"read\"?");
    assert_rejected("ajar listen", "unknown command \"listen\"; \"ajar help\" lists the commands");
    assert_rejected("ajar --json read x", "\"--json\" comes before the command; write for example "
                                          "\"ajar read captures/\"");
}

Test(command_line, rejects_an_unknown_option_and_names_the_nearest)
{
    assert_rejected("ajar read x --signature y",
                    "unknown option \"--signature\"; did you mean \"--signatures\"?");
    assert_rejected("ajar read x --jsno=true",
                    "unknown option \"--jsno\"; did you mean \"--json\"?");
    assert_rejected("ajar read x --colour",
                    "unknown option \"--colour\"; \"ajar help\" lists the options");
    assert_rejected("ajar read x -x", "unknown option \"-x\"; \"ajar help\" lists the options");
    assert_rejected("ajar read x -qq", "unknown option \"-qq\"; \"ajar help\" lists the options");
}

Test(command_line, rejects_an_option_of_another_command)
{
    struct reading r;
    assert_rejected("ajar read x --ring-mib 8",
                    "--ring-mib is not an option of \"ajar read\"; it belongs to watch and check");
    assert_accepted(&r, "ajar watch -i lo --ring-mib 8");
    cr_assert_eq(r.config.ring_bytes, 8u << 20);
    config_clear(&r.config);
}

Test(command_line, rejects_an_option_without_its_value)
{
    struct reading r;
    assert_rejected("ajar read x --site", "--site needs a value: --site NAME");
    assert_rejected("ajar read x --site --json", "--site needs a value: --site NAME");
    assert_rejected("ajar read x --site=", "--site: the value is empty; give NAME");
    assert_rejected("ajar read x -c", "--config needs a value: --config FILE");
    assert_accepted(&r, "ajar read x --site hq --json");
    config_clear(&r.config);
}

Test(command_line, takes_switches_alone_or_with_a_word)
{
    struct reading r;
    assert_accepted(&r, "ajar watch -i lo --promiscuous=no --classify-all");
    cr_assert_not(r.config.promiscuous);
    cr_assert(r.config.classify_all);
    config_clear(&r.config);
    assert_rejected("ajar watch -i lo --promiscuous=never",
                    "--promiscuous: \"never\" is not known; give true or false");
}

Test(command_line, rejects_too_few_and_too_many_arguments)
{
    struct reading r;
    assert_rejected("ajar read", "\"ajar read\" needs FILE|DIR|- ...; for example \"ajar read "
                                 "captures/\"");
    assert_rejected("ajar watch lo", "\"lo\" is one word too many for \"ajar watch\"; for example "
                                     "\"ajar watch -i eth1 --json\"");
    assert_accepted(&r, "ajar signatures show elasticsearch");
    cr_assert_str_eq(r.config.arguments[1], "elasticsearch");
    config_clear(&r.config);
}

Test(command_line, turns_help_anywhere_into_the_help_command)
{
    struct reading r;
    assert_accepted(&r, "ajar read x --help");
    cr_assert_eq(r.config.command, COMMAND_HELP);
    cr_assert_eq(r.config.argument_count, 1);
    cr_assert_str_eq(r.config.arguments[0], "read");
    config_clear(&r.config);
    assert_accepted(&r, "ajar --help");
    cr_assert_eq(r.config.command, COMMAND_HELP);
    cr_assert_eq(r.config.argument_count, 0);
    config_clear(&r.config);
    assert_accepted(&r, "ajar --version");
    cr_assert_eq(r.config.command, COMMAND_VERSION);
    config_clear(&r.config);
}
