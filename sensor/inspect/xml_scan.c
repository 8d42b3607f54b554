/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streaming XML reader: a state machine, one byte a step (texts that nobody wants at the speed
 * of memory), that keeps its place between two pieces of a body. It reads reply bodies as the HTTP
 * inspector passes them on to detection.
 */
#include "inspect/xml_scan.h"

#include "ajar/cursor.h"
#include "inspect/json_paths.h"
#include "inspect/xml_text.h"

#include <string.h>

enum state {
    STATE_TOP = 0,   /* outside of the outermost element */
    STATE_MARK,      /* inside a byte order mark */
    STATE_TEXT,      /* inside an element */
    STATE_LESS,      /* behind '<' */
    STATE_NAME,      /* inside the name of an element that begins */
    STATE_TAG,       /* behind it */
    STATE_ATTRIBUTE, /* inside an attribute's name */
    STATE_EQUALS,    /* '=' must come */
    STATE_QUOTE,     /* a quote must come */
    STATE_VALUE,     /* inside an attribute's value */
    STATE_EMPTY,     /* behind '/': '>' must come */
    STATE_END_NAME,  /* inside the name of an element that ends */
    STATE_END,       /* behind it: '>' must come */
    STATE_ENTITY,    /* behind '&' */
    STATE_BANG,      /* behind "<!" */
    STATE_DASH,      /* behind "<!-" */
    STATE_BRACKET,   /* inside "<![CDATA[" */
    STATE_COMMENT,
    STATE_CDATA,
    STATE_PROCESSING, /* behind "<?" */
    STATE_DTD,
};

void xml_scan_init(struct xml_scan *scan, const struct json_paths *paths, json_listener listener,
                   void *context)
{
    memset(scan, 0, offsetof(struct xml_scan, node));
    scan->paths = paths;
    scan->listener = listener;
    scan->context = context;
}

bool xml_scan_broken(const struct xml_scan *scan)
{
    return scan->broken;
}

bool xml_scan_complete(const struct xml_scan *scan)
{
    return scan->values > 0 && scan->depth == 0 && scan->state == STATE_TOP && !scan->broken;
}

static uint32_t hash_name(const struct xml_scan *scan)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < scan->key_length; i++)
        hash = (hash ^ (uint8_t)scan->key[i]) * 16777619u;
    return hash;
}

/* The place of the innermost open element. */
static uint16_t place(const struct xml_scan *scan)
{
    if (scan->depth == 0)
        return JSON_NODE_ROOT;
    return scan->depth > JSON_DEPTH_MAX ? JSON_NODE_NONE : scan->node[scan->depth - 1];
}

static bool is_parent(const struct xml_scan *scan)
{
    return scan->depth > JSON_DEPTH_MAX || (scan->parents >> (scan->depth - 1) & 1);
}

/* Whether the text that follows may be the value of the innermost element. */
static bool collects(const struct xml_scan *scan)
{
    return scan->depth > 0 && !is_parent(scan) &&
           json_paths_tag(scan->paths, place(scan)) != JSON_TAG_NONE;
}

static void tell(struct xml_scan *scan, uint16_t node, struct json_event event)
{
    event.tag = json_paths_tag(scan->paths, node);
    if (event.tag != JSON_TAG_NONE && !scan->listener(scan->context, &event))
        scan->ended = true;
}

static void tell_text(struct xml_scan *scan, uint16_t node, const char *key, size_t key_length)
{
    tell(scan, node,
         (struct json_event){.kind = JSON_STRING,
                             .depth = scan->depth,
                             .key = key,
                             .key_length = key_length,
                             .text = scan->text,
                             .length = scan->text_length,
                             .cut = scan->cut});
}

/* The name of an element that begins is complete. */
static void open_element(struct xml_scan *scan)
{
    uint16_t node =
        json_paths_member(scan->paths, place(scan), scan->key, scan->key_length, scan->key_cut);
    if (scan->depth == UINT32_MAX || scan->key_length == 0) {
        scan->broken = true;
        return;
    }
    if (scan->depth > 0 && scan->depth <= JSON_DEPTH_MAX)
        scan->parents |= UINT64_C(1) << (scan->depth - 1);
    scan->depth++;
    if (scan->depth <= JSON_DEPTH_MAX) {
        scan->parents &= ~(UINT64_C(1) << (scan->depth - 1));
        scan->node[scan->depth - 1] = node;
        scan->name[scan->depth - 1] = hash_name(scan);
    }
    tell(scan, place(scan),
         (struct json_event){.kind = JSON_OBJECT,
                             .depth = scan->depth,
                             .key = scan->key,
                             .key_length = scan->key_length});
    xml_text_begin(scan);
}

/* The innermost element ends; its name is in key[]. */
static void close_element(struct xml_scan *scan)
{
    if (is_parent(scan)) {
        tell(scan, place(scan),
             (struct json_event){.kind = JSON_OBJECT_END, .depth = scan->depth, .key = ""});
    } else {
        xml_text_trim(scan);
        tell_text(scan, place(scan), scan->key, scan->key_length);
    }
    scan->depth--;
    scan->values += scan->depth == 0;
    scan->state = scan->depth == 0 ? STATE_TOP : STATE_TEXT;
}

static void read_top(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    if (byte == 0xEF && scan->values == 0) {
        scan->matched = 0;
        scan->state = STATE_MARK;
        return;
    }
    c->at++;
    if (byte == '<')
        scan->state = STATE_LESS;
    else if (!xml_is_blank(byte))
        scan->broken = true;
}

static void read_mark(struct xml_scan *scan, struct cursor *c)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    if (*c->at++ != mark[scan->matched++])
        scan->broken = true;
    else if (scan->matched == sizeof(mark))
        scan->state = STATE_TOP;
}

static void begin_entity(struct xml_scan *scan)
{
    scan->back = scan->state;
    scan->entity_length = 0;
    scan->entity_done = false;
    scan->state = STATE_ENTITY;
}

static void read_text(struct xml_scan *scan, struct cursor *c)
{
    bool wanted = collects(scan);
    size_t left = (size_t)(c->end - c->at);
    const uint8_t *less = memchr(c->at, '<', left);
    size_t length = less ? (size_t)(less - c->at) : left;
    const uint8_t *entity = wanted ? memchr(c->at, '&', length) : NULL;
    if (entity)
        length = (size_t)(entity - c->at);
    if (wanted)
        xml_text_add(scan, c->at, length);
    c->at += length;
    if (c->at == c->end)
        return;
    if (*c->at++ == '<')
        scan->state = STATE_LESS;
    else
        begin_entity(scan);
}

/* Where an element that begins or ends, a comment or an instruction starts. */
static void read_less(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    scan->key_length = 0;
    scan->key_cut = false;
    scan->matched = 0;
    if (xml_begins_name(byte)) {
        scan->state = STATE_NAME;
        return;
    }
    c->at++;
    if (byte == '/' && scan->depth > 0)
        scan->state = STATE_END_NAME;
    else if (byte == '!')
        scan->state = STATE_BANG;
    else if (byte == '?')
        scan->state = STATE_PROCESSING;
    else
        scan->broken = true;
}

/* Reads on in an element's name, without its prefix; returns whether it is complete. */
static bool read_name(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    if (!xml_is_in_name(byte))
        return true;
    c->at++;
    if (byte == ':') {
        scan->key_length = 0;
        scan->key_cut = false;
    } else if (scan->key_length < JSON_KEY_MAX) {
        scan->key[scan->key_length++] = (char)byte;
    } else {
        scan->key_cut = true;
    }
    return false;
}

static void read_begin(struct xml_scan *scan, struct cursor *c)
{
    if (!read_name(scan, c))
        return;
    scan->state = STATE_TAG;
    open_element(scan);
}

static void read_tag(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    if (xml_is_blank(byte))
        return;
    if (byte == '>') {
        xml_text_begin(scan);
        scan->state = STATE_TEXT;
    } else if (byte == '/') {
        scan->state = STATE_EMPTY;
    } else if (xml_begins_name(byte)) {
        c->at--;
        scan->attribute[0] = '@';
        scan->attribute_length = 1;
        scan->key_cut = false;
        scan->declaration = false;
        scan->state = STATE_ATTRIBUTE;
    } else {
        scan->broken = true;
    }
}

/* An attribute is found by its name alone. */
static uint16_t find_attribute(const struct xml_scan *scan)
{
    uint16_t above = place(scan);
    uint16_t any = json_paths_member(scan->paths, above, "", 0, true);
    uint16_t found =
        json_paths_member(scan->paths, above, scan->attribute, scan->attribute_length, false);
    return found == any || scan->key_cut || scan->declaration ? JSON_NODE_NONE : found;
}

static void read_attribute(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    if (!xml_is_in_name(byte)) {
        scan->attribute_node = find_attribute(scan);
        scan->state = STATE_EQUALS;
        return;
    }
    c->at++;
    if (byte == ':') {
        scan->declaration =
            scan->attribute_length == 6 && memcmp(scan->attribute, "@xmlns", 6) == 0;
        scan->attribute_length = 1;
        scan->key_cut = false;
    } else if (scan->attribute_length < JSON_KEY_MAX) {
        scan->attribute[scan->attribute_length++] = (char)byte;
    } else {
        scan->key_cut = true;
    }
}

static void read_equals(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    if (byte == '=')
        scan->state = STATE_QUOTE;
    else if (!xml_is_blank(byte))
        scan->broken = true;
}

static void read_quote(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    if (xml_is_blank(byte))
        return;
    if (byte != '"' && byte != '\'') {
        scan->broken = true;
        return;
    }
    scan->quote = byte;
    scan->state = STATE_VALUE;
    xml_text_begin(scan);
}

static void read_value(struct xml_scan *scan, struct cursor *c)
{
    bool wanted = json_paths_tag(scan->paths, scan->attribute_node) != JSON_TAG_NONE;
    const uint8_t *end = memchr(c->at, scan->quote, (size_t)(c->end - c->at));
    size_t length = end ? (size_t)(end - c->at) : (size_t)(c->end - c->at);
    const uint8_t *entity = wanted ? memchr(c->at, '&', length) : NULL;
    if (entity)
        length = (size_t)(entity - c->at);
    if (wanted)
        xml_text_append(scan, c->at, length);
    c->at += length;
    if (c->at == c->end)
        return;
    if (*c->at++ == '&' && wanted) {
        begin_entity(scan);
        return;
    }
    tell_text(scan, scan->attribute_node, scan->attribute, scan->attribute_length);
    xml_text_begin(scan);
    scan->state = STATE_TAG;
}

static void read_empty(struct xml_scan *scan, struct cursor *c)
{
    if (*c->at++ != '>') {
        scan->broken = true;
        return;
    }
    xml_text_begin(scan);
    close_element(scan);
}

static void read_end(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    if (xml_is_blank(byte))
        return;
    if (byte != '>' ||
        (scan->depth <= JSON_DEPTH_MAX && scan->name[scan->depth - 1] != hash_name(scan)))
        scan->broken = true;
    else
        close_element(scan);
}

static void read_entity(struct xml_scan *scan, struct cursor *c)
{
    if (xml_text_read_entity(scan, *c->at))
        c->at++;
    if (scan->entity_done)
        scan->state = scan->back;
}

/* "<!": a comment, CDATA (inside an element), a DTD (outside). */
static void read_bang(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at;
    if (byte == '-') {
        c->at++;
        scan->state = STATE_DASH;
    } else if (byte == '[' && scan->depth > 0) {
        scan->state = STATE_BRACKET;
    } else if (xml_begins_name(byte) && scan->depth == 0) {
        scan->nested = 1;
        scan->quote = 0;
        scan->state = STATE_DTD;
    } else {
        scan->broken = true;
    }
}

static void read_dash(struct xml_scan *scan, struct cursor *c)
{
    scan->broken = *c->at++ != '-';
    scan->state = STATE_COMMENT;
}

static void read_bracket(struct xml_scan *scan, struct cursor *c)
{
    static const char cdata[] = "[CDATA[";
    if (*c->at++ != (uint8_t)cdata[scan->matched++]) {
        scan->broken = true;
    } else if (scan->matched == sizeof(cdata) - 1) {
        scan->state = STATE_CDATA;
        scan->matched = 0;
    }
}

/* Behind what a comment, CDATA or an instruction ends with. */
static void go_on(struct xml_scan *scan)
{
    scan->matched = 0;
    scan->state = scan->depth == 0 ? STATE_TOP : STATE_TEXT;
}

/* Passes over bytes up to '>' behind `count` times `byte`. */
static void read_until(struct xml_scan *scan, struct cursor *c, uint8_t byte, uint8_t count)
{
    if (scan->matched == 0) {
        const uint8_t *at = memchr(c->at, byte, (size_t)(c->end - c->at));
        c->at = at ? at : c->end;
        if (!at)
            return;
    }
    uint8_t next = *c->at++;
    if (next == '>' && scan->matched == count)
        go_on(scan);
    else if (next != byte)
        scan->matched = 0;
    else if (scan->matched < count)
        scan->matched++;
}

/* Text as it stands, up to "]]>". */
static void read_cdata(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    bool wanted = collects(scan);
    if (byte == '>' && scan->matched == 2) {
        go_on(scan);
        return;
    }
    if (byte == ']' && scan->matched < 2) {
        scan->matched++;
        return;
    }
    if (wanted && byte != ']')
        xml_text_add(scan, "]]", scan->matched);
    if (byte != ']')
        scan->matched = 0;
    if (wanted)
        xml_text_add(scan, &byte, 1);
}

/* A DTD ends with the '>' that is in no quotes and closes its own '<'. */
static void read_dtd(struct xml_scan *scan, struct cursor *c)
{
    uint8_t byte = *c->at++;
    if (scan->quote) {
        if (byte == scan->quote)
            scan->quote = 0;
    } else if (byte == '"' || byte == '\'') {
        scan->quote = byte;
    } else if (byte == '<') {
        scan->nested++;
    } else if (byte == '>' && --scan->nested == 0) {
        go_on(scan);
    }
}

static void read_markup(struct xml_scan *scan, struct cursor *c)
{
    switch ((enum state)scan->state) {
    case STATE_ENTITY:
        read_entity(scan, c);
        break;
    case STATE_BANG:
        read_bang(scan, c);
        break;
    case STATE_DASH:
        read_dash(scan, c);
        break;
    case STATE_BRACKET:
        read_bracket(scan, c);
        break;
    case STATE_COMMENT:
        read_until(scan, c, '-', 2);
        break;
    case STATE_CDATA:
        read_cdata(scan, c);
        break;
    case STATE_PROCESSING:
        read_until(scan, c, '?', 1);
        break;
    default:
        read_dtd(scan, c);
        break;
    }
}

static void read_step(struct xml_scan *scan, struct cursor *c)
{
    switch ((enum state)scan->state) {
    case STATE_TOP:
        read_top(scan, c);
        break;
    case STATE_MARK:
        read_mark(scan, c);
        break;
    case STATE_TEXT:
        read_text(scan, c);
        break;
    case STATE_LESS:
        read_less(scan, c);
        break;
    case STATE_NAME:
        read_begin(scan, c);
        break;
    case STATE_TAG:
        read_tag(scan, c);
        break;
    case STATE_ATTRIBUTE:
        read_attribute(scan, c);
        break;
    case STATE_EQUALS:
        read_equals(scan, c);
        break;
    case STATE_QUOTE:
        read_quote(scan, c);
        break;
    case STATE_VALUE:
        read_value(scan, c);
        break;
    case STATE_EMPTY:
        read_empty(scan, c);
        break;
    case STATE_END_NAME:
        if (read_name(scan, c))
            scan->state = STATE_END;
        break;
    case STATE_END:
        read_end(scan, c);
        break;
    default:
        read_markup(scan, c);
        break;
    }
}

bool xml_scan_feed(struct xml_scan *scan, const uint8_t *data, size_t length)
{
    struct cursor c = cursor_over(data, length);
    while (c.at < c.end && !scan->broken && !scan->ended)
        read_step(scan, &c);
    return !scan->broken && !scan->ended;
}
