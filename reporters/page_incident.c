/* SPDX-License-Identifier: MIT */
/* One incident: what was held to be its cause at first and is now, how long, seen by which runs. */
#include "reporters/page.h"

#include "reporters/page_parts.h"

#include <stdio.h>

static void write_head(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    bool open = incident->resolved.us == 0;
    html_begin(html, "div", open ? "answer failed" : "answer passed");
    page_mark(html, open ? STATE_FAILED : STATE_PASSED);
    html_begin(html, "div", NULL);
    html_begin(html, "p", "question");
    html_text(html, open ? "Open incident, since " : "Resolved incident of ");
    page_time(html, incident->began, model->now);
    html_end(html);
    html_begin(html, "h1", NULL);
    page_blame(html, model->shop, &incident->verdict);
    html_end(html);
    html_begin(html, "p", NULL);
    html_text(html, open ? "Lasts for " : "Lasted ");
    page_lasting(html, wall_between(incident->began, open ? model->now : incident->resolved));
    html_print(html, "; %u run%s failed by it.", incident->runs, incident->runs == 1 ? "" : "s");
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_verdict(struct html *html, const struct page_incident *model, const char *heading,
                          const struct verdict *verdict)
{
    page_section(html, heading);
    html_begin(html, "div", "card incident");
    html_begin(html, "p", "blame");
    page_blame(html, model->shop, verdict);
    html_end(html);
    html_leaf(html, "p", "summary", verdict->summary);
    page_verdict(html, verdict, "h3");
    html_end(html);
    html_end(html);
}

static void write_seen(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    page_fact_prose(html, "Seen in");
    for (size_t i = 0; i < incident->shower_count; i++)
        html_print(html, "%s%s from %s", i > 0 ? ", " : "", incident->showers[i].journey,
                   shop_vantage_title(model->shop, incident->showers[i].vantage));
    html_end(html);
    html_end(html);
}

static void write_facts(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    page_section(html, "Course");
    html_begin(html, "dl", "facts card");
    page_fact_time(html, "Began", incident->began);
    page_fact_time(html, "Opened", incident->opened);
    page_fact_time(html, "Last changed", incident->updated);
    if (incident->resolved.us != 0)
        page_fact_time(html, "Resolved", incident->resolved);
    page_first_sign(html, incident);
    write_seen(html, model);
    html_end(html);
    html_end(html);
}

/* How many there are is known from the incident alone: the table is of the newest. */
static void write_count(struct html *html, const struct page_incident *model)
{
    unsigned counted = model->incident->runs;
    if (model->run_count == 0)
        return;
    html_begin(html, "p", "note count");
    if (model->run_count < counted)
        html_print(html, "The newest %zu of %u failed runs.", model->run_count, counted);
    else
        html_print(html, "%zu failed run%s, the newest first.", model->run_count,
                   model->run_count == 1 ? "" : "s");
    html_end(html);
}

void page_incident_render(const struct page_incident *model, struct buffer *out)
{
    const struct incident *incident = model->incident;
    char json[128];
    snprintf(json, sizeof json, "/incidents/%s.json", incident->id);
    const struct page_frame frame = {
        .shop = model->shop,
        .title = incident->resolved.us == 0 ? "Open incident" : "Resolved incident",
        .state = incident->resolved.us == 0 ? STATE_FAILED : STATE_PASSED,
        .renews = incident->resolved.us == 0 ? 10 : 0,
        .json = json,
        .place = "/incidents",
    };
    struct html *html = page_begin(&frame, out);
    write_head(html, model);
    write_verdict(html, model, "Verdict now", &incident->verdict);
    write_facts(html, model);
    page_section(html, "Runs");
    write_count(html, model);
    page_runs(html, model->shop, model->runs, model->run_count, model->now);
    html_end(html);
    write_verdict(html, model, "Verdict when it was opened", &incident->first);
    page_end(html, &frame, model->now);
}
