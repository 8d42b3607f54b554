/* SPDX-License-Identifier: Apache-2.0 */
/* The text of an element or attribute being read by an XML scan, and its entities. Any thread. */
#ifndef AJAR_INSPECT_XML_TEXT_H
#define AJAR_INSPECT_XML_TEXT_H

#include "inspect/xml_scan.h"

static inline bool xml_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Names are not checked letter by letter: only what begins none, and what ends one. */
static inline bool xml_begins_name(uint8_t byte)
{
    uint8_t letter = byte | 0x20;
    return (letter >= 'a' && letter <= 'z') || byte == '_' || byte == ':' || byte >= 0x80;
}

static inline bool xml_is_in_name(uint8_t byte)
{
    return xml_begins_name(byte) || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
}

/* A new text. */
void xml_text_begin(struct xml_scan *scan);

/* More of an element's text, which does not begin with blanks. */
void xml_text_add(struct xml_scan *scan, const void *bytes, size_t length);

/* More of an attribute's value. */
void xml_text_append(struct xml_scan *scan, const void *bytes, size_t length);

/* Drops the blanks at the text's end. */
void xml_text_trim(struct xml_scan *scan);

/*
 * The next byte behind '&'. Sets scan->entity_done when the entity, or what only looked like one,
 * is in the text. Returns whether the byte was part of it.
 */
bool xml_text_read_entity(struct xml_scan *scan, uint8_t byte);

#endif
