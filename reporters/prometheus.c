/* SPDX-License-Identifier: MIT */
/*
 * Answers Prometheus: counts runs and changes of incidents after they are committed, and looks the
 * rest up in the store when it is asked. A listener of its own, on loopback unless the shop file
 * says otherwise.
 */
#include "reporters/kinds.h"

#include "monitor/base/memory.h"
#include "monitor/net/http_server.h"
#include "monitor/record/health.h"
#include "monitor/record/objective.h"
#include "reporters/healthz.h"
#include "reporters/metrics.h"

#include <stdlib.h>
#include <string.h>

#define LISTEN       "127.0.0.1:9464"
#define CONTENT_OPEN "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define CONTENT_TEXT "text/plain; version=0.0.4; charset=utf-8"

enum { SCRAPES_MAX = 20, ANNOUNCEMENT_MAX = 400 };

/* One who asked, while the store looks for open incidents. */
struct scrape {
    struct prometheus *prometheus;
    struct http_request *request;
    bool openmetrics;
    struct scrape *next;
};

/* What is counted already, until the next turn. */
struct batch {
    struct loop_timer *counted;
    size_t count;
    reporter_delivered *done;
    void *data;
};

struct prometheus {
    struct reporter_context context;
    struct http_server *server;
    struct metrics *metrics;
    struct scrape *scrapes;
    size_t scrape_count;
    struct buffer announcement;
    struct batch runs, changes;
};

static void reply_text(struct http_request *request, int status, const char *text)
{
    const struct http_reply reply = {.status = status,
                                     .content_type = "text/plain; charset=utf-8",
                                     .body = text,
                                     .body_length = strlen(text)};
    http_reply(request, &reply);
}

static void scrape_free(struct scrape *scrape)
{
    struct scrape **link = &scrape->prometheus->scrapes;
    while (*link != scrape)
        link = &(*link)->next;
    *link = scrape->next;
    scrape->prometheus->scrape_count--;
    free(scrape);
}

static void incidents_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct scrape *scrape = data;
    struct prometheus *prometheus = scrape->prometheus;
    const struct reporter_context *context = &prometheus->context;
    struct health health;
    struct objective_reports objectives;
    struct metrics_view view = {
        .incidents = result == RESULT_OK ? incidents : NULL,
        .reporters = context->reporters,
        .openmetrics = scrape->openmetrics,
    };
    if (context->health_read != NULL) {
        context->health_read(context->health_data, &health);
        view.health = &health;
    }
    if (context->objectives_read != NULL) {
        context->objectives_read(context->objectives_data, &objectives);
        view.objectives = &objectives;
    }
    struct buffer text;
    buffer_init(&text, METRICS_TEXT_MAX);
    metrics_write(prometheus->metrics, &view, &text);
    const struct http_reply reply = {
        .status = 200,
        .content_type = scrape->openmetrics ? CONTENT_OPEN : CONTENT_TEXT,
        .body = text.data,
        .body_length = text.length,
    };
    if (text.result == RESULT_OK)
        http_reply(scrape->request, &reply);
    else
        reply_text(scrape->request, 500, "There are too many series to be told.\n");
    buffer_free(&text);
    scrape_free(scrape);
}

static void asked(void *data, struct http_request *request)
{
    struct prometheus *prometheus = data;
    const char *accept = http_request_header(request, "Accept");
    if (strcmp(http_request_path(request), HEALTHZ_PATH) == 0) {
        healthz_reply(&prometheus->context, request);
    } else if (strcmp(http_request_path(request), "/metrics") != 0) {
        reply_text(request, 404,
                   "Metrics are at /metrics, the monitor's own health at /healthz.\n");
    } else if (prometheus->scrape_count >= SCRAPES_MAX) {
        reply_text(request, 503, "Too many ask at once.\n");
    } else {
        struct scrape *scrape = memory_allocate(1, sizeof *scrape);
        *scrape = (struct scrape){prometheus, request,
                                  accept != NULL && strstr(accept, "application/openmetrics-text"),
                                  prometheus->scrapes};
        prometheus->scrapes = scrape;
        prometheus->scrape_count++;
        store_read_incidents(prometheus->context.store, true, 0, incidents_read, scrape);
    }
}

static void counted(void *data)
{
    struct batch *batch = data;
    const struct reporter_outcome outcome = {.delivered = batch->count};
    batch->done(batch->data, &outcome);
}

static void count_batch(struct batch *batch, size_t count, reporter_delivered *done, void *data)
{
    batch->count = count;
    batch->done = done;
    batch->data = data;
    loop_timer_set(batch->counted, 0);
}

static void prometheus_deliver(void *reporter, const struct store_runs *runs,
                               reporter_delivered *done, void *data)
{
    struct prometheus *prometheus = reporter;
    for (size_t i = 0; i < runs->count; i++)
        metrics_add_run(prometheus->metrics, runs->runs[i]);
    count_batch(&prometheus->runs, runs->count, done, data);
}

static void prometheus_deliver_changes(void *reporter, const struct store_changes *changes,
                                       reporter_delivered *done, void *data)
{
    struct prometheus *prometheus = reporter;
    for (size_t i = 0; i < changes->count; i++)
        metrics_add_change(prometheus->metrics, &changes->incidents[i]);
    count_batch(&prometheus->changes, changes->count, done, data);
}

static const char *prometheus_announce(void *reporter)
{
    const struct prometheus *prometheus = reporter;
    return prometheus->announcement.data;
}

static void prometheus_close(void *reporter)
{
    struct prometheus *prometheus = reporter;
    http_server_close(prometheus->server);
    while (prometheus->scrapes != NULL) {
        store_forget(prometheus->context.store, prometheus->scrapes);
        scrape_free(prometheus->scrapes);
    }
    loop_timer_free(prometheus->runs.counted);
    loop_timer_free(prometheus->changes.counted);
    metrics_free(prometheus->metrics);
    buffer_free(&prometheus->announcement);
    free(prometheus);
}

static void *prometheus_open(const struct reporter_context *context,
                             const struct reporter_settings *settings, struct error *error)
{
    const char *listen = settings->listen != NULL ? settings->listen : LISTEN;
    struct prometheus *prometheus = memory_allocate(1, sizeof *prometheus);
    prometheus->context = *context;
    prometheus->metrics = metrics_create(context);
    prometheus->runs.counted = loop_timer_create(context->loop, counted, &prometheus->runs);
    prometheus->changes.counted = loop_timer_create(context->loop, counted, &prometheus->changes);
    buffer_init(&prometheus->announcement, ANNOUNCEMENT_MAX);
    prometheus->server = http_server_open(context->loop, listen, asked, prometheus, error);
    if (prometheus->server == NULL) {
        prometheus_close(prometheus);
        return NULL;
    }
    http_server_allow_hosts(prometheus->server, settings->hosts, settings->host_count);
    buffer_print(&prometheus->announcement, "metrics at %smetrics",
                 http_server_url(prometheus->server));
    return prometheus;
}

const struct reporter_kind prometheus_kind = {
    .name = "prometheus",
    .from_now = true,
    .open = prometheus_open,
    .deliver = prometheus_deliver,
    .deliver_changes = prometheus_deliver_changes,
    .announce = prometheus_announce,
    .close = prometheus_close,
};
