/* SPDX-License-Identifier: MIT */
/*
 * The variables that a run has before its first step: secrets, rows of its pools, the scenario's
 * own, and what the command line puts in their place. See journey_private.h.
 */
#include "monitor/journey/journey_private.h"

#include "monitor/journey/request.h"

#include <jansson.h>
#include <string.h>

const char *journey_override(const struct journey *journey, const char *name)
{
    const char *value = NULL;
    for (size_t o = 0; o < journey->settings.override_count; o++)
        if (strcmp(journey->settings.overrides[o].name, name) == 0)
            value = journey->settings.overrides[o].value;
    return value;
}

static void set_secret(struct journey *journey, const char *name, const char *value,
                       const char *problem)
{
    const char *other = journey_override(journey, name);
    value = other != NULL ? other : value;
    if (value == NULL)
        variables_set_problem(journey->variables, name, problem);
    else if (mask_add(journey->mask, value))
        variables_set_text(journey->variables, name, value);
}

void journey_set_given(struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    const struct secrets *secrets = journey->settings.secrets;
    for (size_t i = 0; i < secrets_count(secrets); i++)
        set_secret(journey, secrets_name(secrets, i), secrets_value(secrets, i),
                   secrets_problem(secrets, i));
    for (size_t i = 0; i < scenario->pool_count; i++)
        journey_take_row(journey, &scenario->pools[i]);
}

static bool is_secret(const struct journey *journey, const char *name)
{
    for (size_t i = 0; i < secrets_count(journey->settings.secrets); i++)
        if (strcmp(secrets_name(journey->settings.secrets, i), name) == 0)
            return true;
    return false;
}

struct json_t *journey_variable_value(const struct pair *pair, const char *value)
{
    if (!json_is_number(pair->constant) && !json_is_boolean(pair->constant))
        return json_string_nocheck(value);
    json_t *typed = json_loads(value, JSON_DECODE_ANY, NULL);
    bool fits = json_is_number(pair->constant) ? json_is_number(typed) : json_is_boolean(typed);
    if (fits)
        return typed;
    json_decref(typed);
    return NULL;
}

/* `pair` is what it takes the place of; NULL: nothing is given for this vantage point. */
static void override(struct journey *journey, const char *name, const struct pair *pair,
                     const char *text)
{
    json_t *value = pair != NULL ? journey_variable_value(pair, text) : json_string_nocheck(text);
    if (value != NULL)
        variables_set(journey->variables, name, value);
}

static bool has_variable(const struct journey *journey, const char *name)
{
    const struct scenario *scenario = journey->settings.scenario;
    for (size_t i = 0; i < scenario->variable_count; i++)
        if (strcmp(scenario->variables[i].name, name) == 0)
            return true;
    return false;
}

void journey_set_variables(struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    for (size_t i = 0; i < scenario->variable_count; i++) {
        const struct pair *pair = &scenario->variables[i];
        const struct pair *here = variable_at(pair, journey->settings.vantage);
        const char *missing;
        struct buffer text;
        buffer_init(&text, REQUEST_TEXT_MAX);
        if (here == NULL)
            variables_set_problem(journey->variables, pair->name,
                                  "none is given for this vantage point");
        else if (here->constant != NULL)
            variables_set(journey->variables, pair->name, json_incref(here->constant));
        else if (template_render(here->value, variables_lookup, journey->variables, &text,
                                 &missing) == RESULT_OK)
            variables_set_text(journey->variables, pair->name, text.data);
        buffer_free(&text);
        /* An override takes its place at once, so that later variables are made of it. */
        const char *other = journey_override(journey, pair->name);
        if (other != NULL)
            override(journey, pair->name, here, other);
    }
    for (size_t o = 0; o < journey->settings.override_count; o++)
        if (!is_secret(journey, journey->settings.overrides[o].name) &&
            !has_variable(journey, journey->settings.overrides[o].name))
            variables_set_text(journey->variables, journey->settings.overrides[o].name,
                               journey->settings.overrides[o].value);
}
