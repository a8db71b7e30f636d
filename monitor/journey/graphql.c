/* SPDX-License-Identifier: MIT */
/* See graphql.h. */
#include "monitor/journey/graphql.h"

#include "monitor/journey/evaluate_private.h"

#include <string.h>

static bool looks_at_errors(const struct step *step)
{
    static const char *const paths[] = {"$.errors", "$['errors']", "$[\"errors\"]"};
    for (size_t i = 0; i < step->expect_count; i++) {
        const struct expression *expression = step->expect[i].expression;
        if (expression->query != QUERY_JSONPATH)
            continue;
        const char *path = template_source(expression->argument);
        for (size_t j = 0; j < COUNT_OF(paths); j++)
            if (strncmp(path, paths[j], strlen(paths[j])) == 0)
                return true;
    }
    return false;
}

const char *graphql_message(struct answer *answer, struct arena *arena)
{
    const json_t *errors = json_object_get(evaluate_body_json(answer), "errors");
    const json_t *first = json_array_get(errors, 0);
    const char *message = json_string_value(json_object_get(first, "message"));
    if (first == NULL)
        return NULL;
    return message != NULL ? evaluate_cut(arena, message) : evaluate_show(arena, first);
}

struct outcome graphql_check(const struct step *step, struct answer *answer, struct arena *arena)
{
    const struct outcome holds = {.holds = true};
    if (answer->exchange->status != 200 || looks_at_errors(step))
        return holds;
    const json_t *json = evaluate_body_json(answer);
    if (json == NULL)
        return (struct outcome){.symptom = answer->json_symptom,
                                .actual = evaluate_cut(arena, answer->json_problem)};
    const char *message = graphql_message(answer, arena);
    if (message == NULL)
        return holds;
    return (struct outcome){.symptom = SYMPTOM_CONTENT_MISMATCH, .actual = message};
}
