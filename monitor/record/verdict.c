/* SPDX-License-Identifier: MIT */
/* Verdicts: copies and JSON. See verdict.h. */
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
    target->works = arena_duplicate(arena, source->works);
    target->unsure = arena_duplicate(arena, source->unsure);
    target->evidence = NULL;
    target->evidence_count = 0;
    for (size_t i = 0; i < source->evidence_count; i++) {
        const struct evidence *evidence = &source->evidence[i];
        verdict_add(arena, target, evidence->fact, evidence->text, evidence->weight);
    }
}

bool verdict_knows_suspects(const struct verdict *verdict)
{
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
        if (verdict->suspects[suspect] > 0)
            return true;
    return false;
}

static void write_suspects(const struct verdict *verdict, struct json_writer *writer)
{
    if (!verdict_knows_suspects(verdict))
        return;
    json_open_array(writer, "suspects");
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++) {
        json_open_object(writer, NULL);
        json_add_text(writer, "cause", cause_name((enum cause)suspect));
        json_add_real(writer, "confidence", verdict->suspects[suspect]);
        json_close_object(writer);
    }
    json_close_array(writer);
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
    write_suspects(verdict, writer);
    json_add_text(writer, "works", verdict->works);
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
        .works = json_get_text(arena, json, "works"),
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
    json_array_foreach(json_object_get(json, "suspects"), index, item)
    {
        const char *name = json_get_text(arena, item, "cause");
        enum cause suspect = name != NULL ? cause_from_name(name) : CAUSE_NONE;
        if (suspect < CAUSE_UNDETERMINED)
            ret_verdict->suspects[suspect] = json_get_real(item, "confidence");
    }
    const json_t *second = json_object_get(json, "runner_up");
    const char *runner_up = json_get_text(arena, second, "cause");
    if (runner_up != NULL) {
        ret_verdict->runner_up = cause_from_name(runner_up);
        ret_verdict->runner_up_confidence = json_get_real(second, "confidence");
    }
    return RESULT_OK;
}
