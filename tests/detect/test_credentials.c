/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/credentials.h"

#include "detect/loading.h"

static const char first[] =
    HEAD "credentials: {headers: [X-Toy-Token, X-Key, {name: X-Mode, contains: Bearer}, "
         "{name: Cookie, contains: ui-}], "
         "parameters: [token], cookies: [Session, {name: auth, contains: t=kerberos}]}\n" REST;
static const char second[] =
    "format: 1\nname: other\nprotocol: http\n"
    "credentials: {headers: [x-toy-token, A-Key], parameters: [auth, token],\n"
    "  cookies: [{name: auth, contains: t=token}, {name: Session, contains: x}]}\n" REST;

static struct signature *list[2];
static struct signature_set set = {.signatures = list, .count = 2};

static void gather(void)
{
    list[0] = load(first);
    list[1] = load(second);
    cr_assert_eq(credentials_gather(&set), AJAR_OK);
}

static void drop(void)
{
    credentials_free(set.credentials);
    signature_free(list[0]);
    signature_free(list[1]);
}

static struct slice piece(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static bool shown_by(const struct signature_set *of, const char *name, const char *value,
                     const char *query, const char *target)
{
    struct http_request request = {.target = piece(target), .query = piece(query)};
    request.headers.lines[0] = (struct http_header){piece("Accept"), piece("*/*")};
    request.headers.lines[1] = (struct http_header){piece(name), piece(value)};
    request.headers.count = 2;
    return credentials_shown(of, &request);
}

static bool in_header(const char *name, const char *value)
{
    return shown_by(&set, name, value, "", "/");
}

static bool in_query(const char *query)
{
    return shown_by(&set, "Host", "x", query, "/");
}

static void expect_url(const struct signature_set *of, const char *target, const char *wanted)
{
    char url[64];
    credentials_mask_url(of, piece(target), url, sizeof url);
    cr_expect_str_eq(url, wanted);
}

TestSuite(credentials, .init = gather, .fini = drop);

Test(credentials, are_shown_by_header_lines_that_some_signature_names)
{
    cr_expect(in_header("Authorization", "Basic eDp5"));
    cr_expect(in_header("authorization", "x"));
    cr_expect(in_header("X-TOY-TOKEN", "t"));
    cr_expect(in_header("a-key", "t"));
    cr_expect(in_header("X-Key", "t"));
    cr_expect_not(in_header("X-Key", ""));
    cr_expect_not(in_header("Authorization", ""));
    cr_expect_not(in_header("X-Ke", "t"));
    cr_expect_not(in_header("X-Key2", "t"));
    cr_expect_not(
        in_header("X-Toy-Token-of-a-name-that-is-longer-than-any-that-a-signature-may-have", "t"));
}

Test(credentials, are_shown_by_parameters_with_a_value)
{
    cr_expect(in_query("token=a"));
    cr_expect(in_query("dc=1&auth=x&a"));
    cr_expect(in_query("%74oken=a"));
    cr_expect(in_query("a=1&X-Amz-Signature=00ff"));
    cr_expect_not(in_query("token="));
    cr_expect_not(in_query("token"));
    cr_expect_not(in_query("Token=a"));
    cr_expect_not(in_query("q=token=a"));
    cr_expect_not(in_query("tok=a&en=b&&=token"));
    cr_expect_not(in_query("%7=1&token%0=a&%zztoken=b"));
    cr_expect_not(in_query("Session=1"));
}

Test(credentials, are_shown_by_parameters_in_a_body)
{
    cr_expect(credentials_shown_in_form(&set, piece("a=1&token=b")));
    cr_expect_not(credentials_shown_in_form(&set, piece("a=token&token=")));
    cr_expect_not(credentials_shown_in_form(&set, piece("")));
}

Test(credentials, are_shown_by_cookies_with_a_value)
{
    cr_expect(in_header("Cookie", "Session=1"));
    cr_expect(in_header("cookie", "theme=dark; Session=abc; x"));
    cr_expect(in_header("Cookie", "theme=1; ui-10.0.0.1=x")); /* its name is not known whole */
    cr_expect_not(in_header("Cookie", "Session="));
    cr_expect_not(in_header("Cookie", "session=1"));
    cr_expect_not(in_header("Cookie", "theme=Session"));
    cr_expect_not(in_header("Set-Cookie", "Session=1"));
    cr_expect_not(in_header("Session", "1"));
}

Test(credentials, are_shown_by_what_has_the_text_that_some_signature_names)
{
    cr_expect(in_header("Cookie", "auth=u=me&t=kerberos&e=1"));
    cr_expect(in_header("Cookie", "a=1; auth=\"t=token\""));
    cr_expect_not(in_header("Cookie", "auth=u=me&t=simple"));
    cr_expect_not(in_header("Cookie", "auth=t=simple; other=t=kerberos"));
    cr_expect(in_header("X-Mode", "Bearer of keys"));
    cr_expect_not(in_header("X-Mode", "anonymous"));
}

Test(credentials, are_shown_by_user_information_in_the_target)
{
    cr_expect(shown_by(&set, "Host", "x", "", "http://u:p@h/"));
    cr_expect_not(shown_by(&set, "Host", "x", "", "http://h/u@p"));
    cr_expect_not(shown_by(&set, "Host", "x", "", "http://h?a=u@p"));
    cr_expect_not(shown_by(&set, "Host", "x", "", "/http://u:p@h/"));
    cr_expect_not(shown_by(&set, "Host", "x", "", "x?a=http://u:p@h/"));
    cr_expect_not(shown_by(&set, "Host", "x", "", ""));
}

Test(credentials, are_only_the_usual_ones_in_a_set_that_gathered_none)
{
    struct signature_set bare = {.signatures = list, .count = 2};
    cr_expect(shown_by(&bare, "Authorization", "x", "", "/"));
    cr_expect(shown_by(&bare, "A", "x", "X-Amz-Signature=1", "/"));
    cr_expect_not(shown_by(&bare, "X-Key", "t", "token=a", "/"));
    expect_url(&bare, "/a?token=secret", "/a?token=secret");
}

Test(credentials, are_taken_out_of_urls)
{
    expect_url(&set, "/a?token=secret", "/a?token=***");
    expect_url(&set, "/a?x=1&token=secret&y=2", "/a?x=1&token=***&y=2");
    expect_url(&set, "/a?%74oken=secret&", "/a?%74oken=***&");
    expect_url(&set, "/a?token=&auth", "/a?token=&auth");
    expect_url(&set, "/token=secret?", "/token=secret?");
    expect_url(&set, "/a?b?token=1&&c", "/a?b?token=1&&c");
    expect_url(&set, "http://u:p@h/a?auth=s", "http://h/a?auth=***");
    expect_url(&set, "x?auth=http://u:p@h/?auth=1", "x?auth=***");
    expect_url(&set, "/a?X-Amz-Date=1&X-Amz-Signature=2", "/a?X-Amz-");
    expect_url(&set, "", "");
}

Test(credentials, are_taken_out_of_urls_that_are_cut)
{
    char url[12];
    credentials_mask_url(&set, piece("/a?token=secret&x=1"), url, sizeof url);
    cr_expect_str_eq(url, "/a?token=**");
    credentials_mask_url(&set, piece("/abcdefghijklmnop?token=secret"), url, sizeof url);
    cr_expect_str_eq(url, "/abcdefghij");
}

Test(credentials, of_a_name_longer_than_any_header_are_refused)
{
    expect_refused(HEAD
                   "credentials: {headers: "
                   "[a123456789012345678901234567890123456789012345678901234567890123]}\n" REST,
                   "toy.yaml:4: 'a123456789012345678901234567890123456789012345678901234567890123' "
                   "is too long for a name: at most 63 bytes");
    expect_accepted(HEAD
                    "credentials: {headers: "
                    "[a12345678901234567890123456789012345678901234567890123456789012]}\n" REST);
}
