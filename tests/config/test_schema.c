/* SPDX-License-Identifier: Apache-2.0 */
/* The table itself: rows that could not work are found here, not by a user. */
#include "config/value.h"

#include <criterion/criterion.h>
#include <string.h>

Test(schema, names_every_key_flag_and_letter_once)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const struct option *option = &schema_options[i];
        cr_assert_eq(schema_find_key(option->key), option, "%s", option->key);
        cr_assert_eq(schema_find_flag(option->flag, strlen(option->flag)), option);
        if (option->letter)
            cr_assert_eq(schema_find_letter(option->letter), option);
    }
    cr_assert_null(schema_find_letter('c'), "-c is the file");
    cr_assert_null(schema_find_letter('h'), "-h is the help");
    cr_assert_null(schema_find_letter('\0'));
    cr_assert_null(schema_find_key("redis"));
    cr_assert_null(schema_find_flag("redi", 4));
}

Test(schema, fits_the_marks_of_the_readers)
{
    cr_assert_leq(schema_option_count, 96);
}

Test(schema, gives_every_row_what_its_type_needs)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const struct option *option = &schema_options[i];
        cr_assert(option->help && option->help[0], "%s", option->key);
        cr_assert(option->initial || (option->initial_note && option->sample), "%s", option->key);
        cr_assert_neq(option->commands, 0, "%s", option->key);
        cr_assert_eq(option->value == NULL,
                     option->type == OPTION_SWITCH && strcmp(option->words[1], "true") == 0, "%s",
                     option->key);
        if (option->type == OPTION_NUMBER) {
            cr_assert(option->size == 4 || option->size == 8, "%s", option->key);
            cr_assert_lt(option->minimum, option->maximum, "%s", option->key);
            cr_assert_gt(option->unit, 0, "%s", option->key);
            uint64_t most = option->size == 4 ? UINT32_MAX : UINT64_MAX;
            cr_assert_leq(option->maximum, most / option->unit, "%s", option->key);
        }
    }
}

Test(schema, keeps_the_keys_of_a_section_together)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const char *dot = strchr(schema_options[i].key, '.');
        if (!dot)
            continue;
        size_t length = (size_t)(dot - schema_options[i].key) + 1;
        bool ended = false;
        for (size_t j = i + 1; j < schema_option_count; j++) {
            bool same = strncmp(schema_options[i].key, schema_options[j].key, length) == 0;
            cr_assert_not(same && ended, "%s", schema_options[j].key);
            ended = ended || !same;
        }
    }
}

Test(schema, knows_sections)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        char section[32];
        const char *key = schema_options[i].key;
        size_t length = strcspn(key, ".");
        (void)snprintf(section, sizeof section, "%.*s", (int)length, key);
        cr_assert_eq(schema_has_section(section), key[length] == '.', "%s", key);
    }
    cr_assert(schema_has_section("redis"));
    cr_assert_not(schema_has_section("redi"));
    cr_assert_not(schema_has_section("site"));
}

Test(schema, finds_commands_by_their_word)
{
    enum command command = COMMAND_HELP;
    for (unsigned i = 0; i < COMMANDS; i++) {
        cr_assert_eq(command_find(command_name((enum command)i), &command), AJAR_OK);
        cr_assert_eq(command, (enum command)i);
    }
    cr_assert_eq(command_find("reading", &command), AJAR_ERR_NOT_FOUND);
    cr_assert_eq(command, (enum command)(COMMANDS - 1));
}
