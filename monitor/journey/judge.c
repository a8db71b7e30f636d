/* SPDX-License-Identifier: MIT */
/* Assertions and captures of one step. See judge.h; expressions are worked out in evaluate.c. */
#include "monitor/journey/judge.h"

#include "monitor/journey/evaluate.h"
#include "monitor/journey/graphql.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void judge_keep_excerpt(struct run_step *record, const struct net_response *response,
                        struct arena *arena)
{
    size_t length = response->body_length;
    if (length == 0)
        return;
    if (length > JUDGE_EXCERPT_MAX)
        length = JUDGE_EXCERPT_MAX;
    char *excerpt = arena_duplicate_bytes(arena, response->body, length);
    /* A NUL would end the text early and hide what follows. */
    for (size_t i = 0; i < length; i++)
        if (excerpt[i] == '\0')
            excerpt[i] = ' ';
    record->excerpt = excerpt;
}

static void judge_note_failure(const struct judge *judge, const struct expression *expression,
                               struct position position, const struct outcome *outcome)
{
    struct run_step *record = judge->record;
    record->symptom = outcome->symptom;
    record->line = position.line;
    record->column = position.column;
    record->expected = arena_duplicate(judge->arena, expression->source);
    record->values = outcome->values;
    record->actual = outcome->actual;
}

/* The first assertion that fails decides; one that degrades is shown unless a failure follows. */
static enum state judge_assertions(const struct judge *judge, struct answer *answer,
                                   const struct evaluate_variables *variables)
{
    enum state state = STATE_PASSED;
    for (size_t i = 0; i < judge->step->expect_count; i++) {
        const struct expression *expression = judge->step->expect[i].expression;
        struct outcome outcome = evaluate_assertion(expression, answer, variables, judge->arena);
        if (outcome.holds)
            continue;
        switch (expression->consequence) {
        case CONSEQUENCE_FAIL:
            judge_note_failure(judge, expression, judge->step->expect[i].position, &outcome);
            return STATE_FAILED;
        case CONSEQUENCE_DEGRADE:
            if (state == STATE_PASSED)
                judge_note_failure(judge, expression, judge->step->expect[i].position, &outcome);
            state = STATE_DEGRADED;
            break;
        case CONSEQUENCE_NOTE:
            if (judge->record->note == NULL)
                judge->record->note =
                    arena_print(judge->arena, "%s: came %s", expression->source, outcome.actual);
            break;
        }
    }
    return state;
}

static bool judge_status_is_expected(const struct step *step)
{
    for (size_t i = 0; i < step->expect_count; i++)
        if (step->expect[i].expression->query == QUERY_STATUS)
            return true;
    return false;
}

static void judge_note_error(const struct judge *judge, struct answer *answer,
                             const struct exchange *exchange)
{
    struct run_step *record = judge->record;
    const char *message = judge->step->is_graphql ? graphql_message(answer, judge->arena) : NULL;
    record->symptom = SYMPTOM_HTTP_ERROR;
    record->line = record->column = 0; /* the step's own, not that of an assertion */
    record->expected = "status < 400";
    record->values = NULL;
    record->actual = arena_print(judge->arena, "%d%s%s", exchange->status,
                                 message != NULL ? ": " : "", message != NULL ? message : "");
}

/* On an error page whatever is looked for is missing: what the step says of the status, if only
 * further below, is what failed. */
static void judge_blame_status(const struct judge *judge, struct answer *answer,
                               const struct evaluate_variables *variables)
{
    if (symptom_layer(judge->record->symptom) != SYMPTOM_LAYER_CONTENT)
        return;
    for (size_t i = 0; i < judge->step->expect_count; i++) {
        const struct expression *expression = judge->step->expect[i].expression;
        if (expression->query != QUERY_STATUS || expression->consequence != CONSEQUENCE_FAIL)
            continue;
        struct outcome outcome = evaluate_assertion(expression, answer, variables, judge->arena);
        if (!outcome.holds) {
            judge_note_failure(judge, expression, judge->step->expect[i].position, &outcome);
            return;
        }
    }
}

/* A secret that cannot be masked must not be used. */
static bool judge_keeps_secret(const struct judge *judge, const struct capture *capture,
                               const json_t *value)
{
    struct outcome outcome = {.symptom = SYMPTOM_CONTENT_CAPTURE_MISSING};
    char *number = NULL;
    bool kept = false;
    if (!capture->expression->is_secret)
        return true;
    if (json_is_number(value))
        number = json_dumps(value, JSON_ENCODE_ANY);
    if (number != NULL || json_is_string(value))
        kept = mask_add(judge->mask, number != NULL ? number : json_string_value(value));
    if (!kept) {
        outcome.actual = "a value that cannot be kept secret: text of 4 bytes or more can";
        judge_note_failure(judge, capture->expression, capture->position, &outcome);
    }
    free(number);
    return kept;
}

/* The message of an error says more than the assertion that fails for it. */
static enum state judge_graphql(const struct judge *judge, struct answer *answer)
{
    struct run_step *record = judge->record;
    if (!judge->step->is_graphql)
        return STATE_PASSED;
    struct outcome outcome = graphql_check(judge->step, answer, judge->arena);
    if (outcome.holds)
        return STATE_PASSED;
    record->symptom = outcome.symptom;
    record->expected = "a GraphQL answer without errors";
    record->actual = outcome.actual;
    return STATE_FAILED;
}

static enum state judge_captures(const struct judge *judge, struct answer *answer,
                                 const struct evaluate_variables *variables)
{
    for (size_t i = 0; i < judge->step->capture_count; i++) {
        const struct capture *capture = &judge->step->captures[i];
        struct outcome outcome;
        json_t *value =
            evaluate_capture(capture->expression, answer, variables, judge->arena, &outcome);
        if (value == NULL) {
            judge_note_failure(judge, capture->expression, capture->position, &outcome);
            return STATE_FAILED;
        }
        if (!judge_keeps_secret(judge, capture, value)) {
            json_decref(value);
            return STATE_FAILED;
        }
        variables_set(judge->variables, capture->name, value);
    }
    return STATE_PASSED;
}

/* Whether it is no fault of the answer: a variable without a value, say. */
static bool judge_is_ours(const struct judge *judge)
{
    return symptom_layer(judge->record->symptom) == SYMPTOM_LAYER_MONITOR;
}

enum state judge_step(const struct judge *judge)
{
    struct run_step *record = judge->record;
    const struct exchange *exchange = &record->exchanges[record->exchange_count - 1];
    struct evaluate_variables variables = {variables_lookup, judge->variables};
    struct answer *answer = answer_create(exchange, judge->response, judge->redirects);
    enum state state = judge_graphql(judge, answer);
    if (state != STATE_FAILED)
        state = judge_assertions(judge, answer, &variables);
    /* A step that says nothing of the status does not mean that an error page will do. */
    bool is_error = exchange->status >= 400 && !judge_is_ours(judge);
    if (is_error && !judge_status_is_expected(judge->step)) {
        judge_note_error(judge, answer, exchange);
        state = STATE_FAILED;
    } else if (is_error && state == STATE_FAILED) {
        judge_blame_status(judge, answer, &variables);
    }
    if (state != STATE_FAILED && judge_captures(judge, answer, &variables) == STATE_FAILED)
        state = STATE_FAILED;
    if (state == STATE_FAILED)
        judge_keep_excerpt(record, judge->response, judge->arena);
    answer_free(answer);
    return state;
}

bool judge_until(const struct judge *judge)
{
    const struct expression *holds = judge->step->until->holds.expression;
    const struct exchange *exchange = &judge->record->exchanges[judge->record->exchange_count - 1];
    struct evaluate_variables variables = {variables_lookup, judge->variables};
    struct answer *answer = answer_create(exchange, judge->response, judge->redirects);
    struct outcome outcome = evaluate_assertion(holds, answer, &variables, judge->arena);
    bool is_error = exchange->status >= 400 && holds->query != QUERY_STATUS &&
                    !judge_status_is_expected(judge->step);
    /* On an error page nothing holds, not even that it holds nothing. */
    if (is_error) {
        outcome.holds = false;
        judge_note_error(judge, answer, exchange);
    } else if (!outcome.holds) {
        judge_note_failure(judge, holds, judge->step->until->holds.position, &outcome);
        if (symptom_layer(outcome.symptom) != SYMPTOM_LAYER_MONITOR)
            judge->record->symptom = SYMPTOM_CONTENT_MISMATCH;
    }
    if (!outcome.holds)
        judge_keep_excerpt(judge->record, judge->response, judge->arena);
    answer_free(answer);
    return outcome.holds;
}

json_t *judge_find(const struct judge *judge)
{
    const struct capture *find = &judge->step->finds[0];
    const struct exchange *exchange = &judge->record->exchanges[judge->record->exchange_count - 1];
    struct evaluate_variables variables = {variables_lookup, judge->variables};
    struct answer *answer = answer_create(exchange, judge->response, judge->redirects);
    struct outcome outcome;
    json_t *found = evaluate_capture(find->expression, answer, &variables, judge->arena, &outcome);
    if (found == NULL && outcome.symptom == SYMPTOM_CONTENT_CAPTURE_MISSING) {
        found = json_array();
    } else if (found != NULL && !json_is_array(found)) {
        json_t *list = json_array();
        json_array_append_new(list, found);
        found = list;
    } else if (json_array_size(found) > JUDGE_FOUND_MAX) {
        outcome.symptom = SYMPTOM_CONTENT_MISMATCH;
        outcome.actual = arena_print(judge->arena, "%zu things, more than the %d that are taken",
                                     json_array_size(found), JUDGE_FOUND_MAX);
        json_decref(found);
        found = NULL;
    }
    if (found == NULL)
        judge_note_failure(judge, find->expression, find->position, &outcome);
    answer_free(answer);
    return found;
}
