/* SPDX-License-Identifier: MIT */
/* The report of one run. See terminal.h; text and bars are in terminal_text.c and terminal_bar.c.
 */
#include "reporters/terminal.h"

#include "reporters/excerpt.h"
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
    INDENT = 2,
    LABEL_WIDTH = 10, /* of `expected  ` */
    WORDS_MAX = 8192,
};

static const struct {
    const char *mark, *ascii;
    enum paint paint, strong;
} looks[] = {
    [STATE_PASSED] = {"✓", "+", PAINT_GREEN, PAINT_GREEN_BOLD},
    [STATE_DEGRADED] = {"▲", "!", PAINT_YELLOW, PAINT_YELLOW_BOLD},
    [STATE_FAILED] = {"✗", "x", PAINT_RED, PAINT_RED_BOLD},
    [STATE_UNKNOWN] = {"?", "?", PAINT_YELLOW, PAINT_YELLOW_BOLD},
    [STATE_SKIPPED] = {"–", "-", PAINT_DIM, PAINT_DIM},
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
    size_t taken = INDENT + 2 + layout.name + 2 + STATUS_WIDTH + 2 + TIME_WIDTH + 2;
    layout.bar = terminal->width >= taken + BAR_MIN ? terminal->width - taken : 0;
    return layout;
}

/* `+ home page   200   37.1 ms`, without a line's end. */
static void write_step(const struct terminal *terminal, const struct run_step *step, size_t name,
                       struct buffer *out)
{
    char status[16] = "", total[DURATION_TEXT_MAX] = "";
    const struct exchange *last = words_last_exchange(step);
    if (last != NULL && last->status != 0)
        snprintf(status, sizeof status, "%d", last->status);
    else if (last != NULL)
        snprintf(status, sizeof status, "-");
    if (last != NULL)
        duration_print(step->total, total);
    terminal_paint(terminal, looks[step->state].paint, out);
    buffer_text(out, terminal->unicode ? looks[step->state].mark : looks[step->state].ascii);
    buffer_text(out, " ");
    terminal_column(terminal, step->name, name, out);
    terminal_unpaint(terminal, looks[step->state].paint, out);
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
    size_t taken = INDENT + 2 + 2 + STATUS_WIDTH + 2 + TIME_WIDTH + 2;
    size_t name = NAME_MIN;
    if (terminal->width > taken + NAME_MIN + SYMPTOM_WIDTH)
        name = terminal->width - taken - SYMPTOM_WIDTH;
    name = name < NAME_MAX ? name : NAME_MAX;
    size_t room = terminal->width > taken + name ? terminal->width - taken - name : 0;
    buffer_print(out, "%*s", INDENT, "");
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
    buffer_print(out, "%*s", INDENT, "");
    terminal_paint(terminal, looks[run->state].paint, out);
    buffer_text(out, terminal->unicode ? looks[run->state].mark : looks[run->state].ascii);
    buffer_text(out, " ");
    terminal_clean(terminal, run->journey, out);
    terminal_unpaint(terminal, looks[run->state].paint, out);
    buffer_print(out, "  %zu/%zu  ", number, total);
    terminal_clean(terminal, duration_print(run_latency(run), latency), out);
    if (failure != NULL)
        buffer_print(out, "  %s", symptom_code(failure->symptom));
    buffer_text(out, "\n");
}

/* A short line of ours between the others. */
static void write_dim(const struct terminal *terminal, const char *text, struct buffer *out)
{
    buffer_print(out, "%*s", INDENT, "");
    terminal_paint(terminal, PAINT_DIM, out);
    terminal_wrap(terminal, text, INDENT, INDENT, out);
    terminal_unpaint(terminal, PAINT_DIM, out);
}

static void write_steps(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    const struct layout layout = layout_for(terminal, run);
    const struct run_span scale = run_span(run);
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        if (step->cleanup && (i == 0 || !run->steps[i - 1].cleanup))
            write_dim(terminal, "cleanup", out);
        buffer_print(out, "%*s", INDENT, "");
        write_step(terminal, step, layout.name, out);
        if (step->exchange_count > 0 && layout.bar > 0) {
            buffer_text(out, "  ");
            terminal_bar(terminal, &scale, step, layout.bar, out);
        }
        end_line(out);
    }
    if (scale.start.us != 0 && layout.bar > 0) {
        buffer_print(out, "\n%*s", INDENT + 2, "");
        terminal_legend(terminal, out);
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
    terminal_paint(terminal, looks[run->state].strong, out);
    for (const char *at = state_name(run->state); *at != '\0'; at++)
        buffer_print(out, "%c", *at - 'a' + 'A');
    terminal_unpaint(terminal, looks[run->state].strong, out);
    buffer_print(&text, "  %s from %s in %s, %s", run->journey, run->vantage,
                 duration_print(run_latency(run), latency), stamp);
    if (run->reason != NULL)
        buffer_print(&text, " (%s)", run->reason);
    terminal_wrap(terminal, text.data, strlen(state_name(run->state)), INDENT, out);
    buffer_text(out, "\n");
    buffer_free(&text);
}

static void write_label(const struct terminal *terminal, const char *label, struct buffer *out)
{
    buffer_print(out, "%*s", INDENT + 2, "");
    terminal_paint(terminal, PAINT_DIM, out);
    buffer_print(out, "%-*s", LABEL_WIDTH, label);
    terminal_unpaint(terminal, PAINT_DIM, out);
}

static void write_fact(const struct terminal *terminal, const char *label, const char *text,
                       struct buffer *out)
{
    if (text == NULL)
        return;
    write_label(terminal, label, out);
    terminal_wrap(terminal, text, INDENT + 2 + LABEL_WIDTH, INDENT + 2 + LABEL_WIDTH, out);
}

static void write_wire(const struct terminal *terminal, const struct exchange *last,
                       struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    words_request(last, &text);
    write_fact(terminal, "request", text.data, out);
    buffer_clear(&text);
    if (words_tcp(last, &text))
        write_fact(terminal, "kernel", text.data, out);
    buffer_free(&text);
}

/* Of a page what it says; anything else as it came. */
static void write_body(const struct terminal *terminal, const char *excerpt, struct buffer *out)
{
    const size_t indent = INDENT + 2 + LABEL_WIDTH;
    if (excerpt == NULL || excerpt[0] == '\0')
        return;
    struct buffer text;
    buffer_init(&text, EXCERPT_TEXT_MAX);
    bool page = excerpt_say(excerpt, terminal->width - indent - 2, &text);
    write_label(terminal, page ? "page says" : "body", out);
    terminal_quote(terminal, page ? text.data : excerpt, indent, out);
    buffer_free(&text);
}

static void write_failure(const struct terminal *terminal, const struct run *run,
                          const struct run_step *step, struct buffer *out)
{
    char place[512];
    const struct exchange *last = words_last_exchange(step);
    buffer_print(out, "\n%*s", INDENT, "");
    terminal_paint(terminal, looks[step->state].strong, out);
    buffer_text(out, terminal->unicode ? looks[step->state].mark : looks[step->state].ascii);
    buffer_text(out, " ");
    terminal_wrap(terminal, step->name, INDENT + 2, INDENT + 2, out);
    terminal_unpaint(terminal, looks[step->state].strong, out);
    write_fact(terminal, "symptom", symptom_sentence(step->symptom), out);
    write_fact(terminal, "", symptom_code(step->symptom), out);
    const char *expected = words_expected(step);
    write_fact(terminal, "expected", expected, out);
    const char *file = step->file != NULL ? step->file : run->file;
    if (file != NULL && step->line > 0) {
        snprintf(place, sizeof place, "%s:%d:%d", file, step->line, step->column);
        write_fact(terminal, expected != NULL ? "" : "written", place, out);
    }
    write_fact(terminal, "where", step->values, out);
    write_fact(terminal, "came", words_came(step), out);
    if (step->actual != NULL && last != NULL)
        write_fact(terminal, "detail", last->detail, out);
    write_fact(terminal, "note", step->note, out);
    if (last != NULL)
        write_wire(terminal, last, out);
    write_body(terminal, step->excerpt, out);
}

static void write_skipped(const struct terminal *terminal, const struct run *run,
                          struct buffer *out)
{
    struct buffer names;
    buffer_init(&names, WORDS_MAX);
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STATE_SKIPPED && run->steps[i].note == NULL)
            buffer_print(&names, "%s%s", names.length > 0 ? ", " : "", run->steps[i].name);
    if (names.length > 0)
        write_fact(terminal, "skipped", names.data, out);
    buffer_free(&names);
}

/* What a scenario says of the steps that it leaves out. */
static void write_left_out(const struct terminal *terminal, const struct run *run,
                           struct buffer *out)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        struct buffer text;
        if (step->state != STATE_SKIPPED || step->note == NULL)
            continue;
        buffer_init(&text, WORDS_MAX);
        buffer_print(&text, "%s: %s", step->name, step->note);
        write_fact(terminal, "left out", text.data, out);
        buffer_free(&text);
    }
}

static void write_evidence(const struct terminal *terminal, const struct verdict *verdict,
                           struct buffer *out)
{
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        const struct evidence *evidence = &verdict->evidence[i];
        enum paint paint = evidence->weight < 0 ? PAINT_YELLOW : PAINT_CYAN;
        buffer_print(out, "%*s", INDENT, "");
        terminal_paint(terminal, paint, out);
        buffer_print(out, "%+4.0f dB", evidence->weight);
        terminal_unpaint(terminal, paint, out);
        buffer_text(out, "  ");
        terminal_wrap(terminal, evidence->text != NULL ? evidence->text : evidence->fact,
                      INDENT + 9, INDENT + 9, out);
    }
    if (verdict->evidence_count > 0)
        write_dim(terminal, WORDS_DECIBEL, out);
}

static void write_verdict(const struct terminal *terminal, const struct verdict *verdict,
                          struct buffer *out)
{
    struct buffer text;
    if (verdict->cause == CAUSE_NONE)
        return;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "Verdict: %s", cause_name(verdict->cause));
    if (verdict->component != NULL)
        buffer_print(&text, " (%s)", verdict->component);
    if (verdict->cause != CAUSE_UNDETERMINED)
        buffer_print(&text, ", %d %% sure", words_per_cent(verdict->confidence));
    buffer_text(out, "\n");
    terminal_paint(terminal, PAINT_BOLD, out);
    terminal_wrap(terminal, text.data, 0, INDENT, out);
    terminal_unpaint(terminal, PAINT_BOLD, out);
    if (verdict->summary != NULL) {
        buffer_print(out, "%*s", INDENT, "");
        terminal_wrap(terminal, verdict->summary, INDENT, INDENT, out);
    }
    write_evidence(terminal, verdict, out);
    buffer_clear(&text);
    if (verdict->unsure != NULL) {
        buffer_print(&text, "Not excluded: %s", verdict->unsure);
        buffer_print(out, "%*s", INDENT, "");
        terminal_wrap(terminal, text.data, INDENT, INDENT, out);
    } else if (verdict->runner_up != CAUSE_NONE)
        buffer_print(out, "%*sNext likeliest: %s, %d %%\n", INDENT, "",
                     cause_name(verdict->runner_up), words_per_cent(verdict->runner_up_confidence));
    buffer_free(&text);
}

void terminal_report(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    write_headline(terminal, run, out);
    write_steps(terminal, run, out);
    for (size_t i = 0; terminal->messages && i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].exchange_count; j++)
            terminal_messages(terminal, &run->steps[i].exchanges[j], out);
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].symptom != SYMPTOM_NONE && run->steps[i].state != STATE_SKIPPED)
            write_failure(terminal, run, &run->steps[i], out);
    if (run_first_failure(run) != NULL)
        write_skipped(terminal, run, out);
    write_left_out(terminal, run, out);
    write_verdict(terminal, &run->verdict, out);
}
