/* SPDX-License-Identifier: MIT */
/* See statuspage_metrics.h. */
#include "reporters/statuspage_metrics.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PERIOD DURATION_MINUTE

struct point {
    size_t metric;
    int64_t minute;
    duration sum;
    unsigned count;
    struct wall_time last;
};

struct statuspage_metrics {
    struct statuspage_line *line;
    struct loop_timer *nothing; /* a batch that has no point in it */
    const struct statuspage_metric *items;
    size_t count;
    /* The batch that is being told. */
    struct point *points;
    size_t point_count, run_count;
    struct wall_time newest;
    reporter_delivered *done;
    void *data;
};

static void add_to_point(struct statuspage_metrics *metrics, size_t metric, const struct run *run)
{
    const struct point fresh = {.metric = metric, .minute = run->slot.ended.us / PERIOD};
    size_t n = 0;
    while (n < metrics->point_count &&
           (metrics->points[n].metric != metric || metrics->points[n].minute != fresh.minute))
        n++;
    if (n == metrics->point_count)
        metrics->points[metrics->point_count++] = fresh;
    struct point *point = &metrics->points[n];
    point->sum += run_latency(run);
    point->count++;
    if (point->last.us < run->slot.ended.us)
        point->last = run->slot.ended;
}

/* Those that failed took as long as it took to fail, which says nothing of how fast the shop is. */
static void add_run(struct statuspage_metrics *metrics, const struct run *run)
{
    if (metrics->newest.us < run->slot.ended.us)
        metrics->newest = run->slot.ended;
    if (run->state != STATE_PASSED && run->state != STATE_DEGRADED)
        return;
    for (size_t i = 0; i < metrics->count; i++)
        if (strcmp(metrics->items[i].journey, run->journey) == 0)
            add_to_point(metrics, i, run);
}

/* `{"data": {"ID": [{"timestamp": 1700000000, "value": 123.4}]}}`. New reference. */
static json_t *points_body(const struct statuspage_metrics *metrics)
{
    json_t *body = json_object(), *data = json_object();
    for (size_t i = 0; i < metrics->point_count; i++) {
        const struct point *point = &metrics->points[i];
        const char *id = metrics->items[point->metric].id;
        json_t *list = json_object_get(data, id), *item = json_object();
        if (list == NULL) {
            list = json_array();
            json_object_set_new(data, id, list);
        }
        json_put_integer(item, "timestamp", point->last.us / DURATION_SECOND);
        json_put_real(item, "value",
                      (double)point->sum / point->count / (double)DURATION_MILLISECOND);
        json_array_append_new(list, item);
    }
    json_object_set_new(body, "data", data);
    return body;
}

static void end(struct statuspage_metrics *metrics, const struct reporter_outcome *outcome)
{
    free(metrics->points);
    metrics->points = NULL;
    metrics->done(metrics->data, outcome);
}

static void nothing_to_tell(void *data)
{
    struct statuspage_metrics *metrics = data;
    end(metrics, &(struct reporter_outcome){.delivered = metrics->run_count});
}

/* Who is behind goes on at once; else the next minute's runs are waited for. */
static duration rest(const struct statuspage_metrics *metrics)
{
    return wall_between(metrics->newest, clock_wall()) < PERIOD ? PERIOD : 0;
}

static void answered(void *data, const struct statuspage_answer *answer)
{
    struct statuspage_metrics *metrics = data;
    struct reporter_outcome outcome = {.pause = answer->pause, .trouble = answer->trouble};
    if (answer->outcome != SENDER_LATER) {
        outcome.delivered = metrics->run_count;
        outcome.pause = rest(metrics);
    }
    if (answer->outcome == SENDER_REFUSED)
        outcome.given_up = metrics->run_count;
    end(metrics, &outcome);
}

void statuspage_metrics_deliver(struct statuspage_metrics *metrics, const struct store_runs *runs,
                                reporter_delivered *done, void *data)
{
    metrics->points = memory_allocate(runs->count * metrics->count + 1, sizeof(struct point));
    metrics->point_count = 0;
    metrics->run_count = runs->count;
    metrics->newest = (struct wall_time){0};
    metrics->done = done;
    metrics->data = data;
    for (size_t i = 0; i < runs->count; i++)
        add_run(metrics, runs->runs[i]);
    if (metrics->point_count == 0) {
        loop_timer_set(metrics->nothing, 0);
        return;
    }
    json_t *body = points_body(metrics);
    statuspage_call(metrics->line, "POST", "/metrics/data", body, answered, metrics);
    json_decref(body);
}

struct statuspage_metrics *statuspage_metrics_create(const struct reporter_context *context,
                                                     struct statuspage_client *client,
                                                     const struct statuspage_metric *items,
                                                     size_t count)
{
    struct statuspage_metrics *metrics = memory_allocate(1, sizeof *metrics);
    metrics->line = statuspage_line_open(client);
    metrics->nothing = loop_timer_create(context->loop, nothing_to_tell, metrics);
    metrics->items = items;
    metrics->count = count;
    return metrics;
}

void statuspage_metrics_free(struct statuspage_metrics *metrics)
{
    if (metrics == NULL)
        return;
    statuspage_line_close(metrics->line);
    loop_timer_free(metrics->nothing);
    free(metrics->points);
    free(metrics);
}
