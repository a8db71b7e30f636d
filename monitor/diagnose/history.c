/* SPDX-License-Identifier: MIT */
/* What was seen last from everywhere. See history.h. */
#include "monitor/diagnose/history.h"

#include "monitor/diagnose/answer_error.h"

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { HISTORY_KEY_MAX = 1024, EVENTS_MAX = 16 };

/* What takes so many times as long as usual takes far longer; but what is over sooner than that has
 * not taken long at all. */
enum { FAR_LONGER = 3 };
#define AT_LEAST_LONG (300 * DURATION_MILLISECOND)

/* A pass that took long is forgotten by that part with each that does not. */
enum { HISTORY_FORGETS = 8 };

/* An event in an arena of its own; NULL: no event. */
struct history_event {
    struct arena *arena;
    struct event event;
};

struct history {
    struct map *entries;  /* "journey\x1fvantage" -> struct history_entry, owned */
    struct map *journeys; /* journey -> its first entry, borrowed */
    struct history_event events[EVENTS_MAX];
    size_t next_event;           /* the oldest, which goes first */
    struct history_event deploy; /* the last of those that went */
};

static void history_entry_free(void *value)
{
    struct history_entry *entry = value;
    run_free(entry->run);
    run_free(entry->first);
    run_free(entry->before);
    map_free(entry->passes);
    free(entry);
}

struct history *history_create(void)
{
    struct history *history = memory_allocate(1, sizeof *history);
    history->entries = map_create(history_entry_free);
    history->journeys = map_create(NULL);
    return history;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    map_free(history->entries);
    map_free(history->journeys);
    for (size_t i = 0; i < EVENTS_MAX; i++)
        arena_free(history->events[i].arena);
    arena_free(history->deploy.arena);
    free(history);
}

/* Second among those of its journey, or first. */
static void history_link(struct history *history, struct history_entry *entry, const char *journey)
{
    struct history_entry *first = map_get(history->journeys, journey);
    entry->sibling = first != NULL ? first->sibling : NULL;
    if (first != NULL)
        first->sibling = entry;
    else
        map_put(history->journeys, journey, entry);
}

/* Those that stay move into another map. */
void history_prune(struct history *history, history_is_watched *is_watched, void *data)
{
    struct map *kept = map_create(history_entry_free);
    map_free(history->journeys);
    history->journeys = map_create(NULL);
    for (size_t i = 0; i < map_count(history->entries); i++) {
        struct history_entry *entry = map_value(history->entries, i);
        if (!is_watched(data, entry->run->journey, entry->run->vantage))
            continue;
        struct history_entry *moved = memory_allocate(1, sizeof *moved);
        *moved = *entry;
        *entry = (struct history_entry){0};
        map_put(kept, map_key(history->entries, i), moved);
        history_link(history, moved, moved->run->journey);
    }
    map_free(history->entries);
    history->entries = kept;
}

static const char **history_copy_names(struct arena *arena, const char *const *names, size_t count)
{
    const char **copy = arena_allocate(arena, count, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_duplicate(arena, names[i]);
    return copy;
}

static void history_copy_exchange(struct run *digest, struct run_step *step,
                                  const struct exchange *from)
{
    struct exchange *exchange = run_add_exchange(digest, step);
    exchange->status = from->status;
    exchange->symptom = from->symptom;
    exchange->failed_phase = from->failed_phase;
    memcpy(exchange->phases, from->phases, sizeof exchange->phases);
    exchange->tcp = from->tcp;
    exchange->words = words_copy(digest->arena, from->words);
    if (from->ip != NULL)
        exchange->ip = arena_duplicate(digest->arena, from->ip);
}

static struct run *history_digest(const struct run *run)
{
    struct run *digest = run_create(run->journey, run->vantage, run->slot.planned);
    digest->state = run->state;
    digest->slot = run->slot;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *from = &run->steps[i];
        struct run_step *step = run_add_step(digest, from->name);
        step->state = from->state;
        step->cleanup = from->cleanup;
        step->symptom = answer_error_symptom(from);
        step->started = from->started;
        step->total = from->total;
        step->needs = history_copy_names(digest->arena, from->needs, from->needs_count);
        step->needs_count = from->needs_count;
        step->writes = history_copy_names(digest->arena, from->writes, from->writes_count);
        step->writes_count = from->writes_count;
        const struct exchange *last = run_last_exchange(from);
        if (last != NULL)
            history_copy_exchange(digest, step, last);
    }
    /* When the application was last well, it may have been asked beside another run. */
    for (size_t i = 0; i < run->finding_count; i++)
        if (run->findings[i].kind == FINDING_HEALTH)
            run_add_finding(digest, &run->findings[i]);
    return digest;
}

char *history_key(const char *journey, const char *vantage)
{
    struct buffer key;
    buffer_init(&key, HISTORY_KEY_MAX);
    buffer_print(&key, "%s\x1f%s", journey, vantage);
    return buffer_steal(&key);
}

static struct history_entry *history_entry_get(const struct history *history, const char *journey,
                                               const char *vantage)
{
    char *key = history_key(journey, vantage);
    struct history_entry *entry = map_get(history->entries, key);
    free(key);
    return entry;
}

static struct history_entry *history_entry_new(struct history *history, const struct run *run)
{
    char *key = history_key(run->journey, run->vantage);
    struct history_entry *entry = memory_allocate(1, sizeof *entry);
    entry->passes = map_create(free);
    entry->connect = PHASE_ABSENT;
    map_put(history->entries, key, entry);
    history_link(history, entry, run->journey);
    free(key);
    return entry;
}

static void history_note_passes(struct history_entry *entry, const struct run *run)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        const struct exchange *exchange = run_last_exchange(step);
        /* What a cache answers is no pass of the shop's. */
        if ((step->state != STATE_PASSED && step->state != STATE_DEGRADED) ||
            run_step_is_cached(step))
            continue;
        entry->passed = step->started;
        if (exchange != NULL && exchange->phases[PHASE_CONNECT] != PHASE_ABSENT)
            entry->connect = exchange->phases[PHASE_CONNECT];
        struct history_pass *pass = map_get(entry->passes, step->name);
        if (pass == NULL) {
            pass = memory_allocate(1, sizeof *pass);
            map_put(entry->passes, step->name, pass);
        }
        pass->started = step->started;
        pass->usual -= pass->usual / HISTORY_FORGETS;
        pass->usual = step->total > pass->usual ? step->total : pass->usual;
    }
}

static bool is_deploy(const struct event *event)
{
    return strcmp(event->kind, EVENT_DEPLOY) == 0;
}

void history_add_event(struct history *history, const struct event *event)
{
    struct history_event *kept = &history->events[history->next_event];
    history->next_event = (history->next_event + 1) % EVENTS_MAX;
    if (kept->arena != NULL && is_deploy(&kept->event) &&
        kept->event.at.us >= history->deploy.event.at.us) {
        const struct history_event older = history->deploy;
        history->deploy = *kept;
        *kept = older;
    }
    arena_free(kept->arena);
    kept->arena = arena_create();
    event_copy(kept->arena, &kept->event, event);
}

const struct event *history_event(const struct history *history, size_t n)
{
    const struct history_event *kept =
        &history->events[(history->next_event + EVENTS_MAX - 1 - n % EVENTS_MAX) % EVENTS_MAX];
    return n < EVENTS_MAX && kept->arena != NULL ? &kept->event : NULL;
}

struct wall_time history_deployed(const struct history *history, struct wall_time before)
{
    struct wall_time last = {0};
    for (size_t i = 0; i <= EVENTS_MAX; i++) {
        const struct history_event *kept = i < EVENTS_MAX ? &history->events[i] : &history->deploy;
        if (kept->arena != NULL && is_deploy(&kept->event) && kept->event.at.us <= before.us &&
            kept->event.at.us > last.us)
            last = kept->event.at;
    }
    return last;
}

struct wall_time history_passed(const struct history_entry *entry, const char *step)
{
    const struct history_pass *pass = history_pass(entry, step);
    return pass != NULL ? pass->started : (struct wall_time){0};
}

const struct history_pass *history_pass(const struct history_entry *entry, const char *step)
{
    return map_get(entry->passes, step);
}

bool history_has_hung(const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    return step->symptom == SYMPTOM_HTTP_TIMEOUT_TTFB ||
           step->symptom == SYMPTOM_HTTP_TIMEOUT_BODY ||
           (exchange != NULL && exchange->status == 504);
}

bool history_is_long(const struct history_entry *entry, const char *step, duration time)
{
    const struct history_pass *pass = history_pass(entry, step);
    return pass != NULL && time >= AT_LEAST_LONG && time >= FAR_LONGER * pass->usual;
}

bool history_gave_up(const struct history_entry *entry, const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    return exchange != NULL && exchange->status >= 500 &&
           history_is_long(entry, step->name, step->total);
}

/* Who answers, if only with an error, and then no more, has another trouble now. */
static bool history_turns(const struct history_entry *entry, const struct run_step *failure)
{
    const struct run_step *first = run_first_failure(entry->first);
    enum symptom_layer layer = symptom_layer(first->symptom);
    bool answered = layer == SYMPTOM_LAYER_CONTENT || layer == SYMPTOM_LAYER_HTTP;
    return answered && !history_has_hung(first) && !history_gave_up(entry, first) &&
           history_has_hung(failure);
}

/* What answers of a streak say; the first of it that says anything counts. */
static void history_note_words(struct history_entry *entry, const char *body, bool is_over)
{
    if (is_over) {
        entry->words = SYMPTOM_NONE;
        memset(entry->unreached, 0, sizeof entry->unreached);
    }
    if (body == NULL)
        return;
    if (entry->words == SYMPTOM_NONE)
        entry->words = diagnose_database_words(body);
    if (entry->unreached[0].kind != UNREACHED_NONE)
        return;
    for (size_t i = 0; i < HISTORY_UNREACHED_MAX; i++)
        entry->unreached[i] = unreached_next(&body);
}

/* Before the run takes the place of the last. */
static void history_note_step(struct history_entry *entry, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    const struct run_step *last = entry->run != NULL ? run_first_failure(entry->run) : NULL;
    if (failure != NULL && (last == NULL || strcmp(last->name, failure->name) != 0))
        entry->step_seen = wall_after(failure->started, failure->total);
}

void history_add(struct history *history, const struct run *run)
{
    struct history_entry *entry = history_entry_get(history, run->journey, run->vantage);
    if (run->state == STATE_UNKNOWN) {
        if (entry != NULL)
            entry->blind = true;
        return;
    }
    /* A slot that ends as the run before did tells nothing new. */
    if (run->state == STATE_FAILED && run->step_count == 0)
        return;
    if (entry == NULL)
        entry = history_entry_new(history, run);
    entry->blind = false;
    history_note_step(entry, run);
    run_free(entry->run);
    entry->run = history_digest(run);
    const struct run_step *failure = run_first_failure(run);
    bool failed = run->state == STATE_FAILED && failure != NULL;
    entry->passed_before |= failure == NULL;
    history_note_passes(entry, run);
    history_note_words(entry, failed ? failure->excerpt : NULL, !failed);
    if (failed && entry->first != NULL && !history_turns(entry, failure))
        return;
    if (entry->first != NULL) {
        run_free(entry->before);
        entry->before = entry->first;
    }
    entry->first = failed ? history_digest(run) : NULL;
    entry->onset = failed ? failure->started : (struct wall_time){0};
}

const struct run_step *history_failure(const struct history_entry *entry)
{
    return entry->onset.us != 0 && !entry->blind ? run_first_failure(entry->run) : NULL;
}

size_t history_count(const struct history *history)
{
    return map_count(history->entries);
}

const struct history_entry *history_at(const struct history *history, size_t n)
{
    return map_value(history->entries, n);
}

const struct history_entry *history_of_journey(const struct history *history, const char *journey)
{
    return map_get(history->journeys, journey);
}

const struct history_entry *history_find(const struct history *history, const char *journey,
                                         const char *vantage)
{
    return history_entry_get(history, journey, vantage);
}
