/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streaming JSON scanner (RFC 8259): a state machine that keeps its place between two pieces
 * of a body, walks only where a path leads and tells the values that a path names. It reads reply
 * bodies as the HTTP inspector passes them on to detection.
 */
#include "inspect/json.h"

#include "ajar/cursor.h"
#include "inspect/json_paths.h"

#include <string.h>

enum state {
    STATE_TOP = 0,       /* before a top-level value */
    STATE_MARK,          /* inside a byte order mark */
    STATE_VALUE,         /* a value must come */
    STATE_FIRST_ELEMENT, /* a value or ']' */
    STATE_FIRST_MEMBER,  /* a name or '}' */
    STATE_MEMBER,        /* a name must come */
    STATE_COLON,         /* ':' must come */
    STATE_AFTER,         /* ',' or the container's end */
    STATE_NAME,          /* inside a member's name */
    STATE_STRING,        /* inside a string that is told */
    STATE_PASS,          /* inside a string that nobody wants */
    STATE_NUMBER,
    STATE_TRUE,
    STATE_FALSE,
    STATE_NULL,
    STATE_SKIP, /* inside a container on no path */
};

void json_scan_init(struct json_scan *scan, const struct json_paths *paths, json_listener listener,
                    void *context)
{
    memset(scan, 0, offsetof(struct json_scan, node));
    scan->paths = paths;
    scan->listener = listener;
    scan->context = context;
}

bool json_scan_broken(const struct json_scan *scan)
{
    return scan->broken;
}

bool json_scan_complete(const struct json_scan *scan)
{
    return scan->values > 0 && scan->state == STATE_TOP && !scan->broken;
}

static bool in_array(const struct json_scan *scan)
{
    return scan->is_array >> (scan->depth - 1) & 1;
}

/* Tells a value if a path ends at its place. */
static void tell(struct json_scan *scan, uint16_t node, enum json_kind kind)
{
    uint16_t tag = json_paths_tag(scan->paths, node);
    if (tag == JSON_TAG_NONE)
        return;
    bool ends = kind == JSON_OBJECT_END || kind == JSON_ARRAY_END;
    bool named = scan->depth > 0 && !in_array(scan) && !ends;
    bool has_text = kind == JSON_STRING || kind == JSON_NUMBER;
    struct json_event event = {
        .tag = tag,
        .kind = kind,
        .depth = scan->depth,
        .key = named ? scan->key : "",
        .key_length = named ? scan->key_length : 0,
        .text = has_text ? scan->text : NULL,
        .length = has_text ? scan->text_length : 0,
        .cut = has_text && scan->cut,
    };
    if (!scan->listener(scan->context, &event))
        scan->ended = true;
}

/* A value is over: what may come next depends on where it stood. */
static void finish_value(struct json_scan *scan)
{
    if (scan->depth == 0)
        scan->values++;
    scan->state = scan->depth == 0 ? STATE_TOP : STATE_AFTER;
}

/* A path has no more than JSON_DEPTH_MAX steps, so nothing leads deeper; the depth is asked all the
 * same, since the stack's bound must not hang on another file. */
static void open_container(struct json_scan *scan, bool is_array)
{
    uint16_t node = scan->value_node;
    tell(scan, node, is_array ? JSON_ARRAY : JSON_OBJECT);
    if (scan->depth == JSON_DEPTH_MAX || !json_paths_goes_below(scan->paths, node, is_array)) {
        scan->skip = (struct json_skip){.depth = 1};
        scan->skips_array = is_array;
        scan->state = STATE_SKIP;
        return;
    }
    uint64_t bit = UINT64_C(1) << scan->depth;
    scan->is_array = is_array ? scan->is_array | bit : scan->is_array & ~bit;
    scan->node[scan->depth++] = node;
    scan->state = is_array ? STATE_FIRST_ELEMENT : STATE_FIRST_MEMBER;
}

static void close_container(struct json_scan *scan)
{
    enum json_kind kind = in_array(scan) ? JSON_ARRAY_END : JSON_OBJECT_END;
    scan->depth--;
    tell(scan, scan->node[scan->depth], kind);
    finish_value(scan);
}

static void read_skip(struct json_scan *scan, struct cursor *c)
{
    json_skip_containers(&scan->skip, c);
    if (scan->skip.depth)
        return;
    if (c->at[-1] != (scan->skips_array ? ']' : '}')) {
        scan->broken = true;
        return;
    }
    tell(scan, scan->value_node, scan->skips_array ? JSON_ARRAY_END : JSON_OBJECT_END);
    finish_value(scan);
}

static void begin_text(struct json_scan *scan, enum state state)
{
    scan->state = (uint8_t)state;
    scan->text_length = 0;
    scan->escape = 0;
    scan->high_surrogate = 0;
    scan->cut = false;
}

/* The first byte of a value whose place is scan->value_node. */
static void begin_value(struct json_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    scan->literal = 0;
    if (byte == '{' || byte == '[') {
        c->at++;
        open_container(scan, byte == '[');
    } else if (byte == '"') {
        c->at++;
        bool told = json_paths_tag(scan->paths, scan->value_node) != JSON_TAG_NONE;
        begin_text(scan, told ? STATE_STRING : STATE_PASS);
    } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
        begin_text(scan, STATE_NUMBER);
    } else if (byte == 't' || byte == 'f' || byte == 'n') {
        scan->state = byte == 't' ? STATE_TRUE : byte == 'f' ? STATE_FALSE : STATE_NULL;
    } else {
        scan->broken = true;
    }
}

static void read_top(struct json_scan *scan, struct cursor *c)
{
    if (*c->at == 0xEF && scan->values == 0) {
        scan->literal = 0;
        scan->state = STATE_MARK;
        return;
    }
    scan->value_node = JSON_NODE_ROOT;
    begin_value(scan, c);
}

static void read_mark(struct json_scan *scan, struct cursor *c)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    if (*c->at++ != mark[scan->literal++])
        scan->broken = true;
    else if (scan->literal == sizeof(mark))
        scan->state = STATE_TOP;
}

static void read_first_element(struct json_scan *scan, struct cursor *c)
{
    if (*c->at == ']') {
        c->at++;
        close_container(scan);
        return;
    }
    scan->value_node = json_paths_element(scan->paths, scan->node[scan->depth - 1]);
    begin_value(scan, c);
}

/* A name, or, where `may_end`, the object's end. */
static void read_member(struct json_scan *scan, struct cursor *c, bool may_end)
{
    uint8_t byte = *c->at++;
    if (byte == '"') {
        begin_text(scan, STATE_NAME);
        scan->key_length = 0;
    } else if (byte == '}' && may_end) {
        close_container(scan);
    } else {
        scan->broken = true;
    }
}

static void read_colon(struct json_scan *scan, struct cursor *c)
{
    if (*c->at++ != ':')
        scan->broken = true;
    scan->state = STATE_VALUE;
}

static void read_after(struct json_scan *scan, struct cursor *c)
{
    bool array = in_array(scan);
    uint8_t byte = *c->at++;
    if (byte == ',' && array) {
        scan->value_node = json_paths_element(scan->paths, scan->node[scan->depth - 1]);
        scan->state = STATE_VALUE;
    } else if (byte == ',') {
        scan->state = STATE_MEMBER;
    } else if (byte == (array ? ']' : '}')) {
        close_container(scan);
    } else {
        scan->broken = true;
    }
}

static void read_literal(struct json_scan *scan, struct cursor *c, const char *word,
                         enum json_kind kind)
{
    if (*c->at++ != (uint8_t)word[scan->literal++]) {
        scan->broken = true;
    } else if (!word[scan->literal]) {
        tell(scan, scan->value_node, kind);
        finish_value(scan);
    }
}

/* Adds bytes to the name or the text being read; what does not fit as a whole ends it. */
static void append(struct json_scan *scan, const void *bytes, size_t length, bool divisible)
{
    bool name = scan->state == STATE_NAME;
    uint16_t *used = name ? &scan->key_length : &scan->text_length;
    size_t room = (name ? JSON_KEY_MAX : JSON_TEXT_MAX) - (size_t)*used;
    if (scan->cut)
        return;
    if (length > room) {
        scan->cut = true;
        length = divisible ? room : 0;
    }
    memcpy((name ? scan->key : scan->text) + *used, bytes, length);
    *used = (uint16_t)(*used + length);
}

static void append_utf8(struct json_scan *scan, uint32_t code)
{
    uint8_t bytes[4];
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length; i-- > 1; code >>= 6)
        bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
    bytes[0] = (uint8_t)(lead[length] | code);
    append(scan, bytes, length, false);
}

/* A first half without its second is not a character. */
static void flush_surrogate(struct json_scan *scan)
{
    if (scan->high_surrogate)
        append_utf8(scan, 0xFFFD);
    scan->high_surrogate = 0;
}

/* A complete \uXXXX (RFC 8259 section 7: beyond the basic plane as two of them). */
static void finish_unicode(struct json_scan *scan)
{
    uint32_t code = scan->unicode;
    bool low = code >= 0xDC00 && code <= 0xDFFF;
    if (low && scan->high_surrogate) {
        code = 0x10000 + ((scan->high_surrogate & 0x3FFu) << 10) + (code & 0x3FF);
        scan->high_surrogate = 0;
        append_utf8(scan, code);
        return;
    }
    flush_surrogate(scan);
    if (code >= 0xD800 && code <= 0xDBFF)
        scan->high_surrogate = (uint16_t)code;
    else
        append_utf8(scan, low ? 0xFFFD : code);
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* One byte of an escape. */
static void read_escape(struct json_scan *scan, uint8_t byte)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (scan->escape > 1) {
        int digit = hex_value(byte);
        scan->broken = digit < 0;
        scan->unicode = scan->unicode << 4 | (uint32_t)(digit & 0xF);
        scan->escape = scan->escape == 5 ? 0 : (uint8_t)(scan->escape + 1);
        if (!scan->escape && !scan->broken)
            finish_unicode(scan);
        return;
    }
    if (byte == 'u') {
        scan->unicode = 0;
        scan->escape = 2;
        return;
    }
    const char *letter = memchr(letters, byte, sizeof(letters) - 1);
    if (!letter) {
        scan->broken = true;
        return;
    }
    scan->escape = 0;
    flush_surrogate(scan);
    append(scan, &meanings[letter - letters], 1, true);
}

/* Reads on in a name or a told string; returns whether it is complete. */
static bool read_text(struct json_scan *scan, struct cursor *c)
{
    if (scan->escape) {
        read_escape(scan, *c->at++);
        return false;
    }
    const uint8_t *begin = c->at;
    json_skip_text(c);
    if (c->at > begin) {
        flush_surrogate(scan);
        append(scan, begin, (size_t)(c->at - begin), true);
    }
    if (c->at == c->end)
        return false;
    if (*c->at++ == '\\') {
        scan->escape = 1;
        return false;
    }
    flush_surrogate(scan);
    return true;
}

static void read_name(struct json_scan *scan, struct cursor *c)
{
    if (!read_text(scan, c))
        return;
    scan->value_node = json_paths_member(scan->paths, scan->node[scan->depth - 1], scan->key,
                                         scan->key_length, scan->cut);
    scan->state = STATE_COLON;
}

static void read_string(struct json_scan *scan, struct cursor *c)
{
    if (!read_text(scan, c))
        return;
    tell(scan, scan->value_node, JSON_STRING);
    finish_value(scan);
}

/* A string that nobody wants: escapes matter only where they hide a quote. */
static void read_pass(struct json_scan *scan, struct cursor *c)
{
    if (scan->escape) {
        scan->escape = 0;
        c->at++;
        return;
    }
    json_skip_text(c);
    if (c->at == c->end)
        return;
    if (*c->at++ == '\\')
        scan->escape = 1;
    else
        finish_value(scan);
}

static size_t count_digits(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* Whether the text is a number as RFC 8259 section 6 writes it. */
static bool is_number(const char *text, size_t length)
{
    const char *end = text + length;
    text += length && *text == '-';
    size_t digits = count_digits(text, (size_t)(end - text));
    if (digits == 0 || (digits > 1 && *text == '0'))
        return false;
    text += digits;
    if (text < end && *text == '.') {
        digits = count_digits(text + 1, (size_t)(end - text - 1));
        text += digits + 1;
        if (digits == 0)
            return false;
    }
    if (text < end && (*text | 0x20) == 'e') {
        text++;
        text += text < end && (*text == '+' || *text == '-');
        digits = count_digits(text, (size_t)(end - text));
        text += digits;
        if (digits == 0)
            return false;
    }
    return text == end;
}

static void finish_number(struct json_scan *scan)
{
    if (!scan->cut && !is_number(scan->text, scan->text_length)) {
        scan->broken = true;
        return;
    }
    tell(scan, scan->value_node, JSON_NUMBER);
    finish_value(scan);
}

static bool is_number_byte(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '+' ||
           (byte | 0x20) == 'e';
}

static void read_number(struct json_scan *scan, struct cursor *c)
{
    const uint8_t *begin = c->at;
    while (c->at < c->end && is_number_byte(*c->at))
        c->at++;
    append(scan, begin, (size_t)(c->at - begin), true);
    if (c->at < c->end)
        finish_number(scan);
}

/* States in which white space means nothing: skips it and takes one token's first bytes. */
static void read_between(struct json_scan *scan, struct cursor *c)
{
    json_skip_blanks(c);
    if (c->at == c->end)
        return;
    switch ((enum state)scan->state) {
    case STATE_TOP:
        read_top(scan, c);
        break;
    case STATE_VALUE:
        begin_value(scan, c);
        break;
    case STATE_FIRST_ELEMENT:
        read_first_element(scan, c);
        break;
    case STATE_FIRST_MEMBER:
        read_member(scan, c, true);
        break;
    case STATE_MEMBER:
        read_member(scan, c, false);
        break;
    case STATE_COLON:
        read_colon(scan, c);
        break;
    default:
        read_after(scan, c);
        break;
    }
}

static void read_inside(struct json_scan *scan, struct cursor *c)
{
    switch ((enum state)scan->state) {
    case STATE_SKIP:
        read_skip(scan, c);
        break;
    case STATE_NAME:
        read_name(scan, c);
        break;
    case STATE_STRING:
        read_string(scan, c);
        break;
    case STATE_PASS:
        read_pass(scan, c);
        break;
    case STATE_NUMBER:
        read_number(scan, c);
        break;
    case STATE_TRUE:
        read_literal(scan, c, "true", JSON_TRUE);
        break;
    case STATE_FALSE:
        read_literal(scan, c, "false", JSON_FALSE);
        break;
    case STATE_NULL:
        read_literal(scan, c, "null", JSON_NULL);
        break;
    default:
        read_mark(scan, c);
        break;
    }
}

bool json_scan_feed(struct json_scan *scan, const uint8_t *data, size_t length)
{
    struct cursor c = cursor_over(data, length);
    while (c.at < c.end && !scan->broken && !scan->ended) {
        if (scan->state == STATE_TOP || (scan->state >= STATE_VALUE && scan->state <= STATE_AFTER))
            read_between(scan, &c);
        else
            read_inside(scan, &c);
    }
    return !scan->broken && !scan->ended;
}

void json_scan_finish(struct json_scan *scan)
{
    if (scan->state == STATE_NUMBER && scan->depth == 0 && !scan->broken && !scan->ended)
        finish_number(scan);
}
