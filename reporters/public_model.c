/* SPDX-License-Identifier: MIT */
/* How the journeys do, and how they did. See public.h. */
#include "reporters/public.h"

#include "monitor/base/zone.h"
#include "monitor/schedule/window.h"
#include "reporters/words.h"
#include "scenarios/cron.h"

#include <stdio.h>
#include <string.h>

/* Failures past this share make a day one of outage: 72 minutes of it. */
#define BAD_SHARE 0.05
/* And late ones past this share a slow one. */
#define SLOW_SHARE 0.5

static const struct {
    const char *words, *theirs;
    enum state look;
} states[] = {
#define X(name, words, theirs, look) {words, theirs, look},
    PUBLIC_STATE_TABLE(X)
#undef X
};

const char *public_state_words(enum public_state state)
{
    return states[state].words;
}

const char *public_state_theirs(enum public_state state)
{
    return states[state].theirs;
}

enum state public_state_look(enum public_state state)
{
    return states[state].look;
}

/* --- windows ---------------------------------------------------------------------------------- */

bool public_window_at(const struct maintenance *maintenance, struct wall_time now,
                      struct public_window *ret_window)
{
    *ret_window = (struct public_window){.maintenance = maintenance};
    if (maintenance->cancelled.us != 0)
        return false;
    if (maintenance->cron == NULL) {
        ret_window->start = maintenance->start;
        ret_window->end = maintenance->end;
    } else {
        /* The first that is not over. */
        struct wall_time before = wall_after(now, -maintenance->lasting);
        ret_window->start = cron_after(maintenance->cron, maintenance->zone, before);
        if (ret_window->start.us == INT64_MAX)
            return false;
        ret_window->end = wall_after(ret_window->start, maintenance->lasting);
    }
    ret_window->on = ret_window->start.us <= now.us;
    return ret_window->end.us == 0 || ret_window->end.us > now.us;
}

bool public_window_is_about(const struct public_window *window,
                            const struct public_journey *journey)
{
    const struct maintenance_subject subject = {
        .journey = journey->journey->name,
        .components = journey->journey->components,
        .component_count = journey->journey->component_count,
    };
    return maintenance_is_about(window->maintenance, &subject);
}

/* --- now -------------------------------------------------------------------------------------- */

bool public_incident_is_told(const struct incident *incident)
{
    return incident->version > 0 && !incident->muted && incident->merged == NULL;
}

bool public_incident_is_open(const struct incident *incident)
{
    return incident->resolved.us == 0;
}

bool public_incident_is_about(const struct incident *incident, const char *journey)
{
    bool shown = incident_is_shown(incident);
    for (size_t i = 0; i < incident->shower_count; i++)
        if ((!shown || incident->showers[i].recovered.us == 0) &&
            strcmp(incident->showers[i].journey, journey) == 0)
            return true;
    return incident->shower_count == 0 && incident->journey != NULL &&
           strcmp(incident->journey, journey) == 0;
}

static bool has_open_incident(const struct public_view *view, const char *journey)
{
    for (size_t i = 0; i < view->incident_count; i++)
        if (public_incident_is_open(&view->incidents[i]) &&
            public_incident_is_about(&view->incidents[i], journey))
            return true;
    return false;
}

static bool is_maintained(const struct public_view *view, const struct public_journey *journey)
{
    for (size_t i = 0; i < view->window_count; i++)
        if (view->windows[i].on && public_window_is_about(&view->windows[i], journey))
            return true;
    return false;
}

/*
 * The rule of what is told:
 * - A journey fails where an open incident tells of it and a place sees it fail, also in planned
 *   maintenance. What fails without one is maintenance's, or was seen just now and is checked.
 * - Where no place sees it fail and an open incident tells of it, it works again.
 * - A cell, an open incident and the headline are what journeys are: a cell fails only where its
 *   journey does; an incident is what the worst of its journeys is, the headline what the worst of
 *   all is. So nothing is red under a headline that is not.
 */
static enum public_state judge_journey(const struct public_view *view,
                                       const struct public_journey *journey)
{
    size_t ended[STATE_SKIPPED + 1] = {0};
    for (size_t i = 0; i < journey->cell_count; i++)
        ended[journey->cells[i].state]++;
    size_t seen = journey->cell_count - ended[STATE_UNKNOWN];
    bool told = has_open_incident(view, journey->journey->name);
    if (ended[STATE_FAILED] > 0 && told)
        return ended[STATE_FAILED] == seen ? PUBLIC_FAILING : PUBLIC_PARTLY;
    if (is_maintained(view, journey))
        return PUBLIC_MAINTAINED;
    if (seen == 0)
        return PUBLIC_UNKNOWN;
    if (ended[STATE_FAILED] > 0)
        return PUBLIC_CHECKED;
    if (told)
        return PUBLIC_RECOVERING;
    return ended[STATE_DEGRADED] * 2 > seen ? PUBLIC_SLOW : PUBLIC_WORKING;
}

const struct public_cell *public_cell_of(const struct public_journey *journey, const char *vantage)
{
    for (size_t i = 0; i < journey->cell_count; i++)
        if (strcmp(journey->cells[i].vantage, vantage) == 0)
            return &journey->cells[i];
    return NULL;
}

enum public_state public_cell_state(const struct public_journey *journey,
                                    const struct public_cell *cell)
{
    bool fails = journey->state >= PUBLIC_PARTLY;
    switch (cell->state) {
    case STATE_PASSED:
        return PUBLIC_WORKING;
    case STATE_DEGRADED:
        return PUBLIC_SLOW;
    case STATE_FAILED:
        return fails ? PUBLIC_FAILING : journey->state;
    default:
        return journey->state == PUBLIC_MAINTAINED ? PUBLIC_MAINTAINED : PUBLIC_UNKNOWN;
    }
}

enum public_state public_incident_state(const struct public_view *view,
                                        const struct incident *incident)
{
    enum public_state worst = PUBLIC_WORKING;
    bool tried = !public_incident_is_open(incident);
    for (size_t i = 0; i < view->journey_count && public_incident_is_open(incident); i++) {
        const struct public_journey *journey = &view->journeys[i];
        if (!public_incident_is_about(incident, journey->journey->name))
            continue;
        tried = true;
        if (journey->state > worst)
            worst = journey->state;
    }
    return tried ? worst : PUBLIC_UNKNOWN;
}

static void judge_cells(struct public_view *view, struct public_journey *journey)
{
    for (size_t i = 0; i < journey->cell_count; i++) {
        struct public_cell *cell = &journey->cells[i];
        if (!cell->known) {
            cell->state = STATE_UNKNOWN;
            continue;
        }
        if (cell->ended.us > view->as_of.us && cell->ended.us <= view->now.us)
            view->as_of = cell->ended;
        struct wall_time end =
            page_out_of_sight(journey->journey, journey->cell_count, cell->planned, cell->ended);
        if (view->now.us > end.us || cell->planned.us > view->now.us)
            cell->state = STATE_UNKNOWN;
    }
}

void public_judge(struct public_view *view)
{
    view->as_of = (struct wall_time){0};
    for (size_t i = 0; i < view->journey_count; i++) {
        struct public_journey *journey = &view->journeys[i];
        judge_cells(view, journey);
        journey->sum = (struct store_counts){0};
        for (size_t day = 0; day < PUBLIC_DAYS; day++)
            store_counts_add(&journey->sum, &journey->days[day]);
        journey->state = judge_journey(view, journey);
    }
}

/* --- then ------------------------------------------------------------------------------------- */

uint64_t public_tries(const struct store_counts *counts)
{
    return (uint64_t)counts->passed + counts->degraded + counts->failed + counts->unknown;
}

enum public_day_kind public_day_kind(const struct store_counts *counts)
{
    double seen = (double)public_tries(counts) - counts->unknown;
    if (public_tries(counts) == 0)
        return PUBLIC_DAY_NOTHING;
    if (seen == 0)
        return PUBLIC_DAY_BLIND;
    if (counts->failed > BAD_SHARE * seen)
        return PUBLIC_DAY_BAD;
    return counts->failed > 0 || counts->degraded > SLOW_SHARE * seen ? PUBLIC_DAY_SOME
                                                                      : PUBLIC_DAY_GOOD;
}

/* In hundredths of a per cent, rounded down: 99.996 % is not 100 %. */
static unsigned share_of(uint64_t part, uint64_t whole)
{
    return (unsigned)(part * 10000 / whole);
}

static void print_share(unsigned share, char text[16])
{
    if (share == 10000)
        snprintf(text, 16, "100");
    else if (share >= 9900)
        snprintf(text, 16, "%u.%02u", share / 100, share % 100);
    else
        snprintf(text, 16, "%u.%u", share / 100, share % 100 / 10);
}

static void print_range(unsigned low, unsigned high, char text[PUBLIC_UPTIME_MAX])
{
    char from[16], to[16];
    print_share(low, from);
    print_share(high, to);
    snprintf(text, PUBLIC_UPTIME_MAX, strcmp(from, to) == 0 ? "%s %%" : "%s–%s %%", from, to);
}

void public_goal_say(const struct public_goal *goal, struct buffer *out)
{
    char text[DURATION_TEXT_MAX], range[PUBLIC_UPTIME_MAX];
    if (goal->target <= 0)
        return;
    buffer_print(out, "Goal: %.10g %%", goal->target * 100);
    if (goal->within > 0)
        buffer_print(out, " within %s", duration_print(goal->within, text));
    print_range((unsigned)(goal->success.low * 10000 + 1e-6),
                (unsigned)(goal->success.high * 10000 + 1e-6), range);
    buffer_print(out, " over %s; so far %s.", words_stretch(goal->over, text), range);
}

void public_uptime(const struct store_counts *counts, char text[PUBLIC_UPTIME_MAX])
{
    uint64_t tries = public_tries(counts), good = (uint64_t)counts->passed + counts->degraded;
    if (tries == 0 || tries == counts->unknown) {
        snprintf(text, PUBLIC_UPTIME_MAX, "%s", tries == 0 ? "no data yet" : "not known");
        return;
    }
    print_range(share_of(good, tries), share_of(good + counts->unknown, tries), text);
}

const char *public_count(uint64_t count, char text[PUBLIC_COUNT_MAX])
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    char *out = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}
