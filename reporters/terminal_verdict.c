/* SPDX-License-Identifier: MIT */
/* The verdict on one run, as far as a person who has just replayed it needs it. See
 * terminal_text.h. */
#include "reporters/argument.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

enum { WORDS_MAX = 8192, DECIBEL_WIDTH = 9 /* of ` +11 dB  ` */ };

/* A verdict weighs its facts; where they did not suffice, their weights are of no use either. */
static void write_evidence(const struct terminal *terminal, const struct verdict *verdict,
                           struct buffer *out)
{
    const bool weighed = verdict->cause != CAUSE_UNDETERMINED;
    const size_t column = TERMINAL_INDENT + (weighed ? DECIBEL_WIDTH : 2);
    struct arena *arena = arena_create();
    struct argument argument;
    argument_of(arena, verdict, &argument);
    const struct argument_suspect *first = &argument.suspects[0];
    for (size_t i = 0; argument.suspect_count > 0 && i < first->reason_count; i++) {
        const struct argument_reason *reason = &first->reasons[i];
        enum paint paint = reason->weight < 0 ? PAINT_YELLOW : PAINT_DIM;
        buffer_print(out, "%*s", TERMINAL_INDENT, "");
        terminal_paint(terminal, paint, out);
        if (weighed)
            buffer_print(out, "%+4.0f dB", reason->weight);
        else
            buffer_text(out, reason->weight < 0 ? "-" : "+");
        terminal_unpaint(terminal, paint, out);
        buffer_print(out, "%*s", weighed ? 2 : 1, "");
        terminal_wrap(terminal, argument_text(reason), column, column, out);
    }
    if (weighed && argument.suspect_count > 0 && first->reason_count > 0)
        terminal_dim(terminal, WORDS_DECIBEL, out);
    arena_free(arena);
}

static void write_line(const struct terminal *terminal, const char *text, struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_wrap(terminal, text, TERMINAL_INDENT, TERMINAL_INDENT, out);
}

/* What a tester does first, whoever is to blame in the end. */
static void write_advice(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    const struct run_step *step = run_first_failure(run);
    const struct exchange *last = step != NULL ? run_last_exchange(step) : NULL;
    struct buffer text;
    if (last == NULL || last->symptom != SYMPTOM_NONE || step->expected == NULL ||
        run->verdict.cause != CAUSE_UNDETERMINED)
        return;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text,
                 "An answer came, and it is not what “%s” expects: look at the step and at the "
                 "answer above.",
                 step->name);
    write_line(terminal, text.data, out);
    buffer_free(&text);
}

static void write_rest(const struct terminal *terminal, const struct verdict *verdict,
                       struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    if (verdict->works != NULL)
        buffer_print(&text, "Still works: %s", verdict->works);
    if (text.length > 0)
        terminal_dim(terminal, text.data, out);
    buffer_clear(&text);
    if (words_doubt(verdict, &text))
        terminal_dim(terminal, text.data, out);
    buffer_free(&text);
}

void terminal_verdict(const struct terminal *terminal, const struct run *run, struct buffer *out)
{
    const struct verdict *verdict = &run->verdict;
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
    terminal_wrap(terminal, text.data, 0, TERMINAL_INDENT, out);
    terminal_unpaint(terminal, PAINT_BOLD, out);
    write_advice(terminal, run, out);
    if (verdict->summary != NULL)
        write_line(terminal, verdict->summary, out);
    write_evidence(terminal, verdict, out);
    write_rest(terminal, verdict, out);
    buffer_free(&text);
}
