/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP around the bodies (RFC 9112): request heads of usual clients, reply heads in each
 * version's order and case, gzip and chunked coding, and the refusals of seven guards.
 */
#include "store.h"

#include <stdio.h>
#include <string.h>

static bool is_old(const struct store_version *v)
{
    return !v->opensearch && v->major < 5;
}

static void put_host(struct text *out, const struct store_server *s)
{
    const uint8_t *a = s->endpoint.address;
    if (s->v6)
        text_printf(out, "Host: [fd12:3456:789a:20::%x]", (unsigned)(a[14] << 8 | a[15]));
    else
        text_printf(out, "Host: %u.%u.%u.%u", a[0], a[1], a[2], a[3]);
    text_printf(out, ":%u\r\n", s->endpoint.port);
}

void frame_request(struct text *out, const struct store_server *s,
                   const struct store_client *client, const char *method, const char *target,
                   const char *body)
{
    text_printf(out, "%s %s HTTP/1.1\r\n", method, target);
    put_host(out, s);
    text_printf(out, "User-Agent: %s\r\n", client->agent);
    if (client->gzip)
        text_puts(out, "Accept-Encoding: gzip, deflate\r\n");
    text_puts(out, "Accept: */*\r\nConnection: keep-alive\r\n");
    if (client->credentials)
        text_puts(out, "Authorization: Basic ZWxhc3RpYzpub3QtYS1yZWFsLW9uZQ==\r\n");
    if (body)
        text_printf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    text_puts(out, "\r\n");
    if (body)
        text_puts(out, body);
}

static const char *reason_phrase(uint32_t status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    default:
        return "Not Found";
    }
}

static const char *json_type(const struct store_version *v)
{
    return !v->opensearch && v->major >= 8 ? "application/json" : "application/json; charset=UTF-8";
}

static const char *challenge_of(const struct store_server *s)
{
    switch (s->guard) {
    case GUARD_ELASTIC:
        return "Basic realm=\"security\" charset=\"UTF-8\"";
    case GUARD_OPENSEARCH:
        return "Basic realm=\"OpenSearch Security\"";
    case GUARD_SEARCH_GUARD:
        return "Basic realm=\"Search Guard\"";
    case GUARD_PROXY:
        return "Basic realm=\"Restricted\"";
    default:
        return NULL;
    }
}

static void put_product_headers(struct text *out, const struct store_server *s, uint32_t status)
{
    const struct store_version *v = s->version;
    bool by_proxy = s->guard == GUARD_PROXY && status == 401;
    if (by_proxy || s->guard == GUARD_AWS)
        return;
    if (v->product_header)
        text_puts(out, "X-elastic-product: Elasticsearch\r\n");
    if (v->version_header)
        text_printf(out, "X-OpenSearch-Version: OpenSearch/%s (opensearch)\r\n", v->number);
    if (v->warns && s->guard == GUARD_NONE)
        text_printf(out,
                    "Warning: 299 Elasticsearch-%s-%s \"Elasticsearch built-in security "
                    "features are not enabled. Without authentication, your cluster could be "
                    "accessible to anyone.\"\r\n",
                    v->number, v->hash);
}

static void put_head(struct text *out, const struct store_server *s,
                     const struct store_reply *reply)
{
    text_printf(out, "HTTP/1.1 %u %s\r\n", reply->status, reason_phrase(reply->status));
    if (s->proxied)
        text_puts(out, "Server: nginx/1.22.1\r\nDate: Sat, 01 Mar 2025 10:00:00 GMT\r\n");
    put_product_headers(out, s, reply->status);
    if (reply->status == 401 && challenge_of(s))
        text_printf(out, "WWW-Authenticate: %s\r\n", challenge_of(s));
    text_printf(out, "%s: %s\r\n",
                is_old(s->version) || s->proxied ? "Content-Type" : "content-type",
                reply->type ? reply->type : json_type(s->version));
    if (s->proxied)
        text_puts(out, "Connection: keep-alive\r\n");
}

void frame_reply(struct text *out, struct store_world *w, const struct store_server *s,
                 const struct store_client *client, struct store_reply *reply, struct rng *r,
                 bool head_only)
{
    bool capital = is_old(s->version) || s->proxied;
    bool coder = s->proxied ? reply->status < 300 : !is_old(s->version) && s->guard != GUARD_AWS;
    bool zip = client->gzip && coder;
    bool chunked = (s->version->chunks || s->proxied) && reply->listing && !head_only;
    struct text coded = reply->body;

    if (zip) {
        coded = (struct text){0};
        text_add_gzip(&coded, &reply->body);
        text_clear(&reply->body);
    }
    put_head(out, s, reply);
    if (zip)
        text_puts(out, capital ? "Content-Encoding: gzip\r\n" : "content-encoding: gzip\r\n");
    if (chunked)
        text_puts(out, zip && !capital ? "transfer-encoding: chunked\r\n\r\n"
                                       : "Transfer-Encoding: chunked\r\n\r\n");
    else
        text_printf(out, "%s: %zu\r\n\r\n", capital ? "Content-Length" : "content-length",
                    coded.length);
    if (chunked)
        text_add_chunks(out, &coded, s->proxied ? 8192 : rng_between(r, 4000, 65536));
    else if (!head_only)
        text_add(out, coded.data, coded.length);
    w->replies++;
    w->gzip_replies += zip;
    w->chunked_replies += chunked;
    w->coded_replies += zip || chunked;
    text_clear(&coded);
    reply->body = (struct text){0};
}

static void refuse_elastic(struct text *body, const struct store_version *v, const char *target)
{
    char cause[400];
    snprintf(
        cause, sizeof cause,
        "\"type\":\"security_exception\",\"reason\":\"missing authentication %s for REST request "
        "[%s]\",\"header\":{\"WWW-Authenticate\":%s\"Basic realm=\\\"security\\\" "
        "charset=\\\"UTF-8\\\"\"%s}",
        v->major >= 7 ? "credentials" : "token", target, v->major >= 7 ? "[" : "",
        v->major >= 7 ? ",\"ApiKey\"]" : "");
    text_printf(body, "{\"error\":{\"root_cause\":[{%s}],%s},\"status\":401}", cause, cause);
}

void reply_refusal(struct store_reply *reply, const struct store_server *s, const char *target)
{
    reply->status = 401;
    switch (s->guard) {
    case GUARD_ELASTIC:
        refuse_elastic(&reply->body, s->version, target);
        break;
    case GUARD_AWS:
        reply->status = 403;
        reply->type = "application/json";
        text_puts(&reply->body, "{\"Message\":\"User: anonymous is not authorized to perform: "
                                "es:ESHttpGet because no resource-based policy allows the "
                                "es:ESHttpGet action\"}");
        break;
    case GUARD_READONLY_REST:
        reply->status = 403;
        text_puts(&reply->body, "{\"error\":{\"root_cause\":[{\"reason\":\"forbidden\",\"due_to\":"
                                "[\"OPERATION_NOT_ALLOWED\"]}],\"reason\":\"forbidden\","
                                "\"due_to\":[\"OPERATION_NOT_ALLOWED\"]},\"status\":403}");
        break;
    case GUARD_PROXY:
        reply->type = "text/html";
        text_puts(&reply->body,
                  "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
                  "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.22.1"
                  "</center>\r\n</body>\r\n</html>\r\n");
        break;
    default:
        reply->type = "text/plain; charset=UTF-8";
        text_puts(&reply->body, "Unauthorized");
        break;
    }
}
