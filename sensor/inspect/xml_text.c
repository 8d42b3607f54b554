/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text inside XML as a streaming scan reads it (XML 1.0 sections 2.4, 4.1 and 4.6): bounded, blanks
 * around it dropped, the entities of XML itself resolved. Used by xml_scan.c alone.
 */
#include "inspect/xml_text.h"

#include <string.h>

void xml_text_begin(struct xml_scan *scan)
{
    scan->text_length = 0;
    scan->cut = false;
}

/* Adds bytes; what does not fit as a whole ends the text. */
static void append(struct xml_scan *scan, const void *bytes, size_t length, bool divisible)
{
    size_t room = JSON_TEXT_MAX - (size_t)scan->text_length;
    if (scan->cut)
        return;
    if (length > room) {
        scan->cut = true;
        length = divisible ? room : 0;
    }
    memcpy(scan->text + scan->text_length, bytes, length);
    scan->text_length = (uint16_t)(scan->text_length + length);
}

void xml_text_add(struct xml_scan *scan, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    while (scan->text_length == 0 && length > 0 && xml_is_blank(*at)) {
        at++;
        length--;
    }
    append(scan, at, length, true);
}

void xml_text_append(struct xml_scan *scan, const void *bytes, size_t length)
{
    append(scan, bytes, length, true);
}

void xml_text_trim(struct xml_scan *scan)
{
    while (scan->text_length > 0 && xml_is_blank((uint8_t)scan->text[scan->text_length - 1]))
        scan->text_length--;
}

static void append_utf8(struct xml_scan *scan, uint32_t code)
{
    uint8_t bytes[4];
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length; i-- > 1; code >>= 6)
        bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
    bytes[0] = (uint8_t)(lead[length] | code);
    append(scan, bytes, length, false);
}

static int digit_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : 16;
}

/* The character of "#38" or "#x26"; U+FFFD where there is none. */
static uint32_t read_reference(const char *text, size_t length)
{
    uint32_t base = length > 1 && text[1] == 'x' ? 16 : 10;
    size_t at = base == 16 ? 2 : 1;
    uint32_t code = 0;
    bool valid = at < length;
    for (; at < length; at++) {
        uint32_t digit = (uint32_t)digit_value((uint8_t)text[at]);
        valid = valid && digit < base && code <= 0x10FFFF;
        code = valid ? code * base + digit : 0;
    }
    bool is_character = valid && code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return is_character ? code : 0xFFFD;
}

/* What stands for itself where no entity was meant: "R&D". */
static void flush_entity(struct xml_scan *scan)
{
    append(scan, "&", 1, true);
    append(scan, scan->entity, scan->entity_length, true);
}

static void finish_entity(struct xml_scan *scan)
{
    static const struct {
        const char *name;
        const char *text;
    } entities[] = {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}};
    if (scan->entity_length > 0 && scan->entity[0] == '#') {
        append_utf8(scan, read_reference(scan->entity, scan->entity_length));
        return;
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
        if (strlen(entities[i].name) == scan->entity_length &&
            memcmp(entities[i].name, scan->entity, scan->entity_length) == 0) {
            append(scan, entities[i].text, 1, true);
            return;
        }
    flush_entity(scan);
    append(scan, ";", 1, true);
}

bool xml_text_read_entity(struct xml_scan *scan, uint8_t byte)
{
    if (byte == ';') {
        finish_entity(scan);
        scan->entity_done = true;
        return true;
    }
    if ((xml_is_in_name(byte) || byte == '#') && scan->entity_length < XML_ENTITY_MAX) {
        scan->entity[scan->entity_length++] = (char)byte;
        return true;
    }
    flush_entity(scan);
    scan->entity_done = true;
    return false;
}
