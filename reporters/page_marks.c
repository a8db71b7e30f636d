/* SPDX-License-Identifier: MIT */
/* Incidents, maintenance and events beside a graph. See page_marks.h. */
#include "reporters/page_marks.h"

#include "monitor/base/memory.h"
#include "monitor/schedule/window.h"
#include "reporters/page_parts.h"
#include "scenarios/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of the three is set. */
struct page_happening {
    enum graph_mark_kind kind;
    struct wall_time start, end; /* end: 0 while it lasts */
    const struct incident *incident;
    const struct maintenance *window;
    const struct event *event;
};

struct stretch {
    struct wall_time start, end;
};

static struct stretch stretch_of(const struct page_journey_view *view)
{
    const struct series_set *set = view->places;
    return (struct stretch){set->start, wall_after(set->start, set->unit * (duration)set->count)};
}

static void add(struct page_marks *marks, const struct stretch *stretch, struct page_happening item)
{
    if (item.start.us >= stretch->end.us || (item.end.us != 0 && item.end.us < stretch->start.us))
        return;
    memory_grow(marks->items, marks->item_count);
    marks->items[marks->item_count++] = item;
}

/* --- what is about the journey ------------------------------------------------------------------
 */

static bool shows(const struct incident *incident, const char *journey)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        if (strcmp(incident->showers[i].journey, journey) == 0)
            return true;
    return false;
}

static void add_incidents(const struct page_journey_view *view, const struct stretch *stretch,
                          struct page_marks *marks)
{
    for (size_t i = 0; i < view->incident_count; i++) {
        const struct incident *incident = &view->incidents[i];
        if (shows(incident, view->journey->name))
            add(marks, stretch,
                (struct page_happening){.kind = GRAPH_MARK_INCIDENT,
                                        .start = incident->began,
                                        .end = incident->resolved,
                                        .incident = incident});
    }
}

/* What the journey's steps need and write, as its latest run has it. The array is the caller's. */
static const char **components_of(const struct page_journey_view *view, size_t *ret_count)
{
    const char **names = NULL;
    *ret_count = 0;
    for (size_t i = 0; view->run_count > 0 && i < view->runs[0]->step_count; i++) {
        const struct run_step *step = &view->runs[0]->steps[i];
        for (size_t j = 0; j < step->needs_count + step->writes_count; j++) {
            memory_grow(names, *ret_count);
            names[(*ret_count)++] =
                j < step->needs_count ? step->needs[j] : step->writes[j - step->needs_count];
        }
    }
    return names;
}

static void add_window(struct page_marks *marks, const struct stretch *stretch,
                       const struct maintenance *window, struct wall_time start,
                       struct wall_time end)
{
    if (window->cancelled.us != 0 && (end.us == 0 || window->cancelled.us < end.us))
        end = window->cancelled;
    add(marks, stretch,
        (struct page_happening){
            .kind = GRAPH_MARK_MAINTENANCE, .start = start, .end = end, .window = window});
}

static void add_recurring(struct page_marks *marks, const struct stretch *stretch,
                          const struct maintenance *window)
{
    struct wall_time start = wall_after(stretch->start, -window->lasting);
    for (int i = 0; i < PAGE_MARKS_MAX; i++) {
        start = cron_after(window->cron, window->zone, start);
        if (start.us >= stretch->end.us)
            return;
        add_window(marks, stretch, window, start, wall_after(start, window->lasting));
    }
}

static void add_windows(const struct page_journey_view *view, const struct stretch *stretch,
                        struct page_marks *marks)
{
    size_t component_count;
    const char **components = components_of(view, &component_count);
    const struct maintenance_subject subject = {
        .journey = view->journey->name,
        .components = components,
        .component_count = component_count,
    };
    for (size_t i = 0; i < view->window_count; i++)
        if (maintenance_is_about(&view->windows[i], &subject))
            add_window(marks, stretch, &view->windows[i], view->windows[i].start,
                       view->windows[i].end);
    for (size_t i = 0; i < view->shop->maintenance_count; i++) {
        const struct maintenance *window = &view->shop->windows[i];
        if (!maintenance_is_about(window, &subject))
            continue;
        if (window->cron != NULL)
            add_recurring(marks, stretch, window);
        else
            add_window(marks, stretch, window, window->start, window->end);
    }
    free(components);
}

/* --- in order -----------------------------------------------------------------------------------
 */

static int by_start(const void *left, const void *right)
{
    const struct page_happening *a = left, *b = right;
    return (a->start.us > b->start.us) - (a->start.us < b->start.us);
}

static void mark(struct page_marks *marks, const struct page_happening *item, unsigned number,
                 struct wall_time end, const char *vantage)
{
    memory_grow(marks->marks, marks->count);
    marks->marks[marks->count++] = (struct graph_mark){
        .kind = item->kind, .start = item->start, .end = end, .vantage = vantage, .number = number};
}

static void mark_item(const struct page_journey_view *view, struct page_marks *marks,
                      const struct page_happening *item, unsigned number)
{
    const struct incident *incident = item->incident;
    struct wall_time end = item->end.us != 0 ? item->end : view->now;
    if (incident == NULL) {
        mark(marks, item, number, end, NULL);
        return;
    }
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if (strcmp(shower->journey, view->journey->name) == 0)
            mark(marks, item, number, shower->recovered.us != 0 ? shower->recovered : end,
                 shower->vantage);
    }
}

void page_marks_collect(const struct page_journey_view *view, struct page_marks *ret_marks)
{
    const struct stretch stretch = stretch_of(view);
    struct page_marks marks = {0};
    add_incidents(view, &stretch, &marks);
    add_windows(view, &stretch, &marks);
    for (size_t i = 0; i < view->event_count; i++)
        add(&marks, &stretch,
            (struct page_happening){.kind = GRAPH_MARK_EVENT,
                                    .start = view->events[i].at,
                                    .end = view->events[i].at,
                                    .event = &view->events[i]});
    if (marks.item_count > 0)
        qsort(marks.items, marks.item_count, sizeof *marks.items, by_start);
    if (marks.item_count > PAGE_MARKS_MAX)
        marks.left_out = marks.item_count - PAGE_MARKS_MAX;
    for (size_t i = marks.left_out; i < marks.item_count; i++)
        mark_item(view, &marks, &marks.items[i], (unsigned)(i - marks.left_out + 1));
    *ret_marks = marks;
}

void page_marks_free(struct page_marks *marks)
{
    free(marks->items);
    free(marks->marks);
}

/* --- the list ------------------------------------------------------------------------------------
 */

static void write_what(struct html *html, const struct page_journey_view *view,
                       const struct page_happening *item)
{
    if (item->incident != NULL) {
        char target[128];
        snprintf(target, sizeof target, "/incidents/%s", item->incident->id);
        html_begin_link(html, target);
        page_blame(html, view->shop, &item->incident->verdict);
        html_end(html);
    } else if (item->window != NULL) {
        html_text(html, item->window->title != NULL ? item->window->title : "Maintenance");
        if (item->window->pause)
            html_leaf(html, "span", "note", " nothing was replayed");
    } else {
        html_text(html, item->event->text);
        if (item->event->by != NULL) {
            html_begin(html, "span", "note");
            html_print(html, " by %s", item->event->by);
            html_end(html);
        }
    }
}

static void write_when(struct html *html, const struct page_journey_view *view,
                       const struct page_happening *item)
{
    html_begin(html, "span", "note");
    page_time(html, item->start, view->now);
    if (item->kind != GRAPH_MARK_EVENT) {
        html_text(html, item->end.us == 0 ? ", for " : ", ");
        page_lasting(html, wall_between(item->start, item->end.us == 0 ? view->now : item->end));
    }
    html_end(html);
}

static void write_item(struct html *html, const struct page_journey_view *view,
                       const struct page_happening *item)
{
    static const char *const words[] = {
#define X(name, class_name, word) word,
        GRAPH_MARK_TABLE(X)
#undef X
    };
    static const char *const classes[] = {
#define X(name, class_name, word) "tag " class_name,
        GRAPH_MARK_TABLE(X)
#undef X
    };
    html_begin(html, "li", NULL);
    html_leaf(html, "span", classes[item->kind],
              item->event != NULL ? item->event->kind : words[item->kind]);
    html_begin(html, "span", "what");
    write_what(html, view, item);
    html_end(html);
    write_when(html, view, item);
    html_end(html);
}

void page_marks_list(struct html *html, const struct page_journey_view *view,
                     const struct page_marks *marks)
{
    if (marks->item_count == 0)
        return;
    page_section(html, "What happened");
    if (marks->left_out > 0) {
        html_begin(html, "p", "note");
        html_print(html, "%zu earlier ones are left out.", marks->left_out);
        html_end(html);
    }
    html_begin(html, "ol", "happened card");
    for (size_t i = marks->left_out; i < marks->item_count; i++)
        write_item(html, view, &marks->items[i]);
    html_end(html);
    html_end(html);
}
