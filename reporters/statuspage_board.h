/* SPDX-License-Identifier: MIT */
/*
 * Keeps the components of a hosted status page as they are now, also where nothing is told of an
 * incident: when another journey begins to show it, when a place recovers, while it flaps. Private
 * to reporters/.
 */
#ifndef REPORTERS_STATUSPAGE_BOARD_H
#define REPORTERS_STATUSPAGE_BOARD_H

#include "reporters/statuspage_client.h"
#include "reporters/statuspage_text.h"

struct statuspage_board;

/* Hears every few seconds of what is open. */
typedef void statuspage_seen(void *data, const struct store_incidents *open);

/* Begins by itself, in a later turn. All borrowed. */
struct statuspage_board *statuspage_board_open(const struct reporter_context *context,
                                               struct statuspage_client *client,
                                               const struct statuspage_map *map,
                                               statuspage_seen *seen, void *data);
void statuspage_board_close(struct statuspage_board *board); /* takes NULL */

/* It is on trial, and must write nothing. */
void statuspage_board_rest(struct statuspage_board *board);

/* The n-th component was told its state with an incident. */
void statuspage_board_learn(struct statuspage_board *board, size_t n, enum statuspage_state state);

#endif
