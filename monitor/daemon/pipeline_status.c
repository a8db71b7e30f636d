/* SPDX-License-Identifier: MIT */
/*
 * `status`: can people buy, what is open, how each journey is from everywhere, what ails the
 * monitor. The shop's part is what the page says, read from the store as the page reads it; so both
 * say the same. See pipeline.c.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/memory.h"
#include "monitor/daemon/query.h"
#include "monitor/record/health.h"
#include "monitor/record/json_writer.h"
#include "reporters/page_model.h"

#include <stdlib.h>
#include <string.h>

enum { STATUS_MAX = 8 * 1024 * 1024, READS = 2 };

/* One who asked, while the store reads for him. */
struct status_question {
    struct pipeline *pipeline;
    struct query_asker asker;
    struct arena *arena;
    struct run **latest;
    size_t latest_count;
    struct incident *open;
    size_t open_count;
    unsigned reads; /* to come back */
    enum result result;
    struct status_question *next;
};

static void question_free(struct status_question *question)
{
    struct status_question **link = &question->pipeline->statuses;
    while (*link != question)
        link = &(*link)->next;
    *link = question->next;
    for (size_t i = 0; i < question->latest_count; i++)
        run_free(question->latest[i]);
    free(question->latest);
    arena_free(question->arena);
    free(question);
}

/* --- what is written ------------------------------------------------------------------------- */

static void write_headline(const struct page_overview *model, struct json_writer *writer)
{
    struct page_headline headline;
    page_headline(model, &headline);
    json_add_word(writer, "state", state_name(headline.state));
    json_add_text(writer, "sentence", headline.sentence);
    json_add_text(writer, "detail", headline.detail);
}

static void write_cell(const struct page_overview *model, const struct page_journey *journey,
                       const char *vantage, struct json_writer *writer)
{
    const struct page_cell cell = page_cell(model, journey, vantage);
    json_open_object(writer, NULL);
    json_add_text(writer, "journey", journey->name);
    json_add_text(writer, "vantage", vantage);
    json_add_word(writer, "state", state_name(cell.state));
    if (cell.paused)
        json_add_flag(writer, "paused", true);
    if (cell.run != NULL) {
        json_add_text(writer, "run", cell.run->id);
        json_add_wall(writer, "planned", cell.run->slot.planned);
        if (run_latency(cell.run) > 0)
            json_add_milliseconds(writer, "latency", run_latency(cell.run));
        json_add_text(writer, "reason", cell.run->reason);
        const struct run_step *failure = run_first_failure(cell.run);
        if (failure != NULL)
            json_add_word(writer, "symptom", symptom_code(failure->symptom));
        json_add_flag(writer, "stale", cell.stale);
    }
    json_close_object(writer);
}

static void write_cells(const struct page_overview *model, struct json_writer *writer)
{
    json_open_array(writer, "journeys");
    for (size_t i = 0; i < model->journey_count; i++) {
        const char *vantage;
        for (size_t n = 0; (vantage = page_vantage(model, &model->journeys[i], n)) != NULL; n++)
            write_cell(model, &model->journeys[i], vantage, writer);
    }
    json_close_array(writer);
}

static void write_incidents(const struct page_overview *model, struct json_writer *writer)
{
    json_open_array(writer, "incidents");
    for (size_t i = 0; i < model->open_count; i++) {
        json_add_raw(writer, NULL);
        incident_write(&model->open[i], writer->out);
    }
    json_close_array(writer);
}

/* What is in force now, the shop file's and the operators'. */
static void write_windows(const struct pipeline *pipeline, struct wall_time now,
                          struct json_writer *writer)
{
    const struct shop *shop = pipeline->set->settings->shop;
    const struct maintenance_list *ordered = &pipeline->maintenance;
    json_open_array(writer, "maintenance");
    for (size_t i = 0; i < shop->maintenance_count + ordered->count; i++) {
        const struct maintenance *window = i < shop->maintenance_count
                                               ? &shop->windows[i]
                                               : &ordered->windows[i - shop->maintenance_count];
        if (!maintenance_is_on(window, now))
            continue;
        json_open_object(writer, NULL);
        json_add_text(writer, "id", window->id);
        json_add_text(writer, "title", window->title);
        json_add_flag(writer, "pause", window->pause);
        json_add_wall(writer, "end", window->end);
        json_close_object(writer);
    }
    json_close_array(writer);
}

static void write_objectives(struct pipeline *pipeline, struct json_writer *writer)
{
    struct objective_reports reports;
    pipeline_read_objectives(pipeline, &reports);
    json_open_array(writer, "objectives");
    for (size_t i = 0; i < reports.count; i++)
        objective_write(&reports.reports[i], writer, NULL);
    json_close_array(writer);
}

static void write_all(const struct status_question *question, const struct page_overview *model,
                      struct buffer *out)
{
    struct json_writer writer = {.out = out};
    struct health health;
    pipeline_health_read(question->pipeline, &health);
    json_open_object(&writer, NULL);
    json_add_text(&writer, "shop", model->shop->name);
    json_add_wall(&writer, "at", model->now);
    write_headline(model, &writer);
    write_incidents(model, &writer);
    write_cells(model, &writer);
    write_windows(question->pipeline, model->now, &writer);
    write_objectives(question->pipeline, &writer);
    json_add_key(&writer, "monitor");
    json_add_raw(&writer, NULL);
    health_write(&health, out);
    json_close_object(&writer);
}

/* --- reading --------------------------------------------------------------------------------- */

static void answer(struct status_question *question)
{
    const struct pipeline *pipeline = question->pipeline;
    const struct settings *settings = pipeline->set->settings;
    struct page_journey *journeys =
        arena_allocate(question->arena, settings->scenario_count + 1, sizeof *journeys);
    for (size_t i = 0; i < settings->scenario_count; i++)
        journeys[i] = page_journey_of(settings->scenarios[i], pipeline->every);
    const struct page_overview model = {
        .shop = settings->shop,
        .now = clock_wall(),
        .journeys = journeys,
        .journey_count = settings->scenario_count,
        .latest = question->latest,
        .latest_count = question->latest_count,
        .open = question->open,
        .open_count = question->open_count,
        .ordered = pipeline->maintenance,
    };
    struct buffer line;
    buffer_init(&line, STATUS_MAX);
    write_all(question, &model, &line);
    question->asker.say(question->asker.data, line.data);
    buffer_free(&line);
}

static void has_read(struct status_question *question, enum result result)
{
    struct error error = {0};
    const struct query_asker asker = question->asker;
    if (result != RESULT_OK)
        question->result = result;
    if (--question->reads > 0)
        return;
    if (question->result == RESULT_OK)
        answer(question);
    else
        error_set(&error, question->result, "the store cannot be read: %s",
                  result_name(question->result));
    question_free(question);
    asker.end(asker.data, &error);
}

static void latest_read(void *data, enum result result, struct store_runs *runs)
{
    struct status_question *question = data;
    question->latest = memory_allocate(runs->count, sizeof(struct run *));
    for (size_t i = 0; i < runs->count; i++) {
        question->latest[i] = runs->runs[i];
        runs->runs[i] = NULL;
    }
    question->latest_count = runs->count;
    has_read(question, result);
}

static void open_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct status_question *question = data;
    question->open = arena_allocate(question->arena, incidents->count + 1, sizeof *question->open);
    for (size_t i = 0; i < incidents->count; i++)
        incident_copy(question->arena, &question->open[i], &incidents->incidents[i]);
    question->open_count = incidents->count;
    has_read(question, result);
}

void pipeline_status(struct pipeline *pipeline, const struct query_asker *asker)
{
    struct status_question *question = memory_allocate(1, sizeof *question);
    question->pipeline = pipeline;
    question->asker = *asker;
    question->arena = arena_create();
    question->reads = READS;
    question->next = pipeline->statuses;
    pipeline->statuses = question;
    store_read_latest(pipeline->store, latest_read, question);
    store_read_incidents(pipeline->store, true, 0, open_read, question);
}

void pipeline_status_forget(struct pipeline *pipeline)
{
    while (pipeline->statuses != NULL) {
        store_forget(pipeline->store, pipeline->statuses);
        question_free(pipeline->statuses);
    }
}
