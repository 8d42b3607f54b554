/* SPDX-License-Identifier: Apache-2.0 */
/* Classes that a user describes in YAML: a regular expression, a word near it, a check. */
#ifndef AJAR_SCAN_USER_H
#define AJAR_SCAN_USER_H

#include "ajar/problem.h"
#include "scan/classes.h"
#include "scan/engine.h"

#define USER_NAME_MAX  24 /* with the NUL: that of struct finding_class */
#define USER_REGEX_MAX 512

enum user_check { USER_CHECK_NONE, USER_CHECK_LUHN, USER_CHECK_MOD97 };

struct user_class {
    char name[USER_NAME_MAX];
    char regex[USER_REGEX_MAX];
    char keyword[64]; /* "" = none */
    uint8_t check;    /* enum user_check */
    uint8_t weight;
    bool any_case;
};

struct user_set {
    size_t count;
    struct user_class classes[SCAN_USER_CLASSES_MAX];
    struct engine *ends;   /* finds ends in a stream, NULL when there are no classes */
    struct engine *starts; /* and then the beginning */
};

/* A match that may still grow. */
struct user_match {
    bool open;
    bool valid;
    uint64_t begin;
    uint64_t end;
    uint64_t hash;
};

/* Reads a file or folder into *set. On failure *set is empty. */
enum ajar_status user_set_load(const char *path, struct user_set *set, struct problem *problem);
void user_set_clear(struct user_set *set);

/* Whether the value passes the class's check. */
bool user_check_holds(enum user_check check, const uint8_t *text, size_t length);

#endif
