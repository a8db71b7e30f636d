/* SPDX-License-Identifier: MIT */
/* A map of names to JSON values, one a run. See variables.h. */
#include "monitor/journey/variables.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct variables {
    struct map *values; /* of json_t, owned */
};

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
    return map_get(variables->values, name);
}
