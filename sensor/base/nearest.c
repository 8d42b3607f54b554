/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which known word a person meant: the one at the smallest edit distance (Levenshtein's, and a
 * swap of neighbours counts as one), if that is at most a third of the word.
 */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 48 /* longer words are like nothing we know */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance; both words at most WORD_MAX long. */
static size_t word_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    size_t d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= rows; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= columns; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            size_t change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = smaller(change, 1 + smaller(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[rows][columns];
}

void nearest_consider(struct nearest *best, const char *given, const char *known)
{
    if (strlen(given) > WORD_MAX || strlen(known) > WORD_MAX)
        return;
    size_t distance = word_distance(given, known);
    size_t letters = smaller(strlen(given), strlen(known));
    size_t allowed = letters > 5 ? letters / 3 : letters > 1;
    if (distance <= allowed && distance < best->distance)
        *best = (struct nearest){.word = known, .distance = distance};
}

const char *nearest_find(const char *given, const char *const *known)
{
    struct nearest best = NEAREST_NONE;
    for (size_t i = 0; known[i]; i++)
        nearest_consider(&best, given, known[i]);
    return best.word;
}
