/* SPDX-License-Identifier: MIT */
/*
 * See public_export.h. A round: the view is asked for, its files are rendered in one turn of the
 * loop, then incidents one by one with a pause between, so that no measurement waits for them; a
 * thread writes all. The next round begins a minute after the one before began.
 */
#include "reporters/public_export.h"

#include "monitor/base/memory.h"
#include "monitor/base/worker.h"
#include "reporters/page.h"
#include "reporters/public_export_write.h"

#include <stdlib.h>
#include <string.h>

#define EVERY DURATION_MINUTE
#define PAUSE (5 * DURATION_MILLISECOND)

struct public_export {
    struct public_export_settings settings;
    struct loop_timer *round, *step;
    struct worker *worker;
    struct instant began;
    bool busy, troubled;
    /* The round that is under way. */
    struct arena *arena;
    struct public_view view; /* without journeys */
    struct incident *incidents;
    size_t incident_count, rendered;
    struct export_file *files;
    size_t file_count;
};

/* One generation on its way to the disk. */
struct export_job {
    struct job job;
    const char *link;
    struct arena *arena; /* of paths */
    struct export_file *files;
    size_t file_count;
    struct error error;
};

static void files_free(struct export_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(files[i].bytes);
}

static void add_file(struct public_export *export, const char *path, struct buffer *body)
{
    if (body->result != RESULT_OK) { /* too large: it is left out, as the server would */
        buffer_free(body);
        return;
    }
    size_t length = body->length;
    arena_grow(export->arena, export->files, export->file_count);
    export->files[export->file_count++] = (struct export_file){
        .path = arena_duplicate(export->arena, path),
        .length = length,
        .bytes = buffer_steal(body),
    };
}

/* --- the disk --------------------------------------------------------------------------------- */

static void job_work(void *context, struct job **jobs, size_t count)
{
    struct export_job *job = (struct export_job *)jobs[0];
    (void)context;
    (void)count;
    enum result result = export_write(job->link, job->files, job->file_count, &job->error);
    (void)result; /* it is in the error */
}

/* Said when it begins and when it is over. */
static void tell(struct public_export *export, const struct error *error)
{
    const struct reporter_context *context = export->settings.context;
    struct buffer text;
    bool troubled = error->code != RESULT_OK;
    if (troubled == export->troubled || context->tell == NULL) {
        export->troubled = troubled;
        return;
    }
    export->troubled = troubled;
    buffer_init(&text, ERROR_TEXT_MAX * 2);
    if (troubled)
        buffer_print(&text, "reporter \"%s\": export: %s; it is tried again", export->settings.name,
                     error->text);
    else
        buffer_print(&text, "reporter \"%s\": the page is exported again", export->settings.name);
    context->tell(context->tell_data, troubled ? LOG_WARNING : LOG_INFO, text.data);
    buffer_free(&text);
}

static void job_deliver(struct job *base)
{
    struct export_job *job = (struct export_job *)base;
    struct public_export *export = base->data;
    if (base->forgotten)
        return;
    tell(export, &job->error);
    export->busy = false;
    duration every = export->settings.every > 0 ? export->settings.every : EVERY;
    loop_timer_set(export->round, every - instant_between(export->began, clock_instant()));
}

static void job_free(struct job *base)
{
    struct export_job *job = (struct export_job *)base;
    files_free(job->files, job->file_count);
    arena_free(job->arena);
    free(job);
}

static const struct job_kind export_kind = {1, job_work, job_deliver, job_free};

static void submit(struct public_export *export)
{
    struct export_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = &export_kind;
    job->job.data = export;
    job->link = export->settings.link;
    job->arena = export->arena;
    job->files = export->files;
    job->file_count = export->file_count;
    export->arena = NULL;
    export->files = NULL;
    export->file_count = 0;
    worker_submit(export->worker, &job->job);
}

/* --- a round ---------------------------------------------------------------------------------- */

static void step(void *data)
{
    struct public_export *export = data;
    if (export->rendered == export->incident_count) {
        submit(export);
        return;
    }
    const struct incident *incident = &export->incidents[export->rendered++];
    char path[PUBLIC_SENTENCE_MAX];
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    public_incident_render(&export->view, incident, &body);
    public_incident_path(incident, path);
    add_file(export, path, &body);
    loop_timer_set(export->step, PAUSE);
}

static void keep_incidents(struct public_export *export, const struct public_view *view)
{
    export->rendered = 0;
    export->incident_count = view->incident_count;
    export->incidents =
        arena_allocate(export->arena, view->incident_count + 1, sizeof *export->incidents);
    for (size_t i = 0; i < view->incident_count; i++)
        incident_copy(export->arena, &export->incidents[i], &view->incidents[i]);
}

static void on_data(void *whom, enum result result)
{
    struct public_export *export = whom;
    if (result != RESULT_OK) {
        export->busy = false;
        loop_timer_set(export->round, EVERY);
        return;
    }
    const struct public_view *view = public_data_view(export->settings.data);
    export->arena = arena_create();
    export->view = *view;
    export->view.journeys = NULL;
    export->view.journey_count = export->view.window_count = export->view.incident_count = 0;
    for (const struct public_file *file = public_files; file->path != NULL; file++) {
        struct buffer body;
        buffer_init(&body, PAGE_MAX);
        file->render(view, &body);
        add_file(export, file->path, &body);
    }
    keep_incidents(export, view);
    loop_timer_set(export->step, PAUSE);
}

static void begin_round(void *data)
{
    struct public_export *export = data;
    if (export->busy)
        return;
    export->busy = true;
    export->began = clock_instant();
    public_data_ask(export->settings.data, on_data, export);
}

struct public_export *public_export_open(const struct public_export_settings *settings,
                                         struct error *error)
{
    if (export_check(settings->link, error) != RESULT_OK)
        return NULL;
    struct public_export *export = memory_allocate(1, sizeof *export);
    export->settings = *settings;
    export->round = loop_timer_create(settings->context->loop, begin_round, export);
    export->step = loop_timer_create(settings->context->loop, step, export);
    export->worker = worker_start(settings->context->loop, export, error);
    if (export->worker == NULL) {
        public_export_close(export);
        return NULL;
    }
    loop_timer_set(export->round, 0);
    return export;
}

void public_export_close(struct public_export *export)
{
    if (export == NULL)
        return;
    public_data_forget(export->settings.data, export);
    loop_timer_free(export->round);
    loop_timer_free(export->step);
    worker_stop(export->worker);
    files_free(export->files, export->file_count);
    arena_free(export->arena);
    free(export);
}
