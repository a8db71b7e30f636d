/* SPDX-License-Identifier: MIT */
/* See statuspage_text.h. */
#include "reporters/statuspage_text.h"

#include "monitor/base/utf8.h"
#include "reporters/public.h"
#include "reporters/words.h"
#include "scenarios/scenario.h"

#include <string.h>

enum { DATE_LENGTH = 10, HOUR_OFFSET = 11, HOUR_LENGTH = 5 }; /* of wall_print's text */

const char *statuspage_state_word(enum statuspage_state state)
{
    static const char *const words[] = {
#define X(name, word) word,
        STATUSPAGE_STATE_TABLE(X)
#undef X
    };
    return words[state];
}

const char *statuspage_status_word(enum statuspage_status status)
{
    static const char *const words[] = {
#define X(name, word) word,
        STATUSPAGE_STATUS_TABLE(X)
#undef X
    };
    return words[status];
}

static bool is_slow(const struct incident *incident)
{
    return symptom_layer(incident->symptom) == SYMPTOM_LAYER_PACE;
}

/* Not the shop's fault at all, as it turned out. */
static bool is_false_alarm(const struct incident *incident)
{
    return incident->verdict.cause == CAUSE_MONITOR || incident->verdict.cause == CAUSE_SCENARIO;
}

static bool is_over(const struct incident *incident)
{
    return incident->resolved.us != 0 || incident->merged != NULL || is_false_alarm(incident);
}

/* How many vantage points see the journey fail now, and whether any did. */
static unsigned count_showers(const struct incident *incident, const char *journey, bool *ret_any)
{
    unsigned count = 0;
    *ret_any = incident->shower_count == 0 && incident->journey != NULL &&
               strcmp(incident->journey, journey) == 0;
    if (*ret_any)
        return 1;
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if (strcmp(shower->journey, journey) != 0)
            continue;
        *ret_any = true;
        count += shower->recovered.us == 0;
    }
    return count;
}

/* Its cause may be told. */
static bool is_published(const struct statuspage_map *map, const struct incident *incident)
{
    return (map->causes || incident->published) && incident->verdict.cause != CAUSE_UNDETERMINED &&
           incident->verdict.cause != CAUSE_NONE;
}

static bool is_cause(const struct statuspage_map *map, const struct incident *incident,
                     const char *name)
{
    const char *failing = incident->verdict.component;
    const struct component *component =
        failing != NULL ? shop_component(map->context->shop, failing) : NULL;
    return is_published(map, incident) && component != NULL && strcmp(component->name, name) == 0;
}

bool statuspage_shows(const struct statuspage_map *map, size_t n, const struct incident *incident)
{
    const char *name = map->components[n].name;
    bool any;
    count_showers(incident, name, &any);
    return any || is_cause(map, incident, name);
}

bool statuspage_is_public(const struct statuspage_map *map, const struct incident *incident)
{
    for (size_t n = 0; n < map->count; n++)
        if (statuspage_shows(map, n, incident))
            return true;
    return false;
}

static size_t vantages_of(const struct statuspage_map *map, const char *journey)
{
    const struct reporter_context *context = map->context;
    for (size_t i = 0; i < context->scenario_count; i++)
        if (strcmp(context->scenarios[i]->journey, journey) == 0)
            return scenario_vantage_count(context->scenarios[i], context->shop);
    return 1;
}

enum statuspage_state statuspage_state(const struct statuspage_map *map, size_t n,
                                       const struct incident *incident)
{
    const char *name = map->components[n].name;
    bool any;
    unsigned failing = count_showers(incident, name, &any);
    if (is_over(incident) || (failing == 0 && !is_cause(map, incident, name)))
        return STATUSPAGE_OPERATIONAL;
    if (is_slow(incident))
        return STATUSPAGE_DEGRADED;
    return failing > 0 && failing < vantages_of(map, name) ? STATUSPAGE_PARTIAL : STATUSPAGE_MAJOR;
}

void statuspage_states(const struct statuspage_map *map, const struct store_incidents *open,
                       enum statuspage_state *ret_states)
{
    for (size_t n = 0; n < map->count; n++) {
        ret_states[n] = STATUSPAGE_OPERATIONAL;
        for (size_t i = 0; i < open->count; i++) {
            const struct incident *incident = &open->incidents[i];
            enum statuspage_state state = statuspage_state(map, n, incident);
            if (!incident->muted && state > ret_states[n])
                ret_states[n] = state;
        }
    }
}

/* At this moment, by a component that is there. */
static bool is_shown(const struct statuspage_map *map, const struct incident *incident)
{
    bool shown = false;
    for (size_t n = 0; n < map->count; n++)
        shown |= statuspage_state(map, n, incident) != STATUSPAGE_OPERATIONAL;
    return shown;
}

enum statuspage_status statuspage_status(const struct statuspage_map *map,
                                         const struct incident *incident)
{
    if (is_over(incident))
        return STATUSPAGE_RESOLVED;
    if (!is_shown(map, incident))
        return STATUSPAGE_MONITORING;
    return is_published(map, incident) ? STATUSPAGE_IDENTIFIED : STATUSPAGE_INVESTIGATING;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* `search and guest checkout`: the names of the components that are wanted. Returns how many. */
static unsigned write_names(const struct statuspage_map *map, const bool *wanted,
                            struct buffer *out)
{
    unsigned count = 0, written = 0;
    for (size_t n = 0; n < map->count; n++)
        count += wanted[n];
    for (size_t n = 0; n < map->count; n++) {
        if (!wanted[n])
            continue;
        const struct component *component =
            shop_component(map->context->shop, map->components[n].name);
        const char *between = written == 0 ? "" : written + 1 == count ? " and " : ", ";
        buffer_print(out, "%s%s", between,
                     component != NULL && component->title != NULL ? component->title
                                                                   : map->components[n].name);
        written++;
    }
    return count;
}

static bool is_wanted(const struct statuspage_map *map, size_t n, const struct incident *incident,
                      bool now)
{
    return now ? statuspage_state(map, n, incident) != STATUSPAGE_OPERATIONAL
               : statuspage_shows(map, n, incident);
}

/* What the text is about: what shows it now, or where nothing does any more, all that did.
 * Journeys, or if none of them has a component there, the component whose fault it is. */
static unsigned write_subject(const struct statuspage_map *map, const struct incident *incident,
                              bool now, struct buffer *out)
{
    struct arena *arena = arena_create();
    bool *wanted = arena_allocate(arena, map->count + 1, sizeof *wanted);
    bool any = false;
    for (size_t n = 0; n < map->count; n++) {
        count_showers(incident, map->components[n].name, &wanted[n]);
        wanted[n] = wanted[n] && is_wanted(map, n, incident, now);
        any |= wanted[n];
    }
    for (size_t n = 0; n < map->count && !any; n++)
        wanted[n] = is_wanted(map, n, incident, now);
    unsigned count = write_names(map, wanted, out);
    arena_free(arena);
    return count;
}

/* The same at the beginning of a sentence. */
static unsigned begin_subject(const struct statuspage_map *map, const struct incident *incident,
                              bool now, struct buffer *out)
{
    size_t at = out->length;
    unsigned count = write_subject(map, incident, now, out);
    out->data[at] = words_capital(out->data[at]);
    return count;
}

static const char *verb(const struct incident *incident, unsigned count)
{
    if (is_slow(incident))
        return count == 1 ? "is slow" : "are slow";
    return count == 1 ? "is failing" : "are failing";
}

/* `2026-11-23 02:14 UTC` */
static void write_moment(struct wall_time moment, struct buffer *out)
{
    char text[WALL_TEXT_MAX];
    wall_print(moment, text);
    buffer_print(out, "%.*s %.*s UTC", DATE_LENGTH, text, HOUR_LENGTH, text + HOUR_OFFSET);
}

/* The last time that it came back; 0: it never did. */
static struct wall_time reopened_at(const struct incident *incident)
{
    for (size_t i = incident->timeline_count; i > 0; i--)
        if (incident->timeline[i - 1].change == INCIDENT_REOPENED)
            return incident->timeline[i - 1].at;
    return incident->change == INCIDENT_REOPENED ? incident->updated : (struct wall_time){0};
}

/* As on the shop's own page. */
static void write_cause(const struct statuspage_map *map, const struct incident *incident,
                        struct buffer *out)
{
    const struct public_view view = {.shop = map->context->shop, .causes = map->causes};
    const struct incident_event *publication = incident_publication(incident);
    if (publication != NULL && publication->text != NULL) {
        buffer_text(out, " ");
        public_quote(publication->text, out);
    }
    if (!is_published(map, incident))
        return;
    buffer_text(out, " ");
    public_incident_cause(&view, incident, out);
}

static void write_end(const struct statuspage_map *map, const struct incident *incident,
                      struct buffer *out)
{
    char text[DURATION_TEXT_MAX];
    if (is_false_alarm(incident)) {
        buffer_text(out, "This was a false alarm of the monitoring.");
        return;
    }
    if (incident->merged != NULL) {
        buffer_text(out, "This turned out to be part of another incident.");
        return;
    }
    if (incident_closed_by(incident) != NULL) {
        buffer_print(out, PUBLIC_CLOSED " It had lasted %s.",
                     words_lasting(wall_between(incident->began, incident->resolved), text));
        return;
    }
    unsigned count = begin_subject(map, incident, false, out);
    buffer_print(out, " %s again since ", count == 1 ? "works" : "work");
    write_moment(incident->resolved, out);
    buffer_print(out, ", after %s.",
                 words_lasting(wall_between(incident->began, incident->resolved), text));
}

static void write_open(const struct statuspage_map *map, const struct incident *incident,
                       struct buffer *out)
{
    struct wall_time reopened = reopened_at(incident);
    bool now = is_shown(map, incident), partial = false;
    if (!now)
        buffer_text(out, "It seems to be over, and is watched: ");
    unsigned count =
        now ? begin_subject(map, incident, now, out) : write_subject(map, incident, now, out);
    if (now)
        buffer_print(out, " %s", verb(incident, count));
    else
        buffer_print(out, " %s", count == 1 ? "works" : "work");
    buffer_text(out, reopened.us != 0 || !now ? " again" : "");
    if (now) {
        buffer_text(out, " since ");
        write_moment(reopened.us != 0 ? reopened : incident->began, out);
    }
    buffer_text(out, ".");
    for (size_t n = 0; n < map->count; n++)
        partial |= statuspage_state(map, n, incident) == STATUSPAGE_PARTIAL;
    if (partial)
        buffer_text(out, " Not everybody is affected.");
    if (incident->flapping)
        buffer_text(out, " It comes and goes.");
}

void statuspage_write_title(const struct statuspage_map *map, const struct incident *incident,
                            struct buffer *out)
{
    struct buffer names;
    buffer_init(&names, STATUSPAGE_TEXT_MAX);
    unsigned count = begin_subject(map, incident, false, &names);
    const char *what = verb(incident, count);
    size_t room = STATUSPAGE_NAME_MAX - strlen(what) - 1;
    buffer_print(out, "%.*s %s", (int)utf8_cut(names.data, names.length, room), names.data, what);
    buffer_free(&names);
}

void statuspage_write_text(const struct statuspage_map *map, const struct incident *incident,
                           struct buffer *out)
{
    if (is_over(incident))
        write_end(map, incident, out);
    else
        write_open(map, incident, out);
    if (!is_false_alarm(incident))
        write_cause(map, incident, out);
}
