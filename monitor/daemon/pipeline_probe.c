/* SPDX-License-Identifier: MIT */
/*
 * From the bus to the judge: a run that failed waits until probes have asked, from the same vantage
 * point, what tells the suspects apart and whether it is us; those behind it wait, too, so that the
 * runs of a vantage point stay in order. What is asked says probe/battery.h.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/memory.h"

#include <string.h>

static void run_blame_vantage(struct run *run)
{
    run->state = STATE_UNKNOWN;
    run->reason = reason_words(REASON_REFERENCES_UNREACHABLE);
    for (size_t i = 0; i < run->step_count; i++) {
        if (run->steps[i].state != STATE_FAILED)
            continue;
        run->steps[i].state = STATE_UNKNOWN;
        run->steps[i].symptom = SYMPTOM_MONITOR_REFERENCES_UNREACHABLE;
    }
}

static bool findings_are_since(const struct pipeline_findings *findings, struct wall_time since)
{
    return findings->count > 0 && findings->items[0].at.us >= since.us;
}

/* Takes over those of the kind, in the place of what was known, if there are any. */
static void findings_learn(struct pipeline_findings *known, bool references,
                           const struct finding *found, size_t count)
{
    struct arena *arena = arena_create();
    struct finding *items = arena_allocate(arena, count, sizeof *items);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if ((found[i].kind == FINDING_REFERENCE) == references)
            finding_copy(arena, &items[kept++], &found[i]);
    if (kept == 0) {
        arena_free(arena);
        return;
    }
    arena_free(known->arena);
    *known = (struct pipeline_findings){arena, items, kept};
}

/* Says what is known beside the run; without any answer from others, it is us. */
static void run_add_findings(const struct pipeline_vantage *vantage, struct run *run)
{
    struct wall_time fresh = wall_after(clock_wall(), -FINDINGS_FRESH);
    size_t answered = 0;
    bool asked = battery_wants_references(run) &&
                 findings_are_since(&vantage->references, run->slot.started);
    if (run->state != STATE_FAILED)
        return;
    for (size_t i = 0; asked && i < vantage->references.count; i++) {
        run_add_finding(run, &vantage->references.items[i]);
        answered += finding_is_well(&vantage->references.items[i]);
    }
    bool known = findings_are_since(&vantage->components, fresh);
    for (size_t i = 0; known && i < vantage->components.count; i++)
        run_add_finding(run, &vantage->components.items[i]);
    pipeline_add_databases(vantage->pipeline, run);
    if (asked && answered == 0)
        run_blame_vantage(run);
}

/* --- one after the other --------------------------------------------------------------------- */

static probe_done pipeline_probed;

/* Whom the step trusts that failed, and as whom it comes. */
static const struct tls_files *tls_of_failure(const struct scenario *scenario,
                                              const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    for (size_t i = 0; failure != NULL && i < scenario->step_count; i++)
        if (strcmp(scenario->steps[i].name, failure->name) == 0)
            return scenario->steps[i].tls;
    return scenario->tls;
}

/* The shop's own pages are asked for as the journey asks. */
static void questions_take_tls(const struct tls_files *tls, struct probe_question *questions,
                               size_t count)
{
    for (size_t i = 0; tls != NULL && i < count; i++) {
        questions[i].ca = tls->ca != NULL ? tls->ca->path : NULL;
        questions[i].certificate = tls->certificate != NULL ? tls->certificate->path : NULL;
        questions[i].key = tls->key != NULL ? tls->key->path : NULL;
    }
}

/* Whether there is something to ask before it can be judged; if so, it is being asked. */
static bool vantage_asks(struct pipeline_vantage *vantage, const struct run *run)
{
    struct pipeline *pipeline = vantage->pipeline;
    const struct shop *shop = pipeline->set->settings->shop;
    struct probe_question questions[PROBE_QUESTIONS_MAX];
    struct arena *arena = arena_create();
    size_t references = battery_plan_references(shop, run, questions, 0);
    size_t count = battery_plan_components(shop, run, arena, questions, references);
    const struct scenario *scenario =
        pipeline_entry_of(pipeline, run->journey, run->vantage)->scenario;
    questions_take_tls(tls_of_failure(scenario, run), questions + references, count - references);
    bool known = findings_are_since(&vantage->references, run->slot.started);
    count = battery_choose(&vantage->pace, clock_wall(), references, count, known);
    if (count > 0)
        vantage->probe =
            probe_ask(pipeline->loop, vantage->net, questions, count, pipeline_probed, vantage);
    arena_free(arena);
    vantage->awaits_databases = pipeline_ask_databases(pipeline->set, run);
    return count > 0 || vantage->awaits_databases;
}

static void judge_first(struct pipeline_vantage *vantage)
{
    struct run *run = vantage->waiting[0];
    memmove(vantage->waiting, vantage->waiting + 1,
            --vantage->waiting_count * sizeof(struct run *));
    run_add_findings(vantage, run);
    pipeline_judge(vantage->pipeline, run);
}

/* When all that was asked has been answered. */
static void vantage_go_on(struct pipeline_vantage *vantage)
{
    if (vantage->probe != NULL || vantage->awaits_databases)
        return;
    do
        judge_first(vantage);
    while (vantage->waiting_count > 0 && !vantage_asks(vantage, vantage->waiting[0]));
}

static void pipeline_probed(void *data, const struct finding *findings, size_t count)
{
    struct pipeline_vantage *vantage = data;
    vantage->probe = NULL;
    findings_learn(&vantage->references, true, findings, count);
    findings_learn(&vantage->components, false, findings, count);
    vantage_go_on(vantage);
}

void pipeline_databases_told(struct pipeline_set *set)
{
    for (size_t i = 0; i < set->settings->shop->vantage_count; i++) {
        struct pipeline_vantage *vantage = &set->vantages[i];
        if (!vantage->awaits_databases)
            continue;
        vantage->awaits_databases = false;
        vantage_go_on(vantage);
    }
}

/* The bus's subscriber. */
void pipeline_receive(void *data, struct run *run)
{
    struct pipeline *pipeline = data;
    const struct pipeline_entry *entry = pipeline_entry_of(pipeline, run->journey, run->vantage);
    if (entry == NULL) {
        pipeline_judge(pipeline, run);
        return;
    }
    struct pipeline_vantage *vantage = entry->vantage;
    memory_grow(vantage->waiting, vantage->waiting_count);
    vantage->waiting[vantage->waiting_count++] = run;
    if (vantage->probe == NULL && !vantage->awaits_databases && !vantage_asks(vantage, run))
        judge_first(vantage);
}
