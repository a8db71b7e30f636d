/* SPDX-License-Identifier: MIT */
/* What the pages say, for machines: the records as they are kept, and a compact overview. */
#include "reporters/page.h"

#include "monitor/record/json.h"

#include <stdio.h>
#include <stdlib.h>

/* Ends `json`'s life. */
static void write_json(json_t *json, struct buffer *out)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_RECORD_FLAGS);
    buffer_text(out, text != NULL ? text : "null");
    buffer_text(out, "\n");
    free(text);
    json_decref(json);
}

void page_run_json(const struct run *run, struct buffer *out)
{
    write_json(run_to_json(run), out);
}

void page_incident_json(const struct incident *incident, struct buffer *out)
{
    write_json(incident_to_json(incident), out);
}

static json_t *component_json(const struct page_overview *model, const char *name,
                              const char *title, enum cause kind)
{
    struct page_component now;
    page_component(model, name, kind, &now);
    json_t *json = json_object();
    json_put_text(json, "name", name);
    json_put_text(json, "title", title);
    json_put_text(json, "kind", cause_name(kind));
    json_put_text(json, "state", state_name(now.state));
    json_put_text(json, "why", now.why);
    return json;
}

static json_t *components_json(const struct page_overview *model)
{
    json_t *array = json_array();
    for (size_t i = 0; i < model->shop->component_count; i++) {
        const struct component *component = &model->shop->components[i];
        json_array_append_new(
            array, component_json(model, component->name, component->title, component->kind));
        for (size_t j = 0; j < component->part_count; j++) {
            char name[PAGE_SENTENCE_MAX];
            snprintf(name, sizeof name, "%s.%s", component->name, component->parts[j].name);
            json_array_append_new(array, component_json(model, name, NULL, component->kind));
        }
    }
    return array;
}

static json_t *cell_json(const struct page_journey *journey, const char *vantage,
                         const struct page_cell *cell)
{
    json_t *json = json_object();
    json_put_text(json, "journey", journey->name);
    json_put_text(json, "vantage", vantage);
    json_put_text(json, "state", state_name(cell->state));
    json_put_flag(json, "paused", cell->paused);
    if (cell->run != NULL) {
        json_put_text(json, "run", cell->run->id);
        json_put_wall(json, "planned", cell->run->slot.planned);
        json_put_milliseconds(json, "latency", run_latency(cell->run));
        json_put_flag(json, "stale", cell->stale);
    }
    return json;
}

static json_t *cells_json(const struct page_overview *model)
{
    json_t *array = json_array();
    for (size_t i = 0; i < model->journey_count; i++) {
        const struct page_journey *journey = &model->journeys[i];
        const char *vantage;
        for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++) {
            struct page_cell cell = page_cell(model, journey, vantage);
            json_array_append_new(array, cell_json(journey, vantage, &cell));
        }
    }
    return array;
}

void page_overview_json(const struct page_overview *model, struct buffer *out)
{
    struct page_headline headline;
    page_headline(model, &headline);
    json_t *json = json_object();
    json_put_text(json, "shop", model->shop->name);
    json_put_text(json, "state", state_name(headline.state));
    json_put_text(json, "sentence", headline.sentence);
    json_put_wall(json, "at", model->now);
    json_object_set_new(json, "components", components_json(model));
    json_object_set_new(json, "journeys", cells_json(model));
    json_t *incidents = json_array();
    for (size_t i = 0; i < model->open_count; i++)
        json_array_append_new(incidents, incident_to_json(&model->open[i]));
    json_object_set_new(json, "incidents", incidents);
    write_json(json, out);
}
