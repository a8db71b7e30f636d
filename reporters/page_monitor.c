/* SPDX-License-Identifier: MIT */
/* How the monitor itself is: what ails it, its numbers, its reporters. */
#include "reporters/page.h"

#include "monitor/record/health.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <inttypes.h>

enum { COLUMNS = 4 }; /* of a listing */

static void write_answer(struct html *html, const struct health *health, bool well)
{
    page_begin_answer(html, well ? STATE_PASSED : STATE_FAILED);
    html_text(html, "Can one rely on what the monitor says?");
    html_end(html);
    html_leaf(html, "h1", NULL, well ? "The monitor is well" : "The monitor is not well");
    html_begin(html, "p", NULL);
    html_text(html, "Running for ");
    page_lasting(html, wall_between((struct wall_time){health->started}, health->now));
    html_print(html, "; shopwatch %s.", health->version != NULL ? health->version : "");
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_problems(struct html *html, const struct health *health)
{
    bool any = false;
    for (enum health_problem problem = 0; problem < HEALTH_PROBLEM_COUNT; problem++) {
        struct buffer text;
        buffer_init(&text, PAGE_SENTENCE_MAX * 4);
        if (health_has_problem(health, problem, &text)) {
            if (!any)
                page_section(html, "What ails it");
            any = true;
            html_begin(html, "div",
                       health_problem_is_serious(problem) ? "card failure"
                                                          : "card failure degraded");
            html_begin(html, "p", NULL);
            html_text(html, text.data);
            html_text(html, " ");
            html_leaf(html, "code", NULL, health_problem_code(problem));
            html_end(html);
            html_end(html);
        }
        buffer_free(&text);
    }
    if (any)
        html_end(html);
}

static void write_value(struct html *html, const struct health_number *number)
{
    switch (number->kind) {
    case HEALTH_SECONDS:
        page_duration(html, number->value);
        break;
    case HEALTH_MOMENT:
        page_exact_time(html, (struct wall_time){number->value});
        break;
    case HEALTH_BYTES:
        html_print(html, "%.1f MiB", (double)number->value / (1024 * 1024));
        break;
    case HEALTH_COUNT:
    case HEALTH_COUNTER:
        html_print(html, "%" PRId64, number->value);
        break;
    }
}

static void write_numbers(struct html *html, const struct health *health)
{
    struct health_number number;
    page_section(html, "In numbers");
    html_begin(html, "dl", "facts wide card");
    for (size_t n = 0; health_number(health, n, &number); n++) {
        page_fact(html, number.help);
        write_value(html, &number);
        html_end(html);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

/* A row's last cell; where there is nothing to tell a dash, and on a phone nothing. `unit`: what it
 * is, where its column has no head. */
static void write_time(struct html *html, bool known, duration time, const char *unit)
{
    html_begin(html, "td", known ? "number" : "number none");
    if (known) {
        page_duration(html, time);
        html_leaf(html, "span", "unit", unit);
    } else {
        html_text(html, "–");
    }
    html_end(html);
}

/* A row as far as the note behind its name. */
static void begin_row(struct html *html, const char *name)
{
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, name);
    html_begin(html, "span", "note");
}

/* Its next two cells, when the note is written. */
static void write_outcome(struct html *html, enum state look, const char *words,
                          const char *outcome)
{
    html_end(html);
    html_end(html);
    html_begin(html, "td", "status");
    page_badge(html, look, words);
    html_end(html);
    html_begin(html, "td", "outcome");
    html_text(html, outcome);
    html_end(html);
}

static void begin_listing(struct html *html, const char *heading,
                          const char *const columns[COLUMNS])
{
    page_section(html, heading);
    html_begin(html, "div", "card listing");
    html_begin(html, "table", "reporters");
    page_table_head(html, columns, COLUMNS);
    html_begin(html, "tbody", NULL);
}

static void end_listing(struct html *html)
{
    html_end(html);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_reporter(struct html *html, const struct health_reporter *reporter)
{
    bool well = reporter->trouble == NULL;
    begin_row(html, reporter->name);
    html_print(html, " %s", reporter->kind);
    write_outcome(html, well ? STATE_PASSED : STATE_FAILED, well ? "well" : "in trouble",
                  reporter->trouble);
    write_time(html, reporter->behind > 0, reporter->behind, " behind");
    html_end(html);
}

static void write_reporters(struct html *html, const struct health *health)
{
    static const char *const columns[COLUMNS] = {"Reporter", "State", "Trouble", "Behind"};
    if (health->reporter_count == 0)
        return;
    begin_listing(html, "Reporters", columns);
    for (size_t i = 0; i < health->reporter_count; i++)
        write_reporter(html, &health->reporters[i]);
    end_listing(html);
}

/* --- databases that are asked directly ---------------------------------------------------------
 */

static const struct {
    enum state look;
    const char *words;
} outcomes[] = {
    [DATABASE_UNASKED] = {STATE_UNKNOWN, "not asked"},
    [DATABASE_GOOD] = {STATE_PASSED, "well"},
    [DATABASE_FAILED] = {STATE_FAILED, "failed"},
    [DATABASE_HUNG] = {STATE_FAILED, "no answer"},
    [DATABASE_BLIND] = {STATE_DEGRADED, "cannot look"},
};

static void write_finding(struct html *html, const struct database_state *database,
                          const struct database_finding *finding)
{
    begin_row(html, database->component);
    html_print(html, " %s%s%s", database_check_word(finding->check),
               finding->table != NULL ? " of " : "", finding->table != NULL ? finding->table : "");
    write_outcome(html, outcomes[finding->outcome].look, outcomes[finding->outcome].words,
                  finding->text);
    write_time(html, finding->at.us != 0, finding->time, " to answer");
    html_end(html);
}

static void write_databases(struct html *html, const struct health *health)
{
    static const char *const columns[COLUMNS] = {"Database", "State", "What it says", "Time"};
    if (health->database_count == 0)
        return;
    begin_listing(html, "Databases that are asked directly", columns);
    for (size_t i = 0; i < health->database_count; i++)
        for (size_t j = 0; j < health->databases[i]->finding_count; j++)
            write_finding(html, health->databases[i], &health->databases[i]->findings[j]);
    end_listing(html);
}

void page_monitor_render(const struct shop *shop, const struct health *health,
                         const struct zone *zone, struct buffer *out)
{
    bool well = health_is_well(health);
    const struct page_frame frame = {
        .shop = shop,
        .zone = zone,
        .title = well ? "The monitor is well" : "The monitor is not well",
        .state = well ? STATE_PASSED : STATE_FAILED,
        .renews = 10,
        .json = "/healthz",
        .place = "/monitor",
    };
    struct html *html = page_begin(&frame, out);
    write_answer(html, health, well);
    write_problems(html, health);
    write_reporters(html, health);
    write_databases(html, health);
    write_numbers(html, health);
    page_end(html, &frame, health->now);
}
