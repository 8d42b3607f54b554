/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the delivery side tells the packet side of `watch`: the endpoints of exposures, those that
 * the journal kept and those that open, so that a packet side that was started again watches the
 * same doors. Shared memory that the packet side can only read; nobody waits for anybody.
 */
#ifndef AJAR_DOOR_BOARD_H
#define AJAR_DOOR_BOARD_H

#include "ajar/addr.h"
#include "flow/doors.h"

#include <stdint.h>

#define DOOR_BOARD_SLOTS DOORS_MAX /* the newest; a packet side could not keep more */

struct door_board;

/* Made before the processes are. AJAR_ERR_SYSTEM and errno, AJAR_ERR_MEMORY. Free with
 * door_board_free(), which accepts NULL. */
enum ajar_status door_board_new(struct door_board **board);
void door_board_free(struct door_board *board);

/* Packet side, before it reads its first packet: gives up writing for good. */
void door_board_forgo_writing(struct door_board *board);

/* Delivery side: one more endpoint. Does not wait. */
void door_board_publish(struct door_board *board, const struct addr *server, uint16_t port);

typedef void (*door_board_reader)(void *context, const struct addr *server, uint16_t port);

/* Packet side: tells what was published since `position` (0 = the beginning; of more than
 * DOOR_BOARD_SLOTS the newest) and returns the new position. */
uint64_t door_board_read(const struct door_board *board, uint64_t position,
                         door_board_reader reader, void *context);

#endif
