/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-signatures-compile FOLDER FILE: a tool of the build. Derives the patterns of the shipped
 * signatures, compiles them and writes the databases as a C array, so that ajar need not compile
 * them each time it starts.
 */
#include "detect/hints.h"
#include "detect/hints_shipped.h"
#include "detect/signature.h"

#include <stdio.h>
#include <stdlib.h>

/* The tool itself has none. */
const unsigned char hints_shipped[1] = {0};
const size_t hints_shipped_size = 0;

static bool write_array(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    (void)fprintf(file,
                  "/* SPDX-License-Identifier: Apache-2.0 */\n#include \"detect/hints_shipped.h\"\n"
                  "\nconst unsigned char hints_shipped[] __attribute__((aligned(64))) = {");
    for (size_t i = 0; i < length; i++)
        (void)fprintf(file, "%s%u,", i % 24 == 0 ? "\n" : "", (unsigned)(unsigned char)bytes[i]);
    (void)fprintf(file, "\n};\nconst size_t hints_shipped_size = sizeof hints_shipped;\n");
    bool written = !ferror(file);
    return fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    struct problem problem = {.text = ""};
    struct signature_set *set = NULL;
    char *bytes = NULL;
    size_t length = 0;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: ajar-signatures-compile FOLDER FILE\n");
        return 2;
    }
    struct signature_sources sources = {.folder = argv[1]};
    bool done = signature_set_load(&sources, &set, &problem) == AJAR_OK &&
                hints_write(set->hints, &bytes, &length) == AJAR_OK &&
                write_array(argv[2], bytes, length);
    if (!done)
        (void)fprintf(stderr, "ajar-signatures-compile: %s\n",
                      problem.text[0] ? problem.text : "cannot write the file");
    free(bytes);
    signature_set_free(set);
    return done ? 0 : 1;
}
