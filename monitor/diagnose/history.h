/* SPDX-License-Identifier: MIT */
/* The latest run of each journey and vantage point, digested: what facts are gathered from. Private
 * to diagnose/. */
#ifndef DIAGNOSE_HISTORY_H
#define DIAGNOSE_HISTORY_H

#include "monitor/diagnose/diagnose.h"

#include <stdbool.h>
#include <stddef.h>

struct history_entry {
    struct run *run; /* digest: steps without exchanges */
    /* Of the first run of this streak of failures; the onset is 0 while it passes. */
    struct wall_time onset;
    enum symptom onset_symptom;
    bool passed_before; /* all steps of an earlier run passed */
    bool blind;         /* the last run could not look: what was seen before is old news */
};

size_t history_count(const struct history *history);
const struct history_entry *history_at(const struct history *history, size_t n);

/* NULL when that journey was never seen from there. */
const struct history_entry *history_find(const struct history *history, const char *journey,
                                         const char *vantage);

#endif
