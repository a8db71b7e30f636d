/* SPDX-License-Identifier: MIT */
/*
 * Rounds of checks, one after the other, and what came of them. See database.h. Knows no engine but
 * by engine.h.
 */
#include "monitor/probe/database.h"

#include "config.h"
#include "monitor/base/memory.h"
#include "monitor/probe/engine.h"

#include <stdlib.h>
#include <string.h>

struct check {
    struct database_finding *finding;
    const char *table; /* of a read or the write */
    duration pause;    /* it hung: how long it was left alone; 0: it did not */
    struct instant not_before;
};

struct database_probe {
    struct arena *arena; /* of what is taken over from the shop file, which may be loaded anew */
    struct database_probe_settings settings;
    const struct component_probe *how;
    const struct engine *engine;
    void *engine_data;
    struct loop_timer *next; /* round, or check */
    struct check *checks;
    size_t check_count, at; /* at: the next of this round */
    bool is_asking;         /* a round is under way */
    struct database_state state;
};

const struct engine *engine_of(const struct component_probe *probe, struct error *error)
{
    if (probe->sqlite != NULL)
        return &engine_sqlite;
#ifdef HAVE_POSTGRESQL
    if (probe->postgresql != NULL)
        return &engine_postgresql;
#endif
    (void)probe;
    error_set(error, RESULT_UNSUPPORTED, "this build of shopwatch cannot ask PostgreSQL");
    return NULL;
}

void engine_say(struct engine_answer *answer, const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0' && length < sizeof answer->text - 1; length++)
        answer->text[length] = (unsigned char)text[length] < ' ' ? ' ' : text[length];
    while (length > 0 && answer->text[length - 1] == ' ')
        length--;
    answer->text[length] = '\0';
}

/* --- what came of a check -------------------------------------------------------------------- */

static void keep_sessions(struct database_probe *probe, const struct engine_answer *answer)
{
    probe->state.has_sessions = answer->has_sessions;
    probe->state.sessions = answer->sessions;
    probe->state.is_replica = answer->is_replica;
}

/* A connection that does not come about holds nobody up over there, and its return is waited for.
 */
static void keep_pause(struct database_probe *probe, struct check *check,
                       enum database_outcome outcome)
{
    if (outcome != DATABASE_HUNG || check->finding->check == DATABASE_CONNECT) {
        check->pause = 0;
        return;
    }
    check->pause = check->pause == 0 ? 2 * probe->how->every : 2 * check->pause;
    if (check->pause > DATABASE_PAUSE_MAX)
        check->pause = DATABASE_PAUSE_MAX;
    check->not_before = instant_after(clock_instant(), check->pause);
}

static bool keep_finding(struct database_finding *finding, const struct engine_answer *answer)
{
    bool is_new = finding->at.us == 0 || finding->outcome != answer->outcome ||
                  finding->symptom != answer->symptom;
    finding->times = is_new ? 1 : finding->times + 1;
    finding->outcome = answer->outcome;
    finding->was_good |= answer->outcome == DATABASE_GOOD;
    finding->symptom = answer->symptom;
    finding->phase = answer->phase;
    finding->time = answer->time;
    finding->at = clock_wall();
    memcpy(finding->code, answer->code, sizeof finding->code);
    memcpy(finding->text, answer->text, sizeof finding->text);
    return is_new;
}

static void answered(void *data, const struct engine_answer *answer)
{
    struct database_probe *probe = data;
    struct check *check = &probe->checks[probe->at++];
    probe->state.abandoned += answer->abandoned;
    loop_timer_set(probe->next, 0);
    /* Unasked, its last word stands. */
    if (answer->outcome == DATABASE_UNASKED)
        return;
    keep_pause(probe, check, answer->outcome);
    if (check->finding->check == DATABASE_SESSIONS)
        keep_sessions(probe, answer);
    if (keep_finding(check->finding, answer) && probe->settings.changed != NULL)
        probe->settings.changed(probe->settings.data, &probe->state, check->finding);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void go_on(void *data)
{
    struct database_probe *probe = data;
    struct instant now = clock_instant();
    probe->is_asking = true;
    while (probe->at < probe->check_count && probe->checks[probe->at].pause > 0 &&
           instant_between(now, probe->checks[probe->at].not_before) > 0)
        probe->at++;
    if (probe->at < probe->check_count) {
        const struct check *check = &probe->checks[probe->at];
        const struct engine_question question = {
            .check = check->finding->check,
            .table = check->table,
            .timeout = probe->how->timeout,
            .stuck = probe->how->stuck,
        };
        probe->engine->ask(probe->engine_data, &question, answered, probe);
        return;
    }
    probe->at = 0;
    probe->is_asking = false;
    loop_timer_set(probe->next, probe->how->every);
    if (probe->settings.round != NULL)
        probe->settings.round(probe->settings.data, &probe->state);
}

/* --- making one ------------------------------------------------------------------------------ */

static void add_check(struct database_probe *probe, enum database_check check, const char *part,
                      const char *table)
{
    struct database_state *state = &probe->state;
    memory_grow(state->findings, state->finding_count);
    state->findings[state->finding_count++] =
        (struct database_finding){.check = check, .part = part, .table = table};
    memory_grow(probe->checks, probe->check_count);
    probe->checks[probe->check_count++] = (struct check){.table = table};
}

/* Reads come last but for the write: one that hangs takes the connection with it. */
static void add_checks(struct database_probe *probe)
{
    const struct component *component = probe->settings.component;
    add_check(probe, DATABASE_CONNECT, NULL, NULL);
    add_check(probe, DATABASE_ANSWER, NULL, NULL);
    add_check(probe, DATABASE_SESSIONS, NULL, NULL);
    if (probe->how->write != NULL)
        add_check(probe, DATABASE_WRITE, NULL, probe->how->write);
    for (size_t i = 0; i < component->part_count; i++)
        for (size_t n = 0; n < component->parts[i].table_count; n++)
            add_check(probe, DATABASE_READ, component->parts[i].name,
                      component->parts[i].tables[n]);
    for (size_t i = 0; i < probe->check_count; i++)
        probe->checks[i].finding = &probe->state.findings[i];
}

static const struct component *copy_component(struct arena *arena, const struct component *source)
{
    struct component *component = arena_allocate(arena, 1, sizeof *component);
    component->name = arena_duplicate(arena, source->name);
    component->part_count = source->part_count;
    component->parts = arena_allocate(arena, source->part_count, sizeof *component->parts);
    for (size_t i = 0; i < source->part_count; i++) {
        struct component_part *part = &component->parts[i];
        *part = source->parts[i];
        part->name = arena_duplicate(arena, part->name);
        part->tables = arena_allocate(arena, part->table_count, sizeof *part->tables);
        for (size_t n = 0; n < part->table_count; n++)
            part->tables[n] = arena_duplicate(arena, source->parts[i].tables[n]);
    }
    component->probe = arena_allocate(arena, 1, sizeof *component->probe);
    *component->probe = *source->probe;
    component->probe->postgresql = arena_duplicate(arena, source->probe->postgresql);
    component->probe->sqlite = arena_duplicate(arena, source->probe->sqlite);
    component->probe->write = arena_duplicate(arena, source->probe->write);
    return component;
}

struct database_probe *database_probe_create(const struct database_probe_settings *settings,
                                             struct error *error)
{
    struct database_probe *probe = memory_allocate(1, sizeof *probe);
    probe->arena = arena_create();
    probe->settings = *settings;
    probe->settings.component = copy_component(probe->arena, settings->component);
    probe->how = probe->settings.component->probe;
    probe->engine = engine_of(probe->how, error);
    if (probe->engine != NULL)
        probe->engine_data = probe->engine->open(&probe->settings, error);
    if (probe->engine_data == NULL) {
        arena_free(probe->arena);
        free(probe);
        return NULL;
    }
    probe->state.component = probe->settings.component->name;
    probe->state.engine = probe->engine->name;
    add_checks(probe);
    probe->next = loop_timer_create(settings->loop, go_on, probe);
    loop_timer_set(probe->next, 0);
    return probe;
}

void database_probe_free(struct database_probe *probe)
{
    if (probe == NULL)
        return;
    probe->engine->close(probe->engine_data);
    loop_timer_free(probe->next);
    free(probe->checks);
    free(probe->state.findings);
    arena_free(probe->arena);
    free(probe);
}

void database_probe_hurry(struct database_probe *probe)
{
    if (probe->is_asking)
        return;
    probe->is_asking = true;
    loop_timer_set(probe->next, 0);
}

bool database_probe_is_asking(const struct database_probe *probe)
{
    return probe->is_asking;
}

const struct database_state *database_probe_state(const struct database_probe *probe)
{
    return &probe->state;
}
