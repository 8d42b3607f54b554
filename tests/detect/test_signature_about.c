/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

Test(signature_about, refuses_a_name_that_no_event_can_bear)
{
    expect_refused("format: 1\nprotocol: http\n" REST,
                   "toy.yaml:1: a signature needs a name of 1 to 31 characters");
    expect_refused("format: 1\nname: a2345678901234567890123456789012\nprotocol: http\n" REST,
                   "toy.yaml:1: a signature needs a name of 1 to 31 characters");
    expect_accepted("format: 1\nname: a234567890123456789012345678901\nprotocol: http\n" REST);
    expect_refused("format: 1\nname: [toy]\nprotocol: http\n" REST,
                   "toy.yaml:2: name must be plain text");
}

Test(signature_about, refuses_ports_that_are_none)
{
    expect_refused(HEAD "ports: 9200\n" REST,
                   "toy.yaml:4: ports must be a list of at most 7 ports");
    expect_refused(HEAD "ports: [1, 2, 3, 4, 5, 6, 7, 8]\n" REST,
                   "toy.yaml:4: ports must be a list of at most 7 ports");
    expect_refused(HEAD "ports: [65536]\n" REST,
                   "toy.yaml:4: 'value' must be a whole number from 1 to 65535");
    expect_accepted(HEAD "ports: [1, 2, 3, 4, 5, 6, 65535]\n" REST);
}

Test(signature_about, refuses_hardening_without_product_or_url)
{
    expect_refused(HEAD "hardening: x/\n" REST,
                   "toy.yaml:4: 'hardening' must be a URL or a list of {product, url}");
    expect_refused(HEAD "hardening: {product: toy}\n" REST,
                   "toy.yaml:4: 'hardening' must be a list of at most 64");
    struct signature *signature = load(HEAD "hardening: https://x/\n" REST);
    cr_assert_eq(signature->hardening_count, 1);
    cr_assert_str_eq(signature->hardening[0].product, "toy");
    cr_assert_str_eq(signature->hardening[0].url, "https://x/");
    signature_free(signature);
    expect_refused(HEAD "hardening:\n  - {url: https://x/}\n" REST,
                   "toy.yaml:5: a hardening needs a product and a url");
    expect_refused(HEAD "hardening:\n  - {product: toy}\n" REST,
                   "toy.yaml:5: a hardening needs a product and a url");
    expect_refused(HEAD "hardening:\n  - {product: toy, link: x}\n" REST,
                   "toy.yaml:5: unknown key 'link'; known here: product, url");
    expect_refused(HEAD "hardening:\n  - {product: toy, ulr: x}\n" REST,
                   "toy.yaml:5: unknown key 'ulr'; did you mean 'url'? known here: product, url");
    expect_refused(HEAD "hardening:\n  - [toy]\n" REST,
                   "toy.yaml:5: must be a map of keys, like {product: ...}");
    expect_accepted(HEAD "hardening:\n  - {product: toy, url: https://x/}\n" REST);
}

Test(signature_about, refuses_a_proof_and_a_severity_that_it_does_not_know)
{
    expect_refused(HEAD "verified: yes\n" REST,
                   "toy.yaml:4: 'verified' must be server or documentation");
    expect_refused(HEAD "severity: [high]\n" REST,
                   "toy.yaml:4: 'severity' must be low, normal, high or critical");
    struct signature *signature = load(HEAD "verified: server\nversions: [1.0, 2.0]\n"
                                            "severity: critical\n" REST);
    cr_assert_eq(signature->proof, PROOF_SERVER);
    cr_assert_str_eq(signature->versions[1], "2.0");
    cr_assert_null(signature->versions[2]);
    cr_assert_eq(signature->severity, 20);
    signature_free(signature);
    signature =
        load(HEAD "verified: documentation\ndocumentation: https://x/\nseverity: low\n" REST);
    cr_assert_eq(signature->proof, PROOF_DOCUMENTATION);
    cr_assert_str_eq(signature->documentation[0], "https://x/");
    cr_assert_eq(signature->severity, -10);
    signature_free(signature);
    signature = load(HEAD REST);
    cr_assert_eq(signature->severity, 0);
    signature_free(signature);
}

Test(signature_about, refuses_numbers_of_no_catalogue)
{
    expect_refused(HEAD "weakness: 306\n" REST,
                   "toy.yaml:4: '306' is no weakness: write it as CWE-306");
    expect_refused(HEAD "weakness: CWE-306a\n" REST,
                   "toy.yaml:4: 'CWE-306a' is no weakness: write it as CWE-306");
    expect_refused(HEAD "technique: T\n" REST,
                   "toy.yaml:4: 'T' is no technique of ATT&CK: write it as T1530 or T1078.001");
    expect_refused(
        HEAD "technique: T1078.\n" REST,
        "toy.yaml:4: 'T1078.' is no technique of ATT&CK: write it as T1530 or T1078.001");
    struct signature *signature = load(HEAD "weakness: CWE-1188\ntechnique: T1078.001\n" REST);
    cr_assert_str_eq(signature->weakness, "CWE-1188");
    cr_assert_str_eq(signature->technique, "T1078.001");
    signature_free(signature);
    signature = load(HEAD "technique: T1530\n" REST);
    cr_assert_str_eq(signature->weakness, "CWE-306");
    signature_free(signature);
}

Test(signature_about, refuses_credentials_of_unknown_places)
{
    expect_refused(HEAD "credentials: {header: [X-Token]}\n" REST,
                   "toy.yaml:4: unknown key 'header'; did you mean 'headers'? known here: headers, "
                   "parameters, cookies");
    struct signature *signature =
        load(HEAD "credentials: {headers: [X-Token], parameters: token, cookies: [a, b]}\n" REST);
    cr_assert_str_eq(signature->credential_headers[0].name, "X-Token");
    cr_assert_str_eq(signature->credential_parameters[0].name, "token");
    cr_assert_str_eq(signature->credential_cookies[1].name, "b");
    signature_free(signature);
}

Test(signature_about, refuses_credentials_of_half_a_test)
{
    expect_refused(HEAD "credentials: {cookies: [{name: a}]}\n" REST,
                   "toy.yaml:4: needs 'name' and 'contains'");
    expect_refused(HEAD "credentials: {headers: [{contains: a}]}\n" REST,
                   "toy.yaml:4: needs 'name' and 'contains'");
    expect_refused(HEAD "credentials: {headers: [{name: a, has: b}]}\n" REST,
                   "toy.yaml:4: unknown key 'has'; known here: name, contains");
    expect_refused(HEAD "credentials: {parameters: [{name: a, contains: b}]}\n" REST,
                   "toy.yaml:4: an item must be plain text");
    expect_refused(HEAD "credentials: {headers: {name: a, contains: b}}\n" REST,
                   "toy.yaml:4: 'headers' must be a text or a list of at most 7");
    expect_accepted(HEAD "credentials: {headers: [a, {name: a, contains: b}], cookies: [{name: a, "
                         "contains: b}]}\n" REST);
}
