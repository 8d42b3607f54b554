/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/json.h"
#include "json_listing.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const paths[] = {
    "/hits/total",
    "/hits/total/value",
    "/hits/hits/[]",
    "/hits/hits/[]/_index",
    "/[]/docs.count",
    "/indices/*/docs",
    "/indices/_all",
    "/a~1b",
    "/long",
    "/deep/[]",
    "/",
    "/hits/hits/[]/fields/*/[]",
    "/*/x/*",
    NULL,
};

/* Expects the listing, in one piece and cut behind every byte. */
static void expect(const char *text, size_t length, const char *expected)
{
    for (size_t cut = 0; cut < length; cut++) {
        char *listing = json_listing_scan(paths, text, length, cut, 0);
        cr_assert_str_eq(listing, expected, "cut behind byte %zu of %s: %s", cut, text, listing);
        free(listing);
    }
    for (unsigned seed = 1; seed < 20; seed++) {
        char *listing = json_listing_scan(paths, text, length, 0, seed);
        cr_assert_str_eq(listing, expected, "pieces %u of %s: %s", seed, text, listing);
        free(listing);
    }
}

#define EXPECT(text, expected) expect(text, sizeof(text) - 1, expected)

/* The outcome alone: "complete\n", "open\n" or "broken\n". */
static void expect_outcome(const char *text, const char *expected)
{
    static const char *const none[] = {"/nothing/here", "/[]/nothing/[]", NULL};
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        char *listing = json_listing_scan(none, text, strlen(text), cut, 0);
        cr_assert_str_eq(listing, expected, "cut behind byte %zu of %s: %s", cut, text, listing);
        free(listing);
    }
}

Test(json_scan, tells_the_total_in_its_three_shapes)
{
    EXPECT("{\"hits\":{\"total\":1237}}",
           "11 { depth 0 \n1 number depth 2 total = 1237\n11 } depth 0 \ncomplete\n");
    EXPECT("{ \"hits\" : {\n \"total\" : { \"value\" : 1237, \"relation\":\"eq\" } } }\n",
           "11 { depth 0 \n1 { depth 2 total\n2 number depth 3 value = 1237\n1 } depth 2 \n"
           "11 } depth 0 \ncomplete\n");
    EXPECT("{\"hits\":{\"hits\":[]}}", "11 { depth 0 \n11 } depth 0 \ncomplete\n");
}

Test(json_scan, counts_hits_and_passes_over_their_source)
{
    EXPECT("{\"took\":5,\"hits\":{\"max_score\":null,\"hits\":[{\"_index\":\"a\",\"_source\":{\"_"
           "index\":"
           "\"no\",\"t\":[\"]}\\\"\",{}]}},{\"_source\":{},\"_index\":\"b\"}]},\"more\":[1,{}]}",
           "11 { depth 0 \n3 { depth 3 \n4 string depth 4 _index = a\n3 } depth 3 \n"
           "3 { depth 3 \n4 string depth 4 _index = b\n3 } depth 3 \n11 } depth 0 \ncomplete\n");
}

Test(json_scan, reads_a_listing_that_is_an_array)
{
    EXPECT("[{\"index\":\"a\",\"docs.count\":\"12\"},{\"docs.count\":null},3]",
           "11 [ depth 0 \n5 string depth 2 docs.count = 12\n5 null depth 2 docs.count\n"
           "11 ] depth 0 \ncomplete\n");
}

Test(json_scan, gives_the_name_where_the_path_has_a_wildcard)
{
    EXPECT("{\"indices\":{\"cust\":{\"docs\":true},\"_all\":{\"docs\":false},\"x\":{\"docs\":-1."
           "5e3}}}",
           "11 { depth 0 \n6 true depth 3 docs\n7 { depth 2 _all\n7 } depth 2 \n"
           "6 number depth 3 docs = -1500\n11 } depth 0 \ncomplete\n");
    EXPECT("{\"q\":{\"x\":{\"n\\u00e4me\":1}}}",
           "11 { depth 0 \n13 number depth 3 n\xc3\xa4me = 1\n11 } depth 0 \ncomplete\n");
}

Test(json_scan, resolves_escapes_in_names_and_text)
{
    EXPECT("{\"a\\/b\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\uDE00.\"}",
           "11 { depth 0 \n8 string depth 1 a/b = "
           "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.\n"
           "11 } depth 0 \ncomplete\n");
}

Test(json_scan, writes_lone_surrogates_as_replacement_characters)
{
    EXPECT(
        "\"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00\\ud83d\\n\\ud83d\"",
        "11 string depth 0  = \xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\n"
        "\xef\xbf\xbd\ncomplete\n");
}

Test(json_scan, joins_the_first_and_the_last_surrogate_pair)
{
    EXPECT("\"\\ud800\\udc00\\udbff\\udfff\\ue000\\ud7ff\"",
           "11 string depth 0  = "
           "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\ncomplete\n");
}

Test(json_scan, passes_bytes_that_are_no_utf8)
{
    EXPECT("\"\xff\xfe\xc3\"", "11 string depth 0  = \xff\xfe\xc3\ncomplete\n");
}

Test(json_scan, reads_a_byte_order_mark_and_several_values)
{
    EXPECT("\xef\xbb\xbf {}\n{\"long\":1} [] 4",
           "11 { depth 0 \n11 } depth 0 \n11 { depth 0 \n9 number depth 1 long = 1\n11 } depth 0 \n"
           "11 [ depth 0 \n11 ] depth 0 \n11 number depth 0  = 4\ncomplete\n");
}

/* "long": a string of `length` bytes of which the last may be a two-byte escape. */
static void expect_cut(size_t plain, const char *tail, size_t told, bool cut)
{
    char text[JSON_TEXT_MAX + 64];
    char expected[JSON_TEXT_MAX + 64];
    text[0] = '"';
    memset(text + 1, 'x', plain);
    snprintf(text + 1 + plain, sizeof(text) - 1 - plain, "%s\"", tail);
    int head = snprintf(expected, sizeof(expected), "11 string depth 0  = ");
    memset(expected + head, 'x', plain < told ? plain : told);
    size_t at = (size_t)head + (plain < told ? plain : told);
    if (told > plain)
        at += (size_t)snprintf(expected + at, 8, "\xc3\xa9");
    snprintf(expected + at, 32, "%s\ncomplete\n", cut ? " cut" : "");
    expect(text, strlen(text), expected);
}

Test(json_scan, cuts_long_text_without_tearing_a_character)
{
    expect_cut(JSON_TEXT_MAX, "", JSON_TEXT_MAX, false);
    expect_cut(JSON_TEXT_MAX + 1, "", JSON_TEXT_MAX, true);
    expect_cut(JSON_TEXT_MAX - 2, "\\u00e9", JSON_TEXT_MAX, false);
    expect_cut(JSON_TEXT_MAX - 1, "\\u00e9", JSON_TEXT_MAX - 1, true);
}

Test(json_scan, gives_a_cut_name_to_the_wildcard_alone)
{
    static const char *const long_paths[] = {"/*", NULL};
    char text[JSON_KEY_MAX + 32];
    char expected[JSON_KEY_MAX + 64];
    char name[JSON_KEY_MAX + 2] = "";
    memset(name, 'k', JSON_KEY_MAX + 1);
    snprintf(text, sizeof(text), "{\"%s\":1}", name);
    snprintf(expected, sizeof(expected), "1 number depth 1 %.*s = 1\ncomplete\n", JSON_KEY_MAX,
             name);
    char *listing = json_listing_scan(long_paths, text, strlen(text), 0, 0);
    cr_assert_str_eq(listing, expected);
    free(listing);
}

/* "[[[...1...]]]" with `depth` brackets, read with a path of the scanner's whole depth. */
static char *scan_nested(unsigned depth)
{
    static char path[2 * JSON_DEPTH_MAX + JSON_DEPTH_MAX + 1];
    char text[2 * 200 + 2];
    const char *const nested[] = {path, NULL};
    for (size_t i = 0; i < JSON_DEPTH_MAX; i++)
        memcpy(path + 3 * i, "/[]", 4);
    memset(text, '[', depth);
    text[depth] = '1';
    memset(text + depth + 1, ']', depth);
    return json_listing_scan(nested, text, 2 * depth + 1, 0, 7);
}

Test(json_scan, skips_what_lies_deeper_than_its_limit)
{
    char *listing = scan_nested(JSON_DEPTH_MAX);
    cr_assert_str_eq(listing, "1 number depth 64  = 1\ncomplete\n");
    free(listing);
    listing = scan_nested(JSON_DEPTH_MAX + 100);
    cr_assert_str_eq(listing, "1 [ depth 64 \n1 ] depth 64 \ncomplete\n");
    free(listing);
}

Test(json_scan, rejects_what_is_no_json)
{
    static const char *const broken[] = {
        "<html>",     "Unauthorized", "{\"a\" 1}", "{\"a\":1,}",  "[1,]",
        "[1 2]",      "{a:1}",        "{\"a\":}",  "[}",          "{]",
        "],",         "1,2",          "truth",     "nul ",        "[01]",
        "[1.]",       "[-]",          "[1e]",      "[.5]",        "[+1]",
        "[1.2.3]",    "[0x10]",       "'a'",       "{\"\\x\":1}", "{\"\\u12g4\":1}",
        "{\"a\":1}x", "\xef\xbb{}",   "{\"a\":[}", "{\"a\":{]",   "index docs\n",
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
        expect_outcome(broken[i], "broken\n");
}

Test(json_scan, accepts_what_is_json)
{
    static const char *const whole[] = {
        "{}",
        " [ ] ",
        "{\"a\" : 1}",
        "{\"a\":1,\"b\":{}}",
        "[1,2]",
        "{\"a\":[]}",
        "[0]",
        "[1.5,-0.1]",
        "[1e9,1E+9]",
        "[true,false,null]",
        "{\"\\u12f4\":1}",
        "[[{}]]",
        "1 2",
        "{\"a\":{}}",
        "{\"\\n\":\"\"}",
        "12",
        "true",
    };
    for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
        expect_outcome(whole[i], "complete\n");
}

Test(json_scan, says_when_a_value_is_not_over)
{
    static const char *const open[] = {"",         " ",     "{",    "[1,",
                                       "{\"a\":{", "\"abc", "[tru", "{\"a\":\"}\\"};
    for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
        expect_outcome(open[i], "open\n");
}

static bool want_two(void *context, const struct json_event *event)
{
    unsigned *count = context;
    (void)event;
    return ++*count < 2;
}

Test(json_scan, ends_when_the_listener_knows_enough)
{
    struct json_paths *set = NULL;
    struct json_scan scan;
    uint16_t tag = 1;
    unsigned count = 0;
    cr_assert_eq(json_paths_new(&set), AJAR_OK);
    cr_assert_eq(json_paths_add(set, "/[]", &tag, NULL), AJAR_OK);
    json_scan_init(&scan, set, want_two, &count);
    cr_assert(json_scan_feed(&scan, (const uint8_t *)"[1,", 3));
    cr_assert_not(json_scan_feed(&scan, (const uint8_t *)"2,3,4]", 6));
    cr_assert_not(json_scan_feed(&scan, (const uint8_t *)"5", 1));
    cr_assert_eq(count, 2);
    cr_assert_not(json_scan_broken(&scan));
    json_paths_free(set);
}

Test(json_scan, fits_its_promised_size)
{
    cr_assert_leq(sizeof(struct json_scan), 2048);
}

/* A generated document. */
struct document {
    char text[16384];
    size_t length;
    unsigned seed;
};

static unsigned dice(struct document *doc, unsigned sides)
{
    return (unsigned)rand_r(&doc->seed) % sides;
}

static void put(struct document *doc, const char *text)
{
    size_t length = strlen(text);
    memcpy(doc->text + doc->length, text, length);
    doc->length += length;
}

static void put_blank(struct document *doc)
{
    static const char *const blanks[] = {"", "", "", " ", "\n", "\n            ", "\t\r\n "};
    put(doc, blanks[dice(doc, 7)]);
}

static void put_string(struct document *doc, unsigned most)
{
    static const char *const pieces[] = {"a",
                                         "b",
                                         "xyz",
                                         "\\\"",
                                         "\\\\",
                                         "\\n",
                                         "\\u00e9",
                                         "\\u20ac",
                                         "\\ud83d\\ude00",
                                         "\xc3\xa9",
                                         "{",
                                         "]",
                                         "\\\\\\\"",
                                         " ",
                                         "\\u0000",
                                         "long text without anything in it"};
    put(doc, "\"");
    for (unsigned n = dice(doc, most); n; n--)
        put(doc, pieces[dice(doc, 16)]);
    put(doc, "\"");
}

static void put_value(struct document *doc, unsigned depth);

static void put_name(struct document *doc, unsigned number)
{
    static const char *const names[] = {"hits", "total", "value", "_index", "docs.count", "indices",
                                        "_all", "docs",  "a/b",   "long",   "deep",       "fields",
                                        "x",    "",      "*",     "[]",     "\\u0061\\/b"};
    char unique[16];
    put(doc, "\"");
    put(doc, names[dice(doc, 17)]);
    if (dice(doc, 3) == 0) {
        snprintf(unique, sizeof(unique), "%u", number);
        put(doc, unique);
    }
    put(doc, "\"");
}

static void put_container(struct document *doc, unsigned depth, bool array)
{
    put(doc, array ? "[" : "{");
    put_blank(doc);
    for (unsigned i = 0, n = dice(doc, 6); i < n && doc->length < sizeof(doc->text) / 2; i++) {
        put(doc, i ? "," : "");
        put_blank(doc);
        if (!array) {
            put_name(doc, i);
            put_blank(doc);
            put(doc, ":");
            put_blank(doc);
        }
        put_value(doc, depth + 1);
        put_blank(doc);
    }
    put(doc, array ? "]" : "}");
}

static void put_value(struct document *doc, unsigned depth)
{
    static const char *const scalars[] = {"0",          "-12",  "3.25", "1e3",   "-0.5E-2",
                                          "1234567890", "true", "null", "false", "42.0"};
    unsigned choice = dice(doc, depth > 6 ? 4 : 10);
    if (choice >= 7)
        put_container(doc, depth, true);
    else if (choice >= 4)
        put_container(doc, depth, false);
    else if (choice >= 2)
        put_string(doc, dice(doc, 20) ? 8 : 200);
    else
        put(doc, scalars[dice(doc, 10)]);
}

Test(json_scan, agrees_with_a_walk_over_the_tree)
{
    static struct document doc;
    unsigned compared = 0;
    unsigned told = 0;
    for (unsigned round = 1; round <= 6000; round++) {
        doc.length = 0;
        doc.seed = round;
        put_container(&doc, 0, round % 4 == 0);
        char *expected = json_listing_walk(paths, doc.text, doc.length);
        if (!expected)
            continue; /* a name twice in one object: the tree keeps one, the scanner tells both */
        char *listing = json_listing_scan(paths, doc.text, doc.length, 0, round % 3 ? round : 0);
        cr_assert_str_eq(listing, expected, "%.*s", (int)doc.length, doc.text);
        compared++;
        told += strchr(listing, '\n') != strrchr(listing, '\n');
        free(expected);
        free(listing);
    }
    cr_assert_gt(compared, 3000);
    cr_assert_gt(told, 3000);
}
