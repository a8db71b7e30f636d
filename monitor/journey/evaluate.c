/* SPDX-License-Identifier: MIT */
/*
 * Works out an assertion or a capture: query, filters, predicate, one after the other. What each
 * does stands in evaluate_query.c, evaluate_filter.c and evaluate_predicate.c; here is what their
 * failing means.
 */
#include "monitor/journey/evaluate.h"

#include "monitor/base/memory.h"
#include "monitor/journey/evaluate_private.h"
#include "scenarios/markup.h"

#include <stdlib.h>

struct answer *answer_create(const struct exchange *exchange, const struct net_response *response,
                             unsigned redirects)
{
    struct answer *answer = memory_allocate(1, sizeof *answer);
    answer->exchange = exchange;
    answer->response = response;
    answer->redirects = redirects;
    return answer;
}

void answer_free(struct answer *answer)
{
    if (answer == NULL)
        return;
    json_decref(answer->text);
    json_decref(answer->json);
    markup_free(answer->markup);
    free(answer->json_problem);
    free(answer);
}

/* Query and filters. */
static bool evaluate_value(struct evaluation *evaluation, struct selected *value)
{
    const struct expression *expression = evaluation->expression;
    if (!evaluate_query(evaluation, value))
        return false;
    for (size_t i = 0; i < expression->filter_count; i++)
        if (!evaluate_filter(evaluation, &expression->filters[i], value))
            return false;
    return true;
}

static enum symptom false_symptom(const struct evaluation *evaluation)
{
    if (evaluation->expression->query == QUERY_TIME)
        return SYMPTOM_PACE_SLOW;
    if (evaluation->expression->query == QUERY_STATUS)
        return evaluation->answer->exchange->status >= 400 ? SYMPTOM_HTTP_ERROR
                                                           : SYMPTOM_HTTP_STATUS_UNEXPECTED;
    return SYMPTOM_CONTENT_MISMATCH;
}

/* Looking for something in a body too long to be shown: its beginning would tell nothing. */
static bool is_search(const struct evaluation *evaluation)
{
    const struct expression *expression = evaluation->expression;
    return expression->query == QUERY_BODY && expression->filter_count == 0 &&
           (expression->predicate == PREDICATE_CONTAINS ||
            expression->predicate == PREDICATE_MATCHES) &&
           evaluation->answer->response->body_length > EVALUATE_BODY_SHOWN;
}

static const char *show_search(const struct evaluation *evaluation)
{
    size_t length = evaluation->answer->response->body_length;
    const char *found = evaluation->expression->negated ? "such text" : "no such text";
    if (length >= 1000000)
        return arena_print(evaluation->arena, "%s in %zu,%03zu,%03zu bytes", found,
                           length / 1000000, length / 1000 % 1000, length % 1000);
    if (length >= 1000)
        return arena_print(evaluation->arena, "%s in %zu,%03zu bytes", found, length / 1000,
                           length % 1000);
    return arena_print(evaluation->arena, "%s in %zu bytes", found, length);
}

static const char *show_value(const struct evaluation *evaluation, const struct selected *value)
{
    char text[DURATION_TEXT_MAX];
    const struct expression *expression = evaluation->expression;
    if (value->kind == SELECTED_NOTHING ||
        (evaluation->missed_root != NULL && selected_is_nothing(value)))
        return evaluate_nothing(evaluation);
    if (expression->query == QUERY_TIME && expression->filter_count == 0)
        return arena_duplicate(evaluation->arena,
                               duration_print(json_integer_value(value->json), text));
    if (is_search(evaluation))
        return show_search(evaluation);
    json_t *json = selected_json(value);
    const char *shown = evaluation->types_differ ? evaluate_show_typed(evaluation->arena, json)
                                                 : evaluate_show(evaluation->arena, json);
    json_decref(json);
    return shown;
}

struct outcome evaluate_assertion(const struct expression *expression, struct answer *answer,
                                  const struct evaluate_variables *variables, struct arena *arena)
{
    struct evaluation evaluation = {
        .expression = expression, .answer = answer, .variables = variables, .arena = arena};
    struct selected value = {0};
    struct outcome outcome = {0};
    if (evaluate_value(&evaluation, &value) &&
        evaluate_predicate(&evaluation, &value, &outcome.holds) && !outcome.holds)
        evaluation.problem = show_value(&evaluation, &value);
    if (!outcome.holds) {
        outcome.actual = evaluation.problem;
        outcome.values = evaluate_values(&evaluation);
        outcome.symptom =
            evaluation.symptom != SYMPTOM_NONE ? evaluation.symptom : false_symptom(&evaluation);
    }
    json_decref(evaluation.missed_root);
    json_decref(value.json);
    return outcome;
}

json_t *evaluate_capture(const struct expression *expression, struct answer *answer,
                         const struct evaluate_variables *variables, struct arena *arena,
                         struct outcome *ret_outcome)
{
    struct evaluation evaluation = {
        .expression = expression, .answer = answer, .variables = variables, .arena = arena};
    struct selected value = {0};
    json_t *captured = NULL;
    bool found = evaluate_value(&evaluation, &value);
    if (found && selected_is_nothing(&value))
        evaluation.problem = evaluate_nothing(&evaluation);
    else if (found)
        captured = selected_json(&value);
    *ret_outcome = (struct outcome){.holds = captured != NULL, .actual = evaluation.problem};
    if (captured == NULL) {
        ret_outcome->values = evaluate_values(&evaluation);
        ret_outcome->symptom = evaluation.symptom != SYMPTOM_NONE ? evaluation.symptom
                                                                  : SYMPTOM_CONTENT_CAPTURE_MISSING;
    }
    json_decref(evaluation.missed_root);
    json_decref(value.json);
    return captured;
}
