/* SPDX-License-Identifier: MIT */
/*
 * Can people buy? One sentence from all journeys and incidents, and one more for who wants to know
 * how that is known. It never says more than was seen: what was not looked at is not said to work.
 */
#include "reporters/page_model.h"

#include "monitor/base/memory.h"
#include "reporters/page_clock.h"
#include "reporters/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INCIDENTS_NAMED = 3 };

/* What the cells add up to. A journey is counted under the worst that one of its cells shows. */
struct tally {
    unsigned cells, ended[STATE_SKIPPED + 1];
    unsigned paused;                        /* cells */
    unsigned failing, late, blind, stopped; /* journeys; blind: no cell of it tells anything;
                                               stopped: all of them are paused */
    const struct page_journey *first_failing, *second_failing, *first_late, *first_blind,
        *first_stopped;
    unsigned places, places_failing, places_passing; /* vantage points; others tell nothing */
    const char *first_place_failing;
    const struct incident *incidents[INCIDENTS_NAMED]; /* of what fails, the oldest first */
    size_t incident_count;                             /* may be more */
    struct wall_time last;                             /* when the last run ended */
    const char *reason;                                /* of a run that could not look */
    enum symptom symptom;
};

/* Another journey's incident may be older, or worse: it says nothing of this failure. */
static void tally_incident(const struct page_overview *model, const struct run *failed,
                           bool *covered)
{
    for (size_t i = 0; i < model->open_count; i++)
        if (!covered[i])
            covered[i] = page_incident_covers(&model->open[i], failed);
}

static void tally_incidents(const struct page_overview *model, const bool *covered,
                            struct tally *tally)
{
    for (size_t i = 0; i < model->open_count; i++) {
        if (!covered[i])
            continue;
        size_t n = tally->incident_count++;
        n = n < INCIDENTS_NAMED ? n : INCIDENTS_NAMED;
        for (; n > 0 && model->open[i].began.us < tally->incidents[n - 1]->began.us; n--)
            if (n < INCIDENTS_NAMED)
                tally->incidents[n] = tally->incidents[n - 1];
        if (n < INCIDENTS_NAMED)
            tally->incidents[n] = &model->open[i];
    }
}

static void tally_journey(const struct page_overview *model, const struct page_journey *journey,
                          bool *covered, struct tally *tally)
{
    unsigned ended[STATE_SKIPPED + 1] = {0}, cells = 0, paused = 0;
    const char *vantage;
    for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++, cells++) {
        struct page_cell cell = page_cell(model, journey, vantage);
        ended[cell.state]++;
        tally->ended[cell.state]++;
        paused += cell.paused;
        if (cell.run == NULL || cell.paused)
            continue;
        if (cell.state == STATE_FAILED)
            tally_incident(model, cell.run, covered);
        if (cell.run->slot.ended.us > tally->last.us)
            tally->last = cell.run->slot.ended;
        const struct run_step *failure = run_first_failure(cell.run);
        if (cell.run->state == STATE_UNKNOWN && tally->reason == NULL)
            tally->reason = cell.run->reason;
        if (cell.run->state == STATE_UNKNOWN && failure != NULL)
            tally->symptom = failure->symptom;
    }
    tally->cells += cells;
    tally->paused += paused;
    if (ended[STATE_FAILED] > 0) {
        if (tally->failing++ == 0)
            tally->first_failing = journey;
        else if (tally->failing == 2)
            tally->second_failing = journey;
    } else if (ended[STATE_DEGRADED] > 0 && tally->late++ == 0) {
        tally->first_late = journey;
    } else if (paused == cells) {
        if (tally->stopped++ == 0)
            tally->first_stopped = journey;
    } else if (ended[STATE_UNKNOWN] == cells && tally->blind++ == 0) {
        tally->first_blind = journey;
    }
}

static void tally_place(const struct page_overview *model, const char *name, struct tally *tally)
{
    bool failing = false, passing = false;
    for (size_t i = 0; i < model->journey_count; i++) {
        const char *vantage;
        for (size_t n = 0; (vantage = page_vantage(model, &model->journeys[i], n)) != NULL; n++) {
            if (strcmp(vantage, name) != 0)
                continue;
            enum state state = page_cell(model, &model->journeys[i], name).state;
            failing |= state == STATE_FAILED;
            passing |= state == STATE_PASSED || state == STATE_DEGRADED;
        }
    }
    tally->places++;
    tally->places_passing += !failing && passing;
    if (failing && tally->places_failing++ == 0)
        tally->first_place_failing = name;
}

static void append(struct page_headline *headline, const char *format, ...) PRINTF_LIKE(2, 3);
static void append(struct page_headline *headline, const char *format, ...)
{
    size_t length = strlen(headline->detail);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(headline->detail + length, sizeof headline->detail - length, format, arguments);
    va_end(arguments);
}

/* ` Still working: Shop database, Payment provider.` */
static void say_what_works(const struct page_overview *model, struct page_headline *headline)
{
    const char *separator = " Still working: ";
    for (size_t i = 0; i < model->shop->component_count; i++) {
        const struct component *component = &model->shop->components[i];
        struct page_component now;
        page_component(model, component->name, component->kind, &now);
        if (now.state != STATE_PASSED)
            continue;
        append(headline, "%s%.60s", separator,
               component->title != NULL ? component->title : component->name);
        separator = ", ";
    }
    if (separator[0] == ',')
        append(headline, ".");
}

/* `the database (Shop database, orders)` */
static void say_whom(const struct page_overview *model, const struct verdict *verdict,
                     struct page_headline *headline)
{
    struct arena *arena = arena_create();
    append(headline, "%s", words_cause(verdict->cause));
    if (verdict->component != NULL)
        append(headline, " (%.100s)", shop_title(model->shop, verdict->component, arena));
    arena_free(arena);
}

/* One is not the cause of what another one is. */
static void say_causes(const struct page_overview *model, const struct tally *tally,
                       struct page_headline *headline)
{
    append(headline, "%zu incidents at once: ", tally->incident_count);
    for (size_t i = 0; i < tally->incident_count && i < INCIDENTS_NAMED; i++) {
        const struct verdict *verdict = &tally->incidents[i]->verdict;
        append(headline, "%s", i > 0 ? "; " : "");
        say_whom(model, verdict, headline);
        if (verdict->cause != CAUSE_UNDETERMINED)
            append(headline, ", %d %%", words_per_cent(verdict->confidence));
    }
    append(headline, tally->incident_count > INCIDENTS_NAMED ? " and more." : ".");
}

/* What is behind a failure, as far as it is known. */
static void say_cause(const struct page_overview *model, const struct tally *tally,
                      struct page_headline *headline)
{
    const struct verdict *verdict =
        tally->incident_count > 0 ? &tally->incidents[0]->verdict : NULL;
    if (verdict == NULL) {
        append(headline, "Not confirmed yet: the next replay confirms it or clears it.");
    } else if (tally->incident_count > 1) {
        say_causes(model, tally, headline);
    } else if (verdict->cause == CAUSE_UNDETERMINED) {
        append(headline, "The cause is not determined yet.");
    } else {
        append(headline, "The cause is ");
        say_whom(model, verdict, headline);
        append(headline, ": %s, %d %%.", words_confidence(verdict->confidence),
               words_per_cent(verdict->confidence));
    }
}

/* ` From 2 other places it passes.` */
static void say_places(unsigned count, unsigned others, const char *what,
                       struct page_headline *headline)
{
    if (count == 1)
        append(headline, " From %s other place it %s.", others == 1 ? "the" : "1", what);
    else if (count > 1)
        append(headline, " From %u other places it %s.", count, what);
}

static void say_elsewhere(const struct tally *tally, struct page_headline *headline)
{
    unsigned others = tally->places - tally->places_failing;
    say_places(tally->places_passing, others, "passes", headline);
    say_places(others - tally->places_passing, others, "cannot be told", headline);
}

static void say_failing(const struct page_overview *model, const struct tally *tally,
                        struct page_headline *headline)
{
    char subject[PAGE_SENTENCE_MAX / 2], place[PAGE_SENTENCE_MAX / 4] = "", since[64] = "";
    char clock[PAGE_CLOCK_MAX];
    if (tally->failing == 1)
        snprintf(subject, sizeof subject, "%.200s is", tally->first_failing->name);
    else if (tally->failing == 2)
        snprintf(subject, sizeof subject, "%.100s and %.100s are", tally->first_failing->name,
                 tally->second_failing->name);
    else if (tally->failing == model->journey_count)
        snprintf(subject, sizeof subject, "All %u journeys are", tally->failing);
    else
        snprintf(subject, sizeof subject, "%u of %zu journeys are", tally->failing,
                 model->journey_count);
    subject[0] = words_capital(subject[0]);
    if (tally->places_failing == 1 && tally->places > 1)
        snprintf(place, sizeof place, " from %.100s",
                 shop_vantage_title(model->shop, tally->first_place_failing));
    else if (tally->places_failing < tally->places)
        snprintf(place, sizeof place, " from %u of %u places", tally->places_failing,
                 tally->places);
    if (tally->incident_count > 0)
        snprintf(since, sizeof since, " since %s",
                 page_clock(model->zone, tally->incidents[0]->began, model->now, clock));
    headline->state = STATE_FAILED;
    snprintf(headline->sentence, sizeof headline->sentence, "%s failing%s%s", subject, place,
             since);
    say_cause(model, tally, headline);
    say_elsewhere(tally, headline);
    say_what_works(model, headline);
}

static void say_unknown(const struct page_overview *model, const struct tally *tally,
                        struct page_headline *headline)
{
    char clock[PAGE_CLOCK_MAX];
    bool all = tally->ended[STATE_UNKNOWN] - tally->paused == tally->cells;
    headline->state = STATE_UNKNOWN;
    if (all)
        snprintf(headline->sentence, sizeof headline->sentence, "We cannot tell right now");
    else if (tally->blind == 1)
        snprintf(headline->sentence, sizeof headline->sentence,
                 "We cannot tell whether %.200s works", tally->first_blind->name);
    else
        snprintf(headline->sentence, sizeof headline->sentence,
                 "We cannot tell whether %u of %zu journeys work", tally->blind,
                 model->journey_count);
    if (tally->last.us == 0) {
        snprintf(headline->sentence, sizeof headline->sentence, "We cannot tell yet");
        snprintf(headline->detail, sizeof headline->detail,
                 "No journey has been replayed so far. The first slots are due.");
    } else if (tally->symptom != SYMPTOM_NONE) {
        snprintf(headline->detail, sizeof headline->detail, "%s", symptom_sentence(tally->symptom));
    } else if (tally->reason != NULL) {
        snprintf(headline->detail, sizeof headline->detail, "%.300s", words_reason(tally->reason));
    } else if (tally->last.us > model->now.us) {
        snprintf(headline->detail, sizeof headline->detail,
                 "The last run ended at %s, which is still to come: the clock was set back.",
                 page_clock(model->zone, tally->last, model->now, clock));
    } else {
        snprintf(headline->detail, sizeof headline->detail, "The last run ended at %s.",
                 page_clock(model->zone, tally->last, model->now, clock));
    }
}

static void say_working(const struct page_overview *model, const struct tally *tally,
                        struct page_headline *headline)
{
    const char *what = tally->stopped > 0 ? "Everything else works" : "Everything works";
    unsigned unseen = tally->ended[STATE_UNKNOWN] - tally->paused;
    headline->state = STATE_PASSED;
    snprintf(headline->sentence, sizeof headline->sentence, "%s", what);
    if (tally->late == 1)
        snprintf(headline->sentence, sizeof headline->sentence, "%s, %.200s slowly", what,
                 tally->first_late->name);
    else if (tally->late > 1)
        snprintf(headline->sentence, sizeof headline->sentence, "%s, but slowly", what);
    if (tally->late > 0)
        headline->state = STATE_DEGRADED;
    if (unseen > 0)
        snprintf(headline->detail, sizeof headline->detail,
                 "%u of %u replays could not be made; the others pass.%s%s", unseen, tally->cells,
                 tally->symptom != SYMPTOM_NONE ? " " : "",
                 tally->symptom != SYMPTOM_NONE ? symptom_sentence(tally->symptom) : "");
    else if (tally->paused > 0)
        snprintf(headline->detail, sizeof headline->detail,
                 "%u of %u replays are paused; the others pass.", tally->paused, tally->cells);
    else if (model->open_count > 0)
        snprintf(headline->detail, sizeof headline->detail,
                 "The open incident is closed when this stays so.");
    else
        snprintf(headline->detail, sizeof headline->detail,
                 "%zu journey%s, replayed from %u place%s: all pass.", model->journey_count,
                 model->journey_count == 1 ? "" : "s", tally->places,
                 tally->places == 1 ? "" : "s");
}

/* Nobody sees how what is paused does: it comes first. */
static void say_stopped(const struct page_overview *model, const struct tally *tally,
                        struct page_headline *headline)
{
    char rest[PAGE_SENTENCE_MAX];
    memcpy(rest, headline->sentence, sizeof rest);
    if (tally->stopped == model->journey_count)
        snprintf(headline->sentence, sizeof headline->sentence, "Everything is paused");
    else if (tally->stopped == 1)
        snprintf(headline->sentence, sizeof headline->sentence, "%.150s is paused. %.300s",
                 tally->first_stopped->name, rest);
    else
        snprintf(headline->sentence, sizeof headline->sentence,
                 "%u of %zu journeys are paused. %.300s", tally->stopped, model->journey_count,
                 rest);
    headline->sentence[0] = words_capital(headline->sentence[0]);
    if (tally->stopped == model->journey_count)
        snprintf(headline->detail, sizeof headline->detail,
                 "Nothing is replayed, so nobody knows whether people can buy.");
    if (headline->state != STATE_FAILED)
        headline->state = STATE_UNKNOWN;
}

void page_headline(const struct page_overview *model, struct page_headline *ret_headline)
{
    struct tally tally = {0};
    bool *covered = memory_allocate(model->open_count + 1, sizeof *covered);
    *ret_headline = (struct page_headline){0};
    for (size_t i = 0; i < model->journey_count; i++)
        tally_journey(model, &model->journeys[i], covered, &tally);
    tally_incidents(model, covered, &tally);
    free(covered);
    for (size_t i = 0; i < model->shop->vantage_count; i++)
        tally_place(model, model->shop->vantages[i].name, &tally);
    if (tally.failing > 0)
        say_failing(model, &tally, ret_headline);
    else if (tally.blind > 0 || tally.cells == 0)
        say_unknown(model, &tally, ret_headline);
    else
        say_working(model, &tally, ret_headline);
    if (tally.stopped > 0 && tally.failing > 0)
        append(ret_headline, " %u of %zu journeys %s paused.", tally.stopped, model->journey_count,
               tally.stopped == 1 ? "is" : "are");
    else if (tally.stopped > 0)
        say_stopped(model, &tally, ret_headline);
}
