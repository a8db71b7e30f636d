/* SPDX-License-Identifier: MIT */
/* Verdicts and incidents: copies and JSON. See verdict.h. */
#include "monitor/record/verdict.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <string.h>

static const char *const cause_names[] = {
#define X(name, text) text,
    CAUSE_TABLE(X)
#undef X
};

const char *cause_name(enum cause cause)
{
    return cause_names[cause];
}

enum cause cause_from_name(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(cause_names); i++)
        if (strcmp(cause_names[i], name) == 0)
            return (enum cause)i;
    return CAUSE_NONE;
}

void verdict_add(struct arena *arena, struct verdict *verdict, const char *fact, const char *text,
                 double weight)
{
    arena_grow(arena, verdict->evidence, verdict->evidence_count);
    verdict->evidence[verdict->evidence_count++] = (struct evidence){
        .fact = arena_duplicate(arena, fact),
        .text = arena_duplicate(arena, text),
        .weight = weight,
    };
}

void verdict_copy(struct arena *arena, struct verdict *target, const struct verdict *source)
{
    *target = *source;
    target->component = arena_duplicate(arena, source->component);
    target->summary = arena_duplicate(arena, source->summary);
    target->unsure = arena_duplicate(arena, source->unsure);
    target->evidence = NULL;
    target->evidence_count = 0;
    for (size_t i = 0; i < source->evidence_count; i++) {
        const struct evidence *evidence = &source->evidence[i];
        verdict_add(arena, target, evidence->fact, evidence->text, evidence->weight);
    }
}

void incident_copy(struct arena *arena, struct incident *target, const struct incident *source)
{
    *target = *source;
    target->id = arena_duplicate(arena, source->id);
    target->showers = arena_allocate(arena, source->shower_count, sizeof *target->showers);
    for (size_t i = 0; i < source->shower_count; i++)
        target->showers[i] = (struct incident_shower){
            .journey = arena_duplicate(arena, source->showers[i].journey),
            .vantage = arena_duplicate(arena, source->showers[i].vantage),
        };
    target->journey = arena_duplicate(arena, source->journey);
    target->step = arena_duplicate(arena, source->step);
    verdict_copy(arena, &target->first, &source->first);
    verdict_copy(arena, &target->verdict, &source->verdict);
}

void verdict_write(const struct verdict *verdict, struct json_writer *writer, const char *key)
{
    json_open_object(writer, key);
    json_add_text(writer, "cause", cause_name(verdict->cause));
    json_add_text(writer, "component", verdict->component);
    json_add_text(writer, "summary", verdict->summary);
    json_add_real(writer, "confidence", verdict->confidence);
    json_open_array(writer, "evidence");
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        json_open_object(writer, NULL);
        json_add_text(writer, "fact", verdict->evidence[i].fact);
        json_add_text(writer, "text", verdict->evidence[i].text);
        json_add_real(writer, "weight", verdict->evidence[i].weight);
        json_close_object(writer);
    }
    json_close_array(writer);
    if (verdict->cause == CAUSE_UNDETERMINED)
        json_add_text(writer, "leaning", cause_name(verdict->leaning));
    if (verdict->runner_up != CAUSE_NONE) {
        json_open_object(writer, "runner_up");
        json_add_text(writer, "cause", cause_name(verdict->runner_up));
        json_add_real(writer, "confidence", verdict->runner_up_confidence);
        json_close_object(writer);
    }
    json_add_text(writer, "unsure", verdict->unsure);
    json_close_object(writer);
}

enum result verdict_from_json(struct arena *arena, const struct json_t *json,
                              struct verdict *ret_verdict)
{
    const char *cause = json_get_text(arena, json, "cause");
    if (cause == NULL)
        return RESULT_INVALID;
    *ret_verdict = (struct verdict){
        .cause = cause_from_name(cause),
        .component = json_get_text(arena, json, "component"),
        .summary = json_get_text(arena, json, "summary"),
        .confidence = json_get_real(json, "confidence"),
        .leaning = cause_from_name(cause),
        .runner_up = CAUSE_NONE,
        .unsure = json_get_text(arena, json, "unsure"),
    };
    const char *leaning = json_get_text(arena, json, "leaning");
    if (leaning != NULL)
        ret_verdict->leaning = cause_from_name(leaning);
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(json, "evidence"), index, item)
    {
        const char *fact = json_get_text(arena, item, "fact");
        const char *text = json_get_text(arena, item, "text");
        verdict_add(arena, ret_verdict, fact, text, json_get_real(item, "weight"));
    }
    const json_t *second = json_object_get(json, "runner_up");
    const char *runner_up = json_get_text(arena, second, "cause");
    if (runner_up != NULL) {
        ret_verdict->runner_up = cause_from_name(runner_up);
        ret_verdict->runner_up_confidence = json_get_real(second, "confidence");
    }
    return RESULT_OK;
}

void incident_write(const struct incident *incident, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "id", incident->id);
    json_add_wall(&writer, "began", incident->began);
    json_add_wall(&writer, "opened", incident->opened);
    json_add_wall(&writer, "updated", incident->updated);
    json_add_wall(&writer, "resolved", incident->resolved);
    json_add_text(&writer, "symptom", symptom_code(incident->symptom));
    json_add_text(&writer, "journey", incident->journey);
    json_add_text(&writer, "step", incident->step);
    json_add_integer(&writer, "runs", incident->runs);
    json_open_array(&writer, "shown_by");
    for (size_t i = 0; i < incident->shower_count; i++) {
        json_open_object(&writer, NULL);
        json_add_text(&writer, "journey", incident->showers[i].journey);
        json_add_text(&writer, "vantage", incident->showers[i].vantage);
        json_close_object(&writer);
    }
    json_close_array(&writer);
    verdict_write(&incident->first, &writer, "first");
    verdict_write(&incident->verdict, &writer, "verdict");
    json_close_object(&writer);
}

struct json_t *incident_to_json(const struct incident *incident)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    incident_write(incident, &text);
    return json_reread(&text);
}

static void showers_from_json(struct arena *arena, const json_t *array, struct incident *incident)
{
    size_t index;
    json_t *item;
    incident->showers = arena_allocate(arena, json_array_size(array), sizeof *incident->showers);
    json_array_foreach(array, index, item)
    {
        const char *journey = json_get_text(arena, item, "journey");
        const char *vantage = json_get_text(arena, item, "vantage");
        if (journey != NULL && vantage != NULL)
            incident->showers[incident->shower_count++] =
                (struct incident_shower){journey, vantage};
    }
}

enum result incident_from_json(struct arena *arena, const struct json_t *json,
                               struct incident *ret_incident)
{
    const char *symptom = json_get_text(arena, json, "symptom");
    *ret_incident = (struct incident){
        .id = json_get_text(arena, json, "id"),
        .began = json_get_wall(json, "began"),
        .opened = json_get_wall(json, "opened"),
        .updated = json_get_wall(json, "updated"),
        .resolved = json_get_wall(json, "resolved"),
        .symptom = symptom_from_code(symptom != NULL ? symptom : ""),
        .journey = json_get_text(arena, json, "journey"),
        .step = json_get_text(arena, json, "step"),
        .runs = (unsigned)json_get_integer(json, "runs"),
    };
    if (ret_incident->id == NULL)
        return RESULT_INVALID;
    showers_from_json(arena, json_object_get(json, "shown_by"), ret_incident);
    enum result result =
        verdict_from_json(arena, json_object_get(json, "first"), &ret_incident->first);
    if (result != RESULT_OK)
        return result;
    return verdict_from_json(arena, json_object_get(json, "verdict"), &ret_incident->verdict);
}
