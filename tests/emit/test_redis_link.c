/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to a real Redis, and to what is none. */
#include "emit/redis_link.h"
#include "emit/redis_server.h"
#include "emit/resp.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct redis_server server;
static struct redis_access *place;
static struct redis_link *opened;
static struct problem problem;

static void teardown(void)
{
    redis_link_close(opened);
    redis_access_free(place);
    server_remove(&server);
}

TestSuite(redis_link, .fini = teardown);

/* The password comes from a file, as it should. */
static void make_access(const char *text, const char *password)
{
    char path[] = "/tmp/ajar-password-XXXXXX";
    struct redis_options options = {.url = text, .verify = true};
    if (password) {
        int file = mkstemp(path);
        cr_assert_geq(file, 0);
        cr_assert_eq(dprintf(file, "%s\n", password), (int)strlen(password) + 1);
        (void)close(file);
        options.password_file = path;
    }
    enum ajar_status status = redis_access_new(&options, &place, &problem);
    (void)unlink(path);
    cr_assert_eq(status, AJAR_OK, "%s", problem.text);
}

static enum ajar_status open_link(const char *text, const char *password)
{
    problem.text[0] = '\0';
    redis_link_close(opened);
    redis_access_free(place);
    opened = NULL;
    make_access(text, password);
    return redis_link_open(place, &opened, &problem);
}

static void accept_login(const char *text, const char *password)
{
    cr_assert_eq(open_link(text, password), AJAR_OK, "%s", problem.text);
}

static void reject_login(const char *text, const char *password, const char *words)
{
    cr_assert_eq(open_link(text, password), AJAR_ERR_SYSTEM);
    cr_assert_null(opened);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
    cr_assert_not(strchr(problem.text, '\n'));
    if (password)
        cr_assert_not(strstr(problem.text, password), "%s", problem.text);
}

/* One command without arguments that need a length of their own. */
static struct redis_reply ask(const char *one, const char *two)
{
    struct resp resp = {.bytes = NULL};
    struct redis_reply reply;
    resp_begin(&resp, 2);
    resp_add_text(&resp, one);
    resp_add_text(&resp, two);
    cr_assert_eq(redis_link_append(opened, resp.bytes, resp.used), AJAR_OK);
    resp_clear(&resp);
    cr_assert_eq(redis_link_read(opened, &reply), AJAR_OK, "%s", redis_link_error(opened));
    return reply;
}

Test(redis_link, speaks_with_an_open_server)
{
    server_start(&server, NULL, NULL);
    accept_login(server.url, NULL);
    cr_assert_eq(ask("INCR", "n").integer, 1);
    cr_assert_not(ask("SCRIPT", "FLUSH").is_error);
    cr_assert(ask("NOSUCH", "COMMAND").is_error);
    cr_assert_eq(ask("INCR", "n").integer, 2, "an error reply does not end the connection");
    cr_assert_geq(redis_link_socket(opened), 0);
}

Test(redis_link, gives_the_password)
{
    server_start(&server, "--requirepass", "s3cret word");
    accept_login(server.url, "s3cret word");
    cr_assert_eq(ask("INCR", "n").integer, 1);
    reject_login(server.url, "wr0ng", "WRONGPASS");
    cr_assert(strstr(problem.text, "give the right user and password"), "%s", problem.text);
    reject_login(server.url, NULL, "NOAUTH");
    cr_assert(strstr(problem.text, "give the password"), "%s", problem.text);
}

Test(redis_link, says_when_a_password_is_too_much)
{
    server_start(&server, NULL, NULL);
    reject_login(server.url, "needless", "leave the password out");
}

Test(redis_link, logs_in_as_a_user)
{
    char text[160];
    server_start(&server, NULL, NULL);
    server_do(&server, "ACL SETUSER sensor on >pw1 ~* +@all");
    (void)snprintf(text, sizeof text, "unix://sensor@%s", server.socket);
    accept_login(text, "pw1");
    reject_login(text, "pw2", "WRONGPASS");
}

Test(redis_link, selects_the_database)
{
    char text[160];
    server_start(&server, NULL, NULL);
    (void)snprintf(text, sizeof text, "%s?db=3", server.url);
    accept_login(text, NULL);
    (void)ask("INCR", "n");
    cr_assert_eq(server_number(&server, "EXISTS n"), 0);
    server_do(&server, "SELECT 3");
    cr_assert_eq(server_number(&server, "EXISTS n"), 1);
    (void)snprintf(text, sizeof text, "%s?db=99", server.url);
    reject_login(text, NULL, "database 99");
}

Test(redis_link, names_what_refuses_a_connection)
{
    reject_login("unix:///nonexistent/r.sock", NULL, "No such file");
    cr_assert(strstr(problem.text, "unix:///nonexistent/r.sock"), "%s", problem.text);
    reject_login("redis://127.0.0.1:1", NULL, "refused");
    cr_assert(strstr(problem.text, "127.0.0.1:1"), "%s", problem.text);
}

/* Something on a unix socket that answers every connection with `text`, or with nothing at all. */
static pid_t start_stranger(const char *path, const char *text)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    SET(name.sun_path, path);
    (void)unlink(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    cr_assert_eq(listen(listener, 5), 0);
    pid_t pid = fork();
    if (pid != 0) {
        close(listener);
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        char request[256];
        int peer = accept(listener, NULL, NULL);
        if (peer < 0)
            _exit(1);
        if (text && read(peer, request, sizeof request) > 0 && write(peer, text, strlen(text)) < 0)
            _exit(1);
    }
}

static void stop_stranger(pid_t pid, const char *path)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    (void)unlink(path);
}

Test(redis_link, rejects_what_is_no_redis)
{
    char path[64], text[80];
    (void)snprintf(path, sizeof path, "/tmp/ajar-stranger-%d", (int)getpid());
    (void)snprintf(text, sizeof text, "unix://%s", path);
    pid_t pid = start_stranger(path, "HTTP/1.1 400 Bad Request\r\n\r\n");
    reject_login(text, NULL, "not a Redis");
    stop_stranger(pid, path);
}

Test(redis_link, gives_up_on_a_server_that_is_silent)
{
    char path[64], text[80];
    (void)snprintf(path, sizeof path, "/tmp/ajar-silent-%d", (int)getpid());
    (void)snprintf(text, sizeof text, "unix://%s", path);
    pid_t pid = start_stranger(path, NULL);
    uint64_t before = timestamp_monotonic();
    reject_login(text, NULL, "no answer within 3 s");
    cr_assert_lt(timestamp_monotonic() - before, 6 * SECOND);
    stop_stranger(pid, path);
}

Test(redis_link, is_dead_when_the_server_goes)
{
    struct redis_reply reply;
    server_start(&server, NULL, NULL);
    accept_login(server.url, NULL);
    server_stop(&server);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)redis_link_append(opened, "*1\r\n$4\r\nPING\r\n", 14);
    cr_assert_eq(redis_link_read(opened, &reply), AJAR_ERR_SYSTEM);
    cr_assert_gt(strlen(redis_link_error(opened)), 0);
}
