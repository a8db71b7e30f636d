/* SPDX-License-Identifier: MIT */
/*
 * What failed, for a person who has to find out why: what was expected, what came, where it is
 * written, and the answer's beginning. See terminal_text.h.
 */
#include "reporters/excerpt.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

enum {
    LABEL_WIDTH = 10, /* of `expected  ` */
    FACT_COLUMN = TERMINAL_INDENT + 2 + LABEL_WIDTH,
    WORDS_MAX = 8192,
};

static void write_label(const struct terminal *terminal, const char *label, struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT + 2, "");
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
    terminal_wrap(terminal, text, FACT_COLUMN, FACT_COLUMN, out);
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

/* Of a page what it says, JSON indented, anything else as it came. */
static void write_body(const struct terminal *terminal, const char *excerpt, struct buffer *out)
{
    if (excerpt == NULL || excerpt[0] == '\0')
        return;
    struct buffer text;
    const size_t width = terminal->width - FACT_COLUMN - 2;
    buffer_init(&text, EXCERPT_INDENTED_MAX);
    bool page = excerpt_say(excerpt, width, &text);
    bool json = !page && excerpt_indent(excerpt, strlen(excerpt), width, &text);
    write_label(terminal, page ? "page says" : "body", out);
    terminal_quote(terminal, page || json ? text.data : excerpt, FACT_COLUMN, TERMINAL_BODY_LINES,
                   out);
    buffer_free(&text);
}

static bool is_failure(const struct run_step *step)
{
    return step->symptom != SYMPTOM_NONE && step->state != STATE_SKIPPED;
}

static bool is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* An earlier step of which there is the same to tell; NULL: there is none. A cleanup meets again
 * what the steps have met, and to tell it twice is to tell it worse. */
static const struct run_step *same_failure(const struct run *run, const struct run_step *step)
{
    for (const struct run_step *other = run->steps; other < step; other++)
        if (is_failure(other) && other->symptom == step->symptom &&
            run_last_exchange(other) != NULL && run_last_exchange(step) != NULL &&
            is_same(words_expected(other), words_expected(step)) &&
            is_same(other->values, step->values) && is_same(words_came(other), words_came(step)) &&
            is_same(other->excerpt, step->excerpt))
            return other;
    return NULL;
}

static void write_details(const struct terminal *terminal, const struct run *run,
                          const struct run_step *step, struct buffer *out)
{
    char place[512];
    const struct exchange *last = run_last_exchange(step);
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

static void write_failure(const struct terminal *terminal, const struct run *run,
                          const struct run_step *step, struct buffer *out)
{
    const enum paint paint = terminal_state_paint(step->state, true);
    const struct run_step *same = same_failure(run, step);
    buffer_print(out, "\n%*s", TERMINAL_INDENT, "");
    terminal_paint(terminal, paint, out);
    buffer_print(out, "%s ", terminal_state_mark(terminal, step->state));
    terminal_wrap(terminal, step->name, TERMINAL_INDENT + 2, TERMINAL_INDENT + 2, out);
    terminal_unpaint(terminal, paint, out);
    if (same == NULL) {
        write_details(terminal, run, step, out);
        return;
    }
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "%s, as “%s” above", symptom_code(step->symptom), same->name);
    write_fact(terminal, "symptom", text.data, out);
    buffer_free(&text);
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

static bool is_left_out(const struct run_step *step, const char *note)
{
    return step->state == STATE_SKIPPED && step->note != NULL && strcmp(step->note, note) == 0;
}

static bool has_left_out(const struct run *run)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STATE_SKIPPED && run->steps[i].note != NULL)
            return true;
    return false;
}

/* Why steps are left out, where it is said; those with the same reason together. */
static void write_left_out(const struct terminal *terminal, const struct run *run,
                           struct buffer *out)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const char *note = run->steps[i].note;
        struct buffer text;
        size_t first = 0;
        while (note != NULL && first < i && !is_left_out(&run->steps[first], note))
            first++;
        if (note == NULL || first < i || run->steps[i].state != STATE_SKIPPED)
            continue;
        buffer_init(&text, WORDS_MAX);
        for (size_t n = i; n < run->step_count; n++)
            if (is_left_out(&run->steps[n], note))
                buffer_print(&text, "%s%s", n > i ? ", " : "", run->steps[n].name);
        buffer_print(&text, ": %s", note);
        write_fact(terminal, "left out", text.data, out);
        buffer_free(&text);
    }
}

void terminal_failures(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (is_failure(&run->steps[i]))
            write_failure(terminal, run, &run->steps[i], out);
    if (run_first_failure(run) != NULL)
        write_skipped(terminal, run, out);
    else
        buffer_text(out, has_left_out(run) ? "\n" : "");
    write_left_out(terminal, run, out);
}
