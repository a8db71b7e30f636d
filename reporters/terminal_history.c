/* SPDX-License-Identifier: MIT */
/* Lists of runs, incidents, maintenance and events, a line each. See terminal_operate.h. */
#include "reporters/terminal_operate.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    WORDS_MAX = 4096,
    CLOCK_WIDTH = 8, /* of the time alone */
    DATE_WIDTH = 14, /* with the day */
    LATENCY_WIDTH = 9,
    NAME_LEAST = 12,  /* that a journey's name is cut to, */
    PLACE_LEAST = 8,  /* a vantage point's, */
    WHY_LEAST = 12,   /* and a reason */
    STATE_WIDTH = 10, /* with its mark */
};

const char *terminal_clock(struct wall_time time, struct wall_time now,
                           char text[TERMINAL_CLOCK_MAX])
{
    time_t seconds = (time_t)(time.us / DURATION_SECOND);
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    bool today = time.us / DURATION_DAY == now.us / DURATION_DAY;
    strftime(text, TERMINAL_CLOCK_MAX, today ? "%H:%M:%S" : "%m-%d %H:%M:%S", &parts);
    return text;
}

/* Ends the line without the blanks that columns leave behind. */
static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buffer_text(out, "\n");
}

static void write_column(const struct terminal *terminal, const char *text, size_t width,
                         struct buffer *out)
{
    terminal_column(terminal, text != NULL ? text : "", width, out);
    buffer_text(out, "  ");
}

static void write_id(const struct terminal *terminal, const char *id, struct buffer *out)
{
    terminal_paint(terminal, PAINT_DIM, out);
    buffer_print(out, "%.*s  ", TERMINAL_ID_SHOWN, id);
    terminal_unpaint(terminal, PAINT_DIM, out);
}

static void write_nothing(const struct terminal *terminal, const char *text, struct buffer *out)
{
    terminal_dim(terminal, text, out);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* The symptom, or why nothing was looked at. */
static const char *say_why(const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (run->reason != NULL)
        return words_reason_brief(run->reason);
    return failure != NULL ? symptom_code(failure->symptom) : "";
}

/* How wide each column is: as wide as what stands in it, if there is room. */
struct columns {
    size_t clock, name, place, why;
};

static void widen(size_t *width, const char *text)
{
    if (strlen(text) > *width)
        *width = strlen(text);
}

/* Takes away as much as is too much, if a column has so much to give. */
static void narrow(size_t *width, size_t least, size_t *excess)
{
    const size_t spare = *width > least ? *width - least : 0;
    const size_t taken = *excess < spare ? *excess : spare;
    *width -= taken;
    *excess -= taken;
}

static struct columns columns_of(const struct terminal *terminal, struct run *const *runs,
                                 size_t count, struct wall_time now)
{
    struct columns columns = {.clock = CLOCK_WIDTH};
    for (size_t i = 0; i < count; i++) {
        if (runs[i]->slot.planned.us / DURATION_DAY != now.us / DURATION_DAY)
            columns.clock = DATE_WIDTH;
        widen(&columns.name, runs[i]->journey);
        widen(&columns.place, runs[i]->vantage);
        widen(&columns.why, say_why(runs[i]));
    }
    const size_t taken = TERMINAL_INDENT + columns.clock + 2 + STATE_WIDTH + 2 + LATENCY_WIDTH + 2 +
                         TERMINAL_ID_SHOWN + 2 + columns.name + 2 + columns.place + 2 + columns.why;
    size_t excess = taken > terminal->width ? taken - terminal->width : 0;
    narrow(&columns.why, WHY_LEAST, &excess);
    narrow(&columns.name, NAME_LEAST, &excess);
    narrow(&columns.place, PLACE_LEAST, &excess);
    narrow(&columns.why, 0, &excess);
    return columns;
}

static void write_run(const struct terminal *terminal, const struct run *run, struct wall_time now,
                      const struct columns *columns, struct buffer *out)
{
    char when[TERMINAL_CLOCK_MAX], latency[DURATION_TEXT_MAX] = "";
    enum paint paint = terminal_state_paint(run->state, false);
    if (run->step_count > 0)
        duration_print(run_latency(run), latency);
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    write_column(terminal, terminal_clock(run->slot.planned, now, when), columns->clock, out);
    terminal_paint(terminal, paint, out);
    buffer_print(out, "%s ", terminal_state_mark(terminal, run->state));
    terminal_column(terminal, state_name(run->state), STATE_WIDTH - 2, out);
    terminal_unpaint(terminal, paint, out);
    buffer_text(out, "  ");
    write_column(terminal, latency, LATENCY_WIDTH, out);
    write_id(terminal, run->id, out);
    write_column(terminal, run->journey, columns->name, out);
    write_column(terminal, run->vantage, columns->place, out);
    if (columns->why > 0)
        terminal_column(terminal, say_why(run), columns->why, out);
    end_line(out);
}

void terminal_history(const struct terminal *terminal, struct run *const *runs, size_t count,
                      struct wall_time now, struct buffer *out)
{
    const struct columns columns = columns_of(terminal, runs, count, now);
    for (size_t i = 0; i < count; i++)
        write_run(terminal, runs[i], now, &columns, out);
    if (count == 0)
        write_nothing(terminal, "No run is kept.", out);
}

/* --- incidents ------------------------------------------------------------------------------- */

static void write_incident(const struct terminal *terminal, const struct incident *incident,
                           struct wall_time now, struct buffer *out)
{
    char when[TERMINAL_CLOCK_MAX], lasting[DURATION_TEXT_MAX];
    const bool open = incident->resolved.us == 0;
    const char *closer = incident_closed_by(incident);
    const struct wall_time end = open ? now : incident->resolved;
    const enum paint paint = open ? PAINT_RED : PAINT_PLAIN;
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    write_id(terminal, incident->id, out);
    terminal_paint(terminal, paint, out);
    if (closer != NULL)
        buffer_print(&text, "closed by %.100s, was from", closer);
    else
        buffer_text(&text, open ? "open since" : "resolved, was from");
    buffer_print(&text, " %s, %s", terminal_clock(incident->began, now, when),
                 words_lasting(wall_between(incident->began, end), lasting));
    if (incident->acknowledged.at.us != 0)
        buffer_print(&text, ", acknowledged by %s", incident->acknowledged.by);
    if (incident->published)
        buffer_text(&text, ", published");
    if (incident->flapping)
        buffer_text(&text, ", comes and goes");
    if (incident->merged != NULL)
        buffer_print(&text, ", turned out to be %.8s", incident->merged);
    terminal_wrap(terminal, text.data, TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2,
                  TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2, out);
    terminal_unpaint(terminal, paint, out);
    buffer_clear(&text);
    buffer_print(&text, "%s (", incident->verdict.summary);
    words_blame(&incident->verdict, cause_name, &text);
    buffer_text(&text, ")");
    buffer_print(out, "%*s", TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2, "");
    terminal_wrap(terminal, text.data, TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2,
                  TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2, out);
    buffer_free(&text);
}

void terminal_incidents(const struct terminal *terminal, const struct incident *incidents,
                        size_t count, struct wall_time now, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        write_incident(terminal, &incidents[i], now, out);
    if (count == 0)
        write_nothing(terminal, "There is none.", out);
}

void terminal_after_closing(const struct terminal *terminal, struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_wrap(terminal,
                  "If it goes on failing, it is confirmed anew and opened again, and people are "
                  "told. To have nobody told: shopwatch maintenance add.",
                  TERMINAL_INDENT, TERMINAL_INDENT, out);
}

/* --- maintenance and events ------------------------------------------------------------------ */

static void add_names(struct buffer *text, const char *before, const char *const *names,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_print(text, "%s%s", i == 0 ? before : ", ", names[i]);
}

static bool is_called_off(const struct maintenance *window)
{
    return window->cancelled.us != 0 && window->cancelled.us < window->start.us;
}

static const char *say_when(const struct maintenance *window, struct wall_time now)
{
    if (is_called_off(window))
        return "called off";
    if (window->cancelled.us != 0)
        return "ended";
    if (window->start.us > now.us)
        return "planned";
    return window->end.us != 0 && window->end.us <= now.us ? "over" : "now";
}

static void write_window(const struct terminal *terminal, const struct maintenance *window,
                         struct wall_time now, struct buffer *out)
{
    const char *state = say_when(window, now);
    char from[TERMINAL_CLOCK_MAX], until[TERMINAL_CLOCK_MAX];
    const size_t column = TERMINAL_INDENT + TERMINAL_ID_SHOWN + 2;
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    /* What the shop file plans, and a pause, are not named by their ids. */
    if (window->by != NULL && !maintenance_is_pause(window))
        write_id(terminal, window->id, out);
    else
        buffer_print(out, "%*s", TERMINAL_ID_SHOWN + 2, "");
    buffer_print(&text, "%s: %s, from %s", state, window->title,
                 terminal_clock(window->start, now, from));
    if (window->cancelled.us != 0 && !is_called_off(window))
        buffer_print(&text, " to %s", terminal_clock(window->cancelled, now, until));
    else if (window->end.us != 0)
        buffer_print(&text, " to %s", terminal_clock(window->end, now, until));
    buffer_text(&text, " UTC");
    buffer_text(&text, window->pause ? "; nothing is replayed" : "; nobody is told");
    add_names(&text, ": ", window->journeys, window->journey_count);
    add_names(&text, "; what needs ", window->components, window->component_count);
    add_names(&text, "; from ", window->vantages, window->vantage_count);
    if (window->by != NULL)
        buffer_print(&text, " (%s)", window->by);
    const enum paint paint = strcmp(state, "now") == 0 ? PAINT_YELLOW : PAINT_PLAIN;
    terminal_paint(terminal, paint, out);
    terminal_wrap(terminal, text.data, column, column, out);
    terminal_unpaint(terminal, paint, out);
    buffer_free(&text);
}

static int by_start(const void *left, const void *right)
{
    const struct maintenance *const *a = left, *const *b = right;
    return ((*a)->start.us > (*b)->start.us) - ((*a)->start.us < (*b)->start.us);
}

/* The shop file's and the operators' in one row, as a calendar has them. */
void terminal_windows(const struct terminal *terminal, const struct maintenance *windows,
                      size_t count, struct wall_time now, struct buffer *out)
{
    const struct maintenance **sorted = memory_allocate(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &windows[i];
    qsort(sorted, count, sizeof *sorted, by_start);
    for (size_t i = 0; i < count; i++)
        write_window(terminal, sorted[i], now, out);
    free(sorted);
    if (count == 0)
        write_nothing(terminal, "There is none.", out);
}

void terminal_events(const struct terminal *terminal, const struct event *events, size_t count,
                     struct wall_time now, struct buffer *out)
{
    char when[TERMINAL_CLOCK_MAX];
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    for (size_t i = 0; i < count; i++) {
        buffer_clear(&text);
        buffer_print(&text, "%s UTC  %s: %s", terminal_clock(events[i].at, now, when),
                     events[i].kind, events[i].text);
        if (events[i].by != NULL)
            buffer_print(&text, " (%s)", events[i].by);
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        terminal_wrap(terminal, text.data, TERMINAL_INDENT, TERMINAL_INDENT + CLOCK_WIDTH + 2, out);
    }
    if (count == 0)
        write_nothing(terminal, "There is none.", out);
    buffer_free(&text);
}
