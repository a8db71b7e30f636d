/* SPDX-License-Identifier: MIT */
/* The report of one run. See terminal.h; its parts are in terminal_*.c.
 */
#include "reporters/terminal.h"

#include "reporters/terminal_text.h"
#include "reporters/text.h"
#include "reporters/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    STATUS_WIDTH = 3,
    TIME_WIDTH = 8,
    NAME_MIN = 12,
    NAME_MAX = 48,
    SYMPTOM_WIDTH = 32,
    BAR_MIN = 10,
    WORDS_MAX = 8192,
};

static bool is_utf8_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || value[0] == '\0')
            continue;
        const char *codeset = strchr(value, '.'); /* `en_GB.UTF-8` */
        return codeset != NULL &&
               (strncasecmp(codeset, ".utf-8", 6) == 0 || strncasecmp(codeset, ".utf8", 5) == 0);
    }
    return false;
}

static unsigned detect_width(int descriptor)
{
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
    if (width <= 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        return TERMINAL_WIDTH_DEFAULT;
    if (width < TERMINAL_WIDTH_MIN)
        return TERMINAL_WIDTH_MIN;
    return width > TERMINAL_WIDTH_MAX ? TERMINAL_WIDTH_MAX : (unsigned)width;
}

void terminal_detect(int descriptor, struct terminal *ret_terminal)
{
    ret_terminal->messages = false;
    const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");
    bool dumb = kind == NULL || kind[0] == '\0' || strcmp(kind, "dumb") == 0;
    ret_terminal->live = isatty(descriptor) == 1;
    /* no-color.org: any value but the empty one refuses. */
    ret_terminal->colour = ret_terminal->live && !dumb && (refused == NULL || refused[0] == '\0');
    ret_terminal->unicode = is_utf8_locale();
    ret_terminal->width = detect_width(descriptor);
}

/* Where the columns of the step lines are. */
struct layout {
    size_t name, bar;
};

static struct layout layout_for(const struct terminal *terminal, const struct run *run)
{
    struct layout layout = {.name = NAME_MIN};
    size_t most = terminal->width / 4 > NAME_MIN ? terminal->width / 4 : NAME_MIN;
    for (size_t i = 0; i < run->step_count; i++) {
        size_t length = text_length(run->steps[i].name);
        layout.name = length > layout.name ? length : layout.name;
    }
    layout.name = layout.name < most ? layout.name : most;
    size_t taken = TERMINAL_INDENT + 2 + layout.name + 2 + STATUS_WIDTH + 2 + TIME_WIDTH + 2;
    layout.bar = terminal->width >= taken + BAR_MIN ? terminal->width - taken : 0;
    return layout;
}

/* `+ home page   200   37.1 ms`, without a line's end. */
static void write_step(const struct terminal *terminal, const struct run_step *step, size_t name,
                       struct buffer *out)
{
    char status[16] = "", total[DURATION_TEXT_MAX] = "";
    const struct exchange *last = run_last_exchange(step);
    if (last != NULL && last->status != 0)
        snprintf(status, sizeof status, "%d", last->status);
    else if (last != NULL)
        snprintf(status, sizeof status, "-");
    if (last != NULL)
        duration_print(step->total, total);
    enum paint paint = terminal_state_paint(step->state, false);
    terminal_paint(terminal, paint, out);
    buffer_print(out, "%s ", terminal_state_mark(terminal, step->state));
    terminal_column(terminal, step->name, name, out);
    terminal_unpaint(terminal, paint, out);
    buffer_print(out, "  %*s", STATUS_WIDTH, status);
    size_t length = text_length(total);
    buffer_print(out, "  %*s", (int)(length < TIME_WIDTH ? TIME_WIDTH - length : 0), "");
    terminal_clean(terminal, total, out);
}

/* Ends the line without the spaces that columns leave behind. */
static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buffer_text(out, "\n");
}

void terminal_progress(const struct terminal *terminal, const struct run_step *step,
                       struct buffer *out)
{
    size_t taken = TERMINAL_INDENT + 2 + 2 + STATUS_WIDTH + 2 + TIME_WIDTH + 2;
    size_t name = NAME_MIN;
    if (terminal->width > taken + NAME_MIN + SYMPTOM_WIDTH)
        name = terminal->width - taken - SYMPTOM_WIDTH;
    name = name < NAME_MAX ? name : NAME_MAX;
    size_t room = terminal->width > taken + name ? terminal->width - taken - name : 0;
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    write_step(terminal, step, name, out);
    if (step->symptom != SYMPTOM_NONE && room >= NAME_MIN) {
        buffer_text(out, "  ");
        terminal_column(terminal, symptom_code(step->symptom), room, out);
    }
    end_line(out);
}

void terminal_progress_run(const struct terminal *terminal, const struct run *run, size_t number,
                           size_t total, struct buffer *out)
{
    char latency[DURATION_TEXT_MAX];
    const struct run_step *failure = run_first_failure(run);
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    enum paint paint = terminal_state_paint(run->state, false);
    terminal_paint(terminal, paint, out);
    buffer_print(out, "%s ", terminal_state_mark(terminal, run->state));
    terminal_clean(terminal, run->journey, out);
    terminal_unpaint(terminal, paint, out);
    buffer_print(out, "  %zu/%zu  ", number, total);
    terminal_clean(terminal, duration_print(run_latency(run), latency), out);
    if (failure != NULL)
        buffer_print(out, "  %s", symptom_code(failure->symptom));
    buffer_text(out, "\n");
}

static void write_steps(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    const struct layout layout = layout_for(terminal, run);
    const struct run_span scale = run_span(run);
    unsigned phases = 0;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        if (step->cleanup && (i == 0 || !run->steps[i - 1].cleanup))
            terminal_dim(terminal, "cleanup", out);
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        write_step(terminal, step, layout.name, out);
        if (step->exchange_count > 0 && layout.bar > 0) {
            buffer_text(out, "  ");
            phases |= terminal_bar(terminal, &scale, step, layout.bar, out);
        }
        end_line(out);
    }
    if (phases != 0) {
        buffer_print(out, "\n%*s", TERMINAL_INDENT + 2, "");
        terminal_legend(terminal, phases, out);
    }
}

static void write_headline(const struct terminal *terminal, const struct run *run,
                           struct buffer *out)
{
    char latency[DURATION_TEXT_MAX], stamp[WALL_TEXT_MAX];
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    time_t seconds = (time_t)(run->slot.planned.us / DURATION_SECOND);
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S UTC", &parts);
    terminal_paint(terminal, terminal_state_paint(run->state, true), out);
    for (const char *at = state_name(run->state); *at != '\0'; at++)
        buffer_print(out, "%c", *at - 'a' + 'A');
    terminal_unpaint(terminal, terminal_state_paint(run->state, true), out);
    buffer_print(&text, "  %s from %s in %s, %s", run->journey, run->vantage,
                 duration_print(run_latency(run), latency), stamp);
    if (run->reason != NULL)
        buffer_print(&text, " (%s)", run->reason);
    terminal_wrap(terminal, text.data, strlen(state_name(run->state)), TERMINAL_INDENT, out);
    buffer_text(out, "\n");
    buffer_free(&text);
}

void terminal_report(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    write_headline(terminal, run, out);
    write_steps(terminal, run, out);
    for (size_t i = 0; terminal->messages && i < run->step_count; i++)
        terminal_messages(terminal, &run->steps[i], out);
    terminal_failures(terminal, run, out);
    terminal_verdict(terminal, run, out);
}
