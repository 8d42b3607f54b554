/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the page write with. Inside report/ only. */
#ifndef AJAR_REPORT_HTML_H
#define AJAR_REPORT_HTML_H

#include "report/document.h"

#include <stdio.h>

/*
 * Writes text into HTML or into an attribute in double quotes: what has a meaning there, controls
 * and characters that change the direction or are not seen are escaped, so that no name of a store
 * or client is more than a name. `text` is valid UTF-8.
 */
void html_text(FILE *out, const char *text);

/* Our own HTML, printf-like; nothing that came from outside may be among the arguments but
 * numbers. */
void html_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text between tags: <TAG class="CLASS">text</TAG>; `class` may be NULL. */
void html_element(FILE *out, const char *tag, const char *class, const char *text);

/* "1 237", with spaces that do not break. */
void html_count(FILE *out, uint64_t count);

/* The drawings; see map.c and timeline.c. */
void html_map(FILE *out, const struct node *exposures);
void html_timeline(FILE *out, const struct node *exposure);
void html_overview(FILE *out, const struct node *exposures);

/* One exposure with all its parts; see page_exposure.c. */
void html_exposure(FILE *out, const struct node *exposure, size_t number);

/* The style of the page. */
extern const char html_style[];

#endif
