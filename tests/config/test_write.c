/* SPDX-License-Identifier: Apache-2.0 */
/* What is written can be read back, and names every option there is. */
#include "config/reading.h"
#include "config/schema.h"

/* The whole file; the caller frees. */
static char *slurp(const char *name)
{
    FILE *in = fopen(name, "re");
    cr_assert(in, "%s", name);
    char *text = NULL;
    size_t size = 0;
    ssize_t length = getdelim(&text, &size, '\0', in);
    cr_assert_gt(length, 0);
    cr_assert_eq(fclose(in), 0);
    return text;
}

static char *sample(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    config_write_sample(out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static char *effective(const struct config *config)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    config_write(config, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static char *help(enum command about)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    config_write_help(about, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

/* Reads the text as a configuration file of `check`. */
static void read_back(struct reading *r, const char *text)
{
    char name[] = "/tmp/ajar-test-XXXXXX", line[64];
    int file = mkstemp(name);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(close(file), 0);
    (void)snprintf(line, sizeof line, "ajar check -c %s", name);
    reading_run(r, line);
    (void)unlink(name);
}

/* Turns "#key: value" into "key: value" where a remark is "# text"; returns how many. */
static size_t put_in_force(char *text)
{
    size_t keys = 0;
    char *to = text;
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        bool key = line[0] == '#' && (line[1] != ' ' || (line[2] == ' ' && line[3] != '#'));
        size_t skip = key ? 1 : 0;
        memmove(to, line + skip, length - skip);
        to += length - skip;
        keys += key;
        line += length;
    }
    *to = '\0';
    return keys;
}

Test(write, keeps_the_shipped_sample_equal_to_the_table)
{
    char *shipped = slurp(AJAR_SAMPLE);
    char *text = sample();
    cr_assert_str_eq(shipped, text, "deploy/ajar.yaml: write it with \"ajar help config\"");
    free(shipped);
    free(text);
}

Test(write, gives_a_sample_that_is_accepted_as_it_is)
{
    struct reading r;
    char *text = sample();
    read_back(&r, text);
    cr_assert_eq(r.status, AJAR_OK, "%s", r.problem.text);
    config_clear(&r.config);
    free(text);
}

Test(write, gives_a_sample_whose_every_key_can_be_put_in_force)
{
    struct reading r;
    char *text = sample();
    size_t keys = put_in_force(text);
    read_back(&r, text);
    cr_assert_eq(r.status, AJAR_OK, "%s\n%s", r.problem.text, text);
    cr_assert_eq(keys, schema_option_count + SCHEMA_SECTIONS, "%zu keys and sections", keys);
    cr_assert_str_eq(r.config.sensor, "span-1");
    cr_assert_eq(r.config.geo_count, 1);
    config_clear(&r.config);
    free(text);
}

Test(write, writes_an_effective_configuration_that_reads_back_the_same)
{
    struct reading first, second;
    assert_accepted(&first, "ajar check --site hq --home 10.0.0.0/8,2001:db8::/32 --geo a --geo b "
                            "-i lo --ring-mib 8 --scan full --redis redis://h --filter tcp "
                            "--signatures /s --flows 2048");
    char *text = effective(&first.config);
    read_back(&second, text);
    cr_assert_eq(second.status, AJAR_OK, "%s\n%s", second.problem.text, text);
    char *again = effective(&second.config);
    cr_assert_str_eq(text, again);
    cr_assert_eq(second.config.home.count, 2);
    cr_assert_eq(second.config.ring_bytes, 8u << 20);
    cr_assert_str_eq(second.config.signatures, "/s");
    config_clear(&first.config);
    config_clear(&second.config);
    free(text);
    free(again);
}

Test(write, keeps_passwords_out_of_the_effective_configuration)
{
    struct reading r;
    assert_accepted(&r, "ajar check --redis redis://u:s3cret@h");
    char *text = effective(&r.config);
    cr_assert_null(strstr(text, "s3cret"));
    cr_assert_not_null(strstr(text, "url: \"redis://u:***@h\""));
    config_clear(&r.config);
    free(text);
}

Test(write, names_every_command_and_option_in_the_help)
{
    char *text = help(COMMAND_HELP);
    for (size_t i = 0; i < schema_option_count; i++) {
        char flag[64];
        (void)snprintf(flag, sizeof flag, "--%s", schema_options[i].flag);
        cr_assert_not_null(strstr(text, flag), "%s", flag);
    }
    for (unsigned i = 0; i < COMMANDS; i++) {
        char command[64];
        (void)snprintf(command, sizeof command, "  ajar %s", schema_commands[i].name);
        cr_assert_not_null(strstr(text, command), "%s", command);
    }
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_assert_leq(strcspn(line, "\n"), 100, "%.*s", (int)strcspn(line, "\n"), line);
    free(text);
}

Test(write, shows_in_the_help_of_a_command_only_its_own_options)
{
    char *text = help(COMMAND_READ);
    cr_assert_not_null(strstr(text, "--json"));
    cr_assert_null(strstr(text, "--ring-mib"));
    free(text);
    text = help(COMMAND_WATCH);
    cr_assert_not_null(strstr(text, "--ring-mib"));
    free(text);
}
