/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences about an exposure. Nothing is said that the document does not have; what the sensor
 * proved and what cannot be excluded are kept apart.
 */
#include "report/words.h"

#include "base/text.h"
#include "ledger/line.h"
#include "report/life.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void words_add(struct words *words, const char *format, ...)
{
    char more[WORDS_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(more, sizeof more, format, arguments);
    va_end(arguments);
    if (length > 0)
        words->used += text_make_utf8(words->text + words->used, sizeof words->text - words->used,
                                      more, strlen(more));
}

const char *words_time(const struct node *node, const char *name, char text[static WORDS_TIME_MAX])
{
    char formatted[FORMAT_TEXT_MAX] = "";
    uint64_t time_ns = node_time(node, name);
    if (time_ns)
        format_time(time_ns, formatted);
    (void)text_copy(text, WORDS_TIME_MAX, formatted, strlen(formatted));
    return text;
}

void words_title(const struct node *exposure, struct words *words)
{
    const char *product = node_text(exposure, "product"), *version = node_text(exposure, "version");
    words_add(words, "%s%s%s", product[0] ? product : node_text(exposure, "store"),
              version[0] ? " " : "", version);
}

void words_endpoint(const struct node *exposure, struct words *words)
{
    char endpoint[80];
    text_make_endpoint(endpoint, sizeof endpoint, node_text(exposure, "address"),
                       (uint16_t)node_number(exposure, "port", 0));
    words_add(words, "%s", endpoint);
}

void words_at_least(const struct node *window, struct words *words)
{
    char first[FORMAT_TEXT_MAX], last[FORMAT_TEXT_MAX], span[FORMAT_TEXT_MAX];
    struct life life = life_of(window);
    format_time(life.first_ns, first);
    format_time(life.last_ns, last);
    words_add(words, "%s", first);
    if (strcmp(first, last) != 0 && life.last_ns > life.first_ns)
        words_add(words, " .. %s UTC (%s)", last,
                  format_duration(life.last_ns - life.first_ns, span));
    else
        words_add(words, " UTC");
}

void words_at_most(const struct node *window, struct words *words)
{
    char text[FORMAT_TEXT_MAX];
    struct life life = life_of(window);
    if (life.before_ns)
        words_add(words, "%s (seen shut then) .. ", format_time(life.before_ns, text));
    else
        words_add(words, "some time before (never seen shut) .. ");
    if (life.closed_ns)
        words_add(words, "%s UTC", format_time(life.closed_ns, text));
    else
        words_add(words, "now: nothing shows that it is closed");
}

void words_reachable(const struct node *exposure, struct words *words)
{
    char text[FORMAT_TEXT_MAX];
    uint64_t reachable_ns = node_time(exposure, "reachable_since");
    if (reachable_ns)
        words_add(words, "it answered outside clients since %s UTC",
                  format_time(reachable_ns, text));
}

void words_closing(const struct node *window, struct words *words)
{
    static const struct {
        const char *by;
        const char *words;
    } ways[] = {
        {"refused", "it refused a client without credentials"},
        {"reset", "it reset the connection of a client"},
        {"silence", "inferred: clients got no answer any more, while others of its network did"},
    };
    char text[FORMAT_TEXT_MAX];
    struct life life = life_of(window);
    if (!life.closed_ns)
        return;
    words_add(words, "%s UTC", format_time(life.closed_ns, text));
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(life.by, ways[i].by) == 0)
            words_add(words, ": %s", ways[i].words);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void words_holds(const struct node *exposure, struct words *words)
{
    static const struct {
        const char *source;
        const char *words;
    } sources[] = {{"listing", " (from a listing)"},
                   {"count", " (from a count)"},
                   {"search", " (from a search over all)"}};
    char text[FORMAT_TEXT_MAX];
    size_t datasets = node_count(node_get(exposure, "datasets"));
    uint64_t records = node_number(exposure, "records", 0);
    const char *source = node_text(exposure, "records_source");
    if (!node_has(exposure, "records") && datasets == 0) {
        words_add(words, "not said by any reply so far");
        return;
    }
    if (node_has(exposure, "records"))
        words_add(words, "%s%s record%s%s", strcmp(source, "at-least") == 0 ? "at least " : "",
                  format_count(records, text), plural(records), datasets ? " in " : "");
    if (datasets)
        words_add(words, "%s%zu data set%s", node_is(exposure, "datasets_more") ? "more than " : "",
                  datasets, plural(datasets));
    if (node_has(exposure, "bytes_held"))
        words_add(words, ", %s", format_bytes(node_number(exposure, "bytes_held", 0), text));
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (strcmp(source, sources[i].source) == 0)
            words_add(words, "%s", sources[i].words);
}

void words_gave(const struct node *exposure, struct words *words)
{
    char text[FORMAT_TEXT_MAX];
    uint64_t returned = node_number(exposure, "returned", 0);
    uint64_t actors = node_number(exposure, "actors", 0);
    uint64_t outside =
        node_number(exposure, "actors_outside", life_is_outside(exposure) ? actors : 0);
    uint64_t inside = actors > outside ? actors - outside : 0;
    uint64_t requests = node_number(exposure, "requests", 0);
    if (returned)
        words_add(words, "%s record%s, ", format_count(returned, text), plural(returned));
    words_add(words, "%s, to ", format_bytes(node_number(exposure, "bytes", 0), text));
    if (outside)
        words_add(words, "%s outside ", format_count(outside, text));
    if (outside && inside)
        words_add(words, "and ");
    if (inside || !outside)
        words_add(words, "%s internal ", format_count(inside, text));
    words_add(words, "client%s without credentials", plural(outside + inside));
    if (requests)
        words_add(words, ", %s request%s", format_count(requests, text), plural(requests));
}

void words_steps(const struct node *actor, struct words *words)
{
    static const char *const steps[] = {"looked", "listed", "read", "drained", "destroyed"};
    const struct node *done = node_get(actor, "steps");
    size_t begin = words->used;
    for (size_t i = 1; i < sizeof steps / sizeof steps[0]; i++)
        if (node_has(done, steps[i]))
            words_add(words, "%s%s", words->used > begin ? ", " : "", steps[i]);
    if (words->used == begin)
        words_add(words, "looked");
}

void words_scanner(const struct node *actor, struct words *words)
{
    const struct node *scanner = node_get(actor, "scanner");
    const char *confirmed = node_text(scanner, "confirmed");
    const char *claimed = node_text(scanner, "claimed");
    const char *tool = node_text(actor, "tool");
    if (confirmed[0])
        words_add(words, "%s (confirmed)", confirmed);
    else if (claimed[0])
        words_add(words, "%s (claimed)", claimed);
    else if (tool[0])
        words_add(words, "%s (by its packets)", tool);
    else
        words_add(words, "%s", node_text(actor, "user_agent"));
}

void words_group(const struct node *exposure, size_t members_max, struct words *words)
{
    const struct node *group = node_get(exposure, "group"), *members = node_get(group, "members");
    uint64_t servers = node_number(group, "servers", 0);
    bool data = strcmp(node_text(group, "same"), "data") == 0;
    size_t shown = 0;
    if (servers < 2)
        return;
    words_add(words, "%s as ", data ? "data" : "cluster");
    for (; shown < node_count(members) && shown < members_max; shown++)
        words_add(words, "%s%s", shown ? ", " : "", node_word(members, shown));
    if (shown + 1 < servers)
        words_add(words, " and %" PRIu64 " more", servers - 1 - shown);
    words_add(words, ": %" PRIu64 " servers, 1 %s", servers, data ? "data set" : "cluster");
}

static bool has_verdict(const struct node *exposure, const char *verdict)
{
    return strcmp(node_text(exposure, "verdict"), verdict) == 0;
}

size_t words_advice(const struct node *exposure, const char *advice[static WORDS_ADVICE_MAX])
{
    size_t count = 0;
    bool open = life_is_open(exposure);
    bool outside = life_is_outside(exposure);
    if (node_is(exposure, "server_outside") && !outside)
        advice[count++] = "This store is not in home: tell its owner, and ask who inside uses it.";
    if (open && outside)
        advice[count++] = "Close the port to the outside now, at the firewall; then look for the "
                          "rule that opened it.";
    if (open && !node_is(exposure, "server_outside"))
        advice[count++] = "Make the store ask for a login, also inside; give each client its own "
                          "account with the rights it needs.";
    if (strcmp(life_of(exposure).by, "silence") == 0)
        advice[count++] = "That it is closed is inferred from silence: confirm it at the firewall.";
    if (has_verdict(exposure, "tampered"))
        advice[count++] = "Data was changed or destroyed: stop the store, keep its disk as "
                          "evidence, restore from a backup made before the first proof.";
    if (outside && (has_verdict(exposure, "drained") || has_verdict(exposure, "data")))
        advice[count++] = "Records left the store: keep the store's logs and the captures, change "
                          "every password, key and token that was in the data.";
    if (outside && node_count(node_get(exposure, "classes")) > 0)
        advice[count++] = "Personal data may be concerned: under GDPR article 33 the authority is "
                          "told within 72 hours of becoming aware.";
    if (node_has(exposure, "indexed_by"))
        advice[count++] = "A search engine published the address: expect more visitors until it is "
                          "closed, and ask the engine to remove it.";
    return count;
}

const char *words_verdict(const char *verdict)
{
    static const char *const rows[][2] = {
        {"open", "it answered requests without a login; no content was seen"},
        {"metadata", "it showed names, counts or sizes of what it holds without a login"},
        {"data", "it handed out records without a login"},
        {"drained", "data was taken out of it in bulk without a login"},
        {"tampered", "data in it was changed or destroyed without a login"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(verdict, rows[i][0]) == 0)
            return rows[i][1];
    return "it answered without a login";
}

uint64_t words_distinct(const struct node *class)
{
    uint64_t distinct = node_number(class, "distinct", 0);
    uint64_t values = node_number(class, "values", 0);
    return distinct < values ? distinct : values;
}

const char *words_class(const char *name)
{
    static const char *const rows[][2] = {
        {"email", "e-mail addresses"},
        {"ipv4", "IPv4 addresses"},
        {"ipv6", "IPv6 addresses"},
        {"phone", "telephone numbers"},
        {"iban", "bank accounts (IBAN)"},
        {"payment_card", "payment card numbers"},
        {"ssn", "social security numbers"},
        {"passport", "passport numbers"},
        {"jwt", "access tokens (JWT)"},
        {"cloud_key", "cloud access keys"},
        {"private_key", "private keys"},
        {"password_hash", "password hashes"},
        {"url_credentials", "passwords in URLs"},
        {"case_number", "case or ticket numbers"},
        {"coordinates", "geographic coordinates"},
        {"person_name", "names of persons"},
        {"address", "postal addresses"},
        {"date_of_birth", "dates of birth"},
        {"password", "passwords"},
        {"token", "access tokens"},
        {"confidential", "marked confidential or internal"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(name, rows[i][0]) == 0)
            return rows[i][1];
    return name;
}
