/* SPDX-License-Identifier: MIT */
/* An incident as it was judged then, and as it is judged today. See terminal_operate.h. */
#include "reporters/terminal_operate.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include "monitor/diagnose/diagnose.h"

#include <math.h>
#include <string.h>

/* Weights in the record have three decimals. */
#define SAME_WEIGHT     0.01
#define SAME_CONFIDENCE 0.005

enum { WORDS_MAX = 8192, COLUMN = TERMINAL_INDENT + 6 /* of `then  ` */ };

bool terminal_verdicts_differ(const struct verdict *then, const struct verdict *now)
{
    bool same_component =
        then->component == now->component || (then->component != NULL && now->component != NULL &&
                                              strcmp(then->component, now->component) == 0);
    return then->cause != now->cause || then->leaning != now->leaning || !same_component ||
           fabs(then->confidence - now->confidence) > SAME_CONFIDENCE;
}

static void write_item(const struct terminal *terminal, const char *label, const char *text,
                       struct buffer *out)
{
    buffer_print(out, "%*s%-*s", TERMINAL_INDENT, "", COLUMN - TERMINAL_INDENT, label);
    terminal_wrap(terminal, text, COLUMN, COLUMN, out);
}

static void write_verdict(const struct terminal *terminal, const char *label,
                          const struct incident *incident, struct buffer *out)
{
    struct buffer text;
    if (incident == NULL) {
        write_item(terminal, label, "no incident", out);
        return;
    }
    const struct verdict *verdict = &incident->verdict;
    buffer_init(&text, WORDS_MAX);
    buffer_text(&text, cause_name(verdict->cause));
    if (verdict->component != NULL)
        buffer_print(&text, " (%s)", verdict->component);
    if (verdict->cause == CAUSE_UNDETERMINED)
        buffer_print(&text, ", leans to %s", cause_name(verdict->leaning));
    buffer_print(&text, ", %d %%", words_per_cent(verdict->confidence));
    if (incident->first.cause != verdict->cause)
        buffer_print(&text, "; at first %s", cause_name(incident->first.cause));
    write_item(terminal, label, text.data, out);
    buffer_free(&text);
}

static const struct evidence *find_fact(const struct verdict *verdict, const char *fact)
{
    for (size_t i = 0; i < verdict->evidence_count; i++)
        if (strcmp(verdict->evidence[i].fact, fact) == 0)
            return &verdict->evidence[i];
    return NULL;
}

static void write_fact(const struct terminal *terminal, const char *label,
                       const struct verdict *verdict, const struct evidence *evidence,
                       const struct evidence *before, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "%s (%+.0f dB for %s", evidence->text, evidence->weight,
                 cause_name(verdict->leaning));
    if (before != NULL)
        buffer_print(&text, ", was %+.0f", before->weight);
    buffer_text(&text, ")");
    write_item(terminal, label, text.data, out);
    buffer_free(&text);
}

/* The facts of `one` that the other does not have, or weighs otherwise. What says nothing of a
 * verdict's suspect is not among its facts, so that its lack tells nothing. */
static void write_facts(const struct terminal *terminal, const struct verdict *then,
                        const struct verdict *now, struct buffer *out)
{
    const bool same_suspect = then->leaning == now->leaning;
    for (size_t i = 0; i < now->evidence_count; i++) {
        const struct evidence *evidence = &now->evidence[i];
        const struct evidence *before = find_fact(then, evidence->fact);
        const double *weights = diagnose_weights(evidence->fact);
        bool was_silent = weights != NULL && weights[then->leaning] == 0;
        if (before == NULL && !was_silent && evidence->weight != 0)
            write_fact(terminal, "new", now, evidence, NULL, out);
        else if (before != NULL && same_suspect &&
                 fabs(evidence->weight - before->weight) > SAME_WEIGHT)
            write_fact(terminal, "else", now, evidence, before, out);
    }
    for (size_t i = 0; i < then->evidence_count; i++) {
        const struct evidence *evidence = &then->evidence[i];
        const double *weights = diagnose_weights(evidence->fact);
        bool is_silent = weights != NULL && weights[now->leaning] == 0;
        if (find_fact(now, evidence->fact) == NULL && !is_silent && evidence->weight != 0)
            write_fact(terminal, "gone", then, evidence, NULL, out);
    }
}

void terminal_compare(const struct terminal *terminal, const struct incident *then,
                      const struct incident *now, struct wall_time moment, struct buffer *out)
{
    const struct incident *either = then != NULL ? then : now;
    char when[TERMINAL_CLOCK_MAX];
    struct buffer text;
    buffer_init(&text, WORDS_MAX);
    buffer_print(&text, "%.*s  %s", TERMINAL_ID_SHOWN, either->id, either->journey);
    if (either->step != NULL)
        buffer_print(&text, ", “%s”", either->step);
    buffer_print(&text, ", since %s UTC", terminal_clock(either->began, moment, when));
    buffer_text(out, "\n");
    terminal_paint(terminal, PAINT_BOLD, out);
    terminal_wrap(terminal, text.data, 0, TERMINAL_INDENT, out);
    terminal_unpaint(terminal, PAINT_BOLD, out);
    buffer_free(&text);
    write_verdict(terminal, "then", then, out);
    if (then != NULL && now != NULL && !terminal_verdicts_differ(&then->verdict, &now->verdict)) {
        write_item(terminal, "now", "the same", out);
        return;
    }
    write_verdict(terminal, "now", now, out);
    if (then != NULL && now != NULL)
        write_facts(terminal, &then->verdict, &now->verdict, out);
}
