/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply through both searches: literals in Vectorscan's stream, marks in words of 64 bytes. Bytes
 * wait until SCAN_BEHIND more follow, and SCAN_BEFORE earlier ones are kept, so that a recogniser
 * sees the same around a place however the reply was cut.
 */
#include "base/hash.h"
#include "scan/header.h"
#include "scan/inside.h"
#include "scan/keyed.h"
#include "scan/marks.h"
#include "scan/recognise.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FREE_NONE    UINT32_MAX
#define LATEST_SLACK (366 * INT64_C(86400)) /* dates of records may lie ahead by so much */

static void note_span(struct mask_spans *mask, uint64_t begin, uint64_t end)
{
    if (mask->count == MASK_SPANS_MAX)
        return;
    mask->spans[mask->count].begin = (size_t)begin;
    mask->spans[mask->count++].end = (size_t)end;
}

static struct tally *tally_for(struct scan_reply *reply, unsigned class_of)
{
    struct tally *tally = &reply->tallies[class_of];
    if (!(reply->touched & UINT64_C(1) << class_of))
        memset(tally, 0, sizeof *tally);
    reply->touched |= UINT64_C(1) << class_of;
    return tally;
}

void scan_count(struct scanner *scanner, struct scan_reply *reply, enum scan_source source,
                enum scan_class class_of, const uint8_t *at, uint64_t offset,
                const struct scan_value *value)
{
    uint64_t begin = offset + (uint64_t)(int64_t)value->begin;
    uint64_t end = offset + (uint64_t)(int64_t)value->end;
    if (begin < reply->seen[source][class_of])
        return;
    reply->seen[source][class_of] = end;
    if (reply->mask) {
        note_span(reply->mask, begin, end);
        return;
    }
    struct tally *tally = tally_for(reply, class_of);
    tally->values++;
    tally->odd += value->odd;
    (void)sketch_add(&tally->distinct, value->hash);
    if (scanner->samples && !tally->sample[0])
        mask_sample(at, value, class_of, tally->sample, sizeof tally->sample);
}

void scan_count_user(struct scanner *scanner, struct scan_reply *reply, unsigned number,
                     const struct user_match *match)
{
    (void)scanner;
    if (reply->mask) {
        note_span(reply->mask, match->begin, match->end);
        return;
    }
    struct tally *tally = tally_for(reply, CLASSES_BUILTIN + number);
    tally->values++;
    (void)sketch_add(&tally->distinct, match->hash);
}

/* A search in progress: where in the work area the stream's byte `offset` stands. */
struct search {
    struct scanner *scanner;
    struct scan_reply *reply;
    const uint8_t *base;
    uint64_t offset;
};

static void note_date(struct scan_reply *reply, int64_t seconds)
{
    if (seconds > 0 && seconds <= reply->latest_s)
        tally_note_date(&reply->oldest_s, &reply->newest_s, seconds);
}

/* A field's name ends before `at`, which is the quotation mark behind it. */
static void read_field(struct search *search, const uint8_t *at, uint64_t offset)
{
    const struct field_name *name =
        names_recall(&search->scanner->set->names, &search->scanner->recent, at);
    struct scan_reply *reply = search->reply;
    if (!name)
        return;
    struct keyed keyed = keyed_read(at, name);
    if (keyed.kind == KEYED_DATE)
        note_date(reply, keyed.seconds);
    if (keyed.kind == KEYED_NONE || name->class_of >= CLASSES_BUILTIN)
        return;
    if (keyed.kind == KEYED_VALUE)
        scan_count(search->scanner, reply, SOURCE_NAME, name->class_of, at, offset, &keyed.value);
    if (reply->mask || (name->only_values && keyed.kind != KEYED_VALUE))
        return;
    struct tally *tally = tally_for(reply, name->class_of);
    tally->by_name = true;
    tally->by_schema |= keyed.schema;
    tally->masked += keyed.kind == KEYED_MASKED;
    tally->hashed += keyed.kind == KEYED_HASHED;
}

/* Whether the date lies outside of what was seen: most do not, and need no further look. */
static bool widens_dates(const struct scan_reply *reply, int64_t seconds)
{
    return !reply->oldest_s || seconds < reply->oldest_s || seconds > reply->newest_s;
}

static bool read_literal(const uint8_t *at, const struct pattern *pattern, int length,
                         enum scan_class *class_of, struct scan_value *value)
{
    switch (pattern->kind) {
    case PATTERN_AT:
        *class_of = CLASS_EMAIL;
        return email_read_word(at, length, value);
    case PATTERN_CARD:
        *class_of = CLASS_PAYMENT_CARD;
        return card_read_behind(at, value);
    case PATTERN_JWT:
        *class_of = CLASS_JWT;
        return jwt_read(at, value);
    case PATTERN_CLOUD_KEY:
        *class_of = CLASS_CLOUD_KEY;
        return cloud_key_read(at, pattern->number, value);
    case PATTERN_PRIVATE_KEY:
        *class_of = CLASS_PRIVATE_KEY;
        return private_key_read(at, value);
    case PATTERN_HASH:
        *class_of = CLASS_PASSWORD_HASH;
        return password_hash_read(at, pattern->number, value);
    case PATTERN_CONFIDENTIAL:
        *class_of = CLASS_CONFIDENTIAL;
        return confidential_read(at, length, value);
    default:
        return false;
    }
}

static bool on_literal(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    struct search *search = context;
    const struct scan_set *set = search->scanner->set;
    const struct pattern *pattern = &set->patterns.patterns[id];
    uint64_t offset = end - 1;
    const uint8_t *at = search->base + (offset - search->offset);
    enum scan_class class_of;
    struct scan_value value;
    (void)begin;
    if (read_literal(at, pattern, set->lengths[id], &class_of, &value))
        scan_count(search->scanner, search->reply, SOURCE_LITERAL, class_of, at, offset, &value);
    return true;
}

static void count_mark(struct search *search, enum scan_class class_of, const uint8_t *at,
                       uint64_t offset, const struct scan_value *value)
{
    scan_count(search->scanner, search->reply, SOURCE_MARK, class_of, at, offset, value);
}

static void read_at(struct search *search, const uint8_t *at, uint64_t offset)
{
    struct scan_value value;
    bool userinfo = false;
    if (url_credentials_read(at, &userinfo, &value))
        count_mark(search, CLASS_URL_CREDENTIALS, at, offset, &value);
    else if (!userinfo && email_read(at, &value))
        count_mark(search, CLASS_EMAIL, at, offset, &value);
}

/* A gap between digits: which groups of digits stand around it says what it can be. */
static void read_gap(struct search *search, const uint8_t *at, uint64_t offset)
{
    struct scan_value value;
    int64_t seconds;
    if (!is_digit(at[-3]) || !is_digit(at[2]))
        return; /* all have three digits or more before and two or more behind */
    int before = near_digits_before(at, 0, 5);
    int behind = near_digits(at, 1, 7);
    if (before == 4 && behind == 2) {
        if (date_read(at, &seconds) && widens_dates(search->reply, seconds) &&
            date_is_of_record(at))
            note_date(search->reply, seconds);
    } else if (before == 3 && behind == 2) {
        if (ssn_read(at, &value))
            count_mark(search, CLASS_SSN, at, offset, &value);
    } else if (before == 3 && behind == 4) {
        if (phone_read_american(at, &value))
            count_mark(search, CLASS_PHONE, at, offset, &value);
    } else if (before == 4 && (behind == 4 || behind == 6)) {
        if (card_read_grouped(at, &value))
            count_mark(search, CLASS_PAYMENT_CARD, at, offset, &value);
    }
}

static void read_mark(struct search *search, const uint8_t *at, uint64_t offset)
{
    struct scan_value value;
    if (*at == '"') { /* most are: not worth a jump through a table */
        read_field(search, at, offset);
        return;
    }
    switch (*at) {
    case '@':
        read_at(search, at, offset);
        break;
    case '.':
        if (ipv4_read(at, &value))
            count_mark(search, CLASS_IPV4, at, offset, &value);
        else
            read_gap(search, at, offset);
        break;
    case '-':
    case ' ':
        read_gap(search, at, offset);
        break;
    case '+':
        if (phone_read_international(at, &value))
            count_mark(search, CLASS_PHONE, at, offset, &value);
        break;
    case ':':
        if (ipv6_read(at, &value))
            count_mark(search, CLASS_IPV6, at, offset, &value);
        break;
    default:
        if (iban_read(at, &value))
            count_mark(search, CLASS_IBAN, at, offset, &value);
    }
}

/* The state of the marks before `text`, from the 64 bytes that stand before it. */
static struct marks_before marks_so_far(const uint8_t *text)
{
    struct marks_before before = {0, 0, 0};
    (void)marks_find(text - 64, &before);
    return before;
}

#define WORDS_AT_ONCE 32

static void search_marks(struct search *search, size_t length)
{
    struct marks_before before = marks_so_far(search->base);
    uint64_t marks[WORDS_AT_ONCE];
    for (size_t from = 0; from < length; from += 64 * WORDS_AT_ONCE) {
        size_t left = length - from;
        size_t count = left < 64 * WORDS_AT_ONCE ? (left + 63) / 64 : WORDS_AT_ONCE;
        marks_find_all(search->base + from, count, &before, marks);
        if (left < 64 * count)
            marks[count - 1] &= (UINT64_C(1) << left % 64) - 1;
        for (size_t i = 0; i < count; i++)
            for (uint64_t bits = marks[i]; bits; bits &= bits - 1) {
                size_t at = from + 64 * i + (size_t)__builtin_ctzll(bits);
                read_mark(search, search->base + at, search->offset + at);
            }
    }
}

static void commit_user(struct search *search, unsigned number)
{
    struct user_match *match = &search->reply->user[number];
    if (match->open && match->valid)
        scan_count_user(search->scanner, search->reply, number, match);
    match->open = false;
}

struct start {
    uint32_t id;
    uint64_t end;
    uint64_t begin; /* the least so far */
};

static bool on_start(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    struct start *start = context;
    if (id == start->id && end == start->end && begin < start->begin)
        start->begin = begin;
    return true;
}

/* The end of a match in the stream: its beginning is looked for in what stands before. */
static bool on_user_end(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    struct search *search = context;
    const struct user_set *user = &search->scanner->set->user;
    struct user_match *match = &search->reply->user[id];
    const uint8_t *stop = search->base + (end - search->offset);
    uint64_t reach = end < SCAN_BEFORE ? end : SCAN_BEFORE;
    struct start start = {id, reach, UINT64_MAX};
    (void)begin;
    engine_search(user->starts, stop - reach, reach, search->scanner->user_scratch, on_start,
                  &start);
    if (start.begin == UINT64_MAX)
        return true;
    uint64_t from = end - reach + start.begin;
    if (match->open && from >= match->end)
        commit_user(search, id);
    const uint8_t *text = stop - (reach - start.begin);
    size_t length = (size_t)(reach - start.begin);
    *match = (struct user_match){
        .open = true,
        .valid = user_check_holds(user->classes[id].check, text, length),
        .begin = from,
        .end = end,
        .hash = hash_keyed(0, text, length),
    };
    return true;
}

/* Searches `length` bytes from search->base on. */
static void search_piece(struct scanner *scanner, struct scan_reply *reply, const uint8_t *base,
                         size_t length)
{
    struct search search = {scanner, reply, base, reply->offset};
    if (length == 0)
        return;
    engine_stream_feed(reply->stream, base, length, scanner->scratch, on_literal, &search);
    if (reply->user_stream)
        engine_stream_feed(reply->user_stream, base, length, scanner->scratch, on_user_end,
                           &search);
    search_marks(&search, length);
    reply->offset += length;
}

static void read_heading(struct scan_reply *reply, const uint8_t *text, size_t length)
{
    reply->begun = true;
    uint64_t classes = reply->mask ? 0 : header_read(text, length);
    for (unsigned i = 0; classes; i++, classes >>= 1)
        if (classes & 1) {
            struct tally *tally = tally_for(reply, i);
            tally->by_name = true;
            tally->by_schema = true;
        }
}

/* Searches what has SCAN_BEHIND bytes behind it (all of it at the `end`) and keeps the rest. */
static void search_buffer(struct scanner *scanner, struct scan_reply *reply, bool end)
{
    uint8_t *base = reply->buffer + SCAN_BEFORE;
    size_t ready = end ? reply->waiting : reply->waiting - SCAN_BEHIND;
    if (end)
        memset(base + reply->waiting, 0, SCAN_BEHIND + 128);
    if (!reply->begun)
        read_heading(reply, base, reply->waiting < SCAN_ROOM ? reply->waiting : SCAN_ROOM);
    search_piece(scanner, reply, base, ready);
    reply->waiting -= (uint32_t)ready;
    memmove(reply->buffer, base + ready - SCAN_BEFORE, SCAN_BEFORE + reply->waiting);
}

void scan_feed(struct scanner *scanner, struct scan_reply *reply, const void *data, size_t length)
{
    const uint8_t *from = data;
    reply->searched += length;
    scanner->counters.bytes += length;
    while (length > 0) {
        size_t room = SCAN_ROOM - reply->waiting;
        size_t taken = length < room ? length : room;
        memcpy(reply->buffer + SCAN_BEFORE + reply->waiting, from, taken);
        reply->waiting += (uint32_t)taken;
        from += taken;
        length -= taken;
        if (reply->waiting == SCAN_ROOM)
            search_buffer(scanner, reply, false);
    }
}

static void restart(struct scan_reply *reply)
{
    engine_stream_reset(reply->stream);
    if (reply->user_stream)
        engine_stream_reset(reply->user_stream);
    memset(reply->seen, 0, sizeof reply->seen);
    memset(reply->user, 0, sizeof reply->user);
    memset(reply->buffer, 0, SCAN_BEFORE);
    reply->offset = 0;
    reply->waiting = 0;
}

void scan_finish(struct scanner *scanner, struct scan_reply *reply)
{
    search_buffer(scanner, reply, true);
    struct search search = {scanner, reply, NULL, 0};
    for (unsigned i = 0; i < scanner->set->user.count; i++)
        commit_user(&search, i);
    restart(reply);
}

struct scan_reply *scan_begin(struct scanner *scanner, uint64_t now_ns)
{
    struct scan_reply *reply = NULL;
    if (scanner->free != FREE_NONE) {
        reply = &scanner->replies[scanner->free];
        scanner->free = reply->next_free;
    } else if (scanner->used < scanner->capacity) {
        reply = &scanner->replies[scanner->used++];
    } else {
        scanner->counters.replies_refused++;
        return NULL;
    }
    restart(reply);
    reply->begun = false;
    reply->searched = 0;
    reply->latest_s = (int64_t)(now_ns / UINT64_C(1000000000)) + LATEST_SLACK;
    reply->touched = 0;
    reply->oldest_s = 0;
    reply->newest_s = 0;
    reply->mask = NULL;
    scanner->counters.replies++;
    return reply;
}

void scan_give(struct scanner *scanner, struct scan_reply *reply)
{
    if (!reply)
        return;
    reply->next_free = scanner->free;
    scanner->free = (uint32_t)(reply - scanner->replies);
}

uint64_t scan_fed(const struct scan_reply *reply)
{
    return reply->searched;
}

void scan_keep(struct scanner *scanner, struct scan_reply *reply, struct scan_book *book,
               bool records)
{
    for (unsigned i = 0; i < SCAN_CLASSES_MAX; i++) {
        struct tally *tally = &reply->tallies[i];
        if (!(reply->touched & UINT64_C(1) << i))
            continue;
        if (i < CLASSES_BUILTIN && !records && scan_class_needs_records(i)) {
            if (!tally->by_schema)
                continue;
            *tally = (struct tally){.by_name = true};
        }
        tally_add(&scanner->pool, book, i, tally);
    }
    if (records && reply->oldest_s) {
        tally_note_date(&book->oldest_s, &book->newest_s, reply->oldest_s);
        tally_note_date(&book->oldest_s, &book->newest_s, reply->newest_s);
    }
    reply->touched = 0;
    reply->oldest_s = 0;
    reply->newest_s = 0;
}

static const char *name_of(const void *context, unsigned class_of)
{
    return scan_set_name(context, class_of);
}

void scan_book_fill(struct scanner *scanner, struct scan_book *book, struct finding *finding)
{
    tally_fill(&scanner->pool, book, name_of, scanner->set, finding);
}

void scan_book_clear(struct scanner *scanner, struct scan_book *book)
{
    tally_give(&scanner->pool, book);
}

const struct scan_counters *scan_counters(struct scanner *scanner)
{
    scanner->counters.classes_refused = scanner->pool.refused;
    return &scanner->counters;
}

static enum ajar_status open_streams(struct scanner *scanner)
{
    const struct scan_set *set = scanner->set;
    enum ajar_status status = AJAR_OK;
    for (uint32_t i = 0; i < scanner->capacity && status == AJAR_OK; i++) {
        status = engine_stream_open(set->shipped, &scanner->replies[i].stream);
        if (status == AJAR_OK && set->user.ends)
            status = engine_stream_open(set->user.ends, &scanner->replies[i].user_stream);
    }
    return status;
}

static enum ajar_status open_scratch(struct scanner *scanner)
{
    const struct user_set *user = &scanner->set->user;
    enum ajar_status status = engine_scratch_add(scanner->set->shipped, &scanner->scratch);
    if (status == AJAR_OK && user->ends)
        status = engine_scratch_add(user->ends, &scanner->scratch);
    if (status == AJAR_OK && user->starts)
        status = engine_scratch_add(user->starts, &scanner->user_scratch);
    return status;
}

enum ajar_status scanner_new(const struct scan_options *options, struct scanner **scanner)
{
    struct scanner *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->set = options->set;
    made->samples = options->samples;
    made->free = FREE_NONE;
    made->capacity = (options->replies_max ? options->replies_max : SCAN_REPLIES_MAX) + 1;
    uint32_t tallies = options->tallies_max ? options->tallies_max : SCAN_TALLIES_MAX;
    void *memory = mmap(NULL, made->capacity * sizeof *made->replies, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    made->replies = memory == MAP_FAILED ? NULL : memory;
    enum ajar_status status = made->replies ? AJAR_OK : AJAR_ERR_MEMORY;
    if (status == AJAR_OK)
        status = tally_pool_init(&made->pool, tallies);
    if (status == AJAR_OK)
        status = open_streams(made);
    if (status == AJAR_OK)
        status = open_scratch(made);
    if (status != AJAR_OK) {
        scanner_free(made);
        return status;
    }
    made->masking = scan_begin(made, 0);
    made->counters = (struct scan_counters){0};
    *scanner = made;
    return AJAR_OK;
}

void scanner_free(struct scanner *scanner)
{
    if (!scanner)
        return;
    for (uint32_t i = 0; scanner->replies && i < scanner->capacity; i++) {
        engine_stream_close(scanner->replies[i].stream);
        engine_stream_close(scanner->replies[i].user_stream);
    }
    if (scanner->replies)
        (void)munmap(scanner->replies, scanner->capacity * sizeof *scanner->replies);
    tally_pool_clear(&scanner->pool);
    engine_scratch_free(scanner->scratch);
    engine_scratch_free(scanner->user_scratch);
    free(scanner);
}
