/* SPDX-License-Identifier: MIT */
/*
 * Reload: parse, check, swap. The files are read on a thread of its own, since thousands take their
 * time; meanwhile everything goes on. If they are right, what takes long is waited for (sweeps, and
 * reporters that are at it), and then in one turn of the loop another set is in force. Whatever
 * goes wrong, the old one stays, and the health says why. See pipeline_private.h.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/base/worker.h"
#include "monitor/record/health.h"

#include <stdlib.h>
#include <string.h>

/* How often it looks whether it may swap, and how long it waits for reporters. */
#define RELOAD_LOOK     (10 * DURATION_MILLISECOND)
#define RELOAD_PATIENCE (2 * DURATION_SECOND)

enum { MISTAKES_LOGGED = 20, MISTAKE_TEXT_MAX = 1024 };

/* Who waits to hear what came of it. */
struct reload_waiter {
    pipeline_reloaded *done;
    void *data;
    struct reload_waiter *next;
};

struct pipeline_reload {
    struct pipeline *pipeline;
    struct worker *worker;
    struct loop_timer *look;
    struct reload_waiter *waiters, *later; /* later: they came while files were being read */
    bool again;
    struct settings *settings; /* read and right; NULL: not yet */
    struct secrets **secrets;
    struct instant ready;
    char *problem; /* why the files are not in force; NULL: they are */
    struct wall_time failed;
};

/* The thread's: one reading of the files. */
struct reload_job {
    struct job job;
    char *file;
    struct settings *settings;
    struct secrets **secrets;
    struct mistakes mistakes;
};

bool pipeline_is_changing(const struct pipeline *pipeline)
{
    return pipeline->reload != NULL && pipeline->reload->settings != NULL;
}

void pipeline_reload_health(const struct pipeline *pipeline, struct health *health)
{
    const struct pipeline_reload *reload = pipeline->reload;
    health->loaded = pipeline->set->loaded.us;
    if (reload == NULL || reload->problem == NULL)
        return;
    health->reload_error = reload->problem;
    health->reload_failed = reload->failed;
}

/* --- the end --------------------------------------------------------------------------------- */

static void reload_begin(struct pipeline_reload *reload);

static void tell_waiters(struct pipeline_reload *reload, const struct error *error,
                         const struct mistakes *mistakes)
{
    struct reload_waiter *waiter = reload->waiters;
    reload->waiters = NULL;
    while (waiter != NULL) {
        struct reload_waiter *next = waiter->next;
        waiter->done(waiter->data, error, mistakes);
        free(waiter);
        waiter = next;
    }
}

static void reload_end(struct pipeline_reload *reload, const struct error *error,
                       const struct mistakes *mistakes)
{
    free(reload->problem);
    reload->problem = error != NULL ? memory_duplicate(error->text) : NULL;
    reload->failed = clock_wall();
    if (error != NULL)
        log_error("the files loaded before stay in force: %s", error->text);
    tell_waiters(reload, error, mistakes);
    bool again = reload->again;
    reload->again = false;
    reload->waiters = reload->later;
    reload->later = NULL;
    if (again)
        reload_begin(reload);
}

static void forget_secrets(struct secrets **secrets, const struct settings *settings)
{
    for (size_t i = 0; secrets != NULL && i < settings->scenario_count; i++)
        secrets_free(secrets[i]);
    free(secrets);
}

/* --- the swap -------------------------------------------------------------------------------- */

/* What is known of a journey from a vantage point, and the run in flight, go on in its new entry.
 */
static void hand_over(struct pipeline_entry *to, struct pipeline_entry *from)
{
    to->journey = from->journey;
    to->overlaps = from->overlaps;
    to->overlap_count = from->overlap_count;
    to->passed_kept = from->passed_kept;
    to->other_kept = from->other_kept;
    from->journey = NULL;
    from->overlaps = NULL;
    from->overlap_count = 0;
    schedule_continue(to->set->schedule, (size_t)(to - to->set->entries), from->set->schedule,
                      (size_t)(from - from->set->entries));
}

/* A step that hangs is held back in the new set, too. */
static void hand_over_holds(struct pipeline_set *set, const struct pipeline_set *old)
{
    for (size_t i = 0; i < set->settings->scenario_count; i++)
        for (size_t j = 0; j < old->settings->scenario_count; j++)
            if (strcmp(set->settings->scenarios[i]->journey,
                       old->settings->scenarios[j]->journey) == 0)
                pipeline_hold_hand_over(&set->means[i], set->settings->scenarios[i],
                                        &old->means[j].hold);
}

/* Slots of a journey that is gone, which wait for something, end here; its run ends as it began. */
static void let_go(struct pipeline_entry *from)
{
    pipeline_publish_missed(from);
    pipeline_publish_overlaps(from);
}

static void move_flights(struct pipeline *pipeline)
{
    for (struct pipeline_flight *flight = pipeline->flights; flight != NULL; flight = flight->next)
        if (flight->entry != NULL)
            flight->entry = pipeline_entry_of(pipeline, flight->entry->scenario->journey,
                                              flight->entry->vantage->vantage->name);
}

/* Runs that wait for probes wait for those of the new set. */
static void move_waiting(struct pipeline *pipeline, struct pipeline_set *old)
{
    for (size_t i = 0; i < old->settings->shop->vantage_count; i++) {
        struct pipeline_vantage *vantage = &old->vantages[i];
        size_t count = vantage->waiting_count;
        probe_cancel(vantage->probe);
        vantage->probe = NULL;
        vantage->awaits_databases = false;
        vantage->waiting_count = 0;
        for (size_t n = 0; n < count; n++)
            pipeline_receive(pipeline, vantage->waiting[n]);
    }
}

/* Everything that is due by the old set's schedule is begun under it. */
static void put_in_force(struct pipeline *pipeline, struct pipeline_set *set)
{
    struct pipeline_set *old = pipeline->set;
    while (schedule_next(old->schedule).us <= clock_wall().us)
        pipeline_tick(pipeline);
    pipeline_set_plan(set);
    pipeline->set = set;
    for (size_t i = 0; i < old->entry_count; i++) {
        struct pipeline_entry *from = &old->entries[i];
        struct pipeline_entry *to =
            pipeline_entry_of(pipeline, from->scenario->journey, from->vantage->vantage->name);
        if (to != NULL)
            hand_over(to, from);
        else
            let_go(from);
    }
    hand_over_holds(set, old);
    pipeline_close_databases(old);
    move_flights(pipeline);
    move_waiting(pipeline, old);
    casebook_prune(pipeline->casebook, pipeline_is_watched, pipeline);
    objectives_set(pipeline->objectives, set->settings->scenarios, set->settings->scenario_count);
    expiry_set(pipeline->expiry, set->settings->shop->retention);
    pipeline_set_release(old);
    loop_timer_set(pipeline->tick, 0);
}

/* What listens on a port must let go of it before another can have it: all are closed and opened
 * again, and go on from their cursors. Where the new ones cannot be opened, the old ones are. */
static enum result change_reporters(struct pipeline *pipeline, const struct settings *settings,
                                    struct error *error)
{
    struct error again = {0};
    reporters_close(pipeline->reporters);
    pipeline->reporters = pipeline_open_reporters(pipeline, settings, error);
    if (pipeline->reporters != NULL)
        return RESULT_OK;
    pipeline->reporters = pipeline_open_reporters(pipeline, pipeline->set->settings, &again);
    if (pipeline->reporters == NULL)
        log_error("the reporters of before cannot be opened either; nobody is told until the next "
                  "reload: %s",
                  again.text);
    return error->code;
}

static void log_announcements(struct pipeline *pipeline)
{
    const char *text;
    for (size_t i = 0; (text = pipeline_announcement(pipeline, i)) != NULL; i++)
        if (text[0] != '\0')
            log_info("%s", text);
}

/* What may fail comes first, beside what is in force. */
static void reload_swap(struct pipeline_reload *reload)
{
    struct pipeline *pipeline = reload->pipeline;
    struct settings *settings = reload->settings;
    struct error error = {0};
    struct pipeline_set *set = pipeline_set_create(pipeline, settings, reload->secrets, &error);
    reload->settings = NULL;
    reload->secrets = NULL;
    if (set == NULL || change_reporters(pipeline, settings, &error) != RESULT_OK) {
        pipeline_set_release(set);
        reload_end(reload, &error, NULL);
        return;
    }
    put_in_force(pipeline, set);
    log_info("loaded: %zu journeys from %zu vantage points", settings->scenario_count,
             settings->shop->vantage_count);
    log_announcements(pipeline);
    reload_end(reload, NULL, NULL);
}

/* Until sweeps are over, which none is begun of any more, and reporters are not in the middle of
 * something, or slow. */
static void reload_look(void *data)
{
    struct pipeline_reload *reload = data;
    struct pipeline *pipeline = reload->pipeline;
    duration waited = instant_between(reload->ready, clock_instant());
    bool at_rest = pipeline->reporters == NULL || reporters_are_idle(pipeline->reporters);
    if (reload->settings == NULL || pipeline->stopping)
        return; /* whoever waits hears that the monitor is gone */
    if (pipeline->sweeps != NULL || pipeline->set->schedule == NULL ||
        (!at_rest && waited < RELOAD_PATIENCE))
        loop_timer_set(reload->look, RELOAD_LOOK);
    else
        reload_swap(reload);
}

/* --- reading --------------------------------------------------------------------------------- */

static void job_work(void *context, struct job **jobs, size_t count)
{
    struct reload_job *job = (struct reload_job *)jobs[0];
    (void)context, (void)count;
    job->settings = settings_load_lean(job->file, &job->mistakes);
    if (job->settings == NULL)
        return;
    size_t scenarios = job->settings->scenario_count;
    job->secrets = memory_allocate(scenarios, sizeof(struct secrets *));
    for (size_t i = 0; i < scenarios; i++)
        job->secrets[i] = secrets_read(job->settings->scenarios[i], job->settings->shop);
}

static void say_mistakes(const struct mistakes *mistakes, struct error *error)
{
    struct buffer text;
    buffer_init(&text, MISTAKE_TEXT_MAX);
    for (size_t i = 0, said = 0; i < mistakes->count && said < MISTAKES_LOGGED; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        if (mistake->severity != MISTAKE_ERROR)
            continue;
        buffer_clear(&text);
        buffer_print(&text, "%s:%d:%d: %s", mistake->file, mistake->position.line,
                     mistake->position.column, mistake->text);
        log_error("reload: %s", text.data);
        if (said++ == 0)
            error_set(error, RESULT_INVALID,
                      mistakes->errors > 1 ? "%.400s (and %zu more)" : "%.400s", text.data,
                      mistakes->errors - 1);
    }
    buffer_free(&text);
}

/* What a running monitor cannot change under itself. */
static enum result check_same(const struct pipeline *pipeline, const struct settings *settings,
                              struct error *error)
{
    const struct shop *now = pipeline->set->settings->shop, *then = settings->shop;
    if (strcmp(now->store, then->store) != 0)
        return error_set(error, RESULT_INVALID, "another `store` needs a restart");
    if (strcmp(now->control, then->control) != 0)
        return error_set(error, RESULT_INVALID, "another `control` needs a restart");
    return RESULT_OK;
}

static void job_deliver(struct job *base)
{
    struct reload_job *job = (struct reload_job *)base;
    struct pipeline_reload *reload = base->data;
    struct error error = {0};
    if (job->settings == NULL)
        say_mistakes(&job->mistakes, &error);
    if (job->settings == NULL || check_same(reload->pipeline, job->settings, &error) != RESULT_OK) {
        reload_end(reload, &error, job->settings == NULL ? &job->mistakes : NULL);
        return;
    }
    reload->settings = job->settings;
    reload->secrets = job->secrets;
    reload->ready = clock_instant();
    job->settings = NULL;
    job->secrets = NULL;
    loop_timer_set(reload->look, 0);
}

static void job_free(struct job *base)
{
    struct reload_job *job = (struct reload_job *)base;
    if (job->settings != NULL)
        forget_secrets(job->secrets, job->settings);
    settings_free(job->settings);
    arena_free(job->mistakes.arena);
    free(job->file);
    free(job);
}

static const struct job_kind job_kind = {1, job_work, job_deliver, job_free};

static void reload_begin(struct pipeline_reload *reload)
{
    struct error error = {0};
    if (reload->worker == NULL)
        reload->worker = worker_start(reload->pipeline->loop, NULL, &error);
    if (reload->worker == NULL) {
        reload_end(reload, &error, NULL);
        return;
    }
    struct reload_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = &job_kind;
    job->job.data = reload;
    job->file = memory_duplicate(reload->pipeline->set->settings->shop->file);
    job->mistakes.arena = arena_create();
    worker_submit(reload->worker, &job->job);
}

static void say_nothing(void *data, const struct error *error, const struct mistakes *mistakes)
{
    (void)data, (void)error, (void)mistakes;
}

void pipeline_reload(struct pipeline *pipeline, pipeline_reloaded *done, void *data)
{
    struct pipeline_reload *reload = pipeline->reload;
    struct reload_waiter *waiter = memory_allocate(1, sizeof *waiter);
    *waiter = (struct reload_waiter){done != NULL ? done : say_nothing, data, NULL};
    if (reload == NULL) {
        reload = pipeline->reload = memory_allocate(1, sizeof *reload);
        reload->pipeline = pipeline;
        reload->look = loop_timer_create(pipeline->loop, reload_look, reload);
    }
    /* The files may have been changed since they were read. */
    if (reload->waiters != NULL) {
        waiter->next = reload->later;
        reload->later = waiter;
        reload->again = true;
        return;
    }
    reload->waiters = waiter;
    reload_begin(reload);
}

static void free_waiters(struct reload_waiter *waiter)
{
    while (waiter != NULL) {
        struct reload_waiter *next = waiter->next;
        free(waiter);
        waiter = next;
    }
}

void pipeline_reload_free(struct pipeline_reload *reload)
{
    if (reload == NULL)
        return;
    worker_stop(reload->worker);
    loop_timer_free(reload->look);
    if (reload->settings != NULL)
        forget_secrets(reload->secrets, reload->settings);
    settings_free(reload->settings);
    free_waiters(reload->waiters);
    free_waiters(reload->later);
    free(reload->problem);
    free(reload);
}
