/* SPDX-License-Identifier: MIT */
/* A map of names to JSON values, one a run. See variables.h. */
#include "monitor/journey/variables.h"

#include "monitor/base/hex.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/base/random.h"
#include "scenarios/fragment.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct variables {
    struct map *values; /* of json_t, owned */
    struct map *problems;
    struct map *inputs; /* of the fragment whose step is being done; NULL outside of one */
    struct map *input_problems;
    const char *run_id, *vantage;
    struct wall_time planned;
};

enum { VARIABLES_INPUT_MAX = 64 * 1024, DATE_LENGTH = sizeof "2026-11-23" - 1 };

static void variables_free_value(void *value)
{
    json_decref(value);
}

static json_t *make_run_id(const struct variables *variables)
{
    return json_string_nocheck(variables->run_id);
}

static json_t *make_vantage(const struct variables *variables)
{
    return json_string_nocheck(variables->vantage);
}

static json_t *make_slot(const struct variables *variables)
{
    char text[WALL_TEXT_MAX];
    return json_string_nocheck(wall_print(variables->planned, text));
}

static json_t *make_date(const struct variables *variables)
{
    char text[WALL_TEXT_MAX];
    return json_stringn_nocheck(wall_print(variables->planned, text), DATE_LENGTH);
}

static json_t *make_timestamp(const struct variables *variables)
{
    return json_integer(variables->planned.us / DURATION_SECOND);
}

/* Version 4, RFC 9562 section 5.4: 8-4-4-4-12 digits. */
static json_t *make_uuid(const struct variables *variables)
{
    static const size_t groups[] = {8, 4, 4, 4, 12};
    unsigned char bytes[16];
    char digits[2 * sizeof bytes + 1], text[sizeof digits + COUNT_OF(groups) - 1];
    (void)variables;
    random_bytes(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    hex_print(bytes, sizeof bytes, digits);
    char *to = text;
    const char *from = digits;
    for (size_t i = 0; i < COUNT_OF(groups); from += groups[i++]) {
        if (i > 0)
            *to++ = '-';
        memcpy(to, from, groups[i]);
        to += groups[i];
    }
    return json_stringn_nocheck(text, (size_t)(to - text));
}

static json_t *make_random(const struct variables *variables)
{
    uint32_t number;
    (void)variables;
    random_bytes(&number, sizeof number);
    return json_integer(number % 1000000000);
}

/* What every run has. Made when it is first asked for: most journeys use one or two of them. */
static const struct {
    const char *name;
    json_t *(*make)(const struct variables *variables);
} given[] = {
    {"run.id", make_run_id}, {"vantage", make_vantage},     {"run.slot", make_slot},
    {"date", make_date},     {"timestamp", make_timestamp}, {"uuid", make_uuid},
    {"random", make_random},
};

static void make_given(struct variables *variables, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(given); i++)
        if (strcmp(given[i].name, name) == 0)
            map_put(variables->values, name, given[i].make(variables));
}

struct variables *variables_create(const char *run_id, const char *vantage,
                                   struct wall_time planned)
{
    struct variables *variables = memory_allocate(1, sizeof *variables);
    variables->values = map_create(variables_free_value);
    variables->run_id = run_id;
    variables->vantage = vantage;
    variables->planned = planned;
    return variables;
}

void variables_free(struct variables *variables)
{
    if (variables == NULL)
        return;
    map_free(variables->values);
    map_free(variables->problems);
    map_free(variables->inputs);
    map_free(variables->input_problems);
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

/* The run's own; NULL: there is none. */
static json_t *find_value(struct variables *variables, const char *name)
{
    if (!map_has(variables->values, name))
        make_given(variables, name);
    return map_get(variables->values, name);
}

bool variables_has(struct variables *variables, const char *name)
{
    return find_value(variables, name) != NULL;
}

const struct json_t *variables_lookup(void *data, const char *name)
{
    struct variables *variables = data;
    if (variables->inputs != NULL && map_has(variables->inputs, name))
        return map_get(variables->inputs, name);
    return find_value(variables, name);
}

void variables_set_problem(struct variables *variables, const char *name, const char *problem)
{
    if (variables->problems == NULL)
        variables->problems = map_create(free);
    map_put(variables->problems, name, memory_duplicate(problem));
}

const char *variables_problem(const struct variables *variables, const char *name)
{
    bool is_input = variables->inputs != NULL && map_has(variables->inputs, name);
    const struct map *problems = is_input ? variables->input_problems : variables->problems;
    return problems != NULL ? map_get(problems, name) : NULL;
}

const char *variables_at(struct variables *variables, size_t n, const struct json_t **ret_value)
{
    for (size_t i = 0; n == 0 && i < COUNT_OF(given); i++)
        find_value(variables, given[i].name);
    if (n >= map_count(variables->values))
        return NULL;
    *ret_value = map_value(variables->values, n);
    return map_key(variables->values, n);
}

/* The value of one variable alone keeps its type, as in `json`. Without a value, `missing` is the
 * variable that has none. */
static json_t *input_value(struct variables *variables, const struct pair *pair,
                           const char **missing)
{
    struct buffer text;
    json_t *value = NULL;
    if (pair->constant != NULL)
        return json_incref(pair->constant);
    if (template_name_count(pair->value) == 1 &&
        strlen(template_source(pair->value)) == strlen(template_name(pair->value, 0)) + 3) {
        *missing = template_name(pair->value, 0);
        return json_incref((json_t *)(uintptr_t)variables_lookup(variables, *missing));
    }
    buffer_init(&text, VARIABLES_INPUT_MAX);
    if (template_render(pair->value, variables_lookup, variables, &text, missing) == RESULT_OK)
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

/* Why an input has no value, by what it was to be made of: a heap copy. */
static char *input_problem(const struct variables *variables, const char *missing, bool has_value)
{
    struct buffer text;
    if (has_value)
        return memory_duplicate("what it was given is of another type");
    const char *why = missing != NULL ? variables_problem(variables, missing) : NULL;
    if (why != NULL)
        return memory_duplicate(why);
    buffer_init(&text, VARIABLES_INPUT_MAX);
    buffer_print(&text, "${%s} has none", missing != NULL ? missing : "?");
    return buffer_steal(&text);
}

/* An input without a value hides a variable of the same name all the same. */
static void enter_one(struct variables *variables, const struct fragment_use *use)
{
    struct map *inputs = map_create(variables_free_value), *problems = map_create(free);
    for (size_t i = 0; i < use->fragment->input_count; i++) {
        const struct fragment_input *input = &use->fragment->inputs[i];
        const char *missing = NULL;
        json_t *value = NULL;
        for (size_t j = 0; j < use->input_count; j++)
            if (strcmp(use->inputs[j].name, input->name) == 0)
                value = input_value(variables, &use->inputs[j], &missing);
        bool has_value = value != NULL;
        value = input_of_type(value, input->type);
        map_put(inputs, input->name, value);
        if (value == NULL)
            map_put(problems, input->name, input_problem(variables, missing, has_value));
    }
    map_free(variables->inputs);
    map_free(variables->input_problems);
    variables->inputs = inputs;
    variables->input_problems = problems;
}

void variables_enter(struct variables *variables, const struct fragment_use *use)
{
    const struct fragment_use *way[FRAGMENT_DEPTH_MAX];
    size_t depth = 0;
    map_free(variables->inputs);
    map_free(variables->input_problems);
    variables->inputs = variables->input_problems = NULL;
    for (; use != NULL && depth < COUNT_OF(way); use = use->outer)
        way[depth++] = use;
    while (depth > 0)
        enter_one(variables, way[--depth]);
}
