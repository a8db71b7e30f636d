/* SPDX-License-Identifier: MIT */
/* Journeys, components and clock of the overview. See page_model.h; the headline has its own file.
 */
#include "reporters/page_model.h"

#include "scenarios/cron.h"
#include "scenarios/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A journey is out of sight once this many slots in a row have left no run. */
enum { SLOTS_MISSED = 3 };

duration page_span(duration every)
{
    static const duration spans[] = {
        10 * DURATION_SECOND, 30 * DURATION_SECOND, DURATION_MINUTE,
        2 * DURATION_MINUTE,  5 * DURATION_MINUTE,  10 * DURATION_MINUTE,
        15 * DURATION_MINUTE, 30 * DURATION_MINUTE, DURATION_HOUR,
    };
    _Static_assert(COUNT_OF(spans) <= PAGE_SPANS_MAX, "too many spans");
    size_t n = 0;
    while (n + 1 < COUNT_OF(spans) && spans[n] < every)
        n++;
    return spans[n];
}

struct page_journey page_journey_of(const struct scenario *scenario, duration every)
{
    return (struct page_journey){
        .name = scenario->journey,
        .about = scenario->about,
        .every = every > 0 ? every : scenario->every,
        .cron = every > 0 ? NULL : scenario->cron,
        .zone = scenario->zone,
        .rotates = scenario->mode == MODE_ROTATE,
        .from = scenario->from,
        .from_count = scenario->from_count,
        .components = scenario->components,
        .component_count = scenario->component_count,
    };
}

const char *page_journey_vantage(const struct shop *shop, const struct page_journey *journey,
                                 size_t n)
{
    if (journey->from_count > 0)
        return n < journey->from_count ? journey->from[n] : NULL;
    return n < shop->vantage_count ? shop->vantages[n].name : NULL;
}

const char *page_vantage(const struct page_overview *model, const struct page_journey *journey,
                         size_t n)
{
    return page_journey_vantage(model->shop, journey, n);
}

/* What is looked for in the latest runs; a large shop has thousands. */
struct place {
    const char *journey, *vantage;
};

static int compare_place(const void *key, const void *element)
{
    const struct place *place = key;
    const struct run *run = *(struct run *const *)element;
    int difference = strcmp(place->journey, run->journey);
    return difference != 0 ? difference : strcmp(place->vantage, run->vantage);
}

static const struct run *find_latest(const struct page_overview *model, const char *journey,
                                     const char *vantage)
{
    const struct place place = {journey, vantage};
    struct run *const *found = NULL;
    if (model->latest_count > 0)
        found = bsearch(&place, model->latest, model->latest_count, sizeof(struct run *),
                        compare_place);
    return found != NULL ? *found : NULL;
}

static bool is_of(const struct run *run, const struct page_journey *journey, const char *vantage)
{
    return strcmp(run->journey, journey->name) == 0 && strcmp(run->vantage, vantage) == 0;
}

/* A shop that hangs leaves slots without a replay behind each replay; what is known is in that. */
static const struct run *newest_replay(const struct page_overview *model,
                                       const struct page_journey *journey, const char *vantage,
                                       const struct run *latest)
{
    if (latest->step_count > 0)
        return latest;
    for (size_t i = 0; i < model->recent_count; i++)
        if (model->recent[i]->step_count > 0 && is_of(model->recent[i], journey, vantage))
            return model->recent[i];
    return latest;
}

struct wall_time page_out_of_sight(const struct page_journey *journey, size_t vantages,
                                   struct wall_time planned, struct wall_time ended)
{
    size_t slots = SLOTS_MISSED * (journey->rotates && vantages > 1 ? vantages : 1);
    if (journey->cron == NULL)
        return wall_after(ended, (duration)slots * journey->every + DURATION_MINUTE);
    struct wall_time slot = planned;
    for (size_t i = 0; i < slots && slot.us != INT64_MAX; i++)
        slot = cron_after(journey->cron, journey->zone, slot);
    return slot.us == INT64_MAX ? slot : wall_after(slot, DURATION_MINUTE);
}

static bool is_paused(const struct page_overview *model, const struct page_journey *journey,
                      const char *vantage)
{
    const struct maintenance_list planned = {model->shop->windows, model->shop->maintenance_count};
    const struct maintenance_subject subject = {
        .journey = journey->name,
        .vantage = vantage,
        .components = journey->components,
        .component_count = journey->component_count,
    };
    return maintenance_is_paused(&planned, &subject, model->now) ||
           maintenance_is_paused(&model->ordered, &subject, model->now);
}

struct page_cell page_cell(const struct page_overview *model, const struct page_journey *journey,
                           const char *vantage)
{
    struct page_cell cell = {.state = STATE_UNKNOWN,
                             .run = find_latest(model, journey->name, vantage),
                             .paused = is_paused(model, journey, vantage)};
    if (cell.run == NULL)
        return cell;
    cell.replay = newest_replay(model, journey, vantage, cell.run);
    size_t vantages = 0;
    while (page_vantage(model, journey, vantages) != NULL)
        vantages++;
    const struct slot *slot = &cell.run->slot;
    cell.stale =
        model->now.us > page_out_of_sight(journey, vantages, slot->planned, slot->ended).us ||
        cell.run->slot.planned.us > model->now.us;
    cell.state = cell.stale || cell.paused ? STATE_UNKNOWN : cell.run->state;
    return cell;
}

/* Whether `name` is `whole` or a part of it: `db.orders` of `db`. */
static bool is_within(const char *name, const char *whole)
{
    size_t length = strlen(whole);
    return strncmp(name, whole, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

struct wall_time page_incident_since(const struct incident *incident)
{
    return wall_after(incident->began, -DURATION_MINUTE);
}

enum state page_incident_look(const struct incident *incident)
{
    if (incident->resolved.us == 0)
        return STATE_FAILED;
    return incident_closed_by(incident) != NULL ? STATE_UNKNOWN : STATE_PASSED;
}

/* The journey from its vantage point shows the incident, and did at that time: a run that was over
 * when it began had another trouble. (A slot that a run went on in has no steps of its own.) */
static bool is_shown_by(const struct incident *incident, const struct run *run)
{
    if (run->step_count > 0 && run->slot.ended.us < incident->began.us)
        return false;
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if (strcmp(shower->journey, run->journey) == 0 &&
            strcmp(shower->vantage, run->vantage) == 0)
            return shower->recovered.us == 0 || run->slot.planned.us <= shower->recovered.us;
    }
    return false;
}

bool page_incident_covers(const struct incident *incident, const struct run *run)
{
    return run->state == STATE_FAILED && is_shown_by(incident, run);
}

static bool step_uses(const struct run_step *step, const char *component)
{
    for (size_t i = 0; i < step->needs_count; i++)
        if (is_within(step->needs[i], component))
            return true;
    for (size_t i = 0; i < step->writes_count; i++)
        if (is_within(step->writes[i], component))
            return true;
    return false;
}

/* How the latest runs' steps that use a component ended. */
struct usage {
    unsigned ended[STATE_SKIPPED + 1];
    bool answered; /* some server was reached at all */
    bool blamed;   /* by a verdict that no incident has taken up yet */
};

static void usage_add(struct usage *usage, const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        for (size_t j = 0; j < step->exchange_count; j++)
            usage->answered = usage->answered || step->exchanges[j].status != 0;
        if (step_uses(step, name))
            usage->ended[step->state]++;
    }
    const char *blamed = run->verdict.component;
    if (run->state == STATE_FAILED && blamed != NULL && is_within(blamed, name))
        usage->blamed = true;
}

static struct usage usage_of(const struct page_overview *model, const char *name)
{
    struct usage usage = {0};
    for (size_t i = 0; i < model->journey_count; i++) {
        const struct page_journey *journey = &model->journeys[i];
        const char *vantage;
        for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++) {
            struct page_cell cell = page_cell(model, journey, vantage);
            if (cell.run != NULL && !cell.stale && !cell.paused)
                usage_add(&usage, cell.replay, name);
        }
    }
    return usage;
}

static bool is_only_one_of_kind(const struct shop *shop, enum cause kind)
{
    size_t count = 0;
    for (size_t i = 0; i < shop->component_count; i++)
        count += shop->components[i].kind == kind;
    return count == 1;
}

static bool incident_blames(const struct page_overview *model, const char *name, enum cause kind)
{
    for (size_t i = 0; i < model->open_count; i++) {
        const struct verdict *verdict = &model->open[i].verdict;
        if (verdict->component != NULL && is_within(verdict->component, name))
            return true;
        if (verdict->component == NULL && verdict->cause == kind && strchr(name, '.') == NULL &&
            is_only_one_of_kind(model->shop, kind))
            return true;
    }
    return false;
}

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* Whether somebody is to blame for all that fails; until then it may be whom a failing step needs.
 */
static bool all_is_told(const struct page_overview *model)
{
    for (size_t i = 0; i < model->open_count; i++)
        if (model->open[i].verdict.cause == CAUSE_UNDETERMINED)
            return false;
    return model->open_count > 0;
}

/* `3 steps that need it pass`, and how many do not. */
static void say_how_many_pass(unsigned passed, unsigned failed, char why[PAGE_SENTENCE_MAX])
{
    char others[PAGE_SENTENCE_MAX / 4] = "";
    if (failed > 0)
        snprintf(others, sizeof others, ", %u fail%s", failed, failed == 1 ? "s" : "");
    snprintf(why, PAGE_SENTENCE_MAX, "%u step%s that need%s it pass%s%s", passed, plural(passed),
             passed == 1 ? "s" : "", passed == 1 ? "es" : "", others);
}

void page_component(const struct page_overview *model, const char *name, enum cause kind,
                    struct page_component *ret_component)
{
    struct usage usage = usage_of(model, name);
    unsigned passed = usage.ended[STATE_PASSED], late = usage.ended[STATE_DEGRADED];
    unsigned not_reached = usage.ended[STATE_FAILED] + usage.ended[STATE_SKIPPED];
    char *why = ret_component->why;
    ret_component->state = STATE_UNKNOWN;
    if (incident_blames(model, name, kind)) {
        ret_component->state = STATE_FAILED;
        snprintf(why, PAGE_SENTENCE_MAX, "an incident is open");
    } else if (usage.blamed) {
        ret_component->state = STATE_FAILED;
        snprintf(why, PAGE_SENTENCE_MAX, "blamed by a run, not confirmed yet");
    } else if (passed > 0) {
        const unsigned failed = usage.ended[STATE_FAILED];
        ret_component->state = failed == 0 || all_is_told(model) ? STATE_PASSED : STATE_UNKNOWN;
        say_how_many_pass(passed, failed, why);
    } else if (late > 0) {
        ret_component->state = STATE_DEGRADED;
        snprintf(why, PAGE_SENTENCE_MAX, "%u step%s that need it came late", late, plural(late));
    } else if (not_reached > 0) {
        snprintf(why, PAGE_SENTENCE_MAX, "no step that needs it could be tried to its end");
    } else if (kind == CAUSE_NETWORK && usage.answered) {
        ret_component->state = STATE_PASSED;
        snprintf(why, PAGE_SENTENCE_MAX, "answers come through");
    } else {
        snprintf(why, PAGE_SENTENCE_MAX, "no run has looked at it");
    }
}
