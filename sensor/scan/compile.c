/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-scan-compile FILE: a tool of the build. Compiles the shipped patterns and writes the
 * database as a C array, so that ajar need not compile them each time it starts.
 */
#include "scan/patterns.h"

#include <stdio.h>
#include <stdlib.h>

static bool write_array(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    (void)fprintf(file, "/* SPDX-License-Identifier: Apache-2.0 */\n#include \"scan/database.h\"\n"
                        "\nconst unsigned char scan_database[] __attribute__((aligned(64))) = {");
    for (size_t i = 0; i < length; i++)
        (void)fprintf(file, "%s%u,", i % 24 == 0 ? "\n" : "", (unsigned)(unsigned char)bytes[i]);
    (void)fprintf(file, "\n};\nconst size_t scan_database_size = sizeof scan_database;\n");
    bool written = !ferror(file);
    return fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    struct problem problem = {.text = ""};
    struct engine *engine = NULL;
    char *bytes = NULL;
    size_t length = 0;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: ajar-scan-compile FILE\n");
        return 2;
    }
    bool done = patterns_compile(&engine, &problem) == AJAR_OK &&
                engine_write(engine, &bytes, &length) == AJAR_OK &&
                write_array(argv[1], bytes, length);
    if (!done)
        (void)fprintf(stderr, "ajar-scan-compile: %s\n",
                      problem.text[0] ? problem.text : "cannot write the file");
    free(bytes);
    engine_free(engine);
    return done ? 0 : 1;
}
