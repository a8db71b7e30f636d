/* SPDX-License-Identifier: MIT */
/*
 * What `shopwatch settle` does: one run for each that has left something behind, and at the end a
 * line for each thing, by what the ledger says then. Runs that are not over are left alone: they
 * clean up themselves. See replay.h.
 */
#include "monitor/base/memory.h"
#include "monitor/replay.h"

#include <stdio.h>
#include <string.h>

static bool settles(const struct scenario *scenario, const char *what)
{
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        if (scenario->cleanup[i].settles != NULL && strcmp(scenario->cleanup[i].settles, what) == 0)
            return true;
    return false;
}

enum result replay_plan_settling(struct replay *replay, struct error *error)
{
    size_t count = 0;
    for (size_t n = 0; n < replay->scenario_count; n++) {
        struct replay_means *means = &replay->means[n];
        enum result result = ledger_list(means->ledger, &means->left, error);
        if (result != RESULT_OK)
            return result;
        for (size_t i = 0; i < ledger_list_count(means->left); i++) {
            const struct ledger_remains *remains = ledger_list_at(means->left, i);
            if (remains->under_way || !ledger_can_settle(replay->scenarios[n], remains))
                continue;
            memory_grow(replay->tasks, count);
            replay->tasks[count++] = (struct replay_task){n, remains};
        }
    }
    replay->run_count = count;
    return RESULT_OK;
}

struct settled_count {
    size_t settled, left, under_way;
};

static void report_remains(const struct scenario *scenario, const struct ledger_remains *remains,
                           const struct ledger_list *now, FILE *out, struct settled_count *counts)
{
    for (size_t i = 0; i < remains->count; i++) {
        const struct journey_debt *debt = &remains->debts[i];
        const char *became = "settled";
        if (!ledger_list_has(now, debt->run_id, debt->what)) {
            counts->settled++;
        } else if (remains->under_way) {
            became = "left alone, its run is not over";
            counts->under_way++;
        } else {
            became = settles(scenario, debt->what) ? "not settled"
                                                   : "not settled: no cleanup step settles it";
            counts->left++;
        }
        fprintf(out, "%s: %s of run %s, %s: %s\n", scenario->file, debt->what, debt->run_id,
                remains->when, became);
    }
}

static enum result report_scenario(const struct replay *replay, size_t n, FILE *out,
                                   struct settled_count *counts, struct error *error)
{
    const struct replay_means *means = &replay->means[n];
    struct ledger_list *now;
    size_t unsettled;
    enum result result = ledger_list(means->ledger, &now, error);
    if (result != RESULT_OK)
        return result;
    for (size_t i = 0; i < ledger_list_count(means->left); i++)
        report_remains(replay->scenarios[n], ledger_list_at(means->left, i), now, out, counts);
    ledger_list_free(now);
    /* What is settled goes out of the file. */
    return ledger_unsettled(means->ledger, &unsettled, error);
}

int replay_report_settled(const struct replay *replay)
{
    FILE *out = replay_writes_standard_output(replay) ? stderr : stdout;
    struct settled_count counts = {0};
    for (size_t n = 0; n < replay->scenario_count; n++) {
        struct error error = {0};
        if (report_scenario(replay, n, out, &counts, &error) == RESULT_OK)
            continue;
        fprintf(stderr, "shopwatch %s: %s\n", replay->command, error.text);
        return EXIT_MONITOR;
    }
    if (counts.settled + counts.left + counts.under_way == 0)
        fputs("nothing to settle\n", out);
    return counts.left == 0 ? EXIT_PASSED : EXIT_MONITOR;
}
