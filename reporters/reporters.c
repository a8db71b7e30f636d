/* SPDX-License-Identifier: MIT */
/*
 * The hub: opens a shop's reporters and gives each its lanes along the store. It knows no kind of
 * reporter by name.
 */
#include "reporters/reporter.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/journey/secrets.h"
#include "reporters/kinds.h"
#include "reporters/lane.h"

#include <stdlib.h>
#include <string.h>

enum { KNOWN_KINDS_MAX = 200 };

struct reporter {
    const struct reporter_kind *kind; /* NULL: it could not be opened */
    const char *name;
    void *state; /* the kind's own */
    struct lane *lanes[LANE_FEED_COUNT];
};

struct reporters {
    struct reporter_context context; /* as the kinds see it */
    struct secrets *secrets;
    struct reporter *items;
    size_t count;
};

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

static enum result open_lanes(struct reporter *reporter, const struct reporter_context *context,
                              struct error *error)
{
    const struct reporter_kind *kind = reporter->kind;
    const bool wanted[LANE_FEED_COUNT] = {
        [LANE_RUNS] = kind->deliver != NULL &&
                      (kind->wants_runs == NULL || kind->wants_runs(reporter->state)),
        [LANE_CHANGES] = kind->deliver_changes != NULL,
    };
    for (unsigned feed = 0; feed < LANE_FEED_COUNT; feed++) {
        const struct lane_settings settings = {
            .context = context,
            .kind = kind,
            .state = reporter->state,
            .name = reporter->name,
            .feed = (enum lane_feed)feed,
        };
        if (wanted[feed] && (reporter->lanes[feed] = lane_open(&settings, error)) == NULL)
            return RESULT_INVALID;
    }
    return RESULT_OK;
}

static enum result reporter_open(struct reporter *reporter, const struct reporter_context *context,
                                 const struct reporter_settings *settings, struct error *error)
{
    const struct reporter_kind *kind = reporter_kind_find(settings->kind);
    if (kind == NULL)
        return unknown_kind(context->shop, settings, error);
    reporter->name = settings->name;
    reporter->state = kind->open(context, settings, error);
    if (reporter->state == NULL)
        return error_set(error, RESULT_INVALID, "reporter \"%s\" cannot be opened", settings->name);
    reporter->kind = kind;
    return RESULT_OK;
}

/* Reading a secret may take a command's time, so it is done where one is needed. */
static bool needs_secrets(const struct shop *shop)
{
    bool needed = shop->heartbeat != NULL;
    for (size_t i = 0; i < shop->reporter_count; i++)
        needed |= shop->reporters[i].url != NULL || shop->reporters[i].key != NULL ||
                  shop->reporters[i].token != NULL;
    return needed && shop->secret_count > 0;
}

static struct reporters *create(const struct reporter_context *context)
{
    const struct shop *shop = context->shop;
    struct reporters *reporters = memory_allocate(1, sizeof *reporters);
    if (needs_secrets(shop))
        reporters->secrets = secrets_read(NULL, shop);
    reporters->context = *context;
    reporters->context.secrets = reporters->secrets;
    reporters->context.reporters = reporters;
    reporters->items = memory_allocate(shop->reporter_count + 1, sizeof *reporters->items);
    return reporters;
}

/* The shop's n-th; behind the last stands the heartbeat, where there is one. */
static bool settings_at(const struct shop *shop, size_t n, struct reporter_settings *ret_settings)
{
    if (n < shop->reporter_count)
        *ret_settings = shop->reporters[n];
    else
        *ret_settings = (struct reporter_settings){
            .name = HEARTBEAT_NAME, .kind = heartbeat_kind.name, .url = shop->heartbeat};
    return n < shop->reporter_count || (n == shop->reporter_count && shop->heartbeat != NULL);
}

struct reporters *reporters_open(const struct reporter_context *context, struct error *error)
{
    struct reporters *reporters = create(context);
    struct reporter_settings settings;
    for (size_t i = 0; settings_at(context->shop, i, &settings); i++) {
        struct reporter *reporter = &reporters->items[reporters->count++];
        if (reporter_open(reporter, &reporters->context, &settings, error) != RESULT_OK ||
            open_lanes(reporter, &reporters->context, error) != RESULT_OK) {
            reporters_close(reporters);
            return NULL;
        }
    }
    return reporters;
}

struct reporters *reporters_open_one(const struct reporter_context *context, const char *name,
                                     struct error *error)
{
    struct reporters *reporters = create(context);
    struct reporter_settings settings;
    size_t n = 0;
    while (settings_at(context->shop, n, &settings) && strcmp(settings.name, name) != 0)
        n++;
    const struct reporter_kind *kind = reporter_kind_find(settings.kind);
    if (!settings_at(context->shop, n, &settings))
        error_set(error, RESULT_NOT_FOUND, "%s has no reporter \"%s\"", context->shop->file, name);
    else if (kind != NULL && kind->test == NULL)
        error_set(error, RESULT_UNSUPPORTED, "a reporter of kind %s sends nothing by itself",
                  kind->name);
    else if (reporter_open(&reporters->items[reporters->count++], &reporters->context, &settings,
                           error) == RESULT_OK)
        return reporters;
    reporters_close(reporters);
    return NULL;
}

void reporters_test(struct reporters *reporters, reporter_tested *done, void *data)
{
    const struct reporter *reporter = &reporters->items[0];
    reporter->kind->test(reporter->state, done, data);
}

void reporters_wake(struct reporters *reporters)
{
    for (size_t i = 0; i < reporters->count; i++)
        for (size_t feed = 0; feed < LANE_FEED_COUNT; feed++)
            if (reporters->items[i].lanes[feed] != NULL)
                lane_wake(reporters->items[i].lanes[feed]);
}

bool reporters_are_idle(const struct reporters *reporters)
{
    bool idle = true;
    for (size_t i = 0; i < reporters->count; i++)
        for (size_t feed = 0; feed < LANE_FEED_COUNT; feed++)
            if (reporters->items[i].lanes[feed] != NULL)
                idle &= lane_is_idle(reporters->items[i].lanes[feed]);
    return idle;
}

void reporters_close(struct reporters *reporters)
{
    if (reporters == NULL)
        return;
    for (size_t i = 0; i < reporters->count; i++) {
        struct reporter *reporter = &reporters->items[i];
        for (size_t feed = 0; feed < LANE_FEED_COUNT; feed++)
            lane_stop(reporter->lanes[feed]);
        if (reporter->kind != NULL)
            reporter->kind->close(reporter->state);
        for (size_t feed = 0; feed < LANE_FEED_COUNT; feed++)
            lane_free(reporter->lanes[feed]);
    }
    secrets_free(reporters->secrets);
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

bool reporters_health(const struct reporters *reporters, size_t n, struct reporter_health *ret)
{
    if (n >= reporters->count)
        return false;
    const struct reporter *reporter = &reporters->items[n];
    *ret = (struct reporter_health){.name = reporter->name, .kind = reporter->kind->name};
    for (size_t feed = 0; feed < LANE_FEED_COUNT; feed++)
        if (reporter->lanes[feed] != NULL)
            lane_add_health(reporter->lanes[feed], ret);
    return true;
}
