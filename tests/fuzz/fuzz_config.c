/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the configuration file: bytes to YAML tree to values of the option table. Whatever is
 * accepted can be written, and what was written is accepted again.
 */
#include "config/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum ajar_status apply(const char *text, size_t length, struct config *config,
                              struct problem *problem)
{
    struct yaml_file *file = NULL;
    struct said said = {.option = {false}};
    memset(config, 0, sizeof *config);
    config->command = COMMAND_CHECK;
    enum ajar_status status = yaml_open_text("fuzz", text, length, &file, problem);
    if (status == AJAR_OK)
        status = file_apply(file, config, &said, problem);
    yaml_close(file);
    return status;
}

/* Every member that was not set must hold something its own rules accept. */
static void set_defaults(struct config *config)
{
    static const struct origin origin = {.file = "default"};
    for (size_t i = 0; i < schema_option_count; i++) {
        const struct option *option = &schema_options[i];
        struct config fresh;
        memset(&fresh, 0, sizeof fresh);
        if (value_set(option, &fresh, option->initial ? option->initial : option->sample, &origin,
                      NULL) != AJAR_OK)
            abort();
        char *member = (char *)config + option->offset;
        bool zero = true;
        for (size_t byte = 0; byte < option->size; byte++)
            zero = zero && member[byte] == 0;
        if (zero && option->type != OPTION_LIST && option->type != OPTION_NETS)
            memcpy(member, (char *)&fresh + option->offset, option->size);
        config_clear(&fresh);
    }
}

static void check_read_back(struct config *config)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        abort();
    set_defaults(config);
    config_write(config, out);
    if (fclose(out) != 0)
        abort();
    struct config again;
    struct problem problem = {.text = ""};
    if (apply(text, length, &again, &problem) != AJAR_OK) {
        (void)fprintf(stderr, "%s\n%s", problem.text, text);
        abort();
    }
    config_clear(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    struct problem problem = {.text = ""};
    enum ajar_status status = apply((const char *)data, size, &config, &problem);
    if (status == AJAR_OK)
        check_read_back(&config);
    else if (problem.text[0] == '\0')
        abort(); /* every refusal says why */
    config_clear(&config);
    return 0;
}
