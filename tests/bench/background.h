/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traffic around the stores: what an enterprise sends all day and what a sensor has to get
 * past quickly without taking any of it for a store.
 */
#ifndef BENCH_BACKGROUND_H
#define BENCH_BACKGROUND_H

#include "rng.h"
#include "text.h"
#include "traffic.h"

enum background_kind {
    BACKGROUND_TLS,     /* outbound bulk on 443 */
    BACKGROUND_WEB_OUT, /* HTML, images, JSON APIs from outside servers */
    BACKGROUND_WEB_IN,  /* outside clients at home web servers, search APIs among them */
    BACKGROUND_SMB,     /* file shares inside */
    BACKGROUND_SHELL,   /* SSH and mail */
    BACKGROUND_QUIC,    /* UDP 443 */
    BACKGROUND_VOICE,   /* RTP-like UDP, NTP, syslog */
    BACKGROUND_DNS,
    BACKGROUND_ECHO, /* ping */
    BACKGROUND_SCAN, /* single SYN from outside */
    BACKGROUND_KINDS
};

#define BACKGROUND_PAGES 96

/* Bytes shared by all conversations: generated once, only pointed to. */
struct background {
    uint8_t *noise;   /* random bytes */
    uint8_t *records; /* TLS application data records, one after the other */
    uint8_t *shares;  /* SMB2 read replies, one after the other */
    struct text html[BACKGROUND_PAGES];
    struct text json[BACKGROUND_PAGES];
    struct text zipped[BACKGROUND_PAGES]; /* the HTML pages, gzip */
};

void background_init(struct background *b, struct rng *r);
void background_clear(struct background *b);

/* A new conversation of that kind. */
struct conversation *background_new(const struct background *b, struct rng *r,
                                    enum background_kind kind);

#endif
