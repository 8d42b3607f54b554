/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature says of itself: the store's name and ports, how the description was proven, how
 * bad an exposure is and where to read on.
 */
#include "detect/loader.h"

#include <string.h>

static enum ajar_status read_ports(struct loader *loader, const struct yaml *list)
{
    if (!list)
        return AJAR_OK;
    size_t room = sizeof loader->signature->ports / sizeof loader->signature->ports[0];
    if (list->kind != YAML_LIST || list->count >= room)
        return loader_fail(loader, list, "ports must be a list of at most %zu ports", room - 1);
    size_t used = 0;
    for (const struct yaml *item = list->first; item; item = item->next) {
        uint64_t port;
        enum ajar_status status =
            yaml_read_number(loader->file, item, 1, 65535, &port, loader->problem);
        if (status != AJAR_OK)
            return status;
        loader->signature->ports[used++] = (uint16_t)port;
    }
    return AJAR_OK;
}

/* One page for all products. */
static enum ajar_status read_page(struct loader *loader, const struct yaml *node)
{
    struct signature *signature = loader->signature;
    if (strncmp(node->text, "http", 4) != 0)
        return loader_fail(loader, node, "'hardening' must be a URL or a list of {product, url}");
    signature->hardening = loader_take(loader, 1, sizeof *signature->hardening);
    if (!signature->hardening)
        return AJAR_ERR_MEMORY;
    signature->hardening[signature->hardening_count++] =
        (struct hardening){.product = signature->name, .url = node->text};
    return AJAR_OK;
}

static enum ajar_status read_hardening(struct loader *loader, const struct yaml *list)
{
    static const char *const keys[] = {"product", "url", NULL};
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    if (list->kind == YAML_TEXT)
        return read_page(loader, list);
    enum ajar_status status = loader_check_list(loader, list, 64);
    if (status != AJAR_OK)
        return status;
    signature->hardening = loader_take(loader, list->count, sizeof *signature->hardening);
    if (!signature->hardening)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        struct hardening *entry = &signature->hardening[signature->hardening_count++];
        status = yaml_check_keys(loader->file, item, keys, loader->problem);
        if (status == AJAR_OK)
            status = loader_find_text(loader, item, "product", &entry->product);
        if (status == AJAR_OK)
            status = loader_find_text(loader, item, "url", &entry->url);
        if (status == AJAR_OK && (!entry->product || !entry->url))
            return loader_fail(loader, item, "a hardening needs a product and a url");
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

/* A word of a list into its place in the list; `fail` says which there are. */
static enum ajar_status read_choice(struct loader *loader, const struct yaml *root, const char *key,
                                    const char *const *words, size_t *choice)
{
    const struct yaml *node = yaml_find(root, key);
    if (!node)
        return AJAR_OK;
    char list[128] = "";
    for (size_t i = 0; words[i]; i++) {
        if (node->kind == YAML_TEXT && strcmp(words[i], node->text) == 0) {
            *choice = i;
            return AJAR_OK;
        }
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s",
                       i == 0         ? ""
                       : words[i + 1] ? ", "
                                      : " or ",
                       words[i]);
    }
    return loader_fail(loader, node, "'%s' must be %s", key, list);
}

/* Letters, a number, and a dot with another number if `dotted`: CWE-306, T1530, T1078.001. */
static bool is_catalogue_number(const char *text, const char *letters, bool dotted)
{
    size_t length = strlen(letters);
    if (strncmp(text, letters, length) != 0 || !text[length])
        return false;
    size_t digits = strspn(text + length, "0123456789");
    const char *rest = text + length + digits;
    if (digits == 0 || !*rest)
        return digits > 0;
    return dotted && *rest == '.' && rest[1] && rest[1 + strspn(rest + 1, "0123456789")] == '\0';
}

static enum ajar_status read_weakness(struct loader *loader, const struct yaml *root)
{
    struct signature *signature = loader->signature;
    signature->weakness = "CWE-306";
    enum ajar_status status = loader_find_text(loader, root, "weakness", &signature->weakness);
    if (status == AJAR_OK && !is_catalogue_number(signature->weakness, "CWE-", false))
        return loader_fail(loader, yaml_find(root, "weakness"),
                           "'%s' is no weakness: write it as CWE-306", signature->weakness);
    if (status == AJAR_OK)
        status = loader_find_text(loader, root, "technique", &signature->technique);
    if (status == AJAR_OK && signature->technique &&
        !is_catalogue_number(signature->technique, "T", true))
        return loader_fail(loader, yaml_find(root, "technique"),
                           "'%s' is no technique of ATT&CK: write it as T1530 or T1078.001",
                           signature->technique);
    return status;
}

static enum ajar_status read_severity(struct loader *loader, const struct yaml *root)
{
    static const char *const words[] = {"low", "normal", "high", "critical", NULL};
    static const int8_t points[] = {-10, 0, 10, 20};
    size_t choice = 1;
    enum ajar_status status = read_choice(loader, root, "severity", words, &choice);
    loader->signature->severity = points[choice];
    return status;
}

static enum ajar_status read_proof(struct loader *loader, const struct yaml *root)
{
    static const char *const words[] = {"server", "documentation", NULL};
    struct signature *signature = loader->signature;
    const struct yaml *versions = yaml_find(root, "versions");
    const struct yaml *documentation = yaml_find(root, "documentation");
    size_t choice = 0;
    enum ajar_status status = read_choice(loader, root, "verified", words, &choice);
    if (status == AJAR_OK && yaml_find(root, "verified"))
        signature->proof = choice == 0 ? PROOF_SERVER : PROOF_DOCUMENTATION;
    if (status == AJAR_OK && versions)
        status = loader_read_words(loader, versions, signature->versions, WORDS_MAX);
    if (status == AJAR_OK && documentation)
        status = loader_read_words(loader, documentation, signature->documentation, WORDS_MAX);
    return status;
}

static enum ajar_status read_credentials(struct loader *loader, const struct yaml *map)
{
    static const char *const keys[] = {"headers", "parameters", "cookies", NULL};
    static const char *const tests[] = {"contains", NULL, "contains"};
    struct named_text *lists[] = {loader->signature->credential_headers,
                                  loader->signature->credential_parameters,
                                  loader->signature->credential_cookies};
    if (!map)
        return AJAR_OK;
    enum ajar_status status = yaml_check_keys(loader->file, map, keys, loader->problem);
    for (size_t i = 0; status == AJAR_OK && keys[i]; i++) {
        const struct yaml *node = yaml_find(map, keys[i]);
        if (node)
            status = loader_read_named(loader, node, tests[i], lists[i], 8);
        for (size_t k = 0; status == AJAR_OK && lists[i][k].name; k++)
            if (strlen(lists[i][k].name) > CREDENTIAL_NAME_MAX)
                return loader_fail(loader, node, "'%s' is too long for a name: at most %d bytes",
                                   lists[i][k].name, CREDENTIAL_NAME_MAX);
    }
    return status;
}

static enum ajar_status read_name(struct loader *loader, const struct yaml *root)
{
    struct signature *signature = loader->signature;
    enum ajar_status status = loader_find_text(loader, root, "name", &signature->name);
    if (status == AJAR_OK)
        status = loader_find_text(loader, root, "title", &signature->title);
    if (status == AJAR_OK)
        status = loader_find_text(loader, root, "reference", &signature->reference);
    if (status != AJAR_OK)
        return status;
    struct finding *finding = NULL;
    if (!signature->name || !signature->name[0] || strlen(signature->name) >= sizeof finding->store)
        return loader_fail(loader, root, "a signature needs a name of 1 to %zu characters",
                           sizeof finding->store - 1);
    if (!signature->title)
        signature->title = signature->name;
    return AJAR_OK;
}

enum ajar_status loader_read_about(struct loader *loader, const struct yaml *root)
{
    enum ajar_status status = read_name(loader, root);
    if (status == AJAR_OK)
        status = read_ports(loader, yaml_find(root, "ports"));
    if (status == AJAR_OK)
        status = read_proof(loader, root);
    if (status == AJAR_OK)
        status = read_severity(loader, root);
    if (status == AJAR_OK)
        status = read_weakness(loader, root);
    if (status == AJAR_OK)
        status = read_hardening(loader, yaml_find(root, "hardening"));
    return status == AJAR_OK ? read_credentials(loader, yaml_find(root, "credentials")) : status;
}
