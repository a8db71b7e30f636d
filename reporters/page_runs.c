/* SPDX-License-Identifier: MIT */
/* A table of runs, for the overview and for an incident. */
#include "reporters/page_model.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>

/* What a run came to, in a cell: the step that decided it and its symptom's code. */
static void write_outcome(struct html *html, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (failure != NULL) {
        html_print(html, "%s ", failure->name);
        html_leaf(html, "code", NULL, symptom_code(failure->symptom));
    } else if (run->reason != NULL) {
        html_text(html, words_reason_brief(run->reason));
    }
}

static void write_row(struct html *html, const struct shop *shop, const struct run *run,
                      struct wall_time now, bool seconds)
{
    char target[64];
    snprintf(target, sizeof target, "/runs/%s", run->id);
    html_begin(html, "tr", run->step_count == 0 ? "slot" : NULL);
    html_begin(html, "td", "when");
    html_begin_link(html, target);
    if (seconds)
        page_time_seconds(html, run->slot.planned, now);
    else
        page_time(html, run->slot.planned, now);
    html_end(html);
    html_end(html);
    html_begin(html, "td", NULL);
    page_badge(html, run->state, state_name(run->state));
    html_end(html);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, run->journey);
    html_begin(html, "span", "note");
    html_print(html, " from %s", shop_vantage_title(shop, run->vantage));
    html_end(html);
    html_end(html);
    html_begin(html, "td", "outcome");
    write_outcome(html, run);
    html_end(html);
    html_begin(html, "td", "number");
    page_latency(html, run);
    html_end(html);
    html_end(html);
}

/* Whether the clock without seconds would say the same of different slots. */
static bool needs_seconds(struct run *const *runs, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        int64_t a = runs[i - 1]->slot.planned.us, b = runs[i]->slot.planned.us;
        if (a != b && a / DURATION_MINUTE == b / DURATION_MINUTE)
            return true;
    }
    return false;
}

void page_runs(struct html *html, const struct shop *shop, struct run *const *runs, size_t count,
               struct wall_time now)
{
    static const char *const columns[] = {"Slot", "State", "Journey", "What failed", "Took"};
    if (count == 0) {
        html_leaf(html, "p", "empty", "No runs yet.");
        return;
    }
    bool seconds = needs_seconds(runs, count);
    html_begin(html, "div", "card scroll");
    html_begin(html, "table", "runs");
    page_table_head(html, columns, COUNT_OF(columns));
    html_begin(html, "tbody", NULL);
    for (size_t i = 0; i < count; i++)
        write_row(html, shop, runs[i], now, seconds);
    html_end(html);
    html_end(html);
    html_end(html);
}
