/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>

#define JWTS(text)   values_of("jwt", text)
#define KEYS(text)   values_of("cloud_key", text)
#define HASHES(text) values_of("password_hash", text)

/* {"alg":"HS256","typ":"JWT"} . {"sub":"1234567890"} */
#define HEADER  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define PAYLOAD "eyJzdWIiOiIxMjM0NTY3ODkwIn0"

Test(secret, a_token_names_its_algorithm)
{
    cr_expect_eq(JWTS("Bearer " HEADER "." PAYLOAD ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"), 1);
    cr_expect_eq(JWTS(PAYLOAD "." PAYLOAD ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"), 0);
    cr_expect_eq(JWTS(HEADER), 0);
    cr_expect_eq(JWTS("x" HEADER "." PAYLOAD ".dozjgNry"), 0);
}

Test(secret, keys_have_the_length_of_their_kind)
{
    cr_expect_eq(KEYS("AKIAZ3MHQ5XW7TGLQR2P"), 1);
    cr_expect_eq(KEYS("AKIAZ3MHQ5XW7TGLQR2"), 0);
    cr_expect_eq(KEYS("AKIAIOSFODNN7EXAMPLE"), 0);
    cr_expect_eq(KEYS("XAKIAZ3MHQ5XW7TGLQR2P"), 0);
    cr_expect_eq(KEYS("ghp_0123456789abcdefABCDEF0123456789abcd"), 1);
    cr_expect_eq(KEYS("ghp_0123456789abcdefABCDEF0123456789abc"), 0);
    cr_expect_eq(KEYS("AIzaSyA-0123456789abcdefghijklmnopqrstu"), 1);
    cr_expect_eq(KEYS("xoxb-123456789012-123456789012-abcdefABCDEF"), 1);
    cr_expect_eq(KEYS("sk_live_4eC39HqLyjWDarjtT1zdp7dc"), 1);
    cr_expect_eq(KEYS("sk_live_secret"), 0);
    cr_expect_eq(KEYS("glpat-abcdefgh1jklmnopqrst"), 1);
}

Test(secret, a_private_key_needs_its_line)
{
    cr_expect_eq(values_of("private_key", "-----BEGIN RSA PRIVATE KEY-----\\nMIIE"), 1);
    cr_expect_eq(values_of("private_key", "-----BEGIN PRIVATE KEY-----\nMIIE"), 1);
    cr_expect_eq(values_of("private_key", "-----BEGIN PUBLIC KEY-----\nMIIE"), 0);
    cr_expect_eq(values_of("private_key", "-----BEGIN CERTIFICATE-----\nMIIE"), 0);
}

Test(secret, finds_password_hashes)
{
    cr_expect_eq(HASHES("$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"), 1);
    cr_expect_eq(HASHES("$2b$12$short"), 0);
    cr_expect_eq(HASHES("$1$abcdefgh$ABCDEFGHIJKLMNOPQRSTUV"), 1);
    cr_expect_eq(HASHES("it costs $1$ or $5$ or $6$"), 0);
    cr_expect_eq(HASHES("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJ"), 1);
    cr_expect_eq(HASHES("{\"password_hash\":\"5f4dcc3b5aa765d61d8327deb882cf99\"}"), 1);
    cr_expect_eq(HASHES("{\"file_hash\":\"5f4dcc3b5aa765d61d8327deb882cf99\"}"), 0);
}

Test(secret, markers_are_words)
{
    cr_expect_eq(values_of("confidential", "CONFIDENTIAL. Anna called"), 1);
    cr_expect_eq(values_of("confidential", "For Internal Use Only; vertraulich"), 2);
    cr_expect_eq(values_of("confidential", "the confidentiality of data, non-confidential"), 0);
    cr_expect_eq(values_of("confidential", "{\"a\":\"Confidential Computing Consortium\"}"), 0);
    cr_expect_eq(values_of("confidential", "confidential: computing costs of 2019"), 1);
}
