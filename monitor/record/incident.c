/* SPDX-License-Identifier: MIT */
/* Incidents: copies, timeline and JSON. See incident.h. */
#include "monitor/record/incident.h"

#include "monitor/base/map.h"
#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <string.h>

static const char *const change_words[] = {
#define X(name, word) word,
    INCIDENT_CHANGE_TABLE(X)
#undef X
};

const char *incident_change_word(enum incident_change change)
{
    return change_words[change];
}

enum incident_change incident_change_from_word(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(change_words); i++)
        if (strcmp(change_words[i], word) == 0)
            return (enum incident_change)i;
    return INCIDENT_UNCHANGED;
}

static void add_event(struct arena *arena, struct incident *incident,
                      const struct incident_event *event)
{
    arena_grow(arena, incident->timeline, incident->timeline_count);
    incident->timeline[incident->timeline_count++] = (struct incident_event){
        .at = event->at,
        .change = event->change,
        .by = arena_duplicate(arena, event->by),
        .text = arena_duplicate(arena, event->text),
    };
}

/* How it began is worth more than what came after it. */
void incident_note(struct arena *arena, struct incident *incident,
                   const struct incident_event *event)
{
    if (incident->timeline_count == INCIDENT_TIMELINE_MAX) {
        memmove(incident->timeline + 1, incident->timeline + 2,
                (INCIDENT_TIMELINE_MAX - 2) * sizeof *incident->timeline);
        incident->timeline_count--;
        incident->timeline_left_out++;
    }
    add_event(arena, incident, event);
}

static const struct incident_event *find_last(const struct incident *incident,
                                              enum incident_change change)
{
    for (size_t i = incident->timeline_count; i > 0; i--)
        if (incident->timeline[i - 1].change == change)
            return &incident->timeline[i - 1];
    return NULL;
}

const char *incident_closed_by(const struct incident *incident)
{
    const struct incident_event *last = find_last(incident, INCIDENT_RESOLVED);
    return incident->resolved.us != 0 && last != NULL ? last->by : NULL;
}

const struct incident_event *incident_publication(const struct incident *incident)
{
    return incident->published ? find_last(incident, INCIDENT_PUBLISHED) : NULL;
}

bool incident_is_shown(const struct incident *incident)
{
    for (size_t i = 0; i < incident->shower_count && incident->resolved.us == 0; i++)
        if (incident->showers[i].recovered.us == 0)
            return true;
    return false;
}

size_t incident_journeys(const struct incident *incident, const char **names, size_t max)
{
    struct map *known = map_create(NULL);
    bool shown = incident_is_shown(incident);
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if ((shown && shower->recovered.us != 0) || map_has(known, shower->journey))
            continue;
        if (map_count(known) < max)
            names[map_count(known)] = shower->journey;
        map_put(known, shower->journey, incident->showers);
    }
    size_t count = map_count(known);
    map_free(known);
    return count;
}

void incident_copy(struct arena *arena, struct incident *target, const struct incident *source)
{
    *target = *source;
    target->id = arena_duplicate(arena, source->id);
    target->showers = NULL;
    target->shower_count = 0;
    for (size_t i = 0; i < source->shower_count; i++) {
        arena_grow(arena, target->showers, target->shower_count); /* more may come */
        target->showers[target->shower_count++] = (struct incident_shower){
            .journey = arena_duplicate(arena, source->showers[i].journey),
            .vantage = arena_duplicate(arena, source->showers[i].vantage),
            .recovered = source->showers[i].recovered,
            .otherwise = source->showers[i].otherwise,
            .unheard = source->showers[i].unheard,
        };
    }
    target->journey = arena_duplicate(arena, source->journey);
    target->step = arena_duplicate(arena, source->step);
    target->acknowledged.by = arena_duplicate(arena, source->acknowledged.by);
    target->merged = arena_duplicate(arena, source->merged);
    target->timeline = NULL;
    target->timeline_count = 0;
    for (size_t i = 0; i < source->timeline_count; i++)
        add_event(arena, target, &source->timeline[i]);
    verdict_copy(arena, &target->first, &source->first);
    verdict_copy(arena, &target->verdict, &source->verdict);
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void write_showers(const struct incident *incident, struct json_writer *writer)
{
    json_open_array(writer, "shown_by");
    for (size_t i = 0; i < incident->shower_count; i++) {
        json_open_object(writer, NULL);
        json_add_text(writer, "journey", incident->showers[i].journey);
        json_add_text(writer, "vantage", incident->showers[i].vantage);
        json_add_wall(writer, "recovered", incident->showers[i].recovered);
        json_add_flag(writer, "otherwise", incident->showers[i].otherwise);
        json_add_flag(writer, "unheard", incident->showers[i].unheard);
        json_close_object(writer);
    }
    json_close_array(writer);
}

static void write_timeline(const struct incident *incident, struct json_writer *writer)
{
    json_open_array(writer, "timeline");
    for (size_t i = 0; i < incident->timeline_count; i++) {
        const struct incident_event *event = &incident->timeline[i];
        json_open_object(writer, NULL);
        json_add_wall(writer, "at", event->at);
        json_add_word(writer, "change", incident_change_word(event->change));
        json_add_text(writer, "by", event->by);
        json_add_text(writer, "text", event->text);
        json_close_object(writer);
    }
    json_close_array(writer);
    if (incident->timeline_left_out > 0)
        json_add_integer(writer, "timeline_left_out", incident->timeline_left_out);
}

static void write_state(const struct incident *incident, struct json_writer *writer)
{
    json_add_integer(writer, "runs", incident->runs);
    json_add_integer(writer, "reopened", incident->reopened);
    json_add_flag(writer, "published", incident->published);
    json_add_flag(writer, "flapping", incident->flapping);
    json_add_flag(writer, "muted", incident->muted);
    json_add_text(writer, "merged", incident->merged);
    if (incident->acknowledged.at.us == 0)
        return;
    json_open_object(writer, "acknowledged");
    json_add_wall(writer, "at", incident->acknowledged.at);
    json_add_text(writer, "by", incident->acknowledged.by);
    json_close_object(writer);
}

void incident_write(const struct incident *incident, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "id", incident->id);
    json_add_integer(&writer, "version", incident->version);
    json_add_word(&writer, "change", incident_change_word(incident->change));
    json_add_wall(&writer, "began", incident->began);
    json_add_wall(&writer, "opened", incident->opened);
    json_add_wall(&writer, "updated", incident->updated);
    json_add_wall(&writer, "resolved", incident->resolved);
    json_add_text(&writer, "symptom", symptom_code(incident->symptom));
    json_add_text(&writer, "journey", incident->journey);
    json_add_text(&writer, "step", incident->step);
    write_state(incident, &writer);
    write_showers(incident, &writer);
    verdict_write(&incident->first, &writer, "first");
    verdict_write(&incident->verdict, &writer, "verdict");
    write_timeline(incident, &writer);
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
            incident->showers[incident->shower_count++] = (struct incident_shower){
                journey, vantage, json_get_wall(item, "recovered"),
                json_get_flag(item, "otherwise"), json_get_flag(item, "unheard")};
    }
}

static enum incident_change change_from_json(struct arena *arena, const json_t *json)
{
    const char *word = json_get_text(arena, json, "change");
    return incident_change_from_word(word != NULL ? word : "");
}

static void timeline_from_json(struct arena *arena, const json_t *array, struct incident *incident)
{
    size_t index;
    json_t *item;
    json_array_foreach(array, index, item)
    {
        const struct incident_event event = {
            .at = json_get_wall(item, "at"),
            .change = change_from_json(arena, item),
            .by = json_get_text(arena, item, "by"),
            .text = json_get_text(arena, item, "text"),
        };
        incident_note(arena, incident, &event);
    }
}

static void state_from_json(struct arena *arena, const json_t *json, struct incident *incident)
{
    const json_t *acknowledged = json_object_get(json, "acknowledged");
    incident->runs = (unsigned)json_get_integer(json, "runs");
    incident->reopened = (unsigned)json_get_integer(json, "reopened");
    incident->published = json_get_flag(json, "published");
    incident->flapping = json_get_flag(json, "flapping");
    incident->muted = json_get_flag(json, "muted");
    incident->merged = json_get_text(arena, json, "merged");
    incident->acknowledged.at = json_get_wall(acknowledged, "at");
    incident->acknowledged.by = json_get_text(arena, acknowledged, "by");
    incident->timeline_left_out = (unsigned)json_get_integer(json, "timeline_left_out");
    incident->version = (unsigned)json_get_integer(json, "version");
    incident->change = change_from_json(arena, json);
}

/* Records were written without versions once: people had heard of each. */
static void version_old(const json_t *json, struct incident *incident)
{
    if (json_object_get(json, "version") != NULL)
        return;
    incident->version = 1;
    incident->change = incident->resolved.us != 0 ? INCIDENT_RESOLVED : INCIDENT_OPENED;
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
    };
    if (ret_incident->id == NULL)
        return RESULT_INVALID;
    state_from_json(arena, json, ret_incident);
    version_old(json, ret_incident);
    showers_from_json(arena, json_object_get(json, "shown_by"), ret_incident);
    timeline_from_json(arena, json_object_get(json, "timeline"), ret_incident);
    enum result result =
        verdict_from_json(arena, json_object_get(json, "first"), &ret_incident->first);
    if (result != RESULT_OK)
        return result;
    return verdict_from_json(arena, json_object_get(json, "verdict"), &ret_incident->verdict);
}
