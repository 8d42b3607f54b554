/* SPDX-License-Identifier: Apache-2.0 */
/* What the sensor says about itself, as members of the document's "ajar". */
#ifndef AJAR_EMIT_JSON_SENSOR_H
#define AJAR_EMIT_JSON_SENSOR_H

#include "ajar/event.h"
#include "emit/json_writer.h"

#define TROUBLE_TEXT_MAX 512 /* bytes of ajar.trouble.text; more is cut */

/* "status": the numbers of a status event. */
void json_add_status(struct json_writer *writer, const struct sensor_status *status);

/* "trouble": what happened, how often, and one sentence. */
void json_add_trouble(struct json_writer *writer, const struct trouble *trouble);

#endif
