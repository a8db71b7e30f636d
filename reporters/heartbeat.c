/* SPDX-License-Identifier: MIT */
/*
 * Calls the shop file's `heartbeat` after each minute in which all went well with the monitor, so
 * that somebody else notices its silence. Well means: the loop turns and the store commits (each
 * time a mark is written and waited for), runs come, and none says that the monitor could not look
 * in time. A call that fails is told to the log; the next minute has its own.
 */
#include "reporters/kinds.h"

#include "config.h"
#include "monitor/base/memory.h"
#include "monitor/record/health.h"
#include "monitor/record/reason.h"
#include "reporters/message.h"
#include "reporters/sender.h"
#include "scenarios/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#define PERIOD  DURATION_MINUTE
#define PATIENT (2 * DURATION_MINUTE) /* how long no run may come, however short the interval */

enum { TROUBLE_MAX = 400 };

struct heartbeat {
    struct reporter_context context;
    struct arena *arena;
    const char *url;
    struct sender *sender;
    bool sending;
    struct loop_timer *beat, *counted;
    duration patience; /* 0: journeys keep no interval */
    struct instant last_run;
    unsigned missed; /* slots in this period that the monitor itself missed */
    bool begun;      /* a first run has come */
    bool ailing;     /* the log knows */
    size_t count;
    reporter_delivered *done;
    reporter_tested *tested;
    void *data, *test_data;
};

/* Told once, until it is well again. */
static void ail(struct heartbeat *heartbeat, const char *why)
{
    char text[TROUBLE_MAX];
    const struct reporter_context *context = &heartbeat->context;
    if (!heartbeat->ailing && context->tell != NULL) {
        snprintf(text, sizeof text, "heartbeat: %s", why);
        context->tell(context->tell_data, LOG_WARNING, text);
    }
    heartbeat->ailing = true;
}

static void called(void *data, const struct sender_answer *answer)
{
    struct heartbeat *heartbeat = data;
    heartbeat->sending = false;
    if (answer->outcome != SENDER_TAKEN)
        ail(heartbeat, answer->trouble);
    else
        heartbeat->ailing = false;
}

static void call(struct heartbeat *heartbeat, sender_done *done)
{
    static const struct net_header headers[] = {{"User-Agent", "shopwatch/" PACKAGE_VERSION}};
    const struct net_request request = {
        .method = "GET",
        .url = heartbeat->url,
        .headers = headers,
        .header_count = COUNT_OF(headers),
        .timeout = DEFAULT_REPORTER_TIMEOUT,
    };
    heartbeat->sending = true;
    sender_send(heartbeat->sender, &request, done, heartbeat);
}

static const char *what_is_wrong(const struct heartbeat *heartbeat)
{
    struct health health;
    const struct reporter_context *context = &heartbeat->context;
    if (heartbeat->missed > 0)
        return "it is not called: the monitor missed slots";
    if (heartbeat->patience > 0 &&
        instant_between(heartbeat->last_run, clock_instant()) > heartbeat->patience)
        return "it is not called: no run was committed for too long";
    if (context->health_read != NULL) {
        context->health_read(context->health_data, &health);
        if (!health_is_well(&health))
            return "it is not called: the monitor is not well";
    }
    return NULL;
}

static void marked(void *data, enum result result, const struct error *error,
                   store_sequence sequence)
{
    struct heartbeat *heartbeat = data;
    const char *wrong = what_is_wrong(heartbeat);
    (void)error;
    (void)sequence;
    heartbeat->missed = 0;
    if (result != RESULT_OK)
        ail(heartbeat, "it is not called: the store does not commit");
    else if (wrong != NULL)
        ail(heartbeat, wrong);
    else if (!heartbeat->sending)
        call(heartbeat, called);
}

static void beat(void *data)
{
    struct heartbeat *heartbeat = data;
    loop_timer_set(heartbeat->beat, PERIOD);
    store_write_cursor(heartbeat->context.store, HEARTBEAT_NAME, clock_wall().us, marked,
                       heartbeat);
}

static void counted(void *data)
{
    struct heartbeat *heartbeat = data;
    const struct reporter_outcome outcome = {.delivered = heartbeat->count};
    heartbeat->done(heartbeat->data, &outcome);
}

/* Whether the monitor itself is why nobody looked at the shop. */
static bool is_missed(const struct run *run)
{
    enum reason reason = reason_from_words(run->reason);
    return run->state == STATE_UNKNOWN &&
           (reason == REASON_LATE || reason == REASON_OVERLOAD || reason == REASON_LAGGED);
}

static void heartbeat_deliver(void *reporter, const struct store_runs *runs,
                              reporter_delivered *done, void *data)
{
    struct heartbeat *heartbeat = reporter;
    for (size_t i = 0; i < runs->count; i++)
        heartbeat->missed += is_missed(runs->runs[i]);
    heartbeat->last_run = clock_instant();
    /* The first call follows the first run: before that nothing is known. */
    if (!heartbeat->begun)
        loop_timer_set(heartbeat->beat, 0);
    heartbeat->begun = true;
    heartbeat->count = runs->count;
    heartbeat->done = done;
    heartbeat->data = data;
    loop_timer_set(heartbeat->counted, 0);
}

static void test_called(void *data, const struct sender_answer *answer)
{
    struct heartbeat *heartbeat = data;
    heartbeat->sending = false;
    if (answer->outcome == SENDER_TAKEN)
        heartbeat->tested(heartbeat->test_data, RESULT_OK, "the call was taken");
    else
        heartbeat->tested(heartbeat->test_data, RESULT_IO, answer->trouble);
}

static void heartbeat_test(void *reporter, reporter_tested *done, void *data)
{
    struct heartbeat *heartbeat = reporter;
    heartbeat->tested = done;
    heartbeat->test_data = data;
    call(heartbeat, test_called);
}

static void heartbeat_close(void *reporter)
{
    struct heartbeat *heartbeat = reporter;
    store_forget(heartbeat->context.store, heartbeat);
    sender_free(heartbeat->sender);
    loop_timer_free(heartbeat->beat);
    loop_timer_free(heartbeat->counted);
    arena_free(heartbeat->arena);
    free(heartbeat);
}

/* Twice the shortest interval; by cron a day may pass without a run. */
static duration find_patience(const struct reporter_context *context)
{
    duration shortest = 0;
    for (size_t i = 0; i < context->scenario_count; i++) {
        const struct scenario *scenario = context->scenarios[i];
        duration every = context->every > 0 ? context->every : scenario->every;
        if (context->every == 0 && scenario->cron != NULL)
            continue;
        every = 2 * every + scenario->budget;
        if (shortest == 0 || every < shortest)
            shortest = every;
    }
    return shortest > 0 && shortest < PATIENT ? PATIENT : shortest;
}

static void *heartbeat_open(const struct reporter_context *context,
                            const struct reporter_settings *settings, struct error *error)
{
    struct error why = {0};
    struct heartbeat *heartbeat = memory_allocate(1, sizeof *heartbeat);
    heartbeat->context = *context;
    heartbeat->arena = arena_create();
    heartbeat->patience = find_patience(context);
    heartbeat->beat = loop_timer_create(context->loop, beat, heartbeat);
    heartbeat->counted = loop_timer_create(context->loop, counted, heartbeat);
    heartbeat->sender = sender_create(context);
    heartbeat->url = message_expand(context, heartbeat->arena, settings->url, &why);
    if (heartbeat->url != NULL)
        return heartbeat;
    error_set(error, why.code, "heartbeat: %.400s", why.text);
    heartbeat_close(heartbeat);
    return NULL;
}

const struct reporter_kind heartbeat_kind = {
    .name = HEARTBEAT_NAME,
    .from_now = true,
    .open = heartbeat_open,
    .deliver = heartbeat_deliver,
    .test = heartbeat_test,
    .close = heartbeat_close,
};
