/* SPDX-License-Identifier: MIT */
/*
 * The driver. A run is a list of stages; each stage does one short thing and says what comes next:
 * go on, wait for an event, or done. Events (an answer, the end asked for) only record and wake.
 * Open journey_drive first. Knows nothing of schedules, stores and verdicts.
 */
#include "monitor/journey/journey_private.h"

#include "monitor/base/memory.h"
#include "monitor/journey/messages.h"
#include "monitor/journey/request.h"
#include "monitor/record/message.h"
#include "monitor/record/reason.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static journey_stage journey_choose, journey_think, journey_prepare, journey_send, journey_received,
    journey_finish;

struct run_step *journey_record(struct journey *journey)
{
    return &journey->run->steps[journey->run->step_count - 1];
}

static struct request_source journey_source(struct journey *journey)
{
    return (struct request_source){
        .scenario = journey->settings.scenario,
        .shop = journey->settings.shop,
        .variables = journey->variables,
        .mask = journey->mask,
        .run_id = journey->run->id,
        .arena = journey->run->arena,
    };
}

struct judge journey_judge(struct journey *journey)
{
    return (struct judge){
        .step = journey->step,
        .record = journey_record(journey),
        .response = journey->response,
        .redirects = journey->redirects,
        .variables = journey->variables,
        .mask = journey->mask,
        .arena = journey->run->arena,
    };
}

/* What those on the way say of an answer is evidence where the step failed; and where none of the
 * shop was asked, whatever came. */
static void journey_keep_words(struct journey *journey, enum state state)
{
    const struct run_step *record = journey_record(journey);
    struct words words;
    if (journey->response == NULL || run_last_exchange(record)->status == 0)
        return;
    net_response_words(journey->response, &words);
    if (state == STATE_FAILED || words_say_cached(&words))
        record->exchanges[record->exchange_count - 1].words =
            words_copy(journey->run->arena, &words);
}

void journey_drop_response(struct journey *journey)
{
    net_response_free(journey->response);
    journey->response = NULL;
}

/* The one place where a step ends. */
static enum journey_next journey_end_step(struct journey *journey, enum state state)
{
    struct run_step *record = journey_record(journey);
    state = journey_again_end(journey, state);
    record->state = state;
    record->total = 0;
    for (size_t i = 0; i < record->exchange_count; i++)
        record->total += record->exchanges[i].total;
    if ((state == STATE_FAILED || state == STATE_UNKNOWN) && !journey->in_cleanup)
        journey->failed = true;
    journey_keep_words(journey, state);
    journey_drop_response(journey);
    journey_mutation_end_step(journey, state);
    mask_step(journey->mask, journey->run->arena, record);
    if (journey->settings.wants_messages == NULL)
        mask_messages(journey->mask, journey->run->arena, record);
    if (journey->progress != NULL)
        journey->progress(journey->data, journey->run, record);
    journey->stage = journey_choose;
    return JOURNEY_NEXT;
}

/* Ends the step by a symptom: the shop's failure, or, where the monitor could not look, unknown.
 * Unless it is to be tried again. */
static enum journey_next journey_fail_step(struct journey *journey, enum symptom symptom)
{
    struct run_step *record = journey_record(journey);
    record->symptom = symptom;
    if (record->line == 0) {
        record->line = journey->step->position.line;
        record->column = journey->step->position.column;
    }
    if (journey_again_after(journey, symptom)) {
        journey->stage = journey_prepare;
        return JOURNEY_NEXT;
    }
    bool own = symptom_layer(symptom) == SYMPTOM_LAYER_MONITOR ||
               symptom == SYMPTOM_CONTENT_JSON_UNSUPPORTED;
    return journey_end_step(journey, own ? STATE_UNKNOWN : STATE_FAILED);
}

static void journey_copy_needs(struct arena *arena, const struct need *needs, size_t count,
                               const char ***ret_names, size_t *ret_count)
{
    const char **names = arena_allocate(arena, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = arena_duplicate(arena, needs[i].name);
    *ret_names = names;
    *ret_count = count;
}

static void journey_begin_record(struct journey *journey)
{
    const struct step *step = journey->step;
    struct run_step *record = run_add_step(journey->run, step->name);
    if (step->use != NULL)
        record->file = arena_duplicate(journey->run->arena, step_file(step));
    /* Of a run that does nothing else they are the steps. */
    record->cleanup = journey->in_cleanup && !journey_mutation_is_inherited(journey);
    record->started = clock_wall();
    struct arena *arena = journey->run->arena;
    journey_copy_needs(arena, step->needs, step->need_count, &record->needs, &record->needs_count);
    journey_copy_needs(arena, step->writes, step->write_count, &record->writes,
                       &record->writes_count);
}

static bool journey_when_holds(const struct journey *journey)
{
    const struct step *step = journey->step;
    for (size_t i = 0; i < step->when_count; i++)
        if (variables_has(journey->variables, step->when[i].name) == step->when[i].negated)
            return false;
    return true;
}

/* Whether the current step is one of those that the caller wants. */
static bool journey_is_chosen(const struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    const bool *chosen = journey->settings.chosen;
    size_t before = journey->in_cleanup ? scenario->step_count : 0;
    return chosen == NULL || chosen[before + journey->index - 1];
}

/* Why a step that was not chosen may be missed; NULL: all that were stand before it. */
static const char *journey_not_chosen(const struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    size_t last = scenario->step_count;
    while (last > 0 && !journey->settings.chosen[last - 1])
        last--;
    return !journey->in_cleanup && journey->index < last ? JOURNEY_LEFT_OUT : NULL;
}

/* Whether the step is left out; `ret_note` says why where that is not seen from the other steps. */
static bool journey_is_skipped(const struct journey *journey, const char **ret_note)
{
    *ret_note = arena_duplicate(journey->run->arena, journey->step->skip);
    if (!journey_is_chosen(journey)) {
        *ret_note = journey_not_chosen(journey);
        return true;
    }
    if (journey->step->skip != NULL || (journey->failed && !journey->in_cleanup))
        return true;
    return !journey_when_holds(journey) ||
           journey_mutation_is_idle(journey, journey->step, ret_note);
}

/* The shop is spared a step that is known to hang. */
static enum journey_next journey_hold_back(struct journey *journey)
{
    journey->end.obeyed = true;
    journey->end.state = STATE_FAILED;
    journey->end.reason = journey->run->reason = reason_words(REASON_HELD_BACK);
    journey->failed = true;
    journey_record(journey)->note = "held back: it hangs, and another run watches it";
    return journey_end_step(journey, STATE_SKIPPED);
}

/* Begins a step that is to be done now. */
static enum journey_next journey_begin(struct journey *journey)
{
    variables_enter(journey->variables, journey->step->use);
    journey_again_begin(journey);
    journey->stage = journey->step->think > 0 ? journey_think : journey_prepare;
    return JOURNEY_NEXT;
}

/* Stage: the next step, or on to cleanup, or the end. */
static enum journey_next journey_choose(struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    const struct step *found = journey_mutation_next(journey);
    if (found != NULL) {
        journey->step = found;
        journey_begin_record(journey);
        return journey_begin(journey);
    }
    size_t count = journey->in_cleanup ? scenario->cleanup_count : scenario->step_count;
    if (journey->index == count) {
        journey->stage = journey->in_cleanup ? journey_finish : journey_choose;
        journey->in_cleanup = true;
        journey->index = 0;
        journey->deadline = instant_after(clock_instant(), scenario->budget);
        return JOURNEY_NEXT;
    }
    const struct step *list = journey->in_cleanup ? scenario->cleanup : scenario->steps;
    journey->step = &list[journey->index++];
    if (journey_mutation_was_done(journey, journey->step))
        return JOURNEY_NEXT;
    journey_begin_record(journey);
    journey_again_begin(journey);
    if (journey_is_skipped(journey, &journey_record(journey)->note))
        return journey_end_step(journey, STATE_SKIPPED);
    bool held = !journey->in_cleanup && journey->step == journey->settings.stop_before;
    return held ? journey_hold_back(journey) : journey_begin(journey);
}

/* Stage: what a person would do before the step. Part of no time that is measured or budgeted. */
static enum journey_next journey_think(struct journey *journey)
{
    journey->deadline = instant_after(journey->deadline, journey->step->think);
    journey->again.until = instant_after(journey->again.until, journey->step->think);
    journey_record(journey)->started = wall_after(clock_wall(), journey->step->think);
    journey->stage = journey_prepare;
    loop_timer_set(journey->wake, journey->step->think);
    return JOURNEY_WAIT;
}

/* Stage: render the step's request; what it leaves behind is noted before it is sent. */
static enum journey_next journey_prepare(struct journey *journey)
{
    struct request_source source = journey_source(journey);
    struct run_step *record = journey_record(journey);
    enum symptom symptom =
        request_build(&source, journey->step, &journey->request, &record->actual);
    if (symptom == SYMPTOM_NONE)
        symptom = journey_mutation_record(journey);
    if (symptom != SYMPTOM_NONE)
        return journey_fail_step(journey, symptom);
    journey->redirects = 0;
    struct instant limit = instant_after(clock_instant(), journey->step->timeout);
    journey->step_deadline = limit.us < journey->deadline.us ? limit : journey->deadline;
    journey->stage = journey_send;
    return JOURNEY_NEXT;
}

static void journey_answered(void *data, struct net_response *response_taken)
{
    struct journey *journey = data;
    journey->transfer = NULL;
    journey->response = response_taken;
    struct run_step *record = journey_record(journey);
    if (journey->settings.keep_messages)
        messages_keep(journey->run->arena, &journey->request, response_taken,
                      journey->settings.message_body_max > 0 ? journey->settings.message_body_max
                                                             : MESSAGE_BODY_MAX,
                      &record->exchanges[record->exchange_count - 1]);
    loop_timer_set(journey->wake, 0);
}

/* Stage: one exchange on its way. */
static enum journey_next journey_send(struct journey *journey)
{
    journey->request.timeout = instant_between(clock_instant(), journey->step_deadline);
    if (journey->request.timeout <= 0)
        return journey_fail_step(journey, SYMPTOM_PACE_BUDGET);
    journey->request.keep_sent = journey->settings.keep_messages;
    struct exchange *exchange = run_add_exchange(journey->run, journey_record(journey));
    journey->stage = journey_received;
    journey->transfer = net_send(journey->session, &journey->request, journey->run->arena, exchange,
                                 journey_answered, journey);
    return JOURNEY_WAIT;
}

/* The end of a step that was answered, or the wait until it is asked again. */
static enum journey_next journey_judge_answer(struct journey *journey)
{
    struct run_step *record = journey_record(journey);
    const struct judge judge = journey_judge(journey);
    if (journey->step->until != NULL && !judge_until(&judge)) {
        if (!journey_again_later(journey))
            return journey_fail_step(journey, record->symptom);
        journey_again_clear(journey);
        journey_drop_response(journey);
        journey->stage = journey_prepare;
        loop_timer_set(journey->wake, journey->step->until->every);
        return JOURNEY_WAIT;
    }
    enum state state = judge_step(&judge);
    if (state != STATE_FAILED && journey->step->find_count > 0) {
        json_t *list = judge_find(&judge);
        if (list != NULL)
            journey_mutation_take_found(journey, list);
        else
            state = STATE_FAILED;
    }
    if (state == STATE_FAILED)
        return journey_fail_step(journey, record->symptom);
    return journey_end_step(journey, state);
}

/* Stage: an answer, or why there is none. */
static enum journey_next journey_received(struct journey *journey)
{
    struct run_step *record = journey_record(journey);
    const struct exchange *exchange = &record->exchanges[record->exchange_count - 1];
    if (exchange->symptom != SYMPTOM_NONE) {
        judge_keep_excerpt(record, journey->response, journey->run->arena);
        return journey_fail_step(journey, exchange->symptom);
    }
    const char *location = net_response_header(journey->response, "Location");
    if (request_is_redirect(exchange->status) && location != NULL && journey->step->follow > 0) {
        if (journey->redirects++ == journey->step->follow)
            return journey_fail_step(journey, SYMPTOM_HTTP_REDIRECT_LOOP);
        struct request_source source = journey_source(journey);
        enum symptom symptom = request_redirect(&source, exchange->status, location,
                                                &journey->request, &record->actual);
        if (symptom != SYMPTOM_NONE)
            return journey_fail_step(journey, symptom);
        journey_drop_response(journey);
        journey->stage = journey_send;
        return JOURNEY_NEXT;
    }
    return journey_judge_answer(journey);
}

/* The run ends as its steps say; a cleanup that failed leaves a good run degraded. Where all that
 * an earlier run has left behind is `settled`, no step of its cleanup decides. */
static enum state journey_state(const struct journey *journey, bool settled,
                                const char **ret_reason)
{
    const bool inherited = journey_mutation_is_inherited(journey);
    enum state state = STATE_PASSED;
    for (size_t i = 0; i < journey->run->step_count; i++) {
        const struct run_step *step = &journey->run->steps[i];
        bool bad = step->state == STATE_FAILED || step->state == STATE_UNKNOWN;
        bool decides = inherited ? !settled : !step->cleanup;
        if (decides && bad)
            return step->state;
        if (bad)
            *ret_reason = reason_words(REASON_CLEANUP_FAILED);
        if (bad || step->state == STATE_DEGRADED)
            state = STATE_DEGRADED;
    }
    if (!inherited || settled)
        return state;
    *ret_reason = reason_words(REASON_NOT_SETTLED);
    return STATE_UNKNOWN;
}

/* Masking takes time: of messages that nobody wants it is saved. */
static void journey_finish_messages(struct journey *journey)
{
    struct run *run = journey->run;
    if (!journey->settings.keep_messages)
        return;
    if (journey->settings.wants_messages != NULL &&
        !journey->settings.wants_messages(journey->data, run))
        messages_drop(run);
    for (size_t i = 0; i < run->step_count; i++)
        mask_messages(journey->mask, run->arena, &run->steps[i]);
}

/* Stage: the one place where a run ends. */
static enum journey_next journey_finish(struct journey *journey)
{
    struct run *run = journey->run;
    run->slot.ended = clock_wall();
    /* Once more for all: a secret may have been captured after it was first seen. */
    for (size_t i = 0; i < run->step_count; i++)
        mask_step(journey->mask, run->arena, &run->steps[i]);
    bool settled = !journey_mutation_leave(journey);
    run->state =
        journey->end.obeyed ? journey->end.state : journey_state(journey, settled, &run->reason);
    journey_finish_messages(journey);
    return JOURNEY_DONE;
}

static void journey_free(struct journey *journey)
{
    net_session_close(journey->session);
    journey_give_rows_back(journey);
    net_response_free(journey->response);
    json_decref(journey->found.list);
    mask_free(journey->mask);
    variables_free(journey->variables);
    loop_timer_free(journey->wake);
    free(journey);
}

/* Gives the step in flight the end that journey_end asked for. */
static void journey_obey_end(struct journey *journey)
{
    journey->end.asked = false;
    /* In cleanup the steps are done and judged; the end comes by itself. */
    if (journey->in_cleanup)
        return;
    journey->end.obeyed = true;
    journey->run->reason = journey->end.reason;
    journey->failed = true;
    if (journey->stage == journey_choose)
        return;
    if (journey->transfer != NULL)
        net_cancel(journey->transfer);
    journey->transfer = NULL;
    journey_record(journey)->symptom = journey->end.symptom;
    journey_end_step(journey, journey->end.state);
}

/* Called in a turn of its own, never from inside net/. */
static void journey_drive(void *data)
{
    struct journey *journey = data;
    if (journey->end.asked)
        journey_obey_end(journey);
    if (journey->transfer != NULL)
        return;
    for (;;) {
        switch (journey->stage(journey)) {
        case JOURNEY_NEXT:
            break;
        case JOURNEY_WAIT:
            return;
        case JOURNEY_DONE:;
            struct run *run = journey->run;
            journey_done *done = journey->done;
            void *owner = journey->data;
            journey_free(journey);
            done(owner, run);
            return;
        }
    }
}

struct journey *journey_start(const struct journey_settings *settings, journey_done *done,
                              journey_progress *progress, void *data)
{
    struct journey *journey = memory_allocate(1, sizeof *journey);
    journey->settings = *settings;
    journey->done = done;
    journey->progress = progress;
    journey->data = data;
    const struct scenario *scenario = settings->scenario;
    struct run *run = run_create(scenario->journey, settings->vantage, settings->planned);
    run->file = arena_duplicate(run->arena, scenario->file);
    run->slot.started = clock_wall();
    journey->run = run;
    journey->variables = variables_create(run->id, settings->vantage, settings->planned);
    journey->mask = mask_create();
    journey_set_given(journey);
    /* Twice: what holds a secret was not noted, and is made anew of what was. */
    journey_mutation_inherit_variables(journey);
    journey_set_variables(journey);
    journey_mutation_inherit_variables(journey);
    journey_mutation_inherit(journey);
    journey->in_cleanup = journey_mutation_is_inherited(journey);
    journey->session = net_session_open(settings->net_vantage);
    journey->stage = journey_choose;
    journey->deadline = instant_after(clock_instant(), scenario->budget);
    journey->wake = loop_timer_create(settings->loop, journey_drive, journey);
    loop_timer_set(journey->wake, 0);
    return journey;
}

void journey_end(struct journey *journey, enum state state, enum symptom symptom,
                 const char *reason)
{
    /* The first who asks is obeyed. */
    if (journey->end.reason != NULL)
        return;
    journey->end.asked = true;
    journey->end.state = state;
    journey->end.symptom = symptom;
    journey->end.reason = arena_duplicate(journey->run->arena, reason);
    loop_timer_set(journey->wake, 0);
}

const struct run *journey_waits(const struct journey *journey)
{
    bool waits = journey->transfer != NULL && !journey->in_cleanup && !journey->end.asked &&
                 net_awaits_answer(journey->transfer);
    return waits ? journey->run : NULL;
}

bool journey_is_received(const struct journey *journey)
{
    return journey->transfer != NULL && net_is_received(journey->transfer);
}

void journey_abandon(struct journey *journey)
{
    struct run *run = journey->run;
    journey_free(journey);
    run_free(run);
}
