/* SPDX-License-Identifier: MIT */
/*
 * `status` on one screen: can people buy, what is open, the journeys from everywhere, the monitor
 * itself. Where there are many journeys, those that pass from everywhere are only counted. See
 * terminal_operate.h.
 */
#include "reporters/terminal_operate.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include "monitor/record/health.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
    CELL_WIDTH = 11, /* `+ 12.3 ms`; more where a place has a longer name */
    CELL_WIDTH_MAX = 24,
    NAME_MIN = 12,
    NAME_MAX = 32,
    ROWS_IN_FULL = 15, /* journeys; with more, those that pass are only counted */
    PLACES_MAX = 64,
    WORDS_MAX = 16 * 1024,
};

/* The cells of the matrix, by their places. */
struct matrix {
    const json_t *cells;
    const char *places[PLACES_MAX];
    size_t place_count, name_width, cell_width;
};

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static void write_heading(const struct terminal *terminal, const char *text, struct buffer *out)
{
    buffer_text(out, "\n");
    terminal_paint(terminal, PAINT_BOLD, out);
    buffer_text(out, text);
    terminal_unpaint(terminal, PAINT_BOLD, out);
    buffer_text(out, "\n");
}

static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buffer_text(out, "\n");
}

static void write_headline(const struct terminal *terminal, const json_t *status,
                           struct buffer *out)
{
    const enum paint paint = terminal_state_paint(state_from_name(text_of(status, "state")), true);
    terminal_paint(terminal, paint, out);
    terminal_wrap(terminal, text_of(status, "sentence"), 0, 0, out);
    terminal_unpaint(terminal, paint, out);
    if (text_of(status, "detail")[0] != '\0')
        terminal_wrap(terminal, text_of(status, "detail"), 0, 0, out);
}

static void write_incidents(const struct terminal *terminal, const json_t *status,
                            struct wall_time now, struct buffer *out)
{
    const json_t *list = json_object_get(status, "incidents"), *item;
    struct arena *arena = arena_create();
    struct incident *incidents =
        arena_allocate(arena, json_array_size(list) + 1, sizeof *incidents);
    size_t index, count = 0;
    json_array_foreach(list, index, item)
    {
        if (incident_from_json(arena, item, &incidents[count]) == RESULT_OK)
            count++;
    }
    if (count > 0) {
        write_heading(terminal, "Incidents", out);
        terminal_incidents(terminal, incidents, count, now, out);
    }
    arena_free(arena);
}

/* --- journeys -------------------------------------------------------------------------------- */

static void add_place(struct matrix *matrix, const char *name)
{
    for (size_t i = 0; i < matrix->place_count; i++)
        if (strcmp(matrix->places[i], name) == 0)
            return;
    if (matrix->place_count < PLACES_MAX)
        matrix->places[matrix->place_count++] = name;
    if (strlen(name) > matrix->cell_width)
        matrix->cell_width = strlen(name) < CELL_WIDTH_MAX ? strlen(name) : CELL_WIDTH_MAX;
}

static struct matrix read_matrix(const struct terminal *terminal, const json_t *cells)
{
    struct matrix matrix = {.cells = cells, .name_width = NAME_MIN, .cell_width = CELL_WIDTH};
    size_t index, most = terminal->width / 3 < NAME_MAX ? terminal->width / 3 : NAME_MAX;
    const json_t *cell;
    json_array_foreach(cells, index, cell)
    {
        size_t length = strlen(text_of(cell, "journey"));
        add_place(&matrix, text_of(cell, "vantage"));
        if (length > matrix.name_width)
            matrix.name_width = length < most ? length : most;
    }
    return matrix;
}

static const json_t *cell_at(const struct matrix *matrix, const char *journey, const char *place)
{
    size_t index;
    const json_t *cell;
    json_array_foreach(matrix->cells, index, cell)
    {
        if (strcmp(text_of(cell, "journey"), journey) == 0 &&
            strcmp(text_of(cell, "vantage"), place) == 0)
            return cell;
    }
    return NULL;
}

static void write_cell(const struct terminal *terminal, const json_t *cell, size_t width,
                       struct buffer *out)
{
    const enum state state = state_from_name(text_of(cell, "state"));
    const enum paint paint = terminal_state_paint(state, false);
    char text[DURATION_TEXT_MAX];
    const char *shown = json_string_value(json_object_get(cell, "reason"));
    const json_t *latency = json_object_get(cell, "latency");
    if (json_is_true(json_object_get(cell, "paused")))
        shown = "paused";
    else if (json_is_number(latency))
        shown = duration_print((duration)(json_number_value(latency) * DURATION_MILLISECOND), text);
    terminal_paint(terminal, paint, out);
    buffer_print(out, "%s ", terminal_state_mark(terminal, state));
    terminal_column(terminal, shown != NULL ? shown : "no run yet", width - 2, out);
    terminal_unpaint(terminal, paint, out);
    buffer_text(out, "  ");
}

/* The worst state of a journey, and how many of its cells pass. */
static bool passes_everywhere(const struct matrix *matrix, const char *journey)
{
    for (size_t i = 0; i < matrix->place_count; i++) {
        const json_t *cell = cell_at(matrix, journey, matrix->places[i]);
        if (cell != NULL && strcmp(text_of(cell, "state"), "passed") != 0)
            return false;
    }
    return true;
}

static void write_row(const struct terminal *terminal, const struct matrix *matrix,
                      const char *journey, size_t from, size_t to, struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_column(terminal, journey, matrix->name_width, out);
    buffer_text(out, "  ");
    for (size_t i = from; i < to; i++) {
        const json_t *cell = cell_at(matrix, journey, matrix->places[i]);
        if (cell != NULL)
            write_cell(terminal, cell, matrix->cell_width, out);
        else
            buffer_print(out, "%*s", (int)matrix->cell_width + 2, "");
    }
    end_line(out);
}

/* Each journey once: its cells stand together. */
static size_t count_journeys(const struct matrix *matrix)
{
    const char *last = "";
    size_t index, count = 0;
    const json_t *cell;
    json_array_foreach(matrix->cells, index, cell)
    {
        count += strcmp(text_of(cell, "journey"), last) != 0;
        last = text_of(cell, "journey");
    }
    return count;
}

/* So many places as there is room for, beside each other. */
static void write_block(const struct terminal *terminal, const struct matrix *matrix, size_t from,
                        size_t to, struct buffer *out)
{
    const char *last = "";
    const bool all = count_journeys(matrix) <= ROWS_IN_FULL;
    size_t index, hidden = 0;
    const json_t *cell;
    buffer_print(out, "%*s", TERMINAL_INDENT + (int)matrix->name_width + 2, "");
    terminal_paint(terminal, PAINT_DIM, out);
    for (size_t i = from; i < to; i++) {
        terminal_column(terminal, matrix->places[i], matrix->cell_width, out);
        buffer_text(out, "  ");
    }
    terminal_unpaint(terminal, PAINT_DIM, out);
    end_line(out);
    json_array_foreach(matrix->cells, index, cell)
    {
        const char *journey = text_of(cell, "journey");
        if (strcmp(journey, last) == 0)
            continue;
        last = journey;
        if (all || !passes_everywhere(matrix, journey))
            write_row(terminal, matrix, journey, from, to, out);
        else
            hidden++;
    }
    if (hidden > 0)
        buffer_print(out, "%*s(%zu more pass from everywhere)\n", TERMINAL_INDENT, "", hidden);
}

static void write_journeys(const struct terminal *terminal, const json_t *status,
                           struct buffer *out)
{
    const struct matrix matrix = read_matrix(terminal, json_object_get(status, "journeys"));
    size_t room = terminal->width - TERMINAL_INDENT - matrix.name_width - 2;
    size_t beside =
        (room + 2) / (matrix.cell_width + 2) > 0 ? (room + 2) / (matrix.cell_width + 2) : 1;
    write_heading(terminal, "Journeys", out);
    for (size_t from = 0; from < matrix.place_count; from += beside) {
        size_t to = from + beside < matrix.place_count ? from + beside : matrix.place_count;
        write_block(terminal, &matrix, from, to, out);
    }
}

/* --- maintenance, objectives, and the monitor itself ------------------------------------------ */

static void write_windows(const struct terminal *terminal, const json_t *status,
                          struct wall_time now, struct buffer *out)
{
    const json_t *list = json_object_get(status, "maintenance"), *item;
    size_t index;
    struct buffer text;
    if (json_array_size(list) == 0)
        return;
    buffer_init(&text, WORDS_MAX);
    write_heading(terminal, "Maintenance", out);
    json_array_foreach(list, index, item)
    {
        struct wall_time end = {0};
        char until[TERMINAL_CLOCK_MAX];
        buffer_clear(&text);
        buffer_print(&text, "%s: %s", text_of(item, "title"),
                     json_is_true(json_object_get(item, "pause")) ? "nothing is replayed"
                                                                  : "nobody is told");
        if (wall_parse(text_of(item, "end"), &end) == RESULT_OK)
            buffer_print(&text, ", until %s UTC", terminal_clock(end, now, until));
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        terminal_wrap(terminal, text.data, TERMINAL_INDENT, TERMINAL_INDENT + 2, out);
    }
    buffer_free(&text);
}

static bool is_burning(const json_t *objective)
{
    const json_t *burns = json_object_get(objective, "burns"), *burn;
    size_t index;
    json_array_foreach(burns, index,
                       burn) if (json_is_true(json_object_get(burn, "burning"))) return true;
    return false;
}

static void write_objectives(const struct terminal *terminal, const json_t *status,
                             struct buffer *out)
{
    const json_t *list = json_object_get(status, "objectives"), *item;
    size_t index;
    struct buffer text;
    if (json_array_size(list) == 0)
        return;
    buffer_init(&text, WORDS_MAX);
    write_heading(terminal, "Objectives", out);
    json_array_foreach(list, index, item)
    {
        const json_t *left = json_object_get(item, "budget_left");
        const bool spent = json_number_value(json_object_get(left, "high")) < 0;
        const enum paint paint =
            spent ? PAINT_RED : (is_burning(item) ? PAINT_YELLOW : PAINT_PLAIN);
        buffer_clear(&text);
        buffer_print(&text, "%s: %s", text_of(item, "journey"), text_of(item, "text"));
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        terminal_paint(terminal, paint, out);
        terminal_wrap(terminal, text.data, TERMINAL_INDENT, TERMINAL_INDENT + 2, out);
        terminal_unpaint(terminal, paint, out);
    }
    buffer_free(&text);
}

static duration seconds_of(const json_t *health, const char *key)
{
    return (duration)(json_number_value(json_object_get(health, key)) * DURATION_SECOND);
}

static void write_monitor(const struct terminal *terminal, const json_t *status,
                          struct wall_time now, struct buffer *out)
{
    const json_t *health = json_object_get(status, "monitor");
    const json_t *problems = json_object_get(health, "problems"), *problem;
    struct wall_time started = {0};
    char lasting[DURATION_TEXT_MAX], lag[DURATION_TEXT_MAX], late[DURATION_TEXT_MAX];
    const json_int_t lost = json_integer_value(json_object_get(health, "runs_lost"));
    size_t index;
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    if (wall_parse(text_of(health, "started"), &started) != RESULT_OK)
        started = now;
    buffer_print(&text,
                 "%s for %s; %lld under way, %lld on the way into the store; the loop is %s late, "
                 "runs start %s late",
                 json_array_size(problems) == 0 ? "well" : "up",
                 words_lasting(wall_between(started, now), lasting),
                 (long long)json_integer_value(json_object_get(health, "runs_in_flight")),
                 (long long)json_integer_value(json_object_get(health, "runs_unstored")),
                 duration_print(seconds_of(health, "loop_lag"), lag),
                 duration_print(seconds_of(health, "lateness"), late));
    if (lost > 0)
        buffer_print(&text, "; %lld runs were lost", (long long)lost);
    write_heading(terminal, "Monitor", out);
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_wrap(terminal, text.data, TERMINAL_INDENT, TERMINAL_INDENT, out);
    json_array_foreach(problems, index, problem)
    {
        const bool serious = json_is_true(json_object_get(problem, "serious"));
        const enum paint paint = serious ? PAINT_RED : PAINT_YELLOW;
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        terminal_paint(terminal, paint, out);
        terminal_wrap(terminal, text_of(problem, "text"), TERMINAL_INDENT, TERMINAL_INDENT, out);
        terminal_unpaint(terminal, paint, out);
    }
    buffer_free(&text);
}

void terminal_status(const struct terminal *terminal, const struct json_t *status,
                     struct buffer *out)
{
    struct wall_time now = {0};
    if (wall_parse(text_of(status, "at"), &now) != RESULT_OK)
        return;
    write_headline(terminal, status, out);
    write_incidents(terminal, status, now, out);
    write_journeys(terminal, status, out);
    write_windows(terminal, status, now, out);
    write_objectives(terminal, status, out);
    write_monitor(terminal, status, now, out);
}
