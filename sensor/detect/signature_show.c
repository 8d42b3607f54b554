/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures as people read them: a line of each, or all of one. Paths are shown as the file has
 * them.
 */
#include "base/yaml.h"
#include "detect/signature.h"

#include <stdio.h>
#include <string.h>

#define PORTS_TEXT_MAX 48 /* seven ports and commas */

static const char *proof_name(enum proof proof)
{
    static const char *const names[] = {[PROOF_NONE] = "nothing",
                                        [PROOF_SERVER] = "server",
                                        [PROOF_DOCUMENTATION] = "documentation"};
    return names[proof];
}

static void make_ports(const struct signature *signature, char text[static PORTS_TEXT_MAX])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; signature->ports[i] && used < PORTS_TEXT_MAX; i++)
        used += (size_t)snprintf(text + used, PORTS_TEXT_MAX - used, "%s%u", i ? "," : "",
                                 (unsigned)signature->ports[i]);
}

static void write_words(const char *const *words, FILE *out)
{
    for (size_t i = 0; words[i]; i++)
        (void)fprintf(out, "%s%s", i ? ", " : "", words[i]);
}

static void write_row(const struct signature *signature, FILE *out)
{
    char ports[PORTS_TEXT_MAX];
    make_ports(signature, ports);
    (void)fprintf(out, "%-20s %-36s %-16s %3zu requests %3zu examples  %s", signature->name,
                  signature->title, ports, signature->request_count, signature->example_count,
                  proof_name(signature->proof));
    if (signature->versions[0])
        (void)fputs(" ", out);
    write_words(signature->versions, out);
    (void)fputs(signature->own ? " (own)\n" : "\n", out);
}

void signature_set_write_list(const struct signature_set *set, FILE *out)
{
    size_t servers = 0;
    for (size_t i = 0; i < set->count; i++) {
        write_row(set->signatures[i], out);
        servers += set->signatures[i]->proof == PROOF_SERVER;
    }
    (void)fprintf(out, "%zu signature%s, %zu verified with recorded servers\n", set->count,
                  set->count == 1 ? "" : "s", servers);
}

/* "LABEL      words"; nothing where there are none. */
static void write_list(const char *label, const char *const *words, FILE *out)
{
    if (!words[0])
        return;
    (void)fprintf(out, "%-13s ", label);
    write_words(words, out);
    (void)fputs("\n", out);
}

static void write_named(const char *label, const struct named_text *list, FILE *out)
{
    for (size_t i = 0; list[i].name; i++) {
        (void)fprintf(out, i ? ", %s" : "%-13s %s", i ? list[i].name : label, list[i].name);
        if (list[i].text)
            (void)fprintf(out, " with %s", list[i].text);
    }
    if (list[0].name)
        (void)fputs("\n", out);
}

static void write_text(const char *label, const char *text, FILE *out)
{
    if (text && text[0])
        (void)fprintf(out, "%-13s %s\n", label, text);
}

static void write_about(const struct signature *signature, FILE *out)
{
    char ports[PORTS_TEXT_MAX];
    make_ports(signature, ports);
    (void)fprintf(out, "%s: %s\n", signature->name, signature->title);
    write_text("file", signature->file, out);
    write_text("ports", ports, out);
    write_text("verified", proof_name(signature->proof), out);
    write_list("versions", signature->versions, out);
    write_list("documentation", signature->documentation, out);
    (void)fprintf(out, "%-13s %+d\n", "severity", signature->severity);
    write_text("weakness", signature->weakness, out);
    write_text("technique", signature->technique, out);
    write_text("reference", signature->reference, out);
    for (size_t i = 0; i < signature->hardening_count; i++)
        (void)fprintf(out, "%-13s %s: %s\n", "hardening", signature->hardening[i].product,
                      signature->hardening[i].url);
    write_named("headers", signature->credential_headers, out);
    write_named("parameters", signature->credential_parameters, out);
    write_named("cookies", signature->credential_cookies, out);
}

static const char *level_name(enum request_level level)
{
    static const char *const names[] = {"revealed", "open", "metadata", "data", "write"};
    return names[level];
}

static void write_node(const struct yaml *node, FILE *out)
{
    if (node->kind == YAML_TEXT)
        (void)fprintf(out, " %s", node->text);
    for (const struct yaml *item = node->first; item; item = item->next)
        write_node(item, out);
}

static void write_requests(const struct signature *signature, FILE *out)
{
    const struct yaml *list = yaml_find(yaml_root(signature->yaml), "requests");
    const struct yaml *item = list ? list->first : NULL;
    (void)fputs("requests\n", out);
    for (size_t i = 0; i < signature->request_count && item; i++, item = item->next) {
        const struct request_rule *rule = &signature->requests[i];
        (void)fprintf(out, "  %-9s %-24s", level_name(rule->level), rule->name);
        for (size_t k = 0; rule->methods[k]; k++)
            (void)fprintf(out, "%s%s", k ? "," : " ", rule->methods[k]);
        write_node(yaml_find(item, "path"), out);
        (void)fputs("\n", out);
    }
}

/* A refusal says refused, an exception what the reply is instead. */
static void write_refusals(const struct signature *signature, FILE *out)
{
    if (signature->refusal_count)
        (void)fputs("refusals and exceptions\n", out);
    for (size_t i = 0; i < signature->refusal_count; i++) {
        const struct refusal_rule *rule = &signature->refusals[i];
        (void)fprintf(out, "  %-9s", verdict_name(rule->verdict));
        for (size_t k = 0; rule->status[k]; k++)
            (void)fprintf(out, " %u", (unsigned)rule->status[k]);
        (void)fprintf(out, " %s\n", rule->name);
    }
}

static void write_examples(const struct signature *signature, FILE *out)
{
    (void)fputs("examples\n", out);
    for (size_t i = 0; i < signature->example_count; i++) {
        const struct example *example = &signature->examples[i];
        (void)fprintf(out, "  %-9s %u %s\n", verdict_name(example->verdict),
                      (unsigned)example->status, example->request);
    }
}

void signature_write(const struct signature *signature, FILE *out)
{
    write_about(signature, out);
    write_requests(signature, out);
    write_refusals(signature, out);
    write_examples(signature, out);
}
