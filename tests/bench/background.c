/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the background conversations. Bulk is cut from pools made once, so that a gigabyte costs
 * no allocation per message; only heads and small replies are written per conversation.
 */
#include "background.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOISE_SIZE   (1u << 20)
#define RECORD_SIZE  (5u + 16401u)
#define RECORD_COUNT 256u
#define SHARE_SIZE   (4u + 80u + 32768u)
#define SHARE_COUNT  64u

static void fill_noise(struct rng *r, uint8_t *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t v = rng_next(r);
        memcpy(p, &v, 8);
    }
}

static void fill_records(struct rng *r, uint8_t *p)
{
    fill_noise(r, p, RECORD_SIZE * RECORD_COUNT);
    for (uint32_t i = 0; i < RECORD_COUNT; i++, p += RECORD_SIZE) {
        const uint8_t head[5] = {23, 3, 3, (RECORD_SIZE - 5) >> 8, (RECORD_SIZE - 5) & 255};
        memcpy(p, head, 5);
    }
}

static void fill_shares(struct rng *r, uint8_t *p)
{
    fill_noise(r, p, SHARE_SIZE * SHARE_COUNT);
    for (uint32_t i = 0; i < SHARE_COUNT; i++, p += SHARE_SIZE) {
        uint32_t length = SHARE_SIZE - 4;
        const uint8_t head[20] = {0,
                                  (uint8_t)(length >> 16),
                                  (uint8_t)(length >> 8),
                                  (uint8_t)length,
                                  0xfe,
                                  'S',
                                  'M',
                                  'B',
                                  64,
                                  0,
                                  1,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  8,
                                  0,
                                  1,
                                  0};
        memset(p, 0, 84);
        memcpy(p, head, sizeof head);
        p[68] = 17;
        p[70] = 80;
        p[73] = 0x80;
    }
}

static const char *const words[] = {"market",  "people",   "report", "winter", "river",  "office",
                                    "update",  "simple",   "number", "search", "travel", "garden",
                                    "product", "delivery", "price",  "contact"};

static void make_html(struct text *t, struct rng *r, uint32_t size)
{
    text_printf(t,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title>"
                "<link rel=\"stylesheet\" href=\"/main.css\"></head><body>\n",
                words[rng_below(r, 16)]);
    while (t->length < size) {
        uint32_t d[5];
        rng_draw(r, d, (const uint32_t[]){40, 16, 16, 16, 10000}, 5);
        text_printf(t, "<div class=\"box-%u\"><h2>%s %s</h2><p>", d[0], words[d[1]], words[d[2]]);
        for (int i = 0; i < 30; i++)
            text_printf(t, "%s ", words[rng_below(r, 16)]);
        text_printf(t, "</p><a href=\"/%s/%u\">more</a></div>\n", words[d[3]], d[4]);
    }
    text_puts(t, "</body></html>\n");
}

/* JSON of ordinary web APIs; every third looks a little like a search engine's. */
static void make_json(struct text *t, struct rng *r, uint32_t size, uint32_t shape)
{
    uint32_t d[5];
    rng_draw(r, d, (const uint32_t[]){100000, 16, 5000}, 3);
    uint32_t total = d[2];
    if (shape == 0)
        text_printf(t, "{\"hits\":[{\"objectID\":\"%u\",\"title\":\"%s\"}", d[0], words[d[1]]);
    else
        text_printf(t, "{\"status\":\"ok\",\"items\":[{\"id\":%u}", d[0]);
    while (t->length < size) {
        rng_draw(r, d, (const uint32_t[]){1000000, 16, 1000, 16, 16}, 5);
        text_printf(t, ",{\"id\":%u,\"name\":\"%s\",\"score\":0.%u,\"tags\":[\"%s\",\"%s\"]}", d[0],
                    words[d[1]], d[2], words[d[3]], words[d[4]]);
    }
    if (shape == 0)
        text_printf(t, "],\"nbHits\":%u,\"page\":0,\"processingTimeMS\":1}", total);
    else
        text_printf(t, "],\"total\":%u}", total);
}

void background_init(struct background *b, struct rng *r)
{
    *b = (struct background){.noise = text_allocate(NOISE_SIZE),
                             .records = text_allocate(RECORD_SIZE * RECORD_COUNT),
                             .shares = text_allocate(SHARE_SIZE * SHARE_COUNT)};
    fill_noise(r, b->noise, NOISE_SIZE);
    fill_records(r, b->records);
    fill_shares(r, b->shares);
    for (uint32_t i = 0; i < BACKGROUND_PAGES; i++) {
        make_html(&b->html[i], r, rng_between(r, 2000, 60000));
        text_add_gzip(&b->zipped[i], &b->html[i]);
        make_json(&b->json[i], r, rng_between(r, 200, 12000), i % 3);
    }
}

void background_clear(struct background *b)
{
    free(b->noise);
    free(b->records);
    free(b->shares);
    for (uint32_t i = 0; i < BACKGROUND_PAGES; i++) {
        text_clear(&b->html[i]);
        text_clear(&b->json[i]);
        text_clear(&b->zipped[i]);
    }
}

/* Addresses: the inside is 10/8 and a unique local prefix, the outside is documentation space. */
static void put_inside(struct endpoint *e, bool v6, uint32_t host)
{
    const uint8_t v4[4] = {10, 20, (uint8_t)(100 + (host >> 8 & 63)), (uint8_t)(1 + host % 250)};
    const uint8_t six[16] = {0xfd, 0x12, 0x34, 0x56, 0x78, 0x9a, 0,     0x64,
                             0,    0,    0,    0,    0,    0,    v4[2], v4[3]};
    memcpy(e->address, v6 ? six : v4, v6 ? 16 : 4);
}

static void put_outside(struct endpoint *e, bool v6, uint32_t host)
{
    static const uint8_t nets[3][3] = {{192, 0, 2}, {198, 51, 100}, {203, 0, 113}};
    const uint8_t *net = nets[host % 3];
    const uint8_t v4[4] = {net[0], net[1], net[2], (uint8_t)(1 + (host >> 4) % 250)};
    const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, v4[0], v4[3]};
    memcpy(e->address, v6 ? six : v4, v6 ? 16 : 4);
}

enum way { WAY_OUT, WAY_IN, WAY_INSIDE };

static struct path make_path(struct rng *r, enum way way, uint8_t protocol, uint16_t port)
{
    struct path p = {.protocol = protocol, .v6 = rng_chance(r, 120)};
    p.timestamps = rng_chance(r, 600);
    if (rng_chance(r, 200))
        p.vlan = (uint16_t)rng_between(r, 100, 105);
    if (p.vlan && rng_chance(r, 50))
        p.outer_vlan = 2000;
    p.v6 = p.v6 && protocol != IPPROTO_ICMP;
    if (way == WAY_IN)
        put_outside(&p.client, p.v6, (uint32_t)rng_next(r));
    else
        put_inside(&p.client, p.v6, (uint32_t)rng_next(r));
    if (way == WAY_OUT)
        put_outside(&p.server, p.v6, (uint32_t)rng_next(r));
    else
        put_inside(&p.server, p.v6, 0x2000 + rng_below(r, 40));
    p.client.port = (uint16_t)rng_between(r, 32768, 60999);
    p.server.port = port;
    return p;
}

static void add_owned(struct conversation *c, struct text *t, bool from_client, uint32_t pause)
{
    conversation_add(c, (struct message){.data = (uint8_t *)t->data,
                                         .length = t->length,
                                         .pause = pause,
                                         .from_client = from_client,
                                         .owned = true});
    *t = (struct text){0};
}

static void add_shared(struct conversation *c, const uint8_t *data, size_t length, bool from_client,
                       uint32_t pause)
{
    conversation_add(
        c, (struct message){
               .data = data, .length = length, .pause = pause, .from_client = from_client});
}

static void put16(struct text *t, size_t v)
{
    const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    text_add(t, b, 2);
}

static void put_client_hello(struct text *t, const struct background *b, struct rng *r)
{
    static const uint8_t suites[] = {0x00, 0x08, 0x13, 0x01, 0x13, 0x02,
                                     0xc0, 0x2b, 0xc0, 0x2f, 1,    0};
    static const uint8_t rest[] = {0, 10, 0, 6, 0, 4, 0, 29, 0, 23, 0, 43, 0, 5, 4, 3, 4, 3, 3};
    char name[48];
    uint32_t d[2];
    rng_draw(r, d, (const uint32_t[]){16, 500}, 2);
    int n = snprintf(name, sizeof name, "www.%s%u.example.com", words[d[0]], d[1]);
    size_t host = (size_t)n, extensions = 9 + host + sizeof rest;
    size_t body = 2 + 32 + 1 + 32 + sizeof suites + 2 + extensions;
    text_add(t, "\x16\x03\x01", 3);
    put16(t, body + 4);
    text_add(t, "\x01\x00", 2);
    put16(t, body);
    text_add(t, "\x03\x03", 2);
    text_add(t, b->noise + rng_below(r, 100000), 32);
    text_add(t, "\x20", 1);
    text_add(t, b->noise + rng_below(r, 100000), 32);
    text_add(t, suites, sizeof suites);
    put16(t, extensions);
    put16(t, 0);
    put16(t, host + 5);
    put16(t, host + 3);
    text_add(t, "\0", 1);
    put16(t, host);
    text_add(t, name, host);
    text_add(t, rest, sizeof rest);
}

static void put_server_hello(struct text *t, const struct background *b, struct rng *r)
{
    text_add(t, "\x16\x03\x03\x00\x48\x02\x00\x00\x44\x03\x03", 11);
    text_add(t, b->noise + rng_below(r, 100000), 32);
    text_add(t, "\x1c", 1); /* a session id of 28 bytes fills the record */
    text_add(t, b->noise + rng_below(r, 100000), 28);
    text_add(t, "\x13\x01\x00\x00\x00", 5);
    text_add(t, "\x14\x03\x03\x00\x01\x01\x17\x03\x03\x0b\x00", 11);
    text_add(t, b->noise + rng_below(r, 100000), 0xb00);
}

static struct conversation *new_tls(const struct background *b, struct rng *r)
{
    struct path path = make_path(r, WAY_OUT, IPPROTO_TCP, 443);
    struct conversation *c = conversation_new(&path);
    struct text t = {0};
    uint32_t rounds = rng_between(r, 1, 6);
    put_client_hello(&t, b, r);
    add_owned(c, &t, true, 0);
    put_server_hello(&t, b, r);
    add_owned(c, &t, false, rng_between(r, 4000, 40000));
    while (rounds-- > 0) {
        uint32_t length =
            rng_chance(r, 250) ? rng_between(r, 50000, 400000) : rng_between(r, 300, 30000);
        uint32_t at = rng_below(r, RECORD_COUNT - length / RECORD_SIZE - 1) * RECORD_SIZE;
        const uint8_t *request = b->records + rng_below(r, RECORD_COUNT) * RECORD_SIZE;
        uint32_t d[2];
        rng_draw(r, d, (const uint32_t[]){1600, 90000}, 2);
        add_shared(c, request, 200 + d[0], true, 500 + d[1]);
        add_shared(c, b->records + at, length, false, rng_between(r, 4000, 60000));
    }
    return c;
}

/* Adds one exchange of ordinary web traffic; the body's bytes are shared. */
static void add_web(struct conversation *c, const struct background *b, struct rng *r, bool inbound)
{
    struct text t = {0};
    uint32_t n = rng_below(r, 100), page = rng_below(r, BACKGROUND_PAGES);
    const uint8_t *body = (uint8_t *)b->json[page].data;
    size_t length = b->json[page].length;
    const char *type = "application/json", *coding = "", *target = "/api/v1/search?q=";
    if (n < 35) {
        bool zip = n < 25;
        const struct text *html = zip ? &b->zipped[page] : &b->html[page];
        body = (uint8_t *)html->data;
        length = html->length;
        type = "text/html; charset=utf-8";
        coding = zip ? "Content-Encoding: gzip\r\n" : "";
        target = "/news/";
    } else if (n < 75) {
        length = rng_between(r, 800, 90000);
        body = b->noise + rng_below(r, NOISE_SIZE - 100000);
        type = "image/jpeg";
        target = "/images/";
    }
    uint32_t d[3];
    rng_draw(r, d, (const uint32_t[]){16, 10000, 16}, 3);
    text_printf(&t, "GET %s%s%u HTTP/1.1\r\nHost: www.%s.example.net\r\n", target, words[d[0]],
                d[1], words[d[2]]);
    text_puts(&t,
              "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
              "like Gecko) Chrome/120.0 Safari/537.36\r\nAccept: */*\r\nAccept-Language: en\r\n"
              "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n");
    text_printf(&t, "Cookie: sid=%016llx; lang=en\r\n\r\n", (unsigned long long)rng_next(r));
    add_owned(c, &t, true, rng_between(r, 1000, 120000));
    bool error = n >= 97;
    text_printf(&t, "HTTP/1.1 %s\r\nDate: Sat, 01 Mar 2025 10:00:00 GMT\r\nServer: %s\r\n",
                error ? "404 Not Found" : "200 OK", inbound ? "Apache/2.4.62" : "nginx");
    text_printf(&t,
                "Content-Type: %s\r\n%sCache-Control: max-age=300\r\nContent-Length: %zu\r\n\r\n",
                type, coding, length);
    add_owned(c, &t, false, rng_between(r, 2000, 50000));
    add_shared(c, body, length, false, 5);
}

static struct conversation *new_web(const struct background *b, struct rng *r, bool inbound)
{
    static const uint16_t ports[] = {80, 80, 80, 8080, 8000};
    struct path path =
        make_path(r, inbound ? WAY_IN : WAY_OUT, IPPROTO_TCP, ports[rng_below(r, 5)]);
    struct conversation *c = conversation_new(&path);
    for (uint32_t n = rng_between(r, 1, 8); n > 0; n--)
        add_web(c, b, r, inbound);
    return c;
}

static struct conversation *new_smb(const struct background *b, struct rng *r)
{
    struct path path = make_path(r, WAY_INSIDE, IPPROTO_TCP, 445);
    struct conversation *c = conversation_new(&path);
    for (uint32_t n = rng_between(r, 1, 10); n > 0; n--) {
        struct text t = {0};
        text_add(&t, "\0\0\0\x75\xfeSMB\x40\0\1\0\0\0\0\0\x08\0\1\0", 20);
        text_reserve(&t, 101);
        memset(t.data + t.length, 0, 101);
        t.length += 101;
        add_owned(c, &t, true, rng_between(r, 200, 20000));
        const uint8_t *share = b->shares + rng_below(r, SHARE_COUNT) * SHARE_SIZE;
        add_shared(c, share, SHARE_SIZE, false, rng_between(r, 200, 4000));
    }
    return c;
}

static struct conversation *new_shell(const struct background *b, struct rng *r)
{
    bool mail = rng_chance(r, 300);
    struct path path = make_path(r, mail ? WAY_OUT : WAY_INSIDE, IPPROTO_TCP, mail ? 25 : 22);
    struct conversation *c = conversation_new(&path);
    static const char ssh[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
    static const char smtp[] = "220 mail.example.org ESMTP Postfix\r\n";
    static const char helo[] = "EHLO client.example.com\r\n";
    const char *greeting = mail ? smtp : ssh, *answer = mail ? helo : ssh;
    add_shared(c, (const uint8_t *)greeting, strlen(greeting), false, 3000);
    add_shared(c, (const uint8_t *)answer, strlen(answer), true, 3000);
    for (uint32_t n = rng_between(r, 4, 60); n > 0; n--) {
        uint32_t d[3];
        rng_draw(r, d, (const uint32_t[]){NOISE_SIZE - 4000, 1165, 50000}, 3);
        add_shared(c, b->noise + d[0], 36 + d[1], rng_chance(r, 400), 500 + d[2]);
    }
    return c;
}

static struct conversation *new_datagrams(const struct background *b, struct rng *r, bool quic)
{
    static const uint16_t ports[] = {123, 514, 5004, 16384, 3478};
    uint16_t port = quic ? 443 : ports[rng_below(r, 5)];
    struct path path = make_path(r, quic ? WAY_OUT : WAY_INSIDE, IPPROTO_UDP, port);
    struct conversation *c = conversation_new(&path);
    uint32_t n = quic ? rng_between(r, 10, 200) : rng_between(r, 1, 120);
    for (uint32_t i = 0; i < n; i++) {
        bool up = i == 0 || rng_chance(r, quic ? 150 : 500);
        uint32_t length = quic ? (up ? 80 : 1200) : 172;
        const uint8_t *bytes = b->noise + rng_below(r, NOISE_SIZE - 2000);
        add_shared(c, bytes, length, up,
                   quic ? rng_between(r, 20, 900) : rng_between(r, 15000, 25000));
    }
    return c;
}

static struct conversation *new_dns(struct rng *r)
{
    struct path path = make_path(r, WAY_OUT, IPPROTO_UDP, 53);
    struct conversation *c = conversation_new(&path);
    struct text q = {0}, a = {0};
    const char *word = words[rng_below(r, 16)];
    char host[16];
    int n = snprintf(host, sizeof host, "h%u", rng_below(r, 100000));
    put16(&q, rng_below(r, 65536));
    text_add(&a, q.data, 2);
    text_add(&q, "\1\0\0\1\0\0\0\0\0\0", 10);
    text_add(&a, "\x81\x80\0\1\0\2\0\0\0\0", 10);
    struct text name = {0};
    text_printf(&name, "%c%s%c%s", n, host, (int)strlen(word), word);
    text_add(&name, "\7example\3com\0\0\1\0\1", 17);
    text_add(&q, name.data, name.length);
    text_add(&a, name.data, name.length);
    text_clear(&name);
    for (uint32_t i = 0; i < 2; i++) {
        const uint8_t answer[16] = {0xc0, 12, 0, 1, 0,   1, 0,   0,
                                    1,    44, 0, 4, 203, 0, 113, (uint8_t)(7 + i)};
        text_add(&a, answer, 16);
    }
    add_owned(c, &q, true, 0);
    add_owned(c, &a, false, rng_between(r, 400, 30000));
    return c;
}

static struct conversation *new_echo(const struct background *b, struct rng *r)
{
    struct path path = make_path(r, rng_chance(r, 300) ? WAY_IN : WAY_OUT, IPPROTO_ICMP, 0);
    struct conversation *c = conversation_new(&path);
    for (uint32_t n = rng_between(r, 1, 5); n > 0; n--) {
        add_shared(c, b->noise, 56, true, 900000);
        add_shared(c, b->noise, 56, false, rng_between(r, 1000, 40000));
    }
    return c;
}

static struct conversation *new_scan(struct rng *r)
{
    static const uint16_t ports[] = {9200, 27017, 6379, 5432, 3306, 22, 23, 80, 443, 8080};
    struct path path = make_path(r, WAY_IN, IPPROTO_TCP, ports[rng_below(r, 10)]);
    struct conversation *c = conversation_new(&path);
    c->bare_syn = true;
    return c;
}

struct conversation *background_new(const struct background *b, struct rng *r,
                                    enum background_kind kind)
{
    switch (kind) {
    case BACKGROUND_TLS:
        return new_tls(b, r);
    case BACKGROUND_WEB_OUT:
    case BACKGROUND_WEB_IN:
        return new_web(b, r, kind == BACKGROUND_WEB_IN);
    case BACKGROUND_SMB:
        return new_smb(b, r);
    case BACKGROUND_SHELL:
        return new_shell(b, r);
    case BACKGROUND_QUIC:
    case BACKGROUND_VOICE:
        return new_datagrams(b, r, kind == BACKGROUND_QUIC);
    case BACKGROUND_DNS:
        return new_dns(r);
    case BACKGROUND_ECHO:
        return new_echo(b, r);
    default:
        return new_scan(r);
    }
}
