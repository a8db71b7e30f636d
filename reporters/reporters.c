/* SPDX-License-Identifier: MIT */
/*
 * The hub: opens a shop's reporters and leads each along the store by its cursor. A reporter reads
 * a batch, delivers, has its cursor written, and reads on; only then. So after a crash at most one
 * batch is offered again. One that cannot deliver is left alone for a while, which is twice as long
 * each time; the others do not notice. It knows no kind of reporter by name.
 */
#include "reporters/reporter.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 200, KNOWN_KINDS_MAX = 200, CURSOR_NAME_MAX = 200 };

#define RETRY_FIRST DURATION_SECOND
#define RETRY_LAST  DURATION_MINUTE

struct reporter {
    struct store *store;
    const struct reporter_kind *kind;
    void *state;                  /* the kind's own */
    char cursor[CURSOR_NAME_MAX]; /* its name in the store */
    store_sequence position;      /* what the cursor says */
    store_sequence delivered;     /* what it is being moved to */
    struct store_runs batch;      /* being delivered */
    bool position_known;
    bool busy;   /* the store or the kind has been asked, or the timer is set */
    bool paused; /* the timer is set */
    bool again;  /* woken while busy */
    struct loop_timer *retry;
    duration delay;
};

struct reporters {
    struct reporter *items;
    size_t count;
};

static void reporter_step(struct reporter *reporter);

/* Stays busy until the timer fires, so that a wake does not cut the pause short. */
static void reporter_pause(struct reporter *reporter)
{
    reporter->paused = true;
    loop_timer_set(reporter->retry, reporter->delay);
    reporter->delay *= 2;
    if (reporter->delay > RETRY_LAST)
        reporter->delay = RETRY_LAST;
}

static void reporter_idle(struct reporter *reporter)
{
    reporter->busy = false;
    if (reporter->again)
        reporter_step(reporter);
}

static void retry_fired(void *data)
{
    struct reporter *reporter = data;
    reporter->busy = reporter->paused = false;
    reporter_step(reporter);
}

static void cursor_written(void *data, enum result result, const struct error *error,
                           store_sequence sequence)
{
    struct reporter *reporter = data;
    (void)error;
    (void)sequence;
    if (result != RESULT_OK) {
        reporter_pause(reporter);
        return;
    }
    reporter->position = reporter->delivered;
    reporter->delay = RETRY_FIRST;
    reporter->busy = false;
    reporter_step(reporter);
}

/* The batch outlives the store's callback. */
static void take_batch(struct reporter *reporter, struct store_runs *runs)
{
    struct store_runs *batch = &reporter->batch;
    batch->runs = memory_allocate(runs->count, sizeof(struct run *));
    batch->sequences = memory_allocate(runs->count, sizeof *batch->sequences);
    for (batch->count = 0; batch->count < runs->count; batch->count++) {
        batch->runs[batch->count] = runs->runs[batch->count];
        batch->sequences[batch->count] = runs->sequences[batch->count];
        runs->runs[batch->count] = NULL;
    }
}

static void release_batch(struct reporter *reporter)
{
    for (size_t i = 0; i < reporter->batch.count; i++)
        run_free(reporter->batch.runs[i]);
    free(reporter->batch.runs);
    free(reporter->batch.sequences);
    reporter->batch = (struct store_runs){0};
}

static void batch_delivered(void *data, size_t count)
{
    struct reporter *reporter = data;
    if (count > 0)
        reporter->delivered = reporter->batch.sequences[count - 1];
    release_batch(reporter);
    if (count == 0)
        reporter_pause(reporter);
    else
        store_write_cursor(reporter->store, reporter->cursor, reporter->delivered, cursor_written,
                           reporter);
}

static void runs_read(void *data, enum result result, struct store_runs *runs)
{
    struct reporter *reporter = data;
    if (result != RESULT_OK) {
        reporter_pause(reporter);
    } else if (runs->count == 0) {
        reporter_idle(reporter);
    } else {
        take_batch(reporter, runs);
        reporter->kind->deliver(reporter->state, &reporter->batch, batch_delivered, reporter);
    }
}

static void cursor_read(void *data, enum result result, const struct error *error,
                        store_sequence sequence)
{
    struct reporter *reporter = data;
    (void)error;
    if (result != RESULT_OK) {
        reporter_pause(reporter);
        return;
    }
    reporter->position = sequence;
    reporter->position_known = true;
    reporter->busy = false;
    reporter_step(reporter);
}

/* What comes next for one who is not busy. */
static void reporter_step(struct reporter *reporter)
{
    reporter->busy = true;
    reporter->again = false;
    if (reporter->position_known) {
        const struct store_filter filter = {.after = reporter->position, .limit = BATCH};
        store_read_runs(reporter->store, &filter, runs_read, reporter);
    } else {
        store_read_cursor(reporter->store, reporter->cursor, cursor_read, reporter);
    }
}

static enum result unknown_kind(const struct shop *shop, const struct reporter_settings *settings,
                                struct error *error)
{
    struct buffer known;
    buffer_init(&known, KNOWN_KINDS_MAX);
    for (size_t i = 0; reporter_kinds[i] != NULL; i++)
        buffer_print(&known, "%s%s", i > 0 ? ", " : "", reporter_kinds[i]->name);
    enum result result =
        error_set(error, RESULT_INVALID, "%s:%d:%d: reporter \"%s\": no kind \"%s\"; there is %s",
                  shop->file, settings->position.line, settings->position.column, settings->name,
                  settings->kind, known.data);
    buffer_free(&known);
    return result;
}

static enum result reporter_open(struct reporter *reporter, const struct reporter_context *context,
                                 const struct reporter_settings *settings, struct error *error)
{
    struct buffer cursor;
    const struct reporter_kind *kind = reporter_kind_find(settings->kind);
    if (kind == NULL)
        return unknown_kind(context->shop, settings, error);
    buffer_init(&cursor, CURSOR_NAME_MAX - 1);
    enum result result = buffer_print(&cursor, "reporter.%s", settings->name);
    memcpy(reporter->cursor, cursor.data, cursor.length + 1);
    buffer_free(&cursor);
    if (result != RESULT_OK)
        return error_set(error, result, "reporter \"%s\": its name is too long", settings->name);
    reporter->store = context->store;
    reporter->delay = RETRY_FIRST;
    reporter->state = kind->open(context, settings, error);
    if (reporter->state == NULL)
        return error_set(error, RESULT_INVALID, "reporter \"%s\" cannot be opened", settings->name);
    reporter->kind = kind;
    if (kind->deliver != NULL) {
        reporter->retry = loop_timer_create(context->loop, retry_fired, reporter);
        reporter_step(reporter);
    }
    return RESULT_OK;
}

struct reporters *reporters_open(const struct reporter_context *context, struct error *error)
{
    const struct shop *shop = context->shop;
    struct reporters *reporters = memory_allocate(1, sizeof *reporters);
    reporters->items = memory_allocate(shop->reporter_count, sizeof *reporters->items);
    for (size_t i = 0; i < shop->reporter_count; i++) {
        struct reporter *reporter = &reporters->items[i];
        reporters->count++;
        if (reporter_open(reporter, context, &shop->reporters[i], error) != RESULT_OK) {
            reporters_close(reporters);
            return NULL;
        }
    }
    return reporters;
}

void reporters_wake(struct reporters *reporters)
{
    for (size_t i = 0; i < reporters->count; i++) {
        struct reporter *reporter = &reporters->items[i];
        if (reporter->busy)
            reporter->again = true;
        else if (reporter->kind->deliver != NULL)
            reporter_step(reporter);
    }
}

bool reporters_are_idle(const struct reporters *reporters)
{
    for (size_t i = 0; i < reporters->count; i++)
        if (reporters->items[i].busy && !reporters->items[i].paused)
            return false;
    return true;
}

void reporters_close(struct reporters *reporters)
{
    if (reporters == NULL)
        return;
    for (size_t i = 0; i < reporters->count; i++) {
        struct reporter *reporter = &reporters->items[i];
        if (reporter->busy)
            store_forget(reporter->store, reporter);
        loop_timer_free(reporter->retry);
        if (reporter->kind != NULL)
            reporter->kind->close(reporter->state);
        release_batch(reporter);
    }
    free(reporters->items);
    free(reporters);
}

const char *reporters_announcement(struct reporters *reporters, size_t n)
{
    if (n >= reporters->count)
        return NULL;
    const struct reporter *reporter = &reporters->items[n];
    return reporter->kind->announce != NULL ? reporter->kind->announce(reporter->state) : "";
}
