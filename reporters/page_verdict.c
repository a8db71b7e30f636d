/* SPDX-License-Identifier: MIT */
/* A verdict on a page: who is blamed, how sure that is, and every reason with its weight. */
#include "reporters/page_parts.h"

#include "reporters/argument.h"
#include "reporters/words.h"

#include <math.h>

void page_blame(struct html *html, const struct shop *shop, const struct verdict *verdict)
{
    if (verdict->component == NULL || verdict->cause == CAUSE_UNDETERMINED) {
        html_text(html, verdict->cause == CAUSE_UNDETERMINED ? "Cause " : "Cause: ");
        html_text(html, words_cause(verdict->cause));
        return;
    }
    struct arena *arena = arena_create();
    const char *title = shop_title(shop, verdict->component, arena);
    page_capital(html, words_cause(verdict->cause) + (verdict->cause == CAUSE_THIRD_PARTY ? 2 : 4));
    html_print(html, ": %s", title);
    arena_free(arena);
}

static void write_confidence(struct html *html, const struct verdict *verdict)
{
    int per_cent = words_per_cent(verdict->confidence);
    html_begin(html, "p", "confidence");
    html_begin(html, "strong", NULL);
    page_capital(html, words_confidence(verdict->confidence));
    html_end(html);
    html_print(html, ", %d %%", per_cent);
    html_begin(html, "svg", "gauge");
    html_attribute(html, "aria-hidden", "true");
    html_begin(html, "rect", "rail");
    html_attribute(html, "width", "100%");
    html_attribute(html, "height", "100%");
    html_attribute(html, "rx", "3");
    html_end(html);
    html_begin(html, "rect", "fill");
    html_attribute_print(html, "width", "%d%%", per_cent);
    html_attribute(html, "height", "100%");
    html_attribute(html, "rx", "3");
    html_end(html);
    html_end(html);
    html_end(html);
}

/* One reason: its bar is as long as it weighs beside the heaviest. */
static void write_reason(struct html *html, const struct argument_reason *reason, double heaviest)
{
    double share = heaviest > 0 ? fabs(reason->weight) / heaviest * 100 : 0;
    bool against = reason->weight < 0;
    html_begin(html, "li", against ? "against" : NULL);
    html_begin(html, "span", "weight");
    html_begin(html, "svg", "bar");
    html_attribute(html, "aria-hidden", "true");
    html_begin(html, "rect", "rail");
    html_attribute(html, "width", "100%");
    html_attribute(html, "height", "100%");
    html_end(html);
    html_begin(html, "rect", "fill");
    html_attribute_print(html, "width", "%.1f%%", share > 0 && share < 4 ? 4 : share);
    html_attribute(html, "height", "100%");
    html_end(html);
    html_end(html);
    html_begin(html, "span", "number");
    html_print(html, "%s%.0f dB", against ? "−" : "+", fabs(reason->weight));
    html_end(html);
    html_end(html);
    html_begin(html, "span", "reason");
    html_text(html, argument_text(reason));
    html_text(html, " ");
    html_leaf(html, "code", "fact", reason->evidence->fact);
    html_end(html);
    html_end(html);
}

/* Of who is blamed, the heaviest first. */
static void write_reasons(struct html *html, const struct verdict *verdict, const char *heading)
{
    struct arena *arena = arena_create();
    struct argument argument;
    argument_of(arena, verdict, &argument);
    const struct argument_suspect *first = &argument.suspects[0];
    if (argument.suspect_count > 0 && first->reason_count > 0) {
        html_begin(html, heading, NULL);
        if (verdict->cause == CAUSE_UNDETERMINED)
            html_print(html, "The likeliest: %s, %d %%", words_cause(first->cause),
                       words_per_cent(verdict->confidence));
        else
            html_text(html, "How we know");
        html_end(html);
        html_begin(html, "ul", "evidence");
        for (size_t i = 0; i < first->reason_count; i++)
            write_reason(html, &first->reasons[i], fabs(first->reasons[0].weight));
        html_end(html);
        html_leaf(html, "p", "note", WORDS_DECIBEL);
    }
    arena_free(arena);
}

void page_first_sign(struct html *html, const struct incident *incident)
{
    page_fact_prose(html, "First sign");
    html_text(html, incident->journey != NULL ? incident->journey : "?");
    if (incident->step != NULL)
        html_print(html, ": step “%s”", incident->step);
    html_text(html, ".");
    /* A slot without a run opens an incident as well, and has no symptom of its own. */
    if (incident->symptom != SYMPTOM_NONE) {
        html_print(html, " %s ", symptom_sentence(incident->symptom));
        html_leaf(html, "code", NULL, symptom_code(incident->symptom));
    }
    html_end(html);
    html_end(html);
}

void page_incident_notes(struct html *html, const struct incident *incident)
{
    if (incident->muted)
        html_leaf(html, "span", "note", " · in maintenance");
    if (incident->flapping)
        html_leaf(html, "span", "note", " · comes and goes");
    if (incident->acknowledged.at.us != 0) {
        html_begin(html, "span", "note");
        html_print(html, " · acknowledged by %s",
                   incident->acknowledged.by != NULL ? incident->acknowledged.by : "an operator");
        html_end(html);
    }
}

void page_verdict(struct html *html, const struct verdict *verdict, const char *heading)
{
    if (verdict->cause != CAUSE_UNDETERMINED)
        write_confidence(html, verdict);
    write_reasons(html, verdict, heading);
    html_begin(html, "dl", "facts");
    page_fact_text(html, "Still works", verdict->works);
    page_fact_text(html, "Not excluded", verdict->unsure);
    if (verdict->unsure == NULL && words_runner_up(verdict) != CAUSE_NONE) {
        page_fact_prose(html, "Next likeliest");
        page_capital(html, words_cause(words_runner_up(verdict)));
        html_print(html, ", %d %%", words_per_cent(verdict->runner_up_confidence));
        html_end(html);
        html_end(html);
    }
    html_end(html);
}
