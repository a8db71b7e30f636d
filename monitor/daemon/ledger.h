/* SPDX-License-Identifier: MIT */
/*
 * The ledger of a scenario file: what its journeys have left behind in the shop and not put right,
 * a line each, in `.FILE.ledger.jsonl` beside it. A line is on disk before the step is sent, and a
 * further one strikes it off, or says that the run has ended without. Runs of several processes
 * share it under a lock.
 */
#ifndef DAEMON_LEDGER_H
#define DAEMON_LEDGER_H

#include "monitor/journey/journey.h"

enum { LEDGER_FILE_MAX = 8 * 1024 * 1024, LEDGER_COMPACT_AT = 64 * 1024 };

struct ledger;

/* NULL for a scenario that leaves nothing behind, and has left nothing. Changes no file. */
struct ledger *ledger_create(const struct scenario *scenario);
void ledger_free(struct ledger *ledger); /* takes NULL */

/* For a journey's settings; NULL for NULL. */
const struct journey_ledger *ledger_of_journey(const struct ledger *ledger);

const char *ledger_path(const struct ledger *ledger);

/* How much is not settled; 0 for NULL. Takes what is settled out of the file. */
MUST_CHECK enum result ledger_unsettled(const struct ledger *ledger, size_t *ret_count,
                                        struct error *error);

/* What one run has left behind; its debts in the order in which they were noted. */
struct ledger_remains {
    struct journey_debt *debts;
    size_t count;
    const char *when; /* the first was noted */
    bool under_way;   /* the run is not over: it may put them right itself */
};

/* What all runs have left behind, in the order of the runs. */
struct ledger_list;

/* An empty one for NULL. */
MUST_CHECK enum result ledger_list(const struct ledger *ledger, struct ledger_list **ret_list,
                                   struct error *error);
void ledger_list_free(struct ledger_list *list); /* takes NULL */

size_t ledger_list_count(const struct ledger_list *list);
const struct ledger_remains *ledger_list_at(const struct ledger_list *list, size_t n);

/* Whether a cleanup step of the scenario, which may have been changed since, settles any of it. */
bool ledger_can_settle(const struct scenario *scenario, const struct ledger_remains *remains);

/* Whether the run's `what` is in it. */
bool ledger_list_has(const struct ledger_list *list, const char *run_id, const char *what);

#endif
