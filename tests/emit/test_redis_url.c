/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/redis_url.h"
#include "ledger/findings.h"

static struct redis_url url;

static void accept_url(const char *text)
{
    struct problem problem = {""};
    memset(&url, 0xff, sizeof url);
    cr_assert_eq(redis_url_parse(text, &url, &problem), AJAR_OK, "%s: %s", text, problem.text);
}

static void reject_url(const char *text, const char *words)
{
    struct problem problem = {""};
    struct redis_url before;
    memset(&url, 0x55, sizeof url);
    memcpy(&before, &url, sizeof url);
    cr_assert_eq(redis_url_parse(text, &url, &problem), AJAR_ERR_USAGE, "%s", text);
    cr_assert(strstr(problem.text, words), "%s: %s", text, problem.text);
    cr_assert(strstr(problem.text, "redis://[user"), "%s", problem.text);
    cr_assert_not(strchr(problem.text, '\n'));
    cr_assert_eq(memcmp(&url, &before, sizeof url), 0, "%s: changed", text);
}

Test(redis_url, reads_a_host)
{
    accept_url("redis://localhost");
    cr_assert_str_eq(url.hosts[0].name, "localhost");
    cr_assert_eq(url.hosts[0].port, 6379);
    cr_assert_eq(url.database, 0);
    cr_assert_not(url.is_unix);
    cr_assert_str_empty(url.user);
    cr_assert_str_empty(url.password);
    cr_assert_str_eq(url.name, "redis://localhost:6379");
}

Test(redis_url, reads_all_parts)
{
    accept_url("redis://sensor:pw1@10.0.0.5:6380/3");
    cr_assert_str_eq(url.user, "sensor");
    cr_assert_str_eq(url.password, "pw1");
    cr_assert_str_eq(url.hosts[0].name, "10.0.0.5");
    cr_assert_eq(url.hosts[0].port, 6380);
    cr_assert_eq(url.database, 3);
    cr_assert_str_eq(url.name, "redis://10.0.0.5:6380", "for messages: no password");
}

Test(redis_url, reads_a_password_without_a_user_and_the_reverse)
{
    accept_url("redis://:secret@h/");
    cr_assert_str_empty(url.user);
    cr_assert_str_eq(url.password, "secret");
    accept_url("redis://user@h");
    cr_assert_str_eq(url.user, "user");
    cr_assert_str_empty(url.password);
}

Test(redis_url, decodes_percent_sequences)
{
    accept_url("redis://u%40x:a%3Along%2fpass%20word%401%25@h");
    cr_assert_str_eq(url.user, "u@x");
    cr_assert_str_eq(url.password, "a:long/pass word@1%");
}

Test(redis_url, reads_ipv6_in_brackets)
{
    accept_url("redis://[2001:db8::5]:7000/1");
    cr_assert_str_eq(url.hosts[0].name, "2001:db8::5");
    cr_assert_eq(url.hosts[0].port, 7000);
    cr_assert_str_eq(url.name, "redis://[2001:db8::5]:7000");
    accept_url("redis://[::1]");
    cr_assert_eq(url.hosts[0].port, 6379);
    reject_url("redis://2001:db8::5", "brackets");
    reject_url("redis://[::1", "] is missing");
    reject_url("redis://[::1]x", "only :port");
}

Test(redis_url, reads_unix_sockets)
{
    accept_url("unix:///run/redis/redis.sock");
    cr_assert(url.is_unix);
    cr_assert_str_eq(url.path, "/run/redis/redis.sock");
    cr_assert_eq(url.database, 0);
    accept_url("unix:///run/r.sock?db=2");
    cr_assert_str_eq(url.path, "/run/r.sock");
    cr_assert_eq(url.database, 2);
    accept_url("unix://:pw@/run/r%20s.sock");
    cr_assert_str_eq(url.path, "/run/r s.sock");
    cr_assert_str_eq(url.password, "pw");
    accept_url("unix:///run/a@b.sock");
    cr_assert_str_eq(url.path, "/run/a@b.sock");
    reject_url("unix://run/redis.sock", "begin with /");
    reject_url("unix:///", "begin with /");
    reject_url("unix:///run/r.sock?database=2", "?db=N");
    reject_url("unix:///run/r.sock?db=two", "database is not a number");
}

Test(redis_url, rejects_a_path_longer_than_a_socket_name)
{
    char text[200];
    (void)snprintf(text, sizeof text, "unix:///%0106d", 1);
    accept_url(text); /* 107 bytes and a NUL */
    (void)snprintf(text, sizeof text, "unix:///%0107d", 1);
    reject_url(text, "longer than 107 bytes");
}

Test(redis_url, rejects_what_is_none)
{
    reject_url("", "does not begin");
    reject_url("localhost:6379", "does not begin");
    reject_url("http://localhost", "does not begin");
    reject_url("redis:/localhost", "does not begin");
    reject_url("redis://", "host is missing");
    reject_url("redis:///0", "host is missing");
    reject_url("redis://:6379", "host is missing");
    reject_url("redis://a b", "not a name or an address");
    reject_url("sentinel://localhost", "does not begin");
}

Test(redis_url, rejects_ports_and_databases_out_of_range)
{
    accept_url("redis://h:65535/65535");
    accept_url("redis://h:1");
    reject_url("redis://h:65536", "1 to 65535");
    reject_url("redis://h:0", "1 to 65535");
    reject_url("redis://h:", "1 to 65535");
    reject_url("redis://h:+1", "1 to 65535");
    reject_url("redis://h:99999999999999999999", "1 to 65535");
    reject_url("redis://h/65536", "database");
    reject_url("redis://h/-1", "database");
    reject_url("redis://h/0/1", "database");
}

Test(redis_url, rejects_broken_percent_sequences)
{
    reject_url("redis://:a%2@h", "%-sequence");
    reject_url("redis://:a%@h", "%-sequence");
    reject_url("redis://:a%zz@h", "%-sequence");
    reject_url("redis://:a%00b@h", "%-sequence");
    accept_url("redis://:a%41@h");
    cr_assert_str_eq(url.password, "aA");
}

Test(redis_url, never_repeats_a_password)
{
    static const char *const texts[] = {
        "redis://u:s3cret@h:0",
        "redis://u:s3cret@h/x",
        "redis://:s3/cr%@h",
        "redis://u:s3cret",
        "rediss://u:s3cret@h:x",
        "http://u:s3cret@h",
        "redis://u:s3cret@",
        "redis://:s3cret",
        "redis://:p/s3cret@h:0",
        "redis://u:%s3cret@h",
        "unix://u:s3cret@nopath",
        "redis://u:1/s3cret",
        "redis://a:1,u:s3cret",
        "redis://u:s3cret@a,u:s3cret@b",
        "redis+sentinel://u:s3cret@h",
        "redis+sentinel://u:1,u:s3/m",
        "unix://u:s3cret",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct problem problem = {""};
        cr_assert_neq(redis_url_parse(texts[i], &url, &problem), AJAR_OK, "%s", texts[i]);
        cr_assert_not(strstr(problem.text, "s3"), "%s: %s", texts[i], problem.text);
    }
}

Test(redis_url, names_what_was_given)
{
    struct problem problem = {""};
    (void)redis_url_parse("redis://u:pw@localhost:99999", &url, &problem);
    cr_assert(strstr(problem.text, "localhost:99999"), "%s", problem.text);
}

Test(redis_url, reads_several_hosts)
{
    accept_url("redis://u:pw@10.0.0.1:7001,[::1]:7002,node-3/0");
    cr_assert_eq(url.host_count, 3);
    cr_assert_str_eq(url.hosts[1].name, "::1");
    cr_assert_eq(url.hosts[1].port, 7002);
    cr_assert_str_eq(url.hosts[2].name, "node-3");
    cr_assert_eq(url.hosts[2].port, 6379);
    cr_assert_str_eq(url.name, "redis://10.0.0.1:7001,[::1]:7002,node-3:6379");
    reject_url("redis://a,,b", "host is missing");
    reject_url("redis://a,", "host is missing");
    reject_url("redis://u:p@a,u:p@b", "given once");
    accept_url("redis://u:p@p@a");
    cr_assert_str_eq(url.password, "p@p");
}

Test(redis_url, rejects_more_hosts_than_it_keeps)
{
    accept_url("redis://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a");
    cr_assert_eq(url.host_count, REDIS_HOSTS_MAX);
    reject_url("redis://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", "more than 16");
}

Test(redis_url, names_as_many_hosts_as_fit)
{
    char text[2000] = "redis+sentinel://";
    for (int i = 0; i < 16; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%040d", i ? "," : "", i);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "/mymaster");
    accept_url(text);
    cr_assert(strstr(url.name, ",+"), "%s", url.name);
    cr_assert_str_eq(url.name + strlen(url.name) - 9, "/mymaster");
    cr_assert_lt(strlen(url.name), sizeof url.name);
}

Test(redis_url, reads_sentinels)
{
    accept_url("redis+sentinel://u:pw@s1,s2:26380,[2001:db8::5]/my%2Dmaster/2");
    cr_assert(url.sentinel);
    cr_assert_not(url.tls);
    cr_assert_eq(url.host_count, 3);
    cr_assert_eq(url.hosts[0].port, 26379);
    cr_assert_eq(url.hosts[1].port, 26380);
    cr_assert_str_eq(url.master, "my-master");
    cr_assert_eq(url.database, 2);
    cr_assert_str_eq(url.password, "pw");
    cr_assert_str_eq(url.name, "redis+sentinel://s1:26379,s2:26380,[2001:db8::5]:26379/my-master");
    accept_url("redis+sentinel://s1/m/");
    reject_url("redis+sentinel://s1", "name that they have for the master");
    reject_url("redis+sentinel://s1/", "name that they have for the master");
    reject_url("redis+sentinel://s1/a%20b", "name of the master");
    reject_url("redis+sentinel://s1/m/x", "database");
}

Test(redis_url, reads_tls)
{
    accept_url("rediss://u:pw@h/1");
    cr_assert(url.tls);
    cr_assert_not(url.sentinel);
    cr_assert_eq(url.hosts[0].port, 6379);
    cr_assert_str_eq(url.name, "rediss://h:6379");
    accept_url("rediss+sentinel://s/m");
    cr_assert(url.tls && url.sentinel);
    accept_url("redis://h");
    cr_assert_not(url.tls);
}

Test(redis_url, decodes_the_zone_of_an_address)
{
    accept_url("redis://[fe80::1%25eth0]:7000");
    cr_assert_str_eq(url.hosts[0].name, "fe80::1%eth0");
    reject_url("redis://[fe80::1%eth0]", "not a name or an address");
    reject_url("redis://a%0ab", "not a name or an address");
}
