/* SPDX-License-Identifier: MIT */
/* The front page: the answer, open incidents, components, journeys, runs, what is over. */
#include "reporters/page.h"

#include "monitor/record/health.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>

/* The journeys that show an incident now, and from where. */
static void write_affected(struct html *html, const struct page_overview *model,
                           const struct incident *incident)
{
    struct arena *arena = arena_create();
    struct incident_shower *showers = NULL;
    size_t count = 0;
    for (size_t i = 0; i < model->journey_count; i++) {
        const struct page_journey *journey = &model->journeys[i];
        const char *vantage;
        for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++) {
            struct page_cell cell = page_cell(model, journey, vantage);
            if (cell.run == NULL || cell.stale || !page_incident_covers(incident, cell.run))
                continue;
            arena_grow(arena, showers, count);
            showers[count++] =
                (struct incident_shower){.journey = journey->name, .vantage = vantage};
        }
    }
    page_fact(html, "Seen in");
    if (count > 0)
        page_seen(html, model->shop, showers, count);
    else
        html_text(html, "No latest run any more");
    html_end(html);
    html_end(html);
    arena_free(arena);
}

static void write_incident(struct html *html, const struct page_overview *model,
                           const struct incident *incident)
{
    char target[128];
    snprintf(target, sizeof target, "/incidents/%s", incident->id);
    html_begin(html, "article", "card incident");
    html_begin(html, "p", "since");
    html_text(html, "Since ");
    page_time(html, incident->began, model->now);
    html_text(html, ", for ");
    page_lasting(html, wall_between(incident->began, model->now));
    page_incident_notes(html, incident);
    html_end(html);
    html_begin(html, "h3", NULL);
    html_begin_link(html, target);
    page_blame(html, model->shop, &incident->verdict);
    html_end(html);
    html_end(html);
    html_leaf(html, "p", "summary", incident->verdict.summary);
    page_verdict(html, &incident->verdict, "h4");
    html_begin(html, "dl", "facts");
    page_first_sign(html, incident);
    write_affected(html, model, incident);
    html_end(html);
    html_end(html);
}

static const char *component_word(enum state state)
{
    static const char *const words[] = {
        [STATE_PASSED] = "working",    [STATE_DEGRADED] = "slow",    [STATE_FAILED] = "failing",
        [STATE_UNKNOWN] = "not known", [STATE_SKIPPED] = "not used",
    };
    return words[state];
}

static void write_parts(struct html *html, const struct page_overview *model,
                        const struct component *component)
{
    if (component->part_count == 0)
        return;
    html_begin(html, "ul", "parts");
    for (size_t i = 0; i < component->part_count; i++) {
        char name[PAGE_SENTENCE_MAX];
        struct page_component now;
        snprintf(name, sizeof name, "%s.%s", component->name, component->parts[i].name);
        page_component(model, name, component->kind, &now);
        html_begin(html, "li", state_name(now.state));
        html_attribute_print(html, "title", "%s: %s", component_word(now.state), now.why);
        page_mark(html, now.state);
        html_text(html, component->parts[i].name);
        html_begin(html, "span", "hidden");
        html_print(html, ": %s", component_word(now.state));
        html_end(html);
        html_end(html);
    }
    html_end(html);
}

static void write_components(struct html *html, const struct page_overview *model)
{
    if (model->shop->component_count == 0)
        return;
    page_section(html, "Components");
    html_begin(html, "ul", "components");
    for (size_t i = 0; i < model->shop->component_count; i++) {
        const struct component *component = &model->shop->components[i];
        struct page_component now;
        page_component(model, component->name, component->kind, &now);
        html_begin(html, "li", "card");
        html_begin(html, "div", "line");
        html_leaf(html, "h3", NULL, component->title != NULL ? component->title : component->name);
        page_badge(html, now.state, component_word(now.state));
        html_end(html);
        html_begin(html, "p", "note");
        html_print(html, "%s · %s", cause_name(component->kind), now.why);
        html_end(html);
        write_parts(html, model, component);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

/* An incident in a line. */
static void write_line(struct html *html, const struct page_overview *model,
                       const struct incident *incident)
{
    bool open = incident->resolved.us == 0;
    char target[128];
    snprintf(target, sizeof target, "/incidents/%s", incident->id);
    html_begin(html, "li", NULL);
    html_begin_link(html, target);
    page_blame(html, model->shop, &incident->verdict);
    html_end(html);
    html_begin(html, "span", "note");
    html_text(html, open ? "since " : "");
    page_time(html, incident->began, model->now);
    html_text(html, open ? ", for " : ", lasted ");
    page_lasting(html, wall_between(incident->began, open ? model->now : incident->resolved));
    page_incident_notes(html, incident);
    html_end(html);
    html_end(html);
}

static void write_open(struct html *html, const struct page_overview *model)
{
    if (model->open_count == 0)
        return;
    page_section(html, model->open_count == 1 ? "Open incident" : "Open incidents");
    for (size_t i = 0; i < model->open_count && i < PAGE_OPEN_IN_FULL; i++)
        write_incident(html, model, &model->open[i]);
    if (model->open_count > PAGE_OPEN_IN_FULL) {
        html_begin(html, "ul", "lines card");
        for (size_t i = PAGE_OPEN_IN_FULL; i < model->open_count; i++)
            write_line(html, model, &model->open[i]);
        html_end(html);
    }
    html_end(html);
}

static void write_window(struct html *html, const struct page_overview *model,
                         const struct maintenance *window)
{
    if (!maintenance_is_on(window, model->now))
        return;
    html_begin(html, "p", "ails");
    html_print(html, window->pause ? "Paused: %s" : "In maintenance: %s", window->title);
    if (window->end.us != 0) {
        html_text(html, ", until ");
        page_time(html, window->end, model->now);
    }
    html_text(html, window->pause ? ". Nothing of it is replayed." : ". Nobody is told.");
    html_end(html);
}

static void write_windows(struct html *html, const struct page_overview *model)
{
    for (size_t i = 0; i < model->shop->maintenance_count; i++)
        write_window(html, model, &model->shop->windows[i]);
    for (size_t i = 0; i < model->ordered.count; i++)
        write_window(html, model, &model->ordered.windows[i]);
}

/* Before anything is believed. */
static void write_health(struct html *html, const struct health *health)
{
    for (enum health_problem problem = 0; health != NULL && problem < HEALTH_PROBLEM_COUNT;
         problem++) {
        struct buffer text;
        buffer_init(&text, PAGE_SENTENCE_MAX * 4);
        if (health_has_problem(health, problem, &text)) {
            html_begin(html, "p", health_problem_is_serious(problem) ? "ails serious" : "ails");
            html_text(html, text.data);
            html_text(html, " ");
            html_begin_link(html, "/monitor");
            html_text(html, "How the monitor is");
            html_end(html);
            html_end(html);
        }
        buffer_free(&text);
    }
}

static void write_resolved(struct html *html, const struct page_overview *model)
{
    page_section(html, "Resolved incidents");
    if (model->resolved_count == 0) {
        html_leaf(html, "p", "empty", "None so far.");
        html_end(html);
        return;
    }
    html_begin(html, "ul", "lines card");
    for (size_t i = 0; i < model->resolved_count; i++)
        write_line(html, model, &model->resolved[i]);
    html_end(html);
    html_end(html);
}

void page_overview_render(const struct page_overview *model, struct buffer *out)
{
    struct page_headline headline;
    page_headline(model, &headline);
    const struct page_frame frame = {
        .shop = model->shop,
        .zone = model->zone,
        .title = headline.sentence,
        .state = headline.state,
        .renews = 10,
        .json = "/api/status.json",
        .place = "/",
    };
    struct html *html = page_begin(&frame, out);
    write_health(html, model->health);
    page_answer(html, model->shop, headline.state, headline.sentence, headline.detail);
    write_windows(html, model);
    write_open(html, model);
    write_components(html, model);
    page_matrix(html, model);
    page_section(html, "Latest runs");
    page_runs(html, model->shop, model->recent,
              model->recent_count < PAGE_RECENT_SHOWN ? model->recent_count : PAGE_RECENT_SHOWN,
              model->now);
    html_end(html);
    write_resolved(html, model);
    page_end(html, &frame, model->now);
}
