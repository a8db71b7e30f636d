/* SPDX-License-Identifier: MIT */
/*
 * The same for machines, in the shape of Atlassian Statuspage's public API v2, so that what reads
 * those pages reads this one: page, status, components (the journeys), incidents with their
 * updates, scheduled maintenances. See public.h.
 */
#include "reporters/public.h"

#include "monitor/base/hash.h"
#include "monitor/base/zone.h"
#include "monitor/record/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { INCIDENTS_MAX = 50, ID_LENGTH = 12 };

/* Stable over restarts: of what it names. */
static void put_id(json_t *json, const char *key, const char *kind, const char *text)
{
    char both[512], hex[HASH_HEX_LENGTH + 1];
    snprintf(both, sizeof both, "%s\x1f%.400s", kind, text);
    hash_hex(both, hex);
    hex[ID_LENGTH] = '\0';
    json_put_text(json, key, hex);
}

static void put_time_or_null(json_t *json, const char *key, struct wall_time time)
{
    char text[WALL_TEXT_MAX];
    json_object_set_new(json, key,
                        time.us != 0 ? json_string(wall_print(time, text)) : json_null());
}

static json_t *page_json(const struct public_view *view)
{
    json_t *json = json_object();
    put_id(json, "id", "page", view->shop->name);
    json_put_text(json, "name", view->shop->name);
    json_put_text(json, "url", view->url != NULL ? view->url : "./");
    json_put_text(json, "time_zone", zone_name(view->zone));
    json_put_wall(json, "updated_at", view->now);
    return json;
}

static json_t *status_json(const struct public_view *view)
{
    static const char *const indicators[] = {
        [PUBLIC_WORKING] = "none", [PUBLIC_MAINTAINED] = "maintenance", [PUBLIC_UNKNOWN] = "minor",
        [PUBLIC_SLOW] = "minor",   [PUBLIC_RECOVERING] = "minor",       [PUBLIC_CHECKED] = "minor",
        [PUBLIC_PARTLY] = "major", [PUBLIC_FAILING] = "critical",
    };
    struct public_headline headline;
    json_t *json = json_object();
    public_headline(view, &headline);
    json_put_text(json, "indicator", indicators[headline.worst]);
    json_put_text(json, "description", headline.sentence);
    return json;
}

static json_t *component_json(const struct public_view *view, size_t n)
{
    const struct public_journey *journey = &view->journeys[n];
    char uptime[PUBLIC_UPTIME_MAX];
    json_t *json = json_object();
    public_uptime(&journey->sum, uptime);
    put_id(json, "id", "component", journey->journey->name);
    json_put_text(json, "name", journey->journey->name);
    json_put_text(json, "status", public_state_theirs(journey->state));
    json_object_set_new(json, "created_at", json_null());
    put_time_or_null(json, "updated_at", view->as_of);
    json_put_integer(json, "position", (int64_t)n + 1);
    json_object_set_new(json, "description",
                        journey->journey->about != NULL ? json_string(journey->journey->about)
                                                        : json_null());
    json_put_flag(json, "showcase", true);
    json_object_set_new(json, "group_id", json_null());
    put_id(json, "page_id", "page", view->shop->name);
    json_object_set_new(json, "group", json_false());
    json_object_set_new(json, "only_show_if_degraded", json_false());
    json_put_text(json, "uptime_90_days", uptime);
    return json;
}

static json_t *components_json(const struct public_view *view)
{
    json_t *array = json_array();
    for (size_t i = 0; i < view->journey_count; i++)
        json_array_append_new(array, component_json(view, i));
    return array;
}

static json_t *update_json(const struct public_update *update, const char *incident, size_t n)
{
    char name[128];
    json_t *json = json_object();
    snprintf(name, sizeof name, "%.64s %zu", incident, n);
    put_id(json, "id", "update", name);
    json_put_text(json, "status", public_update_theirs(update->kind));
    json_put_text(json, "body", update->text);
    json_put_text(json, "incident_id", incident);
    json_put_wall(json, "created_at", update->at);
    json_put_wall(json, "updated_at", update->at);
    json_put_wall(json, "display_at", update->at);
    return json;
}

static void put_link(json_t *json, const struct public_view *view, const char *path)
{
    char link[PUBLIC_SENTENCE_MAX * 2];
    snprintf(link, sizeof link, "%.500s%s", view->url != NULL ? view->url : "./", path);
    json_put_text(json, "shortlink", link);
}

static const char *impact_of(const struct public_view *view, const struct incident *incident)
{
    size_t affected = 0;
    for (size_t i = 0; i < view->journey_count; i++)
        affected += public_incident_is_about(incident, view->journeys[i].journey->name);
    if (symptom_layer(incident->symptom) == SYMPTOM_LAYER_PACE)
        return "minor";
    return affected == view->journey_count ? "critical" : "major";
}

static json_t *affected_json(const struct public_view *view, const struct incident *incident)
{
    json_t *array = json_array();
    for (size_t i = 0; i < view->journey_count; i++)
        if (public_incident_is_about(incident, view->journeys[i].journey->name))
            json_array_append_new(array, component_json(view, i));
    return array;
}

static json_t *incident_json(const struct public_view *view, const struct incident *incident)
{
    char path[PUBLIC_SENTENCE_MAX];
    struct public_update updates[PUBLIC_UPDATES_MAX];
    struct arena *arena = arena_create();
    struct buffer title;
    size_t count = public_updates(view, incident, arena, updates);
    json_t *json = json_object(), *array = json_array();
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    public_incident_title(view, incident, &title);
    public_incident_path(incident, path);
    json_put_text(json, "id", incident->id);
    json_put_text(json, "name", title.data);
    json_put_text(json, "status",
                  public_incident_state(view, incident) == PUBLIC_RECOVERING
                      ? "monitoring"
                      : public_update_theirs(updates[count - 1].kind));
    json_put_wall(json, "created_at", incident->opened);
    json_put_wall(json, "updated_at", updates[count - 1].at);
    json_object_set_new(json, "monitoring_at", json_null());
    put_time_or_null(json, "resolved_at", incident->resolved);
    json_put_text(json, "impact", impact_of(view, incident));
    put_link(json, view, path);
    json_put_wall(json, "started_at", incident->began);
    put_id(json, "page_id", "page", view->shop->name);
    for (size_t i = count; i-- > 0;)
        json_array_append_new(array, update_json(&updates[i], incident->id, i));
    json_object_set_new(json, "incident_updates", array);
    json_object_set_new(json, "components", affected_json(view, incident));
    buffer_free(&title);
    arena_free(arena);
    return json;
}

static json_t *incidents_json(const struct public_view *view, bool open_only)
{
    json_t *array = json_array();
    for (size_t i = 0; i < view->incident_count && json_array_size(array) < INCIDENTS_MAX; i++)
        if (!open_only || public_incident_is_open(&view->incidents[i]))
            json_array_append_new(array, incident_json(view, &view->incidents[i]));
    return array;
}

static json_t *window_json(const struct public_view *view, const struct public_window *window)
{
    json_t *json = json_object(), *components = json_array();
    json_put_text(json, "id", window->maintenance->id);
    json_put_text(json, "name", window->maintenance->title);
    json_put_text(json, "status", window->on ? "in_progress" : "scheduled");
    json_object_set_new(json, "created_at", json_null());
    json_object_set_new(json, "updated_at", json_null());
    json_object_set_new(json, "monitoring_at", json_null());
    json_object_set_new(json, "resolved_at", json_null());
    json_put_text(json, "impact", "maintenance");
    put_link(json, view, "");
    json_put_wall(json, "started_at", window->start);
    put_id(json, "page_id", "page", view->shop->name);
    json_object_set_new(json, "incident_updates", json_array());
    for (size_t i = 0; i < view->journey_count; i++)
        if (public_window_is_about(window, &view->journeys[i]))
            json_array_append_new(components, component_json(view, i));
    json_object_set_new(json, "components", components);
    json_put_wall(json, "scheduled_for", window->start);
    put_time_or_null(json, "scheduled_until", window->end);
    return json;
}

enum { WINDOWS_ON = 1, WINDOWS_TO_COME = 2 };

static json_t *windows_json(const struct public_view *view, unsigned which)
{
    json_t *array = json_array();
    for (size_t i = 0; i < view->window_count; i++)
        if (which & (view->windows[i].on ? WINDOWS_ON : WINDOWS_TO_COME))
            json_array_append_new(array, window_json(view, &view->windows[i]));
    return array;
}

/* What a document has beside `page`. */
static const struct {
    bool components, status;
    enum { NO_INCIDENTS, OPEN_INCIDENTS, ALL_INCIDENTS } incidents;
    unsigned windows;
} contents[] = {
    [PUBLIC_JSON_SUMMARY] = {true, true, OPEN_INCIDENTS, WINDOWS_ON | WINDOWS_TO_COME},
    [PUBLIC_JSON_STATUS] = {.status = true},
    [PUBLIC_JSON_COMPONENTS] = {.components = true},
    [PUBLIC_JSON_INCIDENTS] = {.incidents = ALL_INCIDENTS},
    [PUBLIC_JSON_UNRESOLVED] = {.incidents = OPEN_INCIDENTS},
    [PUBLIC_JSON_MAINTENANCES] = {.windows = WINDOWS_ON | WINDOWS_TO_COME},
    [PUBLIC_JSON_UPCOMING] = {.windows = WINDOWS_TO_COME},
    [PUBLIC_JSON_ACTIVE] = {.windows = WINDOWS_ON},
};

void public_json_render(const struct public_view *view, enum public_json document,
                        struct buffer *out)
{
    json_t *json = json_object();
    json_object_set_new(json, "page", page_json(view));
    if (contents[document].components)
        json_object_set_new(json, "components", components_json(view));
    if (contents[document].incidents != NO_INCIDENTS)
        json_object_set_new(json, "incidents",
                            incidents_json(view, contents[document].incidents == OPEN_INCIDENTS));
    if (contents[document].windows != 0)
        json_object_set_new(json, "scheduled_maintenances",
                            windows_json(view, contents[document].windows));
    if (contents[document].status)
        json_object_set_new(json, "status", status_json(view));
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_RECORD_FLAGS);
    buffer_text(out, text != NULL ? text : "{}");
    buffer_text(out, "\n");
    free(text);
    json_decref(json);
}
