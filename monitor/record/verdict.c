/* SPDX-License-Identifier: MIT */
/* Verdicts and incidents: copies and JSON. See verdict.h. */
#include "monitor/record/verdict.h"

#include "monitor/record/json.h"

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

struct json_t *verdict_to_json(const struct verdict *verdict)
{
    json_t *json = json_object();
    json_put_text(json, "cause", cause_name(verdict->cause));
    json_put_text(json, "component", verdict->component);
    json_put_text(json, "summary", verdict->summary);
    json_put_real(json, "confidence", verdict->confidence);
    json_t *evidence = json_array();
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        json_t *item = json_object();
        json_put_text(item, "fact", verdict->evidence[i].fact);
        json_put_text(item, "text", verdict->evidence[i].text);
        json_put_real(item, "weight", verdict->evidence[i].weight);
        json_array_append_new(evidence, item);
    }
    json_object_set_new(json, "evidence", evidence);
    if (verdict->cause == CAUSE_UNDETERMINED)
        json_put_text(json, "leaning", cause_name(verdict->leaning));
    if (verdict->runner_up != CAUSE_NONE) {
        json_t *second = json_object();
        json_put_text(second, "cause", cause_name(verdict->runner_up));
        json_put_real(second, "confidence", verdict->runner_up_confidence);
        json_object_set_new(json, "runner_up", second);
    }
    json_put_text(json, "unsure", verdict->unsure);
    return json;
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

struct json_t *incident_to_json(const struct incident *incident)
{
    json_t *json = json_object();
    json_put_text(json, "id", incident->id);
    json_put_wall(json, "began", incident->began);
    json_put_wall(json, "opened", incident->opened);
    json_put_wall(json, "updated", incident->updated);
    json_put_wall(json, "resolved", incident->resolved);
    json_put_text(json, "symptom", symptom_code(incident->symptom));
    json_put_text(json, "journey", incident->journey);
    json_put_text(json, "step", incident->step);
    json_put_integer(json, "runs", incident->runs);
    json_t *showers = json_array();
    for (size_t i = 0; i < incident->shower_count; i++) {
        json_t *shower = json_object();
        json_put_text(shower, "journey", incident->showers[i].journey);
        json_put_text(shower, "vantage", incident->showers[i].vantage);
        json_array_append_new(showers, shower);
    }
    json_object_set_new(json, "shown_by", showers);
    json_object_set_new(json, "first", verdict_to_json(&incident->first));
    json_object_set_new(json, "verdict", verdict_to_json(&incident->verdict));
    return json;
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
