/* SPDX-License-Identifier: Apache-2.0 */
/* What an exposure is, as members of a document. */
#ifndef AJAR_EMIT_JSON_EXPOSURE_H
#define AJAR_EMIT_JSON_EXPOSURE_H

#include "ajar/event.h"
#include "emit/json_writer.h"

/* So many of the lists; the callers lower them until the document fits. */
struct json_exposure_limits {
    unsigned datasets;
    unsigned classes;
};

/* "exposure_state": how it stands, as docs/events.md names it. */
void json_add_exposure_state(struct json_writer *writer, const struct exposure_view *view,
                             const struct json_exposure_limits *limits);

/* The members of "exposure_state" but its lists, for a document that is all about one exposure. */
void json_add_exposure_members(struct json_writer *writer, const struct exposure_view *view);

/* A time that it stood open: "open_at_least", "open_at_most", "closed". */
struct exposure_window;
void json_add_exposure_window(struct json_writer *writer, const struct exposure_window *window);

/* One class of data, as an element of a list. */
void json_add_exposure_class(struct json_writer *writer, const struct exposure_class *class);

#endif
