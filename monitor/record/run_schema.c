/* SPDX-License-Identifier: MIT */
/* What a record holds, as JSON Schema 2020-12: one row a field of run_json.c. See run.h. */
#include "monitor/record/run.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define REQUIRED   true
#define OPTIONAL   false
#define ID_PATTERN "^[0-9a-f]{32}$"

/* X(OBJECT, key, type, presence, meaning). A type is a row of TYPE_TABLE, or names an object. */
#define FIELD_TABLE(X)                                                                             \
    X(run, "id", id, REQUIRED, "Made of journey, vantage point and slot.")                         \
    X(run, "journey", text, REQUIRED, "The journey that was replayed.")                            \
    X(run, "vantage", text, REQUIRED, "From where.")                                               \
    X(run, "file", text, OPTIONAL, "The scenario file.")                                           \
    X(run, "slot", slot, REQUIRED, "When it was planned, and when it took place.")                 \
    X(run, "state", state, REQUIRED, "How the run ended.")                                         \
    X(run, "reason", text, OPTIONAL, "Why the state is not what the steps say.")                   \
    X(run, "excluded", flag, OPTIONAL, "True in maintenance that does not count.")                 \
    X(run, "muted", flag, OPTIONAL, "True in maintenance: nobody is told of a failure.")           \
    X(run, "latency", milliseconds, REQUIRED, "All steps together, cleanup and waits apart.")      \
    X(run, "steps", steps, REQUIRED, "What was done, in this order.")                              \
    X(run, "findings", findings, OPTIONAL, "What probes found beside it, when it failed.")         \
    X(run, "waiting", others, OPTIONAL, "Other runs that waited for an answer when it failed.")    \
    X(run, "verdict", verdict, OPTIONAL, "Whose fault it is; absent when all is well.")            \
    X(slot, "planned", time, REQUIRED, "On the schedule's grid.")                                  \
    X(slot, "started", time, OPTIONAL, "When the first step began.")                               \
    X(slot, "ended", time, OPTIONAL, "When the last step, or its cleanup, was done.")              \
    X(step, "step", text, REQUIRED, "Its name.")                                                   \
    X(step, "file", text, OPTIONAL, "The fragment's file, where it is written in one.")            \
    X(step, "cleanup", flag, OPTIONAL, "True for a step of the cleanup.")                          \
    X(step, "state", state, REQUIRED, "How the step ended.")                                       \
    X(step, "needs", texts, REQUIRED, "The components that it needs.")                             \
    X(step, "writes", texts, OPTIONAL, "The components that it writes to.")                        \
    X(step, "started", time, OPTIONAL, "When its first request was made.")                         \
    X(step, "total", milliseconds, REQUIRED, "All its exchanges together.")                        \
    X(step, "symptom", symptom, OPTIONAL, "What was wrong.")                                       \
    X(step, "line", integer, OPTIONAL, "Where it is written in the scenario file.")                \
    X(step, "column", integer, OPTIONAL, "Where in that line.")                                    \
    X(step, "expected", text, OPTIONAL, "The assertion that did not hold.")                        \
    X(step, "values", text, OPTIONAL, "What the variables in it stood for: `${n} is 12`.")         \
    X(step, "actual", text, OPTIONAL, "What came instead.")                                        \
    X(step, "excerpt", text, OPTIONAL, "The beginning of the answer's body.")                      \
    X(step, "note", text, OPTIONAL, "An assertion marked `note` that did not hold.")               \
    X(step, "exchanges", exchanges, REQUIRED, "One for each hop of a redirect.")                   \
    X(exchange, "method", text, REQUIRED, "The request's method.")                                 \
    X(exchange, "url", text, REQUIRED, "The request's URL.")                                       \
    X(exchange, "status", integer, OPTIONAL, "Absent where no status line came.")                  \
    X(exchange, "ip", text, OPTIONAL, "The address that was spoken to.")                           \
    X(exchange, "port", integer, OPTIONAL, "And its port.")                                        \
    X(exchange, "local_port", integer, OPTIONAL, "Ours, which finds it in a capture.")             \
    X(exchange, "reused", flag, REQUIRED, "The connection had served before.")                     \
    X(exchange, "http", text, OPTIONAL, "The version: 1.0, 1.1 or 2.")                             \
    X(exchange, "started", time, OPTIONAL, "When the exchange began.")                             \
    X(exchange, "phases", phases, REQUIRED, "A phase that did not happen is absent, never 0.")     \
    X(exchange, "total", milliseconds, REQUIRED, "The phases together.")                           \
    X(exchange, "bytes_sent", integer, REQUIRED, "Header and body.")                               \
    X(exchange, "bytes_received", integer, REQUIRED, "Header and body.")                           \
    X(exchange, "symptom", symptom, OPTIONAL, "What was wrong with the transport.")                \
    X(exchange, "failed_phase", phase, OPTIONAL, "Where it went wrong.")                           \
    X(exchange, "detail", text, OPTIONAL, "With a symptom: what happened, for people.")            \
    X(exchange, "words", words, OPTIONAL, "Of those on the way, in the answer's headers.")         \
    X(exchange, "tcp", tcp, OPTIONAL, "What the kernel knew of the connection at the end.")        \
    X(tcp, "unacknowledged", integer, REQUIRED, "Segments sent and not acknowledged.")             \
    X(tcp, "retransmits", integer, REQUIRED, "In a row, at that moment.")                          \
    X(tcp, "probes", integer, REQUIRED, "Keep-alive probes without an answer.")                    \
    X(tcp, "total_retransmits", integer, REQUIRED, "In the connection's life.")                    \
    X(tcp, "bytes_acknowledged", integer, REQUIRED, "The SYN counts as one.")                      \
    X(tcp, "bytes_received", integer, REQUIRED, "By the kernel.")                                  \
    X(tcp, "last_acknowledgement", milliseconds, OPTIONAL, "How long ago the peer was heard.")     \
    X(tcp, "round_trip", milliseconds, REQUIRED, "The kernel's estimate.")                         \
    X(finding, "probe", probe, REQUIRED, "What was asked.")                                        \
    X(finding, "component", text, OPTIONAL, "The component that the shop file names it for.")      \
    X(finding, "target", text, REQUIRED, "The URL; of a database what was asked.")                 \
    X(finding, "ip", text, OPTIONAL, "The address that was spoken to, or spoke.")                  \
    X(finding, "hops", integer, OPTIONAL, "Of a path: how far away that is.")                      \
    X(finding, "at", time, REQUIRED, "When it was asked.")                                         \
    X(finding, "total", milliseconds, REQUIRED, "How long it took.")                               \
    X(finding, "reached", flag, REQUIRED, "A connection was made, or refused.")                    \
    X(finding, "status", integer, OPTIONAL, "Absent where no answer came.")                        \
    X(finding, "cached", flag, OPTIONAL, "True where a cache answered in the shop's place.")       \
    X(finding, "symptom", symptom, OPTIONAL, "What was wrong with the transport.")                 \
    X(finding, "detail", text, OPTIONAL, "What happened, for people, or what a resolver knows.")   \
    X(waiting, "journey", text, REQUIRED, "The other run's journey.")                              \
    X(waiting, "vantage", text, REQUIRED, "From where.")                                           \
    X(waiting, "step", text, REQUIRED, "The step that waited, far longer than usual.")             \
    X(waiting, "started", time, REQUIRED, "When the exchange began that waited.")                  \
    X(waiting, "waited", milliseconds, REQUIRED, "How long, when this run ended.")                 \
    X(waiting, "usual", milliseconds, REQUIRED, "How long it takes when it passes.")               \
    X(waiting, "behind", text, OPTIONAL, "What the application does alone, just passed before.")   \
    X(verdict, "cause", cause, REQUIRED, "Whose fault it is.")                                     \
    X(verdict, "leaning", cause, OPTIONAL, "The likeliest suspect of an undetermined one.")        \
    X(verdict, "component", text, OPTIONAL, "Absent where it cannot be told.")                     \
    X(verdict, "summary", text, OPTIONAL, "One sentence for people.")                              \
    X(verdict, "confidence", share, REQUIRED, "From 0 to 1.")                                      \
    X(verdict, "evidence", evidences, REQUIRED, "The facts that were weighed.")                    \
    X(verdict, "runner_up", suspect, OPTIONAL, "The next likeliest cause.")                        \
    X(verdict, "suspects", suspects, OPTIONAL, "How likely each is.")                              \
    X(verdict, "works", text, OPTIONAL, "Steps that pass meanwhile, and fail nowhere.")            \
    X(verdict, "unsure", text, OPTIONAL, "Who is not excluded, and what would settle it.")         \
    X(evidence, "fact", text, REQUIRED, "A stable code.")                                          \
    X(evidence, "text", text, OPTIONAL, "One sentence for people.")                                \
    X(evidence, "weight", number, REQUIRED, "In dB; below 0 against the cause, 0 of others.")      \
    X(suspect, "cause", cause, REQUIRED, "Who it may be, too.")                                    \
    X(suspect, "confidence", share, REQUIRED, "From 0 to 1.")

static const struct {
    const char *object, *key, *type;
    bool required;
    const char *meaning;
} fields[] = {
#define X(object, key, type, presence, meaning) {#object, key, #type, presence, meaning},
    FIELD_TABLE(X)
#undef X
#define X(field, header, meaning) {"words", #field, "text", OPTIONAL, meaning},
        WORDS_TABLE(X)
#undef X
};

/* Types that need no more than JSON to be said. */
static const struct {
    const char *name, *schema;
} types[] = {
    {"text", "{\"type\": \"string\"}"},
    {"texts", "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"},
    {"id", "{\"type\": \"string\", \"pattern\": \"" ID_PATTERN "\"}"},
    {"time", "{\"type\": \"string\", \"pattern\": "
             "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$\"}"},
    {"flag", "{\"type\": \"boolean\"}"},
    {"integer", "{\"type\": \"integer\", \"minimum\": 0}"},
    {"number", "{\"type\": \"number\"}"},
    {"milliseconds", "{\"type\": \"number\", \"minimum\": 0}"},
    {"share", "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}"},
    {"steps", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/step\"}}"},
    {"exchanges", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/exchange\"}}"},
    {"findings", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/finding\"}}"},
    {"others", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/waiting\"}}"},
    {"suspects", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/suspect\"}}"},
    {"evidences", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/evidence\"}}"},
};

/* Types that are one word of a table. */
static const char *const state_words[] = {
#define X(name, text) text,
    STATE_TABLE(X)
#undef X
};
static const char *const phase_words[] = {
#define X(name, text) text,
    PHASE_TABLE(X)
#undef X
};
static const char *const cause_words[] = {
#define X(name, text) text,
    CAUSE_TABLE(X)
#undef X
};
static const char *const symptom_words[] = {
#define X(name, layer, code, sentence) code,
    SYMPTOM_TABLE(X)
#undef X
};
static const char *const probe_words[] = {
#define X(name, word) word,
    FINDING_KIND_TABLE(X)
#undef X
};
static const struct {
    const char *name;
    const char *const *words;
    size_t count;
} enumerations[] = {
    {"state", state_words, COUNT_OF(state_words)},
    {"phase", phase_words, COUNT_OF(phase_words)},
    {"cause", cause_words, COUNT_OF(cause_words)},
    {"probe", probe_words, COUNT_OF(probe_words)},
    {"symptom", symptom_words, COUNT_OF(symptom_words)},
};

static json_t *words_schema(const char *const *words, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (words[i][0] != '\0')
            json_array_append_new(list, json_string(words[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *phases_schema(void)
{
    json_t *properties = json_object();
    for (size_t i = 0; i < COUNT_OF(phase_words); i++)
        json_object_set_new(properties, phase_words[i],
                            json_pack("{s:s, s:i}", "type", "number", "minimum", 0));
    return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                     "additionalProperties", false);
}

static json_t *type_schema(const char *type)
{
    char path[64];
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (strcmp(types[i].name, type) == 0)
            return json_loads(types[i].schema, 0, NULL);
    for (size_t i = 0; i < COUNT_OF(enumerations); i++)
        if (strcmp(enumerations[i].name, type) == 0)
            return words_schema(enumerations[i].words, enumerations[i].count);
    if (strcmp(type, "phases") == 0)
        return phases_schema();
    snprintf(path, sizeof path, "#/$defs/%s", type);
    return json_pack("{s:s}", "$ref", path);
}

static json_t *object_schema(const char *object)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (strcmp(fields[i].object, object) != 0)
            continue;
        json_t *field = type_schema(fields[i].type);
        json_object_set_new(field, "description", json_string(fields[i].meaning));
        json_object_set_new(properties, fields[i].key, field);
        if (fields[i].required)
            json_array_append_new(required, json_string(fields[i].key));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
                     required, "additionalProperties", false);
}

struct json_t *run_schema(void)
{
    json_t *schema = object_schema("run"), *definitions = json_object();
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcmp(fields[i].object, "run") != 0 &&
            json_object_get(definitions, fields[i].object) == NULL)
            json_object_set_new(definitions, fields[i].object, object_schema(fields[i].object));
    json_object_set_new(schema, "$defs", definitions);
    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string("shopwatch: the record of a run"));
    return schema;
}
