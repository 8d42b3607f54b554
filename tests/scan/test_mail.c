/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>

#define MAILS(text) values_of("email", text)

static unsigned odd_in(const char *text)
{
    const struct finding_class *row = class_in(scanned(text), "email");
    return row ? (unsigned)row->odd_new : 0;
}

Test(mail, finds_plain_addresses)
{
    cr_expect_eq(MAILS("{\"to\":\"anna.jones+x@mail.example.com\"}"), 1);
    cr_expect_eq(MAILS("anna@example.com, ben@example.org; carla_1@example.museum."), 3);
    cr_expect_eq(MAILS("mailto:anna@example.com?subject=hello"), 1);
    cr_expect_eq(odd_in("anna@example.com"), 0);
}

Test(mail, counts_broken_addresses_as_odd)
{
    cr_expect_eq(odd_in("{\"m\":\"anna.jones9 @example.com\"}"), 1);
    cr_expect_eq(odd_in("{\"m\":\"anna.jones9 @ example.com\"}"), 1);
    cr_expect_eq(odd_in("{\"m\":\"anna@ example.com\"}"), 1);
    cr_expect_eq(odd_in("anna [at] example.com"), 1);
    cr_expect_eq(odd_in("anna(at)example[dot]com"), 1);
    cr_expect_eq(odd_in("anna [AT] mail [dot] example (dot) com"), 1);
    cr_expect_eq(MAILS("anna [at] example.com"), 1);
}

Test(mail, a_sign_between_blanks_needs_a_known_domain)
{
    cr_expect_eq(MAILS("lunch @ noon.then we go"), 0);
    cr_expect_eq(MAILS("lunch @ noon.com then we go"), 1);
    cr_expect_eq(MAILS("see [at] the.corner"), 0);
    cr_expect_eq(MAILS("see [at] thecorner.info"), 1);
}

Test(mail, packages_and_files_are_no_addresses)
{
    cr_expect_eq(MAILS("lodash@4.17.21 package@1.2.3 @angular/core@8.0.0"), 0);
    cr_expect_eq(MAILS("/img/logo@2x.png icon@3x.min.js"), 0);
    cr_expect_eq(MAILS("java.lang.Object@5e2c3f and Thread@1a2b."), 0);
    cr_expect_eq(MAILS("logo@2x.name"), 1);
    cr_expect_eq(MAILS("git@github.com:ajar/ajar.git"), 0);
    cr_expect_eq(MAILS("git@github.com is where"), 1);
}

Test(mail, services_of_kerberos_are_no_addresses)
{
    cr_expect_eq(MAILS("\"jhs/_HOST@REALM.TLD\""), 0);
    cr_expect_eq(MAILS("\"jhs/_hosts@realm.tld\""), 1);
    cr_expect_eq(MAILS("\"_host@realm.tld\""), 1);
}

Test(mail, units_of_systemd_are_no_addresses)
{
    cr_expect_eq(MAILS("started getty@tty1.service, user@1000.service and x@a.timer"), 0);
    cr_expect_eq(MAILS("ask getty@tty1.services or getty@service.com"), 2);
}

Test(mail, style_sheets_have_none)
{
    cr_expect_eq(MAILS("a{b:c}\n@media screen and (max-width:1px){} @font-face{src:url(a.woff)}"),
                 0);
    cr_expect_eq(MAILS("@import url(foo.css); x @charset \"utf-8\""), 0);
}

Test(mail, what_is_masked_is_no_address)
{
    cr_expect_eq(MAILS("{\"m\":\"j***@example.com\"}"), 0);
    cr_expect_eq(MAILS("{\"m\":\"j@example.com\"}"), 1);
}

Test(mail, labels_and_ends_must_be_sound)
{
    cr_expect_eq(MAILS("a@b"), 0);
    cr_expect_eq(MAILS("a@b..com"), 0);
    cr_expect_eq(MAILS("a@.com"), 0);
    cr_expect_eq(MAILS("a.@b.com"), 0);
    cr_expect_eq(MAILS("a@b.c0m"), 0);
    cr_expect_eq(MAILS("a@b.com"), 1);
    cr_expect_eq(MAILS("a@b.xn--p1ai"), 1);
}

Test(mail, the_same_in_other_writing_is_one_distinct)
{
    const struct finding *finding =
        scanned("Anna@Example.com anna@example.com \"anna @example.com\" \\nanna@example.com");
    const struct finding_class *row = class_in(finding, "email");
    cr_assert_not_null(row);
    cr_expect_eq(row->values, 4);
    cr_expect_eq(sketch_estimate(&row->distinct), 1);
}

Test(mail, userinfo_of_a_url_is_a_credential_and_no_address)
{
    const char *text = "see https://anna:secret@example.com/x";
    cr_expect_eq(values_of("url_credentials", text), 1);
    cr_expect_eq(MAILS(text), 0);
    cr_expect_eq(values_of("url_credentials", "ssh://git@example.com/x"), 0);
    cr_expect_eq(MAILS("ssh://git@example.com/x"), 0);
    cr_expect_eq(values_of("url_credentials", "postgres://u:p4ss@db.internal:5432/x"), 1);
    cr_expect_eq(values_of("url_credentials", "postgres://u:***@db.internal:5432/x"), 0);
    cr_expect_eq(values_of("url_credentials", "redis://:s3cret@host/0"), 1);
    cr_expect_eq(MAILS("redis://:s3cret@host.example/0"), 0);
    cr_expect_eq(values_of("url_credentials", "redis://:@host/0"), 0);
    cr_expect_eq(values_of("url_credentials", "redis://:***@host/0"), 0);
    cr_expect_eq(values_of("url_credentials", "https://example.com/a:b@c"), 0);
    cr_expect_eq(MAILS("https://example.com/?m=anna@example.com"), 1);
}
