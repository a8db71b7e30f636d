/* SPDX-License-Identifier: MIT */
/* One incident: what was held to be its cause at first and is now, how long, seen by which runs. */
#include "reporters/page.h"

#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

static void write_head(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    bool open = incident->resolved.us == 0;
    const char *closer = incident_closed_by(incident);
    page_begin_answer(html, page_incident_look(incident));
    if (closer != NULL)
        html_print(html, "Closed by %s, incident of ", closer);
    else
        html_text(html, open ? "Open incident, since " : "Resolved incident of ");
    page_time(html, incident->began, model->now);
    html_end(html);
    html_begin(html, "h1", NULL);
    page_blame(html, model->shop, &incident->verdict);
    html_end(html);
    html_begin(html, "p", NULL);
    html_text(html, open ? "Has lasted " : "Lasted ");
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
    page_suspects(html, verdict, "h3");
    html_end(html);
    html_end(html);
}

static void write_seen(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    page_fact(html, "Seen in");
    page_seen(html, model->shop, incident->showers, incident->shower_count);
    html_end(html);
    html_end(html);
}

static const char *name_or(const char *name, const char *otherwise)
{
    return name != NULL ? name : otherwise;
}

/* What operators have done to it, and what is odd about it. */
static void write_standing(struct html *html, const struct incident *incident)
{
    page_fact_prose(html, "Acknowledged");
    if (incident->acknowledged.at.us != 0) {
        html_print(html, "by %s, ", name_or(incident->acknowledged.by, "an operator"));
        page_exact_time(html, incident->acknowledged.at);
    } else {
        html_text(html, "by nobody yet");
    }
    html_end(html);
    html_end(html);
    page_fact_text(html, "Public",
                   incident->published ? "the cause is shown to everybody"
                                       : "only what it looks like is shown");
    page_fact_text(html, "Muted", incident->muted ? "in maintenance: nobody is told" : NULL);
    page_fact_text(html, "Flapping",
                   incident->flapping ? "it comes and goes, so not each turn is told" : NULL);
    if (incident->reopened > 0) {
        page_fact_prose(html, "Opened again");
        html_print(html, incident->reopened == 1 ? "once" : "%u times", incident->reopened);
        html_end(html);
        html_end(html);
    }
    if (incident->merged != NULL) {
        char target[128];
        snprintf(target, sizeof target, "/incidents/%s", incident->merged);
        page_fact(html, "The same as");
        html_begin_link(html, target);
        html_text(html, "an older incident");
        html_end(html);
        html_end(html);
        html_end(html);
    }
}

static void write_facts(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    page_section(html, "Facts");
    html_begin(html, "dl", "facts card");
    page_fact_time(html, "Began", incident->began);
    page_fact_time(html, "Opened", incident->opened);
    if (incident->resolved.us != 0)
        page_fact_time(html, incident_closed_by(incident) != NULL ? "Closed" : "Resolved",
                       incident->resolved);
    page_first_sign(html, incident);
    write_seen(html, model);
    write_standing(html, incident);
    html_end(html);
    html_end(html);
}

static void write_event(struct html *html, const struct incident_event *event, struct wall_time now)
{
    html_begin(html, "li", incident_change_word(event->change));
    html_begin(html, "span", "when");
    page_time_seconds(html, event->at, now);
    html_end(html);
    html_begin(html, "span", "what");
    html_leaf(html, "b", NULL, incident_change_word(event->change));
    if (event->by != NULL) {
        html_begin(html, "span", "note");
        html_print(html, " by %s", event->by);
        html_end(html);
    }
    if (event->text != NULL)
        html_print(html, " %s", event->text);
    html_end(html);
    html_end(html);
}

static void write_timeline(struct html *html, const struct page_incident *model)
{
    const struct incident *incident = model->incident;
    if (incident->timeline_count == 0)
        return;
    page_section(html, "Timeline");
    html_begin(html, "ol", "timeline card");
    for (size_t i = 0; i < incident->timeline_count; i++) {
        write_event(html, &incident->timeline[i], model->now);
        if (i == 0 && incident->timeline_left_out > 0) {
            html_begin(html, "li", "note");
            html_print(html, "%u left out", incident->timeline_left_out);
            html_end(html);
        }
    }
    html_end(html);
    html_end(html);
}

/* What was first said is worth a look where it was something else. */
static bool was_other(const struct verdict *first, const struct verdict *now)
{
    if (first->cause == CAUSE_NONE || first->cause != now->cause)
        return first->cause != CAUSE_NONE;
    if (first->component == NULL || now->component == NULL)
        return first->component != now->component;
    return strcmp(first->component, now->component) != 0 ||
           words_per_cent(first->confidence) != words_per_cent(now->confidence);
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

static void write_more(struct html *html, const struct incident *incident)
{
    struct buffer target;
    buffer_init(&target, PAGE_ADDRESS_MAX);
    page_runs_address(&(struct page_runs_filter){.state = state_name(STATE_FAILED),
                                                 .since = page_incident_since(incident),
                                                 .until = incident->resolved},
                      &target);
    html_begin(html, "p", "more");
    html_begin_link(html, target.data);
    html_text(html, "All failed runs of that time");
    html_end(html);
    html_end(html);
    buffer_free(&target);
}

void page_incident_render(const struct page_incident *model, struct buffer *out)
{
    const struct incident *incident = model->incident;
    char json[128];
    snprintf(json, sizeof json, "/incidents/%s.json", incident->id);
    const struct page_frame frame = {
        .shop = model->shop,
        .zone = model->zone,
        .title = incident->resolved.us == 0 ? "Open incident" : "Resolved incident",
        .state = page_incident_look(incident),
        .renews = incident->resolved.us == 0 ? 10 : 0,
        .json = json,
        .place = "/incidents",
    };
    struct html *html = page_begin(&frame, out);
    write_head(html, model);
    write_verdict(html, model, "Verdict now", &incident->verdict);
    write_timeline(html, model);
    write_facts(html, model);
    page_section(html, "Runs");
    write_count(html, model);
    page_runs(html, model->shop, model->runs, model->run_count, model->now);
    write_more(html, incident);
    html_end(html);
    if (was_other(&incident->first, &incident->verdict))
        write_verdict(html, model, "Verdict when it was opened", &incident->first);
    page_end(html, &frame, model->now);
}
