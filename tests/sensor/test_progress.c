/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line for given figures. */
#include "progress.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

static void assert_line(size_t files, uint64_t bytes, size_t files_done, uint64_t bytes_done,
                        uint64_t elapsed_ns, const char *expected)
{
    struct progress progress;
    char text[PROGRESS_TEXT_MAX];
    progress_init(&progress, true, files, bytes);
    progress_format(&progress, files_done, bytes_done, elapsed_ns, text);
    cr_assert_str_eq(text, expected);
}

Test(progress, shows_files_share_rate_and_time_left)
{
    assert_line(41, 2000000000, 37, 1220000000, 6 * SECOND,
                "reading  37 of 41 files  61 %  203 MB/s  0:03 left");
    assert_line(2, 600000000, 0, 1000000, 1 * SECOND,
                "reading  0 of 2 files  0 %  1 MB/s  9:59 left");
}

Test(progress, shows_no_time_left_before_it_can_be_known)
{
    assert_line(1, 1000, 0, 0, 10 * SECOND, "reading  0 of 1 files  0 %  0 MB/s");
    assert_line(1, 1000000000, 0, 100000000, SECOND / 4, "reading  0 of 1 files  10 %  400 MB/s");
}

Test(progress, shows_bytes_instead_of_a_share_when_the_whole_is_not_known)
{
    assert_line(1, 0, 0, 250000000, 2 * SECOND, "reading  0 of 1 files  250 MB  125 MB/s");
}

Test(progress, never_shows_more_than_all)
{
    assert_line(1, 1000, 0, 2000, 1 * SECOND, "reading  0 of 1 files  100 %  0 MB/s  0:00 left");
}

Test(progress, survives_the_largest_figures)
{
    struct progress progress;
    char text[PROGRESS_TEXT_MAX];
    progress_init(&progress, true, SIZE_MAX, UINT64_MAX);
    progress_format(&progress, SIZE_MAX, UINT64_MAX / 2, 1, text);
    cr_assert_lt(strlen(text), sizeof text);
}
