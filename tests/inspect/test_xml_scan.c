/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/xml_scan.h"

#include "inspect/xml_listing.h"

static const char *const paths[] = {"/list",          "/list/item",   "/list/item/name",
                                    "/list/item/@id", "/list/*/size", NULL};

Test(xml_scan, tells_elements_their_texts_and_their_attributes)
{
    expect_xml(
        paths,
        "<?xml version=\"1.0\"?>\n<list>\n <item id=\"7\"><name> a b\n</name><other/></item>\n"
        "</list>\n",
        "1< list; 2< item; 4= @id '7'; 3< name; 3= name 'a b'; 2> ; 1> ; complete");
    expect_xml(paths, "<list><item>x</item><item/></list>",
               "1< list; 2< item; 2= item 'x'; 2< item; 2= item ''; 1> ; complete");
    expect_xml(paths, "<other><item>x</item></other>", "complete");
}

Test(xml_scan, tells_a_repeated_element_each_time_and_any_with_a_star)
{
    expect_xml(paths, "<list><a><size>1</size></a><b c='d'><size>2</size></b></list>",
               "1< list; 5< size; 5= size '1'; 5< size; 5= size '2'; 1> ; complete");
}

Test(xml_scan, takes_an_attribute_for_no_element)
{
    static const char *const any[] = {"/list/*", "/list/@id", NULL};
    expect_xml(any, "<list a=\"b\" id = '1'><c/></list>", "2= @id '1'; 1< c; 1= c ''; complete");
    expect_xml(any, "<list><id>1</id></list>", "1< id; 1= id '1'; complete");
}

Test(xml_scan, drops_prefixes_of_namespaces)
{
    static const char *const dav[] = {"/multistatus/response", "/multistatus/@DAV",
                                      "/multistatus/@id", NULL};
    expect_xml(dav,
               "<D:multistatus xmlns:DAV=\"x\" D:id=\"1\"><D:response>a</D:response>"
               "</D:multistatus>",
               "3= @id '1'; 1< response; 1= response 'a'; complete");
}

Test(xml_scan, resolves_entities_and_cdata)
{
    expect_xml(paths,
               "<list><item id=\"&lt;a&gt;&#x41;\">&amp;&quot;&apos;&#66;&#xe9;</item></list>",
               "1< list; 2< item; 4= @id '<a>A'; 2= item '&\"'B\xc3\xa9'; 1> ; complete");
    expect_xml(paths, "<list><item>a<![CDATA[<b>]] & ]]]>c</item></list>",
               "1< list; 2< item; 2= item 'a<b>]] & ]c'; 1> ; complete");
    expect_xml(
        paths, "<list><item>R&D &nope; &#0;&#xd800; &averyverylongname;</item></list>",
        "1< list; 2< item; 2= item 'R&D &nope; \xef\xbf\xbd\xef\xbf\xbd &averyverylongname;'; "
        "1> ; complete");
}

Test(xml_scan, passes_over_comments_instructions_and_dtds)
{
    expect_xml(paths,
               "<!DOCTYPE list SYSTEM \"a>b\" [<!ENTITY e '>'>]><!-- - <list> -- --><list>"
               "<item>a<!-- <b> -->b<?c <d> ?e?>c</item></list><!---->",
               "1< list; 2< item; 2= item 'abc'; 1> ; complete");
    expect_xml(paths, "<list><!DOCTYPE a></list>", "1< list; broken");
    expect_xml(paths, "<list><!- a --></list>", "1< list; broken");
    expect_xml(paths, "<![CDATA[a]]>", "broken");
}

Test(xml_scan, drops_text_beside_children)
{
    expect_xml(paths, "<list><item>a<name>b</name>c</item></list>",
               "1< list; 2< item; 3< name; 3= name 'b'; 2> ; 1> ; complete");
}

Test(xml_scan, ends_where_a_body_is_no_xml)
{
    expect_xml(paths, "<list><br><item/></list>", "1< list; broken");
    expect_xml(paths, "<list><item></name>", "1< list; 2< item; broken");
    expect_xml(paths, "</list>", "broken");
    expect_xml(paths, "<list><1/></list>", "1< list; broken");
    expect_xml(paths, "<list a></list>", "1< list; broken");
    expect_xml(paths, "<list a=b></list>", "1< list; broken");
    expect_xml(paths, "<list a=\"b\"c/></list>", "1< list; broken");
    expect_xml(paths, "<list/ >", "1< list; broken");
    expect_xml(paths, "<>", "broken");
    expect_xml(paths, "{\"a\":1}", "broken");
    expect_xml(paths, "<list/>tail", "1< list; 1= list ''; broken");
    expect_xml(paths, "\xef\xbb\xbf<list/>", "1< list; 1= list ''; complete");
    expect_xml(paths, "\xef\xbb<list/>", "broken");
    expect_xml(paths, "<list><item>", "1< list; 2< item; open");
    expect_xml(paths, "", "open");
}

/* `count` times a letter. */
static char *many(char letter, size_t count)
{
    char *text = malloc(count + 1);
    cr_assert_not_null(text);
    memset(text, letter, count);
    text[count] = '\0';
    return text;
}

Test(xml_scan, cuts_long_texts_and_takes_long_names_for_others)
{
    char *text = NULL;
    char *wanted = NULL;
    char *long_text = many('t', JSON_TEXT_MAX + 1);
    char *name = many('n', JSON_KEY_MAX + 1);
    cr_assert(asprintf(&text, "<list><item id='%s'>%.512s</item><%s/></list>", long_text, long_text,
                       name) > 0);
    cr_assert(asprintf(&wanted,
                       "1< list; 2< item; 4= @id '%.512s'...; 2= item '%.512s'; 1> ; complete",
                       long_text, long_text) > 0);
    char *listing = xml_listing(paths, text, strlen(text), 0, 7);
    cr_expect_str_eq(listing, wanted);
    free(listing);
    free(wanted);
    free(text);
    free(name);
    free(long_text);
}

Test(xml_scan, counts_elements_deeper_than_it_reads)
{
    char *text = NULL;
    char opened[301] = "";
    char closed[401] = "";
    for (int i = 0; i < 100; i++) {
        memcpy(opened + 3 * i, "<a>", 3);
        memcpy(closed + 4 * i, "</a>", 4);
    }
    cr_assert(asprintf(&text, "<list>%s%s<item>x</item></list>", opened, closed) > 0);
    expect_xml(paths, text, "1< list; 2< item; 2= item 'x'; 1> ; complete");
    free(text);
}

static bool hear_one(void *context, const struct json_event *event)
{
    (void)event;
    ++*(int *)context;
    return false;
}

Test(xml_scan, ends_when_the_listener_wants_no_more)
{
    struct json_paths *set = NULL;
    struct xml_scan scan;
    uint16_t tag = 1;
    int heard = 0;
    cr_assert_eq(json_paths_new(&set), AJAR_OK);
    cr_assert_eq(json_paths_add(set, "/a/b", &tag, NULL), AJAR_OK);
    xml_scan_init(&scan, set, hear_one, &heard);
    cr_expect_not(xml_scan_feed(&scan, (const uint8_t *)"<a><b/><b/></a>", 15));
    cr_expect_eq(heard, 1);
    cr_expect_not(xml_scan_broken(&scan));
    json_paths_free(set);
}
