/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#define REQUEST(rest) "requests:\n  - {name: all, path: /toys, level: metadata" rest "}\n" EXAMPLES

Test(signature_plan, refuses_a_path_that_is_none)
{
    expect_refused(HEAD "json:\n  common:\n    - {path: took, mark: m}\n" REST,
                   "toy.yaml:6: JSON path \"took\": must begin with '/', like \"/hits/total\"");
    expect_accepted(HEAD "json:\n  common:\n    - {path: /took, mark: m}\n" REST);
}

Test(signature_plan, keeps_all_facts_of_one_path_in_their_order)
{
    struct signature *signature = load(HEAD "json:\n  common:\n"
                                            "    - {path: /a, mark: first}\n"
                                            "    - {path: /b, mark: other}\n"
                                            "    - {path: /a, role: name}\n" REST);
    const struct plan_paths *plan = &signature->plans[signature->requests[0].plan].json;
    bool found = false;
    for (size_t tag = 0; tag < plan->tag_count; tag++) {
        const uint16_t *run = &plan->facts[plan->starts[tag]];
        if (run[0] != 0)
            continue;
        found = true;
        cr_assert_eq(run[1], 2);
        cr_assert_eq(run[2], SIGNATURE_NONE);
    }
    cr_assert(found);
    signature_free(signature);
}

Test(signature_plan, is_shared_by_requests_with_the_same_groups)
{
    struct signature *signature = load(HEAD "json:\n  common:\n    - {path: /a, role: name}\n"
                                            "  more:\n    - {path: /b, role: name}\n"
                                            "requests:\n"
                                            "  - {name: a, path: /a, level: open}\n"
                                            "  - {name: b, path: /b, level: open}\n"
                                            "  - {name: c, path: /c, level: open, json: [more]}\n"
                                            "unseen: [more]\n" EXAMPLES);
    cr_assert_eq(signature->requests[0].plan, signature->requests[1].plan);
    cr_assert_neq(signature->requests[0].plan, signature->requests[2].plan);
    cr_assert_eq(signature->unseen_plan, signature->requests[2].plan);
    signature_free(signature);
}

Test(signature_plan, has_paths_for_json_and_xml)
{
    struct signature *signature =
        load(HEAD "json:\n  common:\n    - {path: /a, role: name}\n"
                  "xml:\n  common:\n    - {path: /x/@y, role: name}\n    - {path: /z, mark: z}\n"
                  "  more:\n    - {path: /b, role: name}\n"
                  "requests:\n  - {name: a, path: /a, level: open}\n"
                  "  - {name: b, path: /b, level: open, xml: [more]}\n" EXAMPLES);
    cr_assert_eq(signature->fact_count, 4);
    cr_assert_neq(signature->requests[0].plan, signature->requests[1].plan);
    cr_assert_eq(signature->unseen_plan, signature->requests[0].plan);
    cr_assert_eq(signature->plans[signature->requests[0].plan].xml.tag_count, 3);
    cr_assert_eq(signature->plans[signature->requests[1].plan].xml.tag_count, 4);
    signature_free(signature);
    expect_refused(HEAD "xml:\n  common:\n    - {path: '/x/[]', role: name}\n" REST,
                   "toy.yaml:6: '[]' is for JSON: in XML a repeated element is told each time");
    expect_refused(HEAD "xml:\n  common:\n    - {path: /x, kind: array, role: name}\n" REST,
                   "toy.yaml:6: 'kind: array' and 'table' are for JSON");
    expect_refused(HEAD "xml: [a]\n" REST, "toy.yaml:4: xml must be a map of at most 64 groups");
    expect_refused(HEAD "requests:\n  - {name: a, path: /a, level: open, xml: [more]}\n" EXAMPLES,
                   "toy.yaml:5: no group 'more' under xml");
}

Test(signature_plan, reads_the_columns_of_a_table_as_members)
{
    struct signature *signature =
        load(HEAD "json:\n  list:\n    - {path: '/[]', role: row, table: true}\n"
                  "tables:\n  toys:\n    dataset: [name, n]\n    records: [count]\n" REQUEST(
                      ", json: [list], table: toys"));
    /* The row, one fact for both names, one for the number. */
    cr_assert_eq(signature->fact_count, 3);
    signature_free(signature);
}

Test(signature_plan, refuses_a_column_that_makes_no_path)
{
    char text[2048];
    char name[301];
    memset(name, 'n', 300);
    name[300] = '\0';
    const char *shape =
        HEAD "json:\n  list:\n    - {path: '/[]', role: row, table: true}\n"
             "tables:\n  toys:\n    dataset: [%s]\n" REQUEST(", json: [list], table: toys");
    (void)snprintf(text, sizeof text, shape, name);
    expect_refused(text, "toy.yaml:6: a column of the table 'toys' is too long");
    name[200] = '\0';
    (void)snprintf(text, sizeof text, shape, name);
    expect_accepted(text);
}

/* Sixty-five requests that each name another mix of seven groups. */
static void write_mixes(char *text, size_t size, unsigned mixes)
{
    size_t used = (size_t)snprintf(text, size, "%sjson:\n", HEAD);
    for (unsigned g = 0; g < 8; g++)
        used += (size_t)snprintf(text + used, size - used,
                                 "  g%u:\n    - {path: /p%u, role: name}\n", g, g);
    used += (size_t)snprintf(text + used, size - used, "requests:\n");
    for (unsigned mix = 0; mix < mixes; mix++) {
        used += (size_t)snprintf(text + used, size - used,
                                 "  - {name: r%u, path: /r%u, level: open, json: [g0", mix, mix);
        for (unsigned g = 0; g < 7; g++)
            if (mix & 1u << g)
                used += (size_t)snprintf(text + used, size - used, ", g%u", g + 1);
        used += (size_t)snprintf(text + used, size - used, "]}\n");
    }
    (void)snprintf(text + used, size - used, "%s", EXAMPLES);
}

Test(signature_plan, takes_64_mixes_of_groups_and_no_more)
{
    static char text[16384];
    write_mixes(text, sizeof text, 63); /* one more is for replies whose request was not seen */
    expect_accepted(text);
    write_mixes(text, sizeof text, 65);
    expect_refused(text, "toy.yaml:86: more than 64 mixes of json and xml groups");
}
