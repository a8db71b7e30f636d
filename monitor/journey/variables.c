/* SPDX-License-Identifier: MIT */
/* A map of names to JSON values, one a run. See variables.h. */
#include "monitor/journey/variables.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "scenarios/fragment.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct variables {
    struct map *values; /* of json_t, owned */
    struct map *problems;
    struct map *inputs; /* of the fragment whose step is being done; NULL outside of one */
};

enum { VARIABLES_INPUT_MAX = 64 * 1024 };

static void variables_free_value(void *value)
{
    json_decref(value);
}

static void random_bytes(void *bytes, size_t length)
{
    /* Up to 256 bytes getrandom(2) is neither interrupted nor short. */
    if (getrandom(bytes, length, 0) != (ssize_t)length)
        abort();
}

/* Version 4, RFC 9562 section 5.4. */
static void set_uuid(struct variables *variables)
{
    unsigned char b[16];
    char text[37];
    random_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(text, sizeof text,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    variables_set_text(variables, "uuid", text);
}

static void set_times(struct variables *variables, struct wall_time planned)
{
    char text[WALL_TEXT_MAX];
    variables_set_text(variables, "run.slot", wall_print(planned, text));
    text[strlen("2026-11-23")] = '\0';
    variables_set_text(variables, "date", text);
    variables_set(variables, "timestamp", json_integer(planned.us / DURATION_SECOND));
}

struct variables *variables_create(const char *run_id, const char *vantage,
                                   struct wall_time planned)
{
    struct variables *variables = memory_allocate(1, sizeof *variables);
    variables->values = map_create(variables_free_value);
    variables->problems = map_create(free);
    variables_set_text(variables, "run.id", run_id);
    variables_set_text(variables, "vantage", vantage);
    set_times(variables, planned);
    set_uuid(variables);
    uint32_t number;
    random_bytes(&number, sizeof number);
    variables_set(variables, "random", json_integer(number % 1000000000));
    return variables;
}

void variables_free(struct variables *variables)
{
    if (variables == NULL)
        return;
    map_free(variables->values);
    map_free(variables->problems);
    map_free(variables->inputs);
    free(variables);
}

void variables_set(struct variables *variables, const char *name, struct json_t *value_taken)
{
    map_put(variables->values, name, value_taken);
}

void variables_set_text(struct variables *variables, const char *name, const char *text)
{
    variables_set(variables, name, json_string_nocheck(text));
}

bool variables_has(const struct variables *variables, const char *name)
{
    return map_has(variables->values, name);
}

const struct json_t *variables_lookup(void *data, const char *name)
{
    const struct variables *variables = data;
    if (variables->inputs != NULL && map_has(variables->inputs, name))
        return map_get(variables->inputs, name);
    return map_get(variables->values, name);
}

void variables_set_problem(struct variables *variables, const char *name, const char *problem)
{
    map_put(variables->problems, name, memory_duplicate(problem));
}

const char *variables_problem(const struct variables *variables, const char *name)
{
    return map_get(variables->problems, name);
}

const char *variables_at(const struct variables *variables, size_t n,
                         const struct json_t **ret_value)
{
    if (n >= map_count(variables->values))
        return NULL;
    *ret_value = map_value(variables->values, n);
    return map_key(variables->values, n);
}

/* The value of one variable alone keeps its type, as in `json`. */
static json_t *input_value(struct variables *variables, const struct pair *pair)
{
    struct buffer text;
    const char *missing;
    json_t *value = NULL;
    if (pair->constant != NULL)
        return json_incref(pair->constant);
    if (template_name_count(pair->value) == 1 &&
        strlen(template_source(pair->value)) == strlen(template_name(pair->value, 0)) + 3)
        return json_incref(
            (json_t *)(uintptr_t)variables_lookup(variables, template_name(pair->value, 0)));
    buffer_init(&text, VARIABLES_INPUT_MAX);
    if (template_render(pair->value, variables_lookup, variables, &text, &missing) == RESULT_OK)
        value = json_stringn_nocheck(text.data, text.length);
    buffer_free(&text);
    return value;
}

/* `value` (taken) as the fragment declares it; NULL when it is of another type. */
static json_t *input_of_type(json_t *value, enum input_type type)
{
    bool fits = type == INPUT_NUMBER ? json_is_number(value) : json_is_boolean(value);
    if (value == NULL || (type == INPUT_STRING ? json_is_string(value) : fits))
        return value;
    json_t *text = NULL;
    if (type == INPUT_STRING) {
        char *written = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        text = json_string_nocheck(written);
        free(written);
    }
    json_decref(value);
    return text;
}

/* An input without a value hides a variable of the same name all the same. */
static void enter_one(struct variables *variables, const struct fragment_use *use)
{
    struct map *inputs = map_create(variables_free_value);
    for (size_t i = 0; i < use->fragment->input_count; i++) {
        const struct fragment_input *input = &use->fragment->inputs[i];
        json_t *value = NULL;
        for (size_t j = 0; j < use->input_count; j++)
            if (strcmp(use->inputs[j].name, input->name) == 0)
                value = input_value(variables, &use->inputs[j]);
        map_put(inputs, input->name, input_of_type(value, input->type));
    }
    map_free(variables->inputs);
    variables->inputs = inputs;
}

void variables_enter(struct variables *variables, const struct fragment_use *use)
{
    const struct fragment_use *way[FRAGMENT_DEPTH_MAX];
    size_t depth = 0;
    map_free(variables->inputs);
    variables->inputs = NULL;
    for (; use != NULL && depth < COUNT_OF(way); use = use->outer)
        way[depth++] = use;
    while (depth > 0)
        enter_one(variables, way[--depth]);
}
