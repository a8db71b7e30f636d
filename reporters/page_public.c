/* SPDX-License-Identifier: MIT */
/*
 * What the public listener answers: the files of public_files.c and incidents' pages, all from what
 * public_data.c has read for everybody who asked within the same second.
 */
#include "reporters/status_page_private.h"

#include <string.h>

#define FOR_SECONDS "max-age=10"

static const struct status_page *page_of(const struct page_visit *visit)
{
    return visit->owner;
}

static void on_data(void *whom, enum result result)
{
    page_visit_arrived(whom, result);
}

static void ask_data(struct page_visit *visit)
{
    page_visit_expect(visit);
    public_data_ask(page_of(visit)->data, on_data, visit);
}

/* Rendered once for all who ask while the data is the same: a crowd costs hardly more than one. */
static bool file_answer(struct page_visit *visit, struct buffer *body)
{
    const struct status_page *page = page_of(visit);
    const struct public_file *file = visit->route->data;
    struct page_rendered *rendered = &page->rendered[file - public_files];
    uint64_t generation = public_data_generation(page->data);
    if (rendered->generation != generation || file->is_constant) {
        rendered->generation = generation;
        buffer_free(&rendered->body);
        buffer_init(&rendered->body, PAGE_MAX);
        file->render(public_data_view(page->data), &rendered->body);
    }
    if (rendered->body.result != RESULT_OK)
        body->result = rendered->body.result;
    buffer_append(body, rendered->body.data, rendered->body.length);
    return true;
}

/* --- an incident ------------------------------------------------------------------------------ */

struct reading {
    struct incident *found;
};

static void on_incident(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    if (result == RESULT_OK && incidents->count > 0 &&
        public_incident_is_told(&incidents->incidents[0])) {
        reading->found = arena_allocate(visit->arena, 1, sizeof *reading->found);
        incident_copy(visit->arena, reading->found, &incidents->incidents[0]);
    }
    page_visit_arrived(visit, result);
}

static void incident_begin(struct page_visit *visit)
{
    ask_data(visit);
    page_visit_expect(visit);
    store_read_incident(page_of(visit)->context.store, visit->name, on_incident, visit);
}

static bool incident_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    if (reading->found != NULL)
        public_incident_render(public_data_view(page_of(visit)->data), reading->found, body);
    return reading->found != NULL;
}

/* --- routes ----------------------------------------------------------------------------------- */

bool page_style_answer(struct page_visit *visit, struct buffer *body)
{
    (void)visit;
    buffer_text(body, page_style);
    return true;
}

bool page_script_answer(struct page_visit *visit, struct buffer *body)
{
    (void)visit;
    buffer_text(body, page_script);
    return true;
}

static struct page_route route_of(const struct public_file *file, const char *path)
{
    return (struct page_route){
        .path = path,
        .type = file->type,
        .cache = file->is_constant ? PAGE_FOR_A_DAY : FOR_SECONDS,
        .is_shared = file->is_shared,
        .data = file,
        .begin = file->is_constant ? NULL : ask_data,
        .answer = file_answer,
    };
}

const struct page_route *page_public_routes(struct status_page *page)
{
    struct page_route *routes = NULL;
    size_t count = 0, files = 0;
    while (public_files[files].path != NULL)
        files++;
    page->rendered = arena_allocate(page->arena, files, sizeof *page->rendered);
    arena_grow(page->arena, routes, count);
    routes[count++] = route_of(&public_files[0], "/"); /* which is the first */
    for (const struct public_file *file = public_files; file->path != NULL; file++) {
        arena_grow(page->arena, routes, count);
        routes[count++] = route_of(file, arena_print(page->arena, "/%s", file->path));
    }
    arena_grow(page->arena, routes, count);
    routes[count++] = (struct page_route){
        .path = "/incidents/*.html",
        .type = PAGE_HTML,
        .cache = FOR_SECONDS,
        .room = sizeof(struct reading),
        .begin = incident_begin,
        .answer = incident_answer,
    };
    arena_grow(page->arena, routes, count);
    routes[count] = (struct page_route){.path = NULL};
    return routes;
}
