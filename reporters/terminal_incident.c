/* SPDX-License-Identifier: MIT */
/*
 * An incident, or a run, as one engineer tells another: the sentence first, then how it is known,
 * what speaks against it, and what became of it. See terminal_operate.h.
 */
#include "reporters/argument.h"
#include "reporters/terminal_operate.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include <string.h>

enum { WORDS_MAX = 16 * 1024, TIMELINE_SHOWN = 20, SHOWERS_SHOWN = 10 };

static void write_line(const struct terminal *terminal, const char *text, size_t indent,
                       struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_wrap(terminal, text, TERMINAL_INDENT, TERMINAL_INDENT + indent, out);
}

static void write_heading(const struct terminal *terminal, const char *text, struct buffer *out)
{
    buffer_text(out, "\n");
    terminal_paint(terminal, PAINT_BOLD, out);
    buffer_text(out, text);
    terminal_unpaint(terminal, PAINT_BOLD, out);
    buffer_text(out, "\n");
}

static void write_sentence(const struct terminal *terminal, const struct incident *incident,
                           struct wall_time now, struct buffer *out)
{
    char when[TERMINAL_CLOCK_MAX], until[TERMINAL_CLOCK_MAX], lasting[DURATION_TEXT_MAX];
    const bool open = incident->resolved.us == 0;
    const char *closer = incident_closed_by(incident);
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    if (open)
        buffer_print(&text, "OPEN for %s, since %s UTC: ",
                     words_lasting(wall_between(incident->began, now), lasting),
                     terminal_clock(incident->began, now, when));
    else
        buffer_print(&text, "%s%.100s after %s, from %s to %s UTC: ",
                     closer != NULL ? "CLOSED by " : "RESOLVED", closer != NULL ? closer : "",
                     words_lasting(wall_between(incident->began, incident->resolved), lasting),
                     terminal_clock(incident->began, now, when),
                     terminal_clock(incident->resolved, now, until));
    buffer_print(&text, "%s", incident->verdict.summary);
    const enum paint paint = open ? PAINT_RED_BOLD : PAINT_BOLD;
    terminal_paint(terminal, paint, out);
    terminal_wrap(terminal, text.data, 0, 0, out);
    terminal_unpaint(terminal, paint, out);
    buffer_free(&text);
}

/* `search from home (well again)`. Who was let go of when it was closed by hand is not known to be
 * well; who shows it as a part of another one does so still. */
static void write_shower(const struct incident *incident, const struct incident_shower *shower,
                         struct buffer *text)
{
    const bool let_go =
        incident_closed_by(incident) != NULL && shower->recovered.us >= incident->resolved.us;
    buffer_print(text, "%s from %s", shower->journey, shower->vantage);
    if (shower->recovered.us != 0 && !let_go && incident->merged == NULL)
        buffer_text(text, shower->otherwise ? " (fails otherwise since)" : " (well again)");
}

/* `It showed first in “place order” of guest checkout: the request was sent, ...` */
static void write_where(const struct terminal *terminal, const struct incident *incident,
                        struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    if (incident->step != NULL)
        buffer_print(&text, "It showed first at \"%s\" of %s: ", incident->step, incident->journey);
    else
        buffer_print(&text, "It showed first in %s: ", incident->journey);
    buffer_print(&text, "%s (%s)", symptom_sentence(incident->symptom),
                 symptom_code(incident->symptom));
    terminal_wrap(terminal, text.data, 0, 0, out);
    buffer_clear(&text);
    buffer_print(&text, "%u failed run%s, by ", incident->runs, incident->runs == 1 ? "" : "s");
    for (size_t i = 0; i < incident->shower_count && i < SHOWERS_SHOWN; i++) {
        buffer_text(&text, i > 0 ? ", " : "");
        write_shower(incident, &incident->showers[i], &text);
    }
    if (incident->shower_count > SHOWERS_SHOWN)
        buffer_print(&text, ", and %zu more", incident->shower_count - SHOWERS_SHOWN);
    terminal_wrap(terminal, text.data, 0, 0, out);
    buffer_free(&text);
}

/* How it stands with it, beside being open or not; and what was thought first. */
static void write_standing(const struct terminal *terminal, const struct incident *incident,
                           struct buffer *out)
{
    const struct verdict *first = &incident->first, *now = &incident->verdict;
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    if (incident->merged != NULL)
        buffer_print(&text, "It is a part of incident %.8s. ", incident->merged);
    if (incident->muted)
        buffer_text(&text, "It is in maintenance: nobody was told. ");
    if (incident->flapping)
        buffer_text(&text, "It comes and goes: its turns are not told. ");
    if (incident->reopened > 0)
        buffer_print(&text,
                     incident->reopened == 1 ? "It was opened again once. "
                                             : "It was opened again %u times. ",
                     incident->reopened);
    if (incident->acknowledged.at.us != 0)
        buffer_print(&text, "%s looks after it. ", incident->acknowledged.by);
    if (incident->published)
        buffer_text(&text, "Its cause is public. ");
    if (first->cause != now->cause) {
        buffer_text(&text, "At first it was thought to be: ");
        words_blame(first, cause_name, &text);
        buffer_text(&text, ". ");
    }
    if (text.length > 0) {
        text.data[text.length - 1] = '\0'; /* no space follows the last */
        terminal_wrap(terminal, text.data, 0, 0, out);
    }
    buffer_free(&text);
}

/* `+ The answer itself names the database.` */
static void write_reason(const struct terminal *terminal, const struct argument_reason *reason,
                         size_t indent, struct buffer *out)
{
    const enum paint paint = reason->weight < 0 ? PAINT_YELLOW : PAINT_PLAIN;
    buffer_print(out, "%*s", (int)indent, "");
    terminal_paint(terminal, paint, out);
    buffer_text(out, reason->weight < 0 ? "- " : "+ ");
    terminal_wrap(terminal, argument_text(reason), indent + 2, indent + 2, out);
    terminal_unpaint(terminal, paint, out);
}

static void write_cause(const struct terminal *terminal, const struct verdict *verdict,
                        struct buffer *out)
{
    struct arena *arena = arena_create();
    struct argument argument;
    struct buffer text;
    argument_of(arena, verdict, &argument);
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "Cause: %s", cause_name(verdict->cause));
    if (verdict->component != NULL)
        buffer_print(&text, " (%s)", verdict->component);
    if (verdict->cause != CAUSE_UNDETERMINED)
        buffer_print(&text, ", %s: %d %%", words_confidence(verdict->confidence),
                     words_per_cent(verdict->confidence));
    else if (argument.suspect_count > 1)
        buffer_print(&text, "; the likeliest is %s, %d %%", cause_name(verdict->leaning),
                     words_per_cent(verdict->confidence));
    write_heading(terminal, text.data, out);
    for (size_t i = 0; argument.suspect_count > 0 && i < argument.suspects[0].reason_count; i++)
        write_reason(terminal, &argument.suspects[0].reasons[i], TERMINAL_INDENT, out);
    buffer_clear(&text);
    if (verdict->works != NULL) {
        buffer_print(&text, "Still works: %s", verdict->works);
        write_line(terminal, text.data, 2, out);
    }
    buffer_clear(&text);
    if (words_doubt(verdict, &text))
        write_line(terminal, text.data, 2, out);
    buffer_free(&text);
    arena_free(arena);
}

/* Who else it might be: the heaviest of what speaks for each and against. */
static void write_others(const struct terminal *terminal, const struct verdict *verdict,
                         struct buffer *out)
{
    struct arena *arena = arena_create();
    struct argument argument;
    char chance[WORDS_CHANCE_MAX];
    argument_of(arena, verdict, &argument);
    if (argument.suspect_count > 1)
        write_heading(terminal, "Other suspects", out);
    for (size_t i = 1; i < argument.suspect_count; i++) {
        const struct argument_suspect *suspect = &argument.suspects[i];
        buffer_print(out, "%*s%s", TERMINAL_INDENT, "", cause_name(suspect->cause));
        if (suspect->confidence >= 0)
            buffer_print(out, ", %s", words_chance(suspect->confidence, chance));
        buffer_text(out, "\n");
        const struct argument_reason *brief[ARGUMENT_BRIEF_MAX];
        size_t count = argument_brief(suspect, brief);
        for (size_t n = 0; n < count; n++)
            write_reason(terminal, brief[n], 2 * (size_t)TERMINAL_INDENT, out);
    }
    arena_free(arena);
}

static void write_timeline(const struct terminal *terminal, const struct incident *incident,
                           struct wall_time now, struct buffer *out)
{
    size_t first =
        incident->timeline_count > TIMELINE_SHOWN ? incident->timeline_count - TIMELINE_SHOWN : 0;
    size_t hidden = first + incident->timeline_left_out;
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    write_heading(terminal, "What became of it", out);
    if (hidden > 0)
        buffer_print(out, "%*s(%zu earlier)\n", TERMINAL_INDENT, "", hidden);
    for (size_t i = first; i < incident->timeline_count; i++) {
        const struct incident_event *event = &incident->timeline[i];
        char when[TERMINAL_CLOCK_MAX];
        buffer_clear(&text);
        buffer_print(&text, "%s  %s", terminal_clock(event->at, now, when),
                     incident_change_word(event->change));
        if (event->by != NULL)
            buffer_print(&text, " by %s", event->by);
        if (event->text != NULL)
            buffer_print(&text, ": %s", event->text);
        write_line(terminal, text.data, strlen(when) + 2, out);
    }
    buffer_free(&text);
}

void terminal_incident(const struct terminal *terminal, const struct incident *incident,
                       struct wall_time now, struct buffer *out)
{
    write_sentence(terminal, incident, now, out);
    write_where(terminal, incident, out);
    write_standing(terminal, incident, out);
    write_cause(terminal, &incident->verdict, out);
    write_others(terminal, &incident->verdict, out);
    if (incident->timeline_count > 0)
        write_timeline(terminal, incident, now, out);
    buffer_text(out, "\n");
    buffer_print(out, "%*sincident %s\n", TERMINAL_INDENT, "", incident->id);
}

void terminal_explain_run(const struct terminal *terminal, const struct run *run,
                          struct wall_time now, struct buffer *out)
{
    const struct run_step *failure = run_first_failure(run);
    char when[TERMINAL_CLOCK_MAX];
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "%s from %s, slot of %s UTC, ", run->journey, run->vantage,
                 terminal_clock(run->slot.planned, now, when));
    if (run->step_count == 0)
        buffer_print(&text, "was not replayed: %s", words_reason(run->reason));
    else if (failure == NULL)
        buffer_print(&text, "%s%s.", state_name(run->state),
                     run->state == STATE_PASSED ? ": every step got what it expects" : "");
    else
        buffer_print(&text, "%s at \"%s\": %s", state_name(run->state), failure->name,
                     symptom_sentence(failure->symptom));
    if (run->step_count > 0 && run->reason != NULL)
        buffer_print(&text, " %s", words_reason(run->reason));
    if (run->verdict.cause != CAUSE_NONE && run->verdict.summary != NULL)
        buffer_print(&text, " %s", run->verdict.summary);
    terminal_wrap(terminal, text.data, 0, 0, out);
    buffer_free(&text);
    if (run->step_count > 0) {
        buffer_text(out, "\n");
        terminal_report(terminal, run, out);
        write_others(terminal, &run->verdict, out);
    }
    buffer_print(out, "\n%*srun %s\n", TERMINAL_INDENT, "", run->id);
}
