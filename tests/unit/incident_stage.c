/* SPDX-License-Identifier: MIT */
/* See incident_stage.h. */
#include "tests/unit/incident_stage.h"

#include "monitor/record/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct run *run_of(const struct scene *scene)
{
    struct wall_time planned = wall_after(start, (duration)(scene->minute * DURATION_MINUTE));
    struct run *run = run_create(scene->journey, scene->vantage, planned);
    if (scene->behind != NULL)
        run_add_step(run, scene->behind)->state = STATE_PASSED;
    struct run_step *step = run_add_step(run, scene->step != NULL ? scene->step : "alive");
    if (scene->needs != NULL) {
        step->needs = arena_allocate(run->arena, 1, sizeof *step->needs);
        step->needs[0] = scene->needs;
        step->needs_count = 1;
    }
    run->slot.started = run->slot.ended = step->started = planned;
    run->state = step->state = STATE_FAILED;
    step->symptom = scene->symptom != SYMPTOM_NONE ? scene->symptom : SYMPTOM_HTTP_TIMEOUT_TTFB;
    run->muted = scene->muted;
    run->verdict = (struct verdict){
        .cause = scene->seen,
        .leaning = scene->seen == VAGUE ? CAUSE_APPLICATION : scene->seen,
        .runner_up = scene->seen == VAGUE ? CAUSE_DATABASE : CAUSE_NONE,
        .component = scene->component,
        .confidence = scene->confidence > 0 ? scene->confidence : 0.9,
        .summary = "It is what it is.",
    };
    run->verdict.suspects[CAUSE_DATABASE] = scene->database;
    if (scene->behind != NULL || scene->database > 0)
        run->verdict.suspects[run->verdict.leaning] = run->verdict.confidence;
    if (scene->seen == PASSES || scene->seen == BLIND)
        run->state = step->state = scene->seen == PASSES ? STATE_PASSED : STATE_UNKNOWN;
    return run;
}

/* As it comes back out of the store. */
static size_t keep_incident(struct stage *stage, const struct incident *incident)
{
    size_t n = 0;
    json_t *json = incident_to_json(incident);
    while (n < stage->incident_count && strcmp(stage->incidents[n].id, incident->id) != 0)
        n++;
    ck_assert_uint_lt(n, INCIDENTS_MAX);
    stage->incident_count += n == stage->incident_count;
    ck_assert_int_eq(incident_from_json(stage->arena, json, &stage->incidents[n]), RESULT_OK);
    json_decref(json);
    return n;
}

static void keep_run(struct stage *stage, struct run *run)
{
    size_t n = 0;
    while (n < stage->run_count && (strcmp(stage->runs[n]->journey, run->journey) != 0 ||
                                    strcmp(stage->runs[n]->vantage, run->vantage) != 0))
        n++;
    ck_assert_uint_lt(n, RUNS_MAX);
    if (n < stage->run_count)
        run_free(stage->runs[n]);
    else
        stage->run_count++;
    stage->runs[n] = run;
}

bool is_not_gone(void *data, const char *journey, const char *vantage)
{
    (void)data;
    (void)vantage;
    return strncmp(journey, "gone", 4) != 0;
}

void stage_restart(struct stage *stage, struct wall_time now)
{
    incident_book_free(stage->book);
    stage->book = incident_book_create();
    for (int again = 0; again < 2; again++) /* a store in trouble is read twice */
        for (size_t i = 0; i < stage->incident_count; i++)
            incident_book_restore(stage->book, &stage->incidents[i], is_not_gone, NULL, now);
    for (size_t i = 0; i < stage->run_count; i++)
        if (is_not_gone(NULL, stage->runs[i]->journey, NULL))
            incident_book_recall(stage->book, stage->runs[i], now);
}

/* What people hear of, as scenes write it. */
static void listen(struct stage *stage, struct buffer *text)
{
    enum incident_change change;
    const struct incident *incident;
    while ((incident = incident_book_take(stage->book, &change)) != NULL) {
        size_t n = keep_incident(stage, incident);
        if (change <= INCIDENT_COUNTED || incident->muted)
            continue;
        const struct incident_event *last = &incident->timeline[incident->timeline_count - 1];
        ck_assert_int_eq(last->change, change);
        ck_assert_ptr_nonnull(last->text);
        ck_assert_int_eq(incident->change, change);
        buffer_print(text, "%s%zu %s", text->length > 0 ? "; " : "", n + 1,
                     incident_change_word(change));
        if (incident->merged != NULL)
            for (size_t i = 0; i < stage->incident_count; i++)
                if (strcmp(stage->incidents[i].id, incident->merged) == 0)
                    buffer_print(text, " = %zu", i + 1);
        if (incident->flapping)
            buffer_text(text, ", flapping");
    }
}

void stage_set_up(struct stage *stage, unsigned quorum)
{
    *stage =
        (struct stage){.book = incident_book_create(), .arena = arena_create(), .quorum = quorum};
}

void stage_tear_down(struct stage *stage)
{
    incident_book_free(stage->book);
    arena_free(stage->arena);
    for (size_t i = 0; i < stage->run_count; i++)
        run_free(stage->runs[i]);
}

void stage_play(struct stage *stage, const struct scene *scene, struct buffer *heard)
{
    struct run *run = run_of(scene);
    buffer_clear(heard);
    incident_book_add(stage->book, run, stage->quorum, run->slot.ended);
    listen(stage, heard);
    keep_run(stage, run);
}

void stage_tell(struct stage *stage, const struct scene *scenes, size_t count, size_t restart_at)
{
    struct buffer heard;
    buffer_init(&heard, 4096);
    for (size_t i = 0; i < count; i++) {
        if (i == restart_at)
            stage_restart(stage,
                          wall_after(start, (duration)(scenes[i].minute * DURATION_MINUTE) - 1000));
        stage_play(stage, &scenes[i], &heard);
        const char *told = scenes[i].told != NULL ? scenes[i].told : "";
        ck_assert_msg(strcmp(heard.length > 0 ? heard.data : "", told) == 0,
                      "row %zu (restart before %zd): `%s` instead of `%s`", i, (ssize_t)restart_at,
                      heard.length > 0 ? heard.data : "", told);
    }
    buffer_free(&heard);
}

static void tell(const struct scene *scenes, size_t count, unsigned quorum, size_t restart_at)
{
    struct stage stage;
    stage_set_up(&stage, quorum);
    stage_tell(&stage, scenes, count, restart_at);
    stage_tear_down(&stage);
}

void stage_tell_once(const struct scene *scenes, size_t count, unsigned quorum)
{
    tell(scenes, count, quorum, SIZE_MAX);
}

void stage_tell_all(const struct scene *scenes, size_t count)
{
    stage_tell_once(scenes, count, 0);
    for (size_t restart_at = 0; restart_at < count; restart_at++)
        tell(scenes, count, 0, restart_at);
}
