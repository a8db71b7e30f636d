/* SPDX-License-Identifier: MIT */
/* Findings of probes as records. See finding.h. */
#include "monitor/record/finding.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <string.h>

static const char *const kind_words[] = {
#define X(name, word) word,
    FINDING_KIND_TABLE(X)
#undef X
};

const char *finding_kind_word(enum finding_kind kind)
{
    return kind_words[kind];
}

bool finding_is_well(const struct finding *finding)
{
    switch (finding->kind) {
    case FINDING_DATABASE:
        return finding->detail == NULL;
    case FINDING_PORT:
    case FINDING_PATH:
        return finding->reached;
    case FINDING_RESOLVER:
        return finding->symptom == SYMPTOM_NONE;
    case FINDING_REFERENCE:
        return finding->status != 0;
    default:
        return finding->symptom == SYMPTOM_NONE && finding->status >= 200 && finding->status < 400;
    }
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text != NULL ? arena_duplicate(arena, text) : NULL;
}

void finding_copy(struct arena *arena, struct finding *target, const struct finding *source)
{
    *target = *source;
    target->component = copy_text(arena, source->component);
    target->target = copy_text(arena, source->target);
    target->ip = copy_text(arena, source->ip);
    target->detail = copy_text(arena, source->detail);
}

void finding_write(const struct finding *finding, struct json_writer *writer)
{
    json_open_object(writer, NULL);
    json_add_word(writer, "probe", finding_kind_word(finding->kind));
    json_add_text(writer, "component", finding->component);
    json_add_text(writer, "target", finding->target);
    json_add_text(writer, "ip", finding->ip);
    if (finding->hops != 0)
        json_add_integer(writer, "hops", finding->hops);
    json_add_wall(writer, "at", finding->at);
    json_add_milliseconds(writer, "total", finding->total);
    json_add_flag(writer, "reached", finding->reached);
    if (finding->status != 0)
        json_add_integer(writer, "status", finding->status);
    if (finding->cached)
        json_add_flag(writer, "cached", true);
    if (finding->symptom != SYMPTOM_NONE)
        json_add_word(writer, "symptom", symptom_code(finding->symptom));
    json_add_text(writer, "detail", finding->detail);
    json_close_object(writer);
}

void finding_from_json(struct arena *arena, const struct json_t *json, struct finding *ret_finding)
{
    const char *kind = json_string_value(json_object_get(json, "probe"));
    const char *symptom = json_string_value(json_object_get(json, "symptom"));
    *ret_finding = (struct finding){
        .component = json_get_text(arena, json, "component"),
        .target = json_get_text(arena, json, "target"),
        .ip = json_get_text(arena, json, "ip"),
        .hops = (unsigned)json_get_integer(json, "hops"),
        .at = json_get_wall(json, "at"),
        .total = json_get_milliseconds(json, "total"),
        .reached = json_get_flag(json, "reached"),
        .status = (int)json_get_integer(json, "status"),
        .cached = json_get_flag(json, "cached"),
        .symptom = symptom_from_code(symptom != NULL ? symptom : ""),
        .detail = json_get_text(arena, json, "detail"),
    };
    for (int i = 0; kind != NULL && i < FINDING_KIND_COUNT; i++)
        if (strcmp(kind, kind_words[i]) == 0)
            ret_finding->kind = (enum finding_kind)i;
}
