/* SPDX-License-Identifier: MIT */
/*
 * What crashed runs have left behind in the shop is put right by their scenario's cleanup, as
 * `shopwatch settle` does it: at the start, and time and again, since a shop may be down. One run
 * after the other for each scenario; those that are under way clean up themselves. See pipeline.c.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define SWEEP_EVERY DURATION_MINUTE

/* One scenario's ledger while it is gone through. */
struct pipeline_sweep {
    struct pipeline *pipeline;
    const struct scenario *scenario;
    struct pipeline_means *means;
    struct ledger_list *list;
    size_t next;
    struct journey *journey;
    struct pipeline_sweep *others;
};

static void sweep_on(struct pipeline_sweep *sweep);

static void sweep_free(struct pipeline_sweep *sweep)
{
    struct pipeline_sweep **link = &sweep->pipeline->sweeps;
    while (*link != sweep)
        link = &(*link)->others;
    *link = sweep->others;
    sweep->means->is_swept = false;
    ledger_list_free(sweep->list);
    free(sweep);
}

static void sweep_run_ended(void *data, struct run *run)
{
    struct pipeline_sweep *sweep = data;
    const struct ledger_remains *remains = ledger_list_at(sweep->list, sweep->next - 1);
    const struct log_field fields[] = {
        {"run", remains->debts[0].run_id}, {"journey", sweep->scenario->journey}, {NULL, NULL}};
    sweep->journey = NULL;
    if (run->state == STATE_PASSED || run->state == STATE_DEGRADED)
        log_event(LOG_WARNING, fields, "%s: what run %s left behind is settled",
                  sweep->scenario->file, remains->debts[0].run_id);
    else
        log_event(LOG_ERROR, fields,
                  "%s: what run %s left behind could not be settled; trying again later",
                  sweep->scenario->file, remains->debts[0].run_id);
    run_free(run);
    sweep_on(sweep);
}

/* From where it was made, or from anywhere if that is not watched from any more. */
static const struct pipeline_vantage *sweep_vantage(const struct pipeline *pipeline,
                                                    const char *name)
{
    for (size_t i = 0; i < pipeline->set->settings->shop->vantage_count; i++)
        if (strcmp(pipeline->set->vantages[i].vantage->name, name) == 0)
            return &pipeline->set->vantages[i];
    return &pipeline->set->vantages[0];
}

static void sweep_start(struct pipeline_sweep *sweep, const struct ledger_remains *remains)
{
    struct pipeline *pipeline = sweep->pipeline;
    const struct pipeline_vantage *vantage = sweep_vantage(pipeline, remains->debts[0].vantage);
    const struct journey_settings settings = {
        .scenario = sweep->scenario,
        .shop = pipeline->set->settings->shop,
        .net_vantage = vantage->net,
        .vantage = vantage->vantage->name,
        .planned = clock_wall(),
        .secrets = sweep->means->secrets,
        .leases = pipeline->leases,
        .ledger = ledger_of_journey(sweep->means->ledger),
        .debts = remains->debts,
        .debt_count = remains->count,
        .loop = pipeline->loop,
    };
    sweep->journey = journey_start(&settings, sweep_run_ended, NULL, sweep);
}

/* The next in the list, or the end of it. */
static void sweep_on(struct pipeline_sweep *sweep)
{
    size_t unsettled;
    struct error error = {0};
    while (sweep->next < ledger_list_count(sweep->list) && !sweep->pipeline->stopping) {
        const struct ledger_remains *remains = ledger_list_at(sweep->list, sweep->next++);
        if (remains->under_way || !ledger_can_settle(sweep->scenario, remains))
            continue;
        sweep_start(sweep, remains);
        return;
    }
    /* What is settled goes out of the file. */
    if (ledger_unsettled(sweep->means->ledger, &unsettled, &error) != RESULT_OK)
        log_error("%s", error.text);
    sweep_free(sweep);
}

static void sweep_begin(struct pipeline *pipeline, size_t n)
{
    struct pipeline_means *means = &pipeline->set->means[n];
    struct error error = {0};
    struct ledger_list *list;
    if (means->ledger == NULL || means->is_swept)
        return;
    if (ledger_list(means->ledger, &list, &error) != RESULT_OK) {
        log_error("%s", error.text);
        return;
    }
    struct pipeline_sweep *sweep = memory_allocate(1, sizeof *sweep);
    *sweep = (struct pipeline_sweep){
        .pipeline = pipeline,
        .scenario = pipeline->set->settings->scenarios[n],
        .means = means,
        .list = list,
        .others = pipeline->sweeps,
    };
    pipeline->sweeps = sweep;
    means->is_swept = true;
    sweep_on(sweep);
}

void pipeline_sweep(void *data)
{
    struct pipeline *pipeline = data;
    if (pipeline->stopping)
        return;
    for (size_t n = 0;
         n < pipeline->set->settings->scenario_count && !pipeline_is_changing(pipeline); n++)
        sweep_begin(pipeline, n);
    loop_timer_set(pipeline->sweep, SWEEP_EVERY);
}

void pipeline_sweep_stop(struct pipeline *pipeline)
{
    while (pipeline->sweeps != NULL) {
        if (pipeline->sweeps->journey != NULL)
            journey_abandon(pipeline->sweeps->journey);
        sweep_free(pipeline->sweeps);
    }
}
