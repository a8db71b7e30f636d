/* SPDX-License-Identifier: MIT */
/*
 * Why a run's state is not what its steps say: public API. The record holds the words, so that one
 * of another version can be read.
 */
#ifndef RECORD_REASON_H
#define RECORD_REASON_H

#include "monitor/record/symptom.h"

/* X(NAME, words, symptom of a slot without steps, for a table, sentence for people) */
#define REASON_TABLE(X)                                                                            \
    X(OVERLAP, "overlap", NONE, "the run before it was still going",                               \
      "The run before it was still going: this slot ends as that one did.")                        \
    X(HELD_BACK, "held back", NONE, "the shop is spared",                                          \
      "Another run watches the step that hangs: the shop is spared a further request.")            \
    X(LATE, "late", MONITOR_LATE, "too late to replay it",                                         \
      "The monitor came to this slot too late to replay it: nothing was sent.")                    \
    X(OVERLOAD, "overload", MONITOR_OVERLOAD, "too many runs in flight",                           \
      "The monitor had too many runs in flight to begin this one: nothing was sent.")              \
    X(RESTART, "restart", MONITOR_RESTARTED, "the monitor was not running",                        \
      "The monitor was not running when this slot was due: nothing was sent.")                     \
    X(SUSPENDED, "suspended", MONITOR_SUSPENDED, "the machine slept",                              \
      "The monitor's machine was suspended when this slot was due: nothing was sent.")             \
    X(CLOCK_STEP, "clock step", MONITOR_CLOCK_STEP, "the clock was set",                           \
      "The monitor's clock was set forward over this slot: nothing was sent.")                     \
    X(LAGGED, "lagged", MONITOR_LAGGED, "the monitor was too busy",                                \
      "The monitor itself was too busy to measure while it ran: what it saw may be its own.")      \
    X(PAUSED, "paused", NONE, "paused for maintenance",                                            \
      "Maintenance: nothing was sent, and the slot does not count.")                               \
    X(UNSETTLED, "unsettled", MONITOR_LEDGER_FULL, "too much is left behind",                      \
      "Earlier runs have left too many things behind in the shop: no new ones are made.")          \
    X(REFERENCES_UNREACHABLE, "references unreachable", NONE, "the monitor has no network",        \
      "The reference sites could not be reached either: it is the monitor that has no network.")   \
    X(CLEANUP_FAILED, "cleanup failed", NONE, "the cleanup failed",                                \
      "The steps passed, but cleaning up after them failed.")                                      \
    X(NOT_SETTLED, "not settled", NONE, "not put right",                                           \
      "What an earlier run has left behind could not be put right.")                               \
    X(KILLED, "killed by its successor", NONE, "ended for the next slot",                          \
      "It was still going when the next slot was due, and was ended.")                             \
    X(STOPPED, "stopped", MONITOR_STOPPED, "the monitor was stopped",                              \
      "The monitor was stopped while it ran.")                                                     \
    X(INTERRUPTED, "interrupted", MONITOR_STOPPED, "interrupted", "It was interrupted by hand.")

enum reason {
#define X(name, words, symptom, brief, sentence) REASON_##name,
    REASON_TABLE(X)
#undef X
        REASON_COUNT
};

const char *reason_words(enum reason reason);
enum symptom reason_symptom(enum reason reason);
const char *reason_brief(enum reason reason);
const char *reason_sentence(enum reason reason);

/* REASON_COUNT for NULL and for words that are not ours. */
enum reason reason_from_words(const char *words);

#endif
