/* SPDX-License-Identifier: MIT */
/* The databases that are asked directly: one probe a component that has one; and what they said
 * last beside each run that failed. See pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* What is well from the start is not worth a line. */
static void tell_finding(void *data, const struct database_state *state,
                         const struct database_finding *finding)
{
    struct pipeline *pipeline = ((struct pipeline_set *)data)->pipeline;
    struct buffer text;
    bool is_good = finding->outcome == DATABASE_GOOD;
    if (is_good && !pipeline->probe_told)
        return;
    buffer_init(&text, SIZE_MAX);
    database_print(finding, &text);
    log_event(is_good ? LOG_INFO : LOG_WARNING, LOG_FIELDS({"component", state->component}),
              "probe of %s: %s", state->component, text.data);
    buffer_free(&text);
    pipeline->probe_told = true;
}

/* --- asked at once --------------------------------------------------------------------------- */

/* A question that hangs takes as long as its database is given; what was found until then is told.
 */
#define DATABASES_PATIENCE (5 * DURATION_SECOND)

/* Between two times. A check that hangs is left alone for longer, by probe/database.c. */
#define DATABASES_PAUSE (2 * DURATION_SECOND)

static void databases_told(void *data)
{
    struct pipeline_set *set = data;
    set->databases_asked = false;
    loop_timer_cancel(set->databases_late);
    pipeline_databases_told(set);
}

static void round_over(void *data, const struct database_state *state)
{
    struct pipeline_set *set = data;
    (void)state;
    for (size_t i = 0; i < set->probe_count; i++)
        if (database_probe_is_asking(set->probes[i]))
            return;
    /* In a turn of its own, in which a probe may go. */
    if (set->databases_asked)
        loop_timer_set(set->databases_late, 0);
}

bool pipeline_ask_databases(struct pipeline_set *set, const struct run *run)
{
    if (set->probe_count == 0 || run->state != STATE_FAILED)
        return false;
    struct wall_time now = clock_wall();
    if (!set->databases_asked && wall_between(set->databases_hurried, now) >= DATABASES_PAUSE) {
        set->databases_asked = true;
        set->databases_hurried = now;
        loop_timer_set(set->databases_late, DATABASES_PATIENCE);
        for (size_t i = 0; i < set->probe_count; i++)
            database_probe_hurry(set->probes[i]);
    }
    return set->databases_asked;
}

/* --- opening --------------------------------------------------------------------------------- */

enum result pipeline_open_databases(struct pipeline_set *set, struct error *error)
{
    struct pipeline *pipeline = set->pipeline;
    const struct shop *shop = set->settings->shop;
    set->databases_late = loop_timer_create(pipeline->loop, databases_told, set);
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct database_probe_settings settings = {
            .loop = pipeline->loop,
            .vantage = pipeline->outlet,
            .component = &shop->components[i],
            .changed = tell_finding,
            .round = round_over,
            .data = set,
        };
        if (shop->components[i].probe == NULL)
            continue;
        struct error why = {0};
        struct database_probe *probe = database_probe_create(&settings, &why);
        if (probe == NULL)
            return error_set(error, why.code, "probe of %.100s: %.300s", shop->components[i].name,
                             why.text);
        memory_grow(set->probe_states, set->probe_count);
        set->probe_states[set->probe_count] = database_probe_state(probe);
        memory_grow(set->probes, set->probe_count);
        set->probes[set->probe_count++] = probe;
    }
    return RESULT_OK;
}

/* --- beside a run that failed ---------------------------------------------------------------- */

/* What it is about: the part that the table is of, or the whole. */
static const char *whose(struct arena *arena, const struct database_state *state,
                         const struct database_finding *finding)
{
    return finding->part != NULL ? arena_print(arena, "%s.%s", state->component, finding->part)
                                 : state->component;
}

static bool step_names(const char *const *names, size_t count, const char *component)
{
    size_t length = strlen(component);
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], component, length) == 0 &&
            (names[i][length] == '\0' || names[i][length] == '.'))
            return true;
    return false;
}

/* Whether there is nobody at work in it, as far as it tells, but who asks. */
static bool is_idle(const struct database_state *state)
{
    return !state->has_sessions || (state->sessions.active <= 1 && state->sessions.blocked == 0);
}

/* A part is well with all of its tables. */
static bool part_is_well(const struct database_state *state, const char *part)
{
    for (size_t i = 0; part != NULL && i < state->finding_count; i++)
        if (state->findings[i].part != NULL && strcmp(state->findings[i].part, part) == 0 &&
            state->findings[i].outcome != DATABASE_GOOD)
            return false;
    return true;
}

/* What is well is said only where the step needs it, and was asked since it is wanted. */
static bool is_worth_a_word(const struct database_state *state,
                            const struct database_finding *finding, const struct run_step *failure,
                            const char *component, struct wall_time wanted)
{
    if (finding->outcome != DATABASE_GOOD)
        return database_is_ill(finding);
    if (finding->at.us < wanted.us || finding->check == DATABASE_ANSWER ||
        !part_is_well(state, finding->part) ||
        (finding->check == DATABASE_SESSIONS && !is_idle(state)))
        return false;
    return step_names(failure->needs, failure->needs_count, component) ||
           step_names(failure->writes, failure->writes_count, component);
}

static void add_finding(struct run *run, const struct database_state *state,
                        const struct database_finding *found, const char *component)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    database_print(found, &text);
    const struct finding finding = {
        .kind = FINDING_DATABASE,
        .component = component,
        .target =
            found->table != NULL
                ? arena_print(run->arena, "%s %s", database_check_word(found->check), found->table)
                : database_check_word(found->check),
        .at = found->at,
        .total = found->time,
        .reached = found->phase == NULL || strcmp(found->phase, "tcp") != 0,
        .symptom = found->symptom,
        .detail = found->outcome != DATABASE_GOOD
                      ? arena_print(run->arena, "%s: %s", state->component, text.data)
                      : NULL,
    };
    run_add_finding(run, &finding);
    buffer_free(&text);
}

/* What was found before says nothing of now: since the step that failed was begun, or, where they
 * were asked a moment ago because of another, since then. */
static struct wall_time since_when(const struct pipeline_set *set, const struct run_step *failure)
{
    struct wall_time asked = set->databases_hurried;
    bool is_fresh = wall_between(asked, failure->started) < FINDINGS_FRESH;
    return is_fresh && asked.us < failure->started.us ? asked : failure->started;
}

void pipeline_add_databases(const struct pipeline *pipeline, struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (failure == NULL)
        return;
    struct wall_time wanted = since_when(pipeline->set, failure);
    for (size_t i = 0; i < pipeline->set->probe_count; i++) {
        const struct database_state *state = database_probe_state(pipeline->set->probes[i]);
        for (size_t n = 0; n < state->finding_count; n++) {
            const struct database_finding *finding = &state->findings[n];
            const char *component = whose(run->arena, state, finding);
            if (is_worth_a_word(state, finding, failure, component, wanted))
                add_finding(run, state, finding, component);
        }
    }
}

void pipeline_close_databases(struct pipeline_set *set)
{
    for (size_t i = 0; i < set->probe_count; i++)
        database_probe_free(set->probes[i]);
    loop_timer_free(set->databases_late);
    free(set->probes);
    free(set->probe_states);
    set->databases_late = NULL;
    set->probes = NULL;
    set->probe_states = NULL;
    set->probe_count = 0;
}
