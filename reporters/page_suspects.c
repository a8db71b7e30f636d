/* SPDX-License-Identifier: MIT */
/* The other suspects of a verdict: why it is not they, at a glance; and all side by side, folded.
 */
#include "monitor/diagnose/diagnose.h"
#include "reporters/argument.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <math.h>

/* From here on a reason weighs heavily: it makes a suspect ten times likelier, or less likely. */
#define HEAVY 10.0

static bool has_weights(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->evidence_count; i++)
        if (diagnose_weights(verdict->evidence[i].fact) != NULL)
            return true;
    return false;
}

static void write_head(struct html *html, const struct verdict *verdict)
{
    html_begin(html, "thead", NULL);
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "col");
    html_text(html, "Reason");
    html_end(html);
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++) {
        html_begin(html, "th", suspect == (int)verdict->leaning ? "number blamed" : "number");
        html_attribute(html, "scope", "col");
        html_text(html, cause_name((enum cause)suspect));
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

static void write_weight(struct html *html, double weight)
{
    const char *class_name = "number none";
    if (weight > 0)
        class_name = weight >= HEAVY ? "number for heavy" : "number for";
    else if (weight < 0)
        class_name = -weight >= HEAVY ? "number against heavy" : "number against";
    html_begin(html, "td", class_name);
    if (weight == 0)
        html_text(html, "0");
    else
        html_print(html, "%s%.0f", weight > 0 ? "+" : "−", fabs(weight));
    html_end(html);
}

/* Side by side, each reason with its weight. */
static void write_table(struct html *html, const struct verdict *verdict)
{
    html_begin(html, "details", "suspects");
    html_leaf(html, "summary", NULL, "All reasons, and what each weighs for whom");
    html_begin(html, "div", "scroll");
    html_attribute(html, "tabindex", "0");
    html_attribute(html, "role", "group");
    html_attribute(html, "aria-label", "For and against each suspect, in dB");
    html_begin(html, "table", "weights");
    write_head(html, verdict);
    html_begin(html, "tbody", NULL);
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        const struct evidence *evidence = &verdict->evidence[i];
        const double *weights = diagnose_weights(evidence->fact);
        if (weights == NULL)
            continue;
        html_begin(html, "tr", NULL);
        html_begin(html, "th", NULL);
        html_attribute(html, "scope", "row");
        html_text(html, evidence->text != NULL ? evidence->text : evidence->fact);
        html_end(html);
        for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
            write_weight(html, weights[suspect]);
        html_end(html);
    }
    html_end(html);
    html_end(html);
    html_end(html);
    html_end(html);
}

/* The side is told by its word and its sign; the colour comes on top. */
static void write_reason(struct html *html, const struct argument_reason *reason)
{
    const char *side = argument_side(reason);
    html_begin(html, "li", side);
    html_begin(html, "span", "side");
    html_begin(html, "span", "sign");
    html_attribute(html, "aria-hidden", "true");
    html_text(html, reason->weight < 0 ? "−" : "+");
    html_end(html);
    html_print(html, " %s", side);
    html_end(html);
    html_text(html, " ");
    html_leaf(html, "span", "reason", argument_text(reason));
    html_end(html);
}

static void write_other(struct html *html, const struct argument_suspect *suspect)
{
    char chance[WORDS_CHANCE_MAX];
    const struct argument_reason *brief[ARGUMENT_BRIEF_MAX];
    size_t count = argument_brief(suspect, brief);
    html_begin(html, "li", NULL);
    html_begin(html, "p", "who");
    html_begin(html, "b", NULL);
    page_capital(html, words_cause(suspect->cause));
    html_end(html);
    if (suspect->confidence >= 0) {
        html_text(html, " ");
        html_leaf(html, "span", "chance", words_chance(suspect->confidence, chance));
    }
    html_end(html);
    if (count > 0)
        html_begin(html, "ul", "sides");
    for (size_t i = 0; i < count; i++)
        write_reason(html, brief[i]);
    if (count > 0)
        html_end(html);
    html_end(html);
}

void page_suspects(struct html *html, const struct verdict *verdict, const char *heading)
{
    struct arena *arena = arena_create();
    struct argument argument;
    argument_of(arena, verdict, &argument);
    if (has_weights(verdict) && argument.suspect_count > 1) {
        html_leaf(html, heading, NULL, "Other suspects");
        html_begin(html, "ul", "others");
        for (size_t i = 1; i < argument.suspect_count; i++)
            write_other(html, &argument.suspects[i]);
        html_end(html);
        write_table(html, verdict);
    }
    arena_free(arena);
}
