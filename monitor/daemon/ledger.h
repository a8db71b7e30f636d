/* SPDX-License-Identifier: MIT */
/*
 * The ledger of a scenario file: what its journeys have left behind in the shop and not put right,
 * a line each, in `.FILE.ledger.jsonl` beside it. A line is on disk before the step is sent, and a
 * further one strikes it off. Runs of several processes share it under a lock.
 */
#ifndef DAEMON_LEDGER_H
#define DAEMON_LEDGER_H

#include "monitor/journey/journey.h"

enum { LEDGER_FILE_MAX = 8 * 1024 * 1024, LEDGER_COMPACT_AT = 64 * 1024 };

struct ledger;

/* NULL for a scenario that leaves nothing behind. Touches no file. */
struct ledger *ledger_create(const struct scenario *scenario);
void ledger_free(struct ledger *ledger); /* takes NULL */

/* For a journey's settings; NULL for NULL. */
const struct journey_ledger *ledger_of_journey(const struct ledger *ledger);

const char *ledger_path(const struct ledger *ledger);

/* How much is not settled; 0 for NULL. Takes what is settled out of the file. */
MUST_CHECK enum result ledger_unsettled(const struct ledger *ledger, size_t *ret_count,
                                        struct error *error);

#endif
