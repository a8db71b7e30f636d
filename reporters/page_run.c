/* SPDX-License-Identifier: MIT */
/* One run, in full: how it ended and why, when, what went over the wire, step by step. */
#include "reporters/page.h"

#include "reporters/excerpt.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

static void write_head(struct html *html, const struct shop *shop, const struct run *run)
{
    page_begin_answer(html, run->state);
    html_print(html, "%s from %s, ", run_span(run).start.us != 0 ? "A run" : "A slot without a run",
               shop_vantage_title(shop, run->vantage));
    page_exact_time(html, run->slot.planned);
    html_end(html);
    html_begin(html, "h1", NULL);
    html_print(html, "%s %s", run->journey, state_name(run->state));
    html_end(html);
    html_begin(html, "p", NULL);
    const struct run_step *failure = run_first_failure(run);
    if (failure != NULL)
        html_print(html, "%s Step “%s”.", symptom_sentence(failure->symptom), failure->name);
    else if (run->reason != NULL)
        html_text(html, words_reason(run->reason));
    else {
        html_text(html, "All steps took ");
        page_duration(html, run_latency(run));
        html_text(html, ".");
    }
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_verdict(struct html *html, const struct shop *shop, const struct run *run)
{
    if (run->verdict.cause == CAUSE_NONE)
        return;
    page_section(html, "Verdict");
    html_begin(html, "div", "card incident");
    html_begin(html, "p", "blame");
    page_blame(html, shop, &run->verdict);
    html_end(html);
    html_leaf(html, "p", "summary", run->verdict.summary);
    page_verdict(html, &run->verdict, "h3");
    page_suspects(html, &run->verdict, "h3");
    html_end(html);
    html_end(html);
}

static void write_place(struct html *html, const struct run *run, const struct run_step *step)
{
    const char *file = step->file != NULL ? step->file : run->file;
    if (file == NULL || step->line == 0)
        return;
    page_fact(html, "Written in");
    html_begin(html, "code", NULL);
    html_print(html, "%s:%d:%d", file, step->line, step->column);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_code_fact(struct html *html, const char *name, const char *text)
{
    if (text == NULL)
        return;
    page_fact(html, name);
    html_leaf(html, "code", NULL, text);
    html_end(html);
    html_end(html);
}

static void write_wire(struct html *html, const struct exchange *exchange)
{
    struct buffer text;
    buffer_init(&text, PAGE_SENTENCE_MAX * 4);
    words_request(exchange, &text);
    page_fact_text(html, "Request", text.data);
    buffer_clear(&text);
    if (words_tcp(exchange, &text))
        page_fact_text(html, "Kernel says", text.data);
    buffer_free(&text);
}

/* What a page says to people stands before its source. */
static void write_body(struct html *html, const char *excerpt)
{
    enum { LINE_WIDTH = 100 };
    if (excerpt == NULL || excerpt[0] == '\0')
        return;
    struct buffer text;
    buffer_init(&text, EXCERPT_TEXT_MAX);
    if (excerpt_say(excerpt, LINE_WIDTH, &text)) {
        html_leaf(html, "p", "note", "The answer is a page that says:");
        page_pre(html, "says", "What the page says", text.data);
    }
    html_leaf(html, "p", "note", "The answer's body begins:");
    page_pre(html, NULL, "The beginning of the body", excerpt);
    buffer_free(&text);
}

/* What a failed step expected and got; the evidence an engineer reads first. */
static void write_failure(struct html *html, const struct run *run, const struct run_step *step)
{
    const struct exchange *last = run_last_exchange(step);
    html_begin(html, "div", "card failure");
    html_leaf(html, "h3", NULL, step->name);
    html_begin(html, "p", "summary");
    html_print(html, "%s ", symptom_sentence(step->symptom));
    html_leaf(html, "code", NULL, symptom_code(step->symptom));
    html_end(html);
    html_begin(html, "dl", "facts");
    write_code_fact(html, "Expected", words_expected(step));
    write_code_fact(html, "Where", step->values);
    write_code_fact(html, "Came", words_came(step));
    if (step->actual != NULL && last != NULL)
        write_code_fact(html, "Detail", last->detail);
    write_place(html, run, step);
    if (last != NULL)
        write_wire(html, last);
    html_end(html);
    write_body(html, step->excerpt);
    html_end(html);
}

static void write_failures(struct html *html, const struct run *run)
{
    bool any = false;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        if (step->symptom == SYMPTOM_NONE || step->state == STATE_SKIPPED)
            continue;
        if (!any)
            page_section(html, "What went wrong");
        any = true;
        write_failure(html, run, step);
    }
    if (any)
        html_end(html);
}

static void write_names(struct html *html, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        html_text(html, i == 0 ? "" : " ");
        html_leaf(html, "code", NULL, names[i]);
    }
}

static void write_step(struct html *html, const struct run_step *step)
{
    const struct exchange *last = run_last_exchange(step);
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, step->name);
    if (step->cleanup)
        html_leaf(html, "span", "note", " cleanup");
    html_end(html);
    html_begin(html, "td", NULL);
    page_badge(html, step->state, state_name(step->state));
    html_end(html);
    html_begin(html, "td", "status");
    if (last != NULL && last->status != 0)
        html_print(html, "%d", last->status);
    else
        html_text(html, "–");
    html_end(html);
    html_begin(html, "td", "needs");
    write_names(html, step->needs, step->needs_count);
    html_end(html);
    html_begin(html, "td", "writes");
    write_names(html, step->writes, step->writes_count);
    html_end(html);
    html_begin(html, "td", "number");
    if (step->exchange_count > 0)
        page_duration(html, step->total);
    else
        html_text(html, "–");
    html_end(html);
    html_end(html);
}

static void write_steps(struct html *html, const struct run *run)
{
    static const char *const columns[] = {"Step", "State", "Status", "Needs", "Writes", "Took"};
    page_section(html, "Steps");
    html_begin(html, "div", "card scroll");
    html_begin(html, "table", "steps");
    page_table_head(html, columns, COUNT_OF(columns));
    html_begin(html, "tbody", NULL);
    for (size_t i = 0; i < run->step_count; i++)
        write_step(html, &run->steps[i]);
    html_end(html);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_start(struct html *html, const struct run *run)
{
    page_fact(html, "Started");
    page_exact_time(html, run->slot.started);
    if (run->slot.started.us > run->slot.planned.us) {
        html_text(html, ", ");
        page_duration(html, wall_between(run->slot.planned, run->slot.started));
        html_text(html, " late");
    }
    html_end(html);
    html_end(html);
}

static void write_document(struct html *html, const struct run *run, const char *ending,
                           const char *text)
{
    char target[64];
    snprintf(target, sizeof target, "/runs/%s%s", run->id, ending);
    html_begin_link(html, target);
    html_text(html, text);
    html_end(html);
}

static void write_documents(struct html *html, const struct run *run)
{
    page_fact(html, "To keep");
    write_document(html, run, ".har", "HTTP archive (HAR)");
    html_text(html, ", ");
    write_document(html, run, ".json", "record (JSON)");
    html_end(html);
    html_end(html);
}

static void write_slot(struct html *html, const struct run *run)
{
    page_section(html, "Slot");
    html_begin(html, "dl", "facts card");
    page_fact_time(html, "Planned", run->slot.planned);
    if (run->step_count > 0)
        write_start(html, run);
    page_fact_time(html, "Ended", run->slot.ended);
    page_fact_text(html, "Reason", run->reason != NULL ? words_reason(run->reason) : NULL);
    write_code_fact(html, "Scenario", run->file);
    page_fact(html, "Run");
    html_leaf(html, "code", NULL, run->id);
    html_end(html);
    html_end(html);
    write_documents(html, run);
    html_end(html);
    html_end(html);
}

void page_run_render(const struct shop *shop, const struct run *run, struct wall_time now,
                     const struct zone *zone, struct buffer *out)
{
    char title[PAGE_SENTENCE_MAX], json[64];
    snprintf(title, sizeof title, "%.200s %s", run->journey, state_name(run->state));
    snprintf(json, sizeof json, "/runs/%s.json", run->id);
    const struct page_frame frame = {
        .shop = shop,
        .zone = zone,
        .title = title,
        .state = run->state,
        .json = json,
        .place = "/runs",
    };
    struct html *html = page_begin(&frame, out);
    write_head(html, shop, run);
    write_verdict(html, shop, run);
    write_failures(html, run);
    if (run->step_count > 0) {
        page_section(html, "Waterfall");
        page_waterfall(html, run);
        html_end(html);
        write_steps(html, run);
    }
    write_slot(html, run);
    page_end(html, &frame, now);
}
