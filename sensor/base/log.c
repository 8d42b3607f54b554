/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for people on stderr. One write per message, so that lines of several threads do not
 * mix; control characters are escaped because names in messages may come from hostile input.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LOG_LINE_MAX 1024

static _Atomic int log_limit = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&log_limit, (int)level);
}

static const char *level_prefix(enum log_level level)
{
    return level == LOG_LEVEL_WARNING ? "warning: " : "";
}

static size_t escape_into(char *line, size_t room, const char *text)
{
    size_t used = 0;
    for (; *text && used + 5 < room; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x20 && c != 0x7f)
            line[used++] = (char)c;
        else
            used += (size_t)snprintf(line + used, room - used, "\\x%02x", c);
    }
    return used;
}

void log_write(enum log_level level, const char *format, ...)
{
    if ((int)level > atomic_load(&log_limit))
        return;
    char text[LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    char line[LOG_LINE_MAX + 32];
    size_t used = (size_t)snprintf(line, sizeof line, "ajar: %s", level_prefix(level));
    used += escape_into(line + used, sizeof line - used - 1, text);
    line[used++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored; /* nowhere left to report to */
}
