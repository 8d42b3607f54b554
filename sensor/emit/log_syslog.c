/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event for the system log: a datagram of RFC 3164 as /dev/log takes it (no host name), whose
 * text is the JSON document of the event.
 */
#include "emit/json.h"
#include "emit/log_format.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct facility {
    const char *name;
    unsigned number; /* RFC 3164, 4.1.1 */
};

static const struct facility facilities[] = {
    {"user", 1},    {"daemon", 3},  {"auth", 4},    {"local0", 16}, {"local1", 17}, {"local2", 18},
    {"local3", 19}, {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23}};

enum ajar_status log_facility_find(const char *name, unsigned *facility)
{
    for (size_t i = 0; i < sizeof facilities / sizeof facilities[0]; i++) {
        if (strcmp(facilities[i].name, name) == 0) {
            *facility = facilities[i].number;
            return AJAR_OK;
        }
    }
    return AJAR_ERR_NOT_FOUND;
}

/* Never crit and above: for those journald writes to the disk at once, and some daemons call
 * people. */
unsigned log_priority(int severity)
{
    if (severity >= 70) /* what PREFIX:alerts gets */
        return 3;
    if (severity >= 50)
        return 4;
    return severity >= 30 ? 5 : 6;
}

/* Months are written in English whatever the locale is. */
static size_t write_head(const struct event *event, unsigned facility, char *text, size_t size)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local))
        memset(&local, 0, sizeof local);
    int length = snprintf(text, size, "<%u>%s %2d %02d:%02d:%02d ajar[%d]: ",
                          facility * 8 + log_priority(event->severity), months[local.tm_mon],
                          local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, (int)getpid());
    return (size_t)length;
}

/* The document again, as long as it may be. */
static enum ajar_status write_short(const struct emit_options *options, const struct event *event,
                                    char *text, size_t size, size_t *length)
{
    enum ajar_status status = json_write_event(options, event, text, size, length);
    if (status == AJAR_OK || !event->finding)
        return status;
    struct finding finding;
    struct event bare = *event;
    finding_copy(&finding, event->finding);
    finding.url[0] = finding.host[0] = finding.user_agent[0] = '\0';
    bare.finding = &finding;
    return json_write_event(options, &bare, text, size, length);
}

enum ajar_status log_syslog_write(const struct emit_options *options, unsigned facility,
                                  const struct event *event, const char *json, size_t json_length,
                                  char *text, size_t *length)
{
    size_t head = write_head(event, facility, text, LOG_SYSLOG_MAX);
    size_t body = json_length;
    enum ajar_status status = AJAR_OK;
    if (json_length <= LOG_SYSLOG_MAX - head)
        memcpy(text + head, json, json_length);
    else
        status = write_short(options, event, text + head, LOG_SYSLOG_MAX - head, &body);
    if (status == AJAR_OK)
        *length = head + body;
    return status;
}
