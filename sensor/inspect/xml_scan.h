/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming XML reader (XML 1.0, namespaces without their prefixes) for evidence, in the manner
 * of inspect/json.h: it is given the same set of paths and a body in pieces cut anywhere, and tells
 * what stands at those paths to the same listener. It never allocates, never looks back, never
 * fails: what is not XML ends the scan with xml_scan_broken(). No entity but the five of XML itself
 * is resolved, nothing is fetched, a DTD is passed over. The result never depends on where the body
 * was cut.
 *
 * An element is a member of the one around it, the outermost of the top value: "/list/item". An
 * attribute is the member "@name" of its element. "*" stands for any element, never for an
 * attribute; "[]" leads nowhere, as a repeated element is told each time. Events:
 *
 *     JSON_OBJECT      an element begins; key is its name
 *     JSON_STRING      an attribute (its key begins with '@'); or the text of an element that had
 * no child, at its end: without the blanks around it, entities and CDATA resolved JSON_OBJECT_END
 * an element that had children ends
 */
#ifndef AJAR_INSPECT_XML_SCAN_H
#define AJAR_INSPECT_XML_SCAN_H

#include "inspect/json.h"

#define XML_ENTITY_MAX 12 /* bytes between '&' and ';'; a longer one is none */

/* State of one scan: fixed size, caller's memory, no pointers into the body. The fields are the
 * scanner's own. */
struct xml_scan {
    const struct json_paths *paths;
    json_listener listener;
    void *context;
    uint64_t parents;        /* bit per open element that had a child */
    uint64_t values;         /* outermost elements completed */
    uint32_t depth;          /* elements open; those below JSON_DEPTH_MAX are on no path */
    uint32_t nested;         /* brackets open in a DTD */
    uint16_t attribute_node; /* place of the attribute being read */
    uint16_t text_length;    /* bytes in text[] */
    uint16_t key_length;     /* bytes in key[] */
    uint16_t attribute_length;
    uint8_t entity_length;
    uint8_t state;    /* enum state of xml_scan.c */
    uint8_t back;     /* the state behind an entity */
    uint8_t quote;    /* that ends the attribute's value, or a text in a DTD; 0 = none */
    uint8_t matched;  /* bytes of a mark ("-->", "<![CDATA[") read so far */
    bool key_cut;     /* the name did not fit */
    bool cut;         /* the text did not fit */
    bool entity_done; /* the entity is read */
    bool declaration; /* the attribute declares a namespace */
    bool broken;      /* not XML */
    bool ended;       /* the listener wanted no more */
    uint16_t node[JSON_DEPTH_MAX]; /* place of each open element */
    uint32_t name[JSON_DEPTH_MAX]; /* hash of its name: the end must have the same */
    char entity[XML_ENTITY_MAX];
    char attribute[JSON_KEY_MAX];
    char key[JSON_KEY_MAX];
    char text[JSON_TEXT_MAX];
};

/* Prepares a scan. `paths` must outlive it. */
void xml_scan_init(struct xml_scan *scan, const struct json_paths *paths, json_listener listener,
                   void *context);

/* The next bytes of the body. Returns whether more is wanted: false once broken or ended. */
bool xml_scan_feed(struct xml_scan *scan, const uint8_t *data, size_t length);

/* Whether the bytes were not XML. */
bool xml_scan_broken(const struct xml_scan *scan);

/* Whether at least one outermost element is complete and none is open. */
bool xml_scan_complete(const struct xml_scan *scan);

#endif
