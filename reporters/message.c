/* SPDX-License-Identifier: MIT */
/* See message.h. */
#include "reporters/message.h"

#include "monitor/base/memory.h"
#include "monitor/journey/secrets.h"
#include "monitor/record/json.h"
#include "scenarios/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPANDED_MAX = 64 * 1024 };

struct wall_time message_time(const struct incident *incident)
{
    if (incident->timeline_count > 0)
        return incident->timeline[incident->timeline_count - 1].at;
    return incident->updated;
}

static void print_journeys(const char *first, size_t count, const char *one, const char *more,
                           struct buffer *out)
{
    if (count > 1)
        buffer_print(out, "%s and %zu other%s %s", first, count - 1, count == 2 ? "" : "s", more);
    else
        buffer_print(out, "%s %s", first, one);
}

void message_title(const struct incident *incident, struct buffer *out)
{
    bool slow = symptom_layer(incident->symptom) == SYMPTOM_LAYER_PACE;
    const char *first = incident->journey;
    size_t count = incident_journeys(incident, &first, 1);
    const char *closer = incident_closed_by(incident);
    if (incident->merged != NULL)
        buffer_print(out, "%s: part of incident %.8s", incident->journey, incident->merged);
    else if (closer != NULL)
        buffer_print(out, "%s: closed by %.100s", incident->journey, closer);
    else if (incident->resolved.us != 0)
        print_journeys(first, count, "works again", "work again", out);
    else
        print_journeys(first, count, slow ? "is slow" : "fails", slow ? "are slow" : "fail", out);
    /* One that came back with another journey fails elsewhere than it did at first. */
    if (incident->resolved.us == 0 && incident->step != NULL && count < 2 &&
        strcmp(first, incident->journey) == 0)
        buffer_print(out, " at \"%s\"", incident->step);
}

void message_key(const struct message *message, char key[MESSAGE_KEY_MAX])
{
    snprintf(key, MESSAGE_KEY_MAX, "%.*s.%u", HASH_HEX_LENGTH, message->incident->id,
             message->incident->version);
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *time_or_null(struct wall_time time)
{
    char text[WALL_TEXT_MAX];
    return time.us != 0 ? json_string(wall_print(time, text)) : json_null();
}

static json_t *title_value(const struct incident *incident)
{
    struct buffer title;
    buffer_init(&title, MESSAGE_TITLE_MAX);
    message_title(incident, &title);
    json_t *value = json_string(title.data);
    buffer_free(&title);
    return value;
}

/* New reference. */
static json_t *variable_value(const struct message *message, enum message_variable variable)
{
    const struct incident *incident = message->incident;
    const struct verdict *verdict = &incident->verdict;
    switch (variable) {
    case MESSAGE_ID:
        return json_string(incident->id);
    case MESSAGE_VERSION:
        return json_integer(incident->version);
    case MESSAGE_STATE:
        return json_string(incident->resolved.us != 0 ? "resolved" : "open");
    case MESSAGE_TITLE:
        return title_value(incident);
    case MESSAGE_SUMMARY:
        return text_or_null(verdict->summary);
    case MESSAGE_CAUSE:
        return json_string(cause_name(verdict->cause));
    case MESSAGE_COMPONENT:
        return text_or_null(verdict->component);
    case MESSAGE_CONFIDENCE:
        return json_real(verdict->confidence);
    case MESSAGE_SYMPTOM:
        return json_string(symptom_code(incident->symptom));
    case MESSAGE_JOURNEY:
        return text_or_null(incident->journey);
    case MESSAGE_STEP:
        return text_or_null(incident->step);
    case MESSAGE_BEGAN:
        return time_or_null(incident->began);
    case MESSAGE_RESOLVED:
        return time_or_null(incident->resolved);
    case MESSAGE_RECORD:
        return incident_to_json(incident);
    case MESSAGE_CHANGE:
        return json_string(incident_change_word(incident->change));
    case MESSAGE_AT:
        return time_or_null(message_time(incident));
    case MESSAGE_SHOP:
        return json_string(message->context->shop->name);
    case MESSAGE_TEST:
        return json_boolean(message->test);
    case MESSAGE_VARIABLE_COUNT:
        break;
    }
    return NULL;
}

/* What is looked up lives as long as the writing. */
struct writing {
    const struct message *message; /* NULL: only secrets are known */
    const struct secrets *secrets;
    json_t *values;
};

static json_t *secret_value(const struct secrets *secrets, const char *name)
{
    for (size_t i = 0; i < secrets_count(secrets); i++)
        if (strcmp(secrets_name(secrets, i), name) == 0 && secrets_value(secrets, i) != NULL)
            return json_string(secrets_value(secrets, i));
    return NULL;
}

static const json_t *look_up(void *data, const char *name)
{
    struct writing *writing = data;
    enum message_variable variable = message_variable_find(name);
    json_t *known = json_object_get(writing->values, name);
    if (known != NULL)
        return known;
    json_t *value = writing->message != NULL && variable != MESSAGE_VARIABLE_COUNT
                        ? variable_value(writing->message, variable)
                        : secret_value(writing->secrets, name);
    if (value != NULL)
        json_object_set_new(writing->values, name, value);
    return value;
}

static void write_default(const struct message *message, struct buffer *out)
{
    static const enum message_variable members[] = {MESSAGE_CHANGE, MESSAGE_AT,    MESSAGE_SHOP,
                                                    MESSAGE_TEST,   MESSAGE_TITLE, MESSAGE_RECORD};
    static const char *const names[] = {"change", "at", "shop", "test", "title", "incident"};
    json_t *body = json_object();
    for (size_t i = 0; i < COUNT_OF(members); i++)
        json_object_set_new(body, names[i], variable_value(message, members[i]));
    char *text = json_dumps(body, JSON_COMPACT | JSON_RECORD_FLAGS);
    buffer_text(out, text != NULL ? text : "{}");
    free(text);
    json_decref(body);
}

/* Why a secret has no value, without its value. */
static void explain_missing(const struct secrets *secrets, const char *name, struct error *error)
{
    for (size_t i = 0; i < secrets_count(secrets); i++)
        if (strcmp(secrets_name(secrets, i), name) == 0)
            error_set(error, RESULT_INVALID, "secret %s: %s", name, secrets_problem(secrets, i));
    error_set(error, RESULT_INVALID, "there is no `%s` here", name);
}

enum result message_write(const struct message *message, const struct json_template *template,
                          struct buffer *out, struct error *error)
{
    struct writing writing = {message, message->context->secrets, json_object()};
    const char *missing = NULL;
    if (template == NULL)
        write_default(message, out);
    else if (json_template_render(template, look_up, &writing, out, &missing) == RESULT_NOT_FOUND)
        explain_missing(writing.secrets, missing, error);
    json_decref(writing.values);
    if (missing != NULL)
        return RESULT_NOT_FOUND;
    return out->result == RESULT_OK
               ? RESULT_OK
               : error_set(error, out->result, "the message is longer than 1 MiB");
}

const char *message_expand(const struct reporter_context *context, struct arena *arena,
                           const struct template *template, struct error *error)
{
    struct writing writing = {NULL, context->secrets, json_object()};
    struct buffer out;
    const char *missing = NULL, *text = NULL;
    buffer_init(&out, EXPANDED_MAX);
    if (template_render(template, look_up, &writing, &out, &missing) == RESULT_OK)
        text = arena_duplicate(arena, out.data);
    else if (missing != NULL)
        explain_missing(context->secrets, missing, error);
    else
        error_set(error, RESULT_LIMIT, "a text with its secrets is longer than 64 KiB");
    buffer_free(&out);
    json_decref(writing.values);
    return text;
}

void message_example(struct arena *arena, const struct shop *shop, struct incident *ret_incident)
{
    struct wall_time now = clock_wall();
    char id[HASH_HEX_LENGTH + 1];
    hash_hex(arena_print(arena, "test %lld", (long long)now.us), id);
    *ret_incident = (struct incident){
        .id = arena_duplicate(arena, id),
        .version = 1,
        .change = INCIDENT_OPENED,
        .began = now,
        .opened = now,
        .updated = now,
        .journey = arena_print(arena, "TEST of shopwatch for %s, nothing is wrong:", shop->name),
        .verdict = {.cause = CAUSE_UNDETERMINED,
                    .summary = "TEST: this message only shows that messages arrive",
                    .runner_up = CAUSE_NONE,
                    .leaning = CAUSE_NONE},
    };
    ret_incident->first = ret_incident->verdict;
}
