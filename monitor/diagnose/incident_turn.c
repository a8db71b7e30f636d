/* SPDX-License-Identifier: MIT */
/*
 * How an incident turns: it opens, changes, ends, comes back. Each turn leaves its reason in the
 * timeline, and is told, unless the incident is muted or flaps. See incident_private.h.
 */
#include "monitor/diagnose/incident_private.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/diagnose.h"

#define MINUTES(time) ((unsigned)((time) / DURATION_MINUTE))

/* Whether who shows it is told with it, on the public page too. */
static bool tells_who(enum incident_change change)
{
    return change == INCIDENT_OPENED || change == INCIDENT_SPREAD || change == INCIDENT_RESOLVED ||
           change == INCIDENT_REOPENED;
}

static void hear(struct incident *incident)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        incident->showers[i].unheard = false;
}

void incident_turn(struct arena *arena, struct incident *incident,
                   const struct incident_event *event)
{
    /* The clock may have been set back: what is later stays later. */
    if (event->at.us > incident->updated.us)
        incident->updated = event->at;
    incident->change = event->change;
    incident->version += !incident->muted; /* nobody hears of a muted one */
    if (!incident->muted && tells_who(event->change))
        hear(incident);
    incident_note(arena, incident, event);
}

/* A turn that people hear of. */
static void turn(struct incident_book *book, struct kept *kept, enum incident_change change,
                 const char *text, struct wall_time now)
{
    const struct incident_event event = {.at = now, .change = change, .text = text};
    incident_turn(kept->arena, &kept->incident, &event);
    book_tell(book, kept, change);
}

/* One that nobody hears of: the timeline has it, and the version stays. */
static void turn_silently(struct incident_book *book, struct kept *kept, const char *text,
                          struct wall_time now)
{
    const struct incident_event event = {.at = now, .change = INCIDENT_UPDATED, .text = text};
    if (now.us > kept->incident.updated.us)
        kept->incident.updated = now;
    incident_note(kept->arena, &kept->incident, &event);
    book_tell(book, kept, INCIDENT_COUNTED);
}

/* Whoever closed it by hand has not mended it. */
static const char *return_text(struct kept *kept)
{
    const char *closer = incident_closed_by(&kept->incident);
    return closer != NULL ? arena_print(kept->arena, "%.100s closed it, and it fails: ", closer)
                          : "It came back: ";
}

static const char *scope_text(struct kept *kept, const struct scope *scope)
{
    return arena_print(kept->arena, "%s fails from %u of %u vantage point%s, %d slots in a row: %s",
                       scope->journey, scope->failing, scope->seeing, scope->seeing == 1 ? "" : "s",
                       INCIDENT_CONFIRM_SLOTS,
                       kept->incident.verdict.summary != NULL ? kept->incident.verdict.summary
                                                              : "it cannot be told why.");
}

/* --- flapping -------------------------------------------------------------------------------- */

/* Turns by themselves, of those that were told, within the span. */
static unsigned count_turns(const struct incident *incident, struct wall_time now)
{
    unsigned count = 0;
    for (size_t i = 0; i < incident->timeline_count; i++) {
        const struct incident_event *event = &incident->timeline[i];
        bool is_turn = event->change == INCIDENT_OPENED || event->change == INCIDENT_RESOLVED ||
                       event->change == INCIDENT_REOPENED;
        count += is_turn && event->by == NULL && wall_between(event->at, now) < INCIDENT_FLAP_SPAN;
    }
    return count;
}

/* With the turn that it is about to make. */
static bool begins_to_flap(struct kept *kept, struct wall_time now)
{
    kept->incident.flapping = count_turns(&kept->incident, now) + 1 >= INCIDENT_FLAP_TURNS;
    return kept->incident.flapping;
}

static const char *flap_text(struct kept *kept, const char *text)
{
    return arena_print(kept->arena,
                       "%s It comes and goes (%d turns within %u minutes): no turn is told until"
                       " there was none for %u minutes.",
                       text, INCIDENT_FLAP_TURNS, MINUTES(INCIDENT_FLAP_SPAN),
                       MINUTES(INCIDENT_FLAP_CALM));
}

/* --- turns ----------------------------------------------------------------------------------- */

void turn_open(struct incident_book *book, struct kept *kept, const struct scope *scope,
               struct wall_time now)
{
    const char *text = scope_text(kept, scope);
    kept->turned = now;
    if (kept->incident.muted)
        turn_silently(book, kept, arena_print(kept->arena, "In maintenance: %s", text), now);
    else
        turn(book, kept, INCIDENT_OPENED, text, now);
}

void turn_unmute(struct incident_book *book, struct kept *kept, const struct scope *scope,
                 struct wall_time now)
{
    const char *text =
        arena_print(kept->arena, "It outlasts its maintenance. %s", scope_text(kept, scope));
    kept->incident.muted = false;
    turn(book, kept, kept->incident.version == 0 ? INCIDENT_OPENED : INCIDENT_REOPENED, text, now);
}

static const char *change_text(struct kept *kept, const struct verdict *before,
                               const struct verdict *verdict)
{
    const char *summary = verdict->summary != NULL ? verdict->summary : "Another verdict.";
    if (before->cause == verdict->cause)
        return arena_print(kept->arena, "%s Surer than before: %.0f %%, it was %.0f %%.", summary,
                           verdict->confidence * 100, before->confidence * 100);
    if (before->cause == CAUSE_UNDETERMINED)
        return arena_print(kept->arena, "Now it can be told: %s", summary);
    return arena_print(kept->arena, "%s It was thought to be %s: %.0f %%.", summary,
                       before->cause == CAUSE_THIRD_PARTY
                           ? "a third party"
                           : arena_print(kept->arena, "the %s", cause_name(before->cause)),
                       before->confidence * 100);
}

void turn_change(struct incident_book *book, struct kept *kept, const struct verdict *verdict,
                 struct wall_time now)
{
    const struct verdict before = kept->incident.verdict;
    verdict_copy(kept->arena, &kept->incident.verdict, verdict);
    if (!match_is_news(&before, verdict)) {
        kept->counted = true;
        return;
    }
    const char *text = change_text(kept, &before, verdict);
    if (kept->incident.muted)
        turn_silently(book, kept, text, now);
    else
        turn(book, kept, INCIDENT_UPDATED, text, now);
}

static bool is_heard(const struct incident *incident)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        if (incident->showers[i].unheard)
            return false;
    return true;
}

/* Journeys that show it and of which nobody has heard that they do, from anywhere; the first. */
static size_t newcomers(const struct incident *incident, const char **ret_first)
{
    struct map *known = map_create(NULL);
    size_t count = 0;
    for (size_t i = 0; i < incident->shower_count; i++)
        if (!incident->showers[i].unheard)
            map_put(known, incident->showers[i].journey, incident->showers);
    for (size_t i = 0; i < incident->shower_count; i++) {
        const char *journey = incident->showers[i].journey;
        if (incident->showers[i].recovered.us != 0 || map_has(known, journey))
            continue;
        if (count++ == 0)
            *ret_first = journey;
        map_put(known, journey, incident->showers);
    }
    map_free(known);
    return count;
}

void turn_spread(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    struct incident *incident = &kept->incident;
    const char *first = NULL;
    if (is_heard(incident)) /* as with nearly every run */
        return;
    size_t count = newcomers(incident, &first);
    hear(incident);
    if (count == 1)
        turn(book, kept, INCIDENT_SPREAD, arena_print(kept->arena, "%s is affected, too.", first),
             now);
    else if (count > 1)
        turn(book, kept, INCIDENT_SPREAD,
             arena_print(kept->arena, "%s and %zu other%s are affected, too.", first, count - 1,
                         count == 2 ? "" : "s"),
             now);
}

/* One that flaps is open while it is quiet. */
static void return_flapping(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    kept->incident.reopened++;
    kept->incident.updated = kept->turned = now;
    book_tell(book, kept, INCIDENT_COUNTED);
}

void turn_return(struct incident_book *book, struct kept *kept, const struct scope *scope,
                 bool muted, struct wall_time now)
{
    if (kept->incident.flapping) {
        return_flapping(book, kept, now);
        return;
    }
    const char *text = arena_print(kept->arena, "%s%s", return_text(kept), scope_text(kept, scope));
    bool was_heard = kept->incident.version > 0;
    kept->incident.resolved = (struct wall_time){0};
    kept->incident.reopened++;
    kept->incident.muted = muted;
    kept->turned = now;
    if (muted)
        turn_silently(book, kept, arena_print(kept->arena, "In maintenance: %s", text), now);
    else
        turn(book, kept, was_heard ? INCIDENT_REOPENED : INCIDENT_OPENED,
             begins_to_flap(kept, now) ? flap_text(kept, text) : text, now);
}

static void end(struct incident_book *book, struct kept *kept, const char *text,
                struct wall_time now)
{
    struct incident *incident = &kept->incident;
    if (!incident->muted) {
        turn(book, kept, INCIDENT_RESOLVED, text, now);
    } else {
        turn_silently(book, kept, text, now);
        /* Whoever heard of it heard that it was over. */
        incident->muted = incident->version == 0;
    }
    incident->resolved = incident->updated;
    book_move(&book->open, &book->over, kept);
}

/* Who did not recover, and does not show it, is watched no more. */
static bool is_abandoned(const struct incident *incident)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        if (incident->showers[i].recovered.us == 0)
            return true;
    return false;
}

void turn_resolve(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    const char *text = is_abandoned(&kept->incident)
                           ? "Some that showed it are not watched any more; no other fails."
                           : "Nothing that showed it fails any more.";
    kept->turned = now;
    if (!kept->incident.muted && begins_to_flap(kept, now))
        turn(book, kept, INCIDENT_UPDATED, flap_text(kept, text), now);
    else
        end(book, kept, text, now);
}

void turn_calm(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    if (wall_between(kept->turned, now) < INCIDENT_FLAP_CALM)
        return;
    kept->incident.flapping = false;
    const char *text = arena_print(kept->arena, "%s for %u minutes, after it came back %u times.",
                                   kept->showing > 0 ? "It fails without a pause" : "It was quiet",
                                   MINUTES(INCIDENT_FLAP_CALM), kept->incident.reopened);
    if (kept->showing > 0)
        turn(book, kept, INCIDENT_UPDATED, text, now);
    else
        end(book, kept, text, now);
}

void turn_merge(struct incident_book *book, struct kept *kept, struct kept *into,
                struct wall_time now)
{
    const struct incident_acknowledgement *known = &kept->incident.acknowledged;
    turn_silently(
        book, into,
        arena_print(into->arena, "Incident %.8s turned out to be the same.", kept->incident.id),
        now);
    into->incident.runs += kept->incident.runs;
    if (into->incident.acknowledged.at.us == 0 && known->at.us != 0)
        into->incident.acknowledged =
            (struct incident_acknowledgement){known->at, arena_duplicate(into->arena, known->by)};
    kept->incident.merged = arena_duplicate(kept->arena, into->incident.id);
    kept->incident.flapping = false;
    end(book, kept,
        arena_print(kept->arena, "It turned out to be the same as incident %.8s, which is older.",
                    into->incident.id),
        now);
}
