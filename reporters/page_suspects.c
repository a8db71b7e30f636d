/* SPDX-License-Identifier: MIT */
/* The suspects of a verdict side by side: what speaks for and against each. */
#include "monitor/diagnose/diagnose.h"
#include "reporters/page_parts.h"

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

void page_suspects(struct html *html, const struct verdict *verdict)
{
    if (!has_weights(verdict))
        return;
    html_begin(html, "details", "suspects");
    html_leaf(html, "summary", NULL, "For and against each suspect");
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
