/* SPDX-License-Identifier: MIT */
/*
 * What everybody is told of incidents: what does not work, from where and since when; the cause
 * only where that is for everybody. See public.h.
 */
#include "reporters/public.h"

#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 2 }; /* journeys that a title names; further ones are counted */

void public_incident_path(const struct incident *incident, char path[PUBLIC_SENTENCE_MAX])
{
    snprintf(path, PUBLIC_SENTENCE_MAX, "incidents/%.64s.html", incident->id);
}

/* --- the title -------------------------------------------------------------------------------- */

/* The one place that it is seen from; NULL when there are several, or is no other. */
static const char *only_place(const struct public_view *view, const struct incident *incident)
{
    const char *place = NULL;
    bool shown = incident_is_shown(incident);
    if (view->shop->vantage_count < 2)
        return NULL;
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if (shown && shower->recovered.us != 0)
            continue;
        if (place != NULL && strcmp(place, shower->vantage) != 0)
            return NULL;
        place = shower->vantage;
    }
    return place;
}

/* `Guest checkout and 3 others`; how many that are. */
static size_t append_subject(const struct incident *incident, struct buffer *out)
{
    const char *names[NAMES_MAX];
    size_t count = incident_journeys(incident, names, NAMES_MAX), at = out->length;
    if (count == 0) { /* it is of an early version */
        names[0] = incident->journey != NULL ? incident->journey : "the shop";
        count = 1;
    }
    buffer_text(out, names[0]);
    out->data[at] = words_capital(out->data[at]);
    if (count == 2)
        buffer_print(out, " and %s", names[1]);
    else if (count > 2)
        buffer_print(out, " and %zu others", count - 1);
    return count;
}

bool public_incident_is_slow(const struct incident *incident)
{
    return symptom_layer(incident->symptom) == SYMPTOM_LAYER_PACE;
}

void public_incident_title(const struct public_view *view, const struct incident *incident,
                           struct buffer *out)
{
    bool one = append_subject(incident, out) == 1;
    bool fails = public_incident_state(view, incident) >= PUBLIC_PARTLY;
    const char *verb = fails ? one ? "is" : "are" : one ? "was" : "were";
    if (public_incident_is_slow(incident))
        buffer_print(out, " %s too slow", verb);
    else if (public_incident_is_open(incident))
        buffer_print(out, " %s failing", verb);
    else
        buffer_text(out, " failed");
    const char *place = only_place(view, incident);
    if (place != NULL)
        buffer_print(out, " from %s", shop_vantage_title(view->shop, place));
}

/* --- the cause -------------------------------------------------------------------------------- */

void public_incident_cause(const struct public_view *view, const struct incident *incident,
                           struct buffer *out)
{
    const struct verdict *verdict = &incident->verdict;
    bool open = public_incident_is_open(incident);
    if (!view->causes && !incident->published)
        return;
    if (verdict->cause == CAUSE_UNDETERMINED || verdict->cause == CAUSE_NONE) {
        buffer_text(out, open ? "The cause is not known yet." : "The cause is not known.");
        return;
    }
    struct arena *arena = arena_create();
    buffer_print(out, "The cause %s %s", open ? "is" : "was", words_cause(verdict->cause));
    if (verdict->component != NULL)
        buffer_print(out, " (%s)", shop_title(view->shop, verdict->component, arena));
    buffer_text(out, ".");
    arena_free(arena);
}

/* --- updates ---------------------------------------------------------------------------------- */

static const struct {
    const char *word, *theirs;
} kinds[] = {
#define X(name, word, theirs) {word, theirs},
    PUBLIC_UPDATE_TABLE(X)
#undef X
};

const char *public_update_word(enum public_update_kind kind)
{
    return kinds[kind].word;
}

const char *public_update_theirs(enum public_update_kind kind)
{
    return kinds[kind].theirs;
}

static const char *opening(const struct public_view *view, const struct incident *incident,
                           struct arena *arena)
{
    char clock[PUBLIC_TIME_MAX];
    return arena_print(arena, "It began at %s. We are looking into it.",
                       public_clock(view, incident->began, clock));
}

static const char *closing(const struct incident *incident, struct wall_time at, bool by_hand,
                           struct arena *arena)
{
    char lasting[DURATION_TEXT_MAX];
    return arena_print(
        arena, by_hand ? PUBLIC_CLOSED " It had lasted %s." : "It works again. This lasted %s.",
        words_lasting(wall_between(incident->began, at), lasting));
}

void public_quote(const char *words, struct buffer *out)
{
    size_t length = strlen(words);
    buffer_print(out, "%s%s", words,
                 length > 0 && strchr(".!?:", words[length - 1]) == NULL ? "." : "");
}

/* The operator's words, and the cause. */
static const char *publication(const struct public_view *view, const struct incident *incident,
                               const char *words, struct arena *arena)
{
    struct buffer text, cause;
    buffer_init(&text, PUBLIC_SENTENCE_MAX + INCIDENT_NOTE_MAX);
    buffer_init(&cause, PUBLIC_SENTENCE_MAX);
    public_incident_cause(view, incident, &cause);
    if (words != NULL)
        public_quote(words, &text);
    buffer_print(&text, "%s%s", text.length > 0 && cause.length > 0 ? " " : "", cause.data);
    const char *kept = arena_duplicate(arena, text.data);
    buffer_free(&text);
    buffer_free(&cause);
    return kept;
}

struct updates {
    struct public_update *items;
    size_t count;
    bool by_hand; /* the last that closed it was an operator */
};

static void add(struct updates *updates, struct wall_time at, enum public_update_kind kind,
                const char *text)
{
    if (updates->count == PUBLIC_UPDATES_MAX) {
        memmove(&updates->items[1], &updates->items[2],
                (PUBLIC_UPDATES_MAX - 2) * sizeof updates->items[0]);
        updates->count--;
    }
    updates->items[updates->count++] = (struct public_update){at, kind, text};
}

static void add_event(const struct public_view *view, const struct incident *incident,
                      const struct incident_event *event, struct arena *arena,
                      struct updates *updates)
{
    switch (event->change) {
    case INCIDENT_PUBLISHED:
        /* The newest stands in place of those before it. */
        if (event == incident_publication(incident))
            add(updates, event->at, PUBLIC_UPDATE_IDENTIFIED,
                publication(view, incident, event->text, arena));
        break;
    case INCIDENT_RESOLVED:
        updates->by_hand = event->by != NULL;
        add(updates, event->at, PUBLIC_UPDATE_RESOLVED,
            closing(incident, event->at, updates->by_hand, arena));
        break;
    case INCIDENT_SPREAD:
        /* Names of journeys; what was said before holds for them, too. */
        if (event->text != NULL && event->text[0] != '\0')
            add(updates, event->at, updates->items[updates->count - 1].kind,
                arena_print(arena, "%c%s", words_capital(event->text[0]), event->text + 1));
        break;
    case INCIDENT_REOPENED:
        add(updates, event->at, PUBLIC_UPDATE_INVESTIGATING,
            updates->by_hand ? "It fails. We are looking into it."
                             : "It came back. We are looking into it.");
        break;
    default:
        /* What operators note and think is theirs. */
        break;
    }
}

size_t public_updates(const struct public_view *view, const struct incident *incident,
                      struct arena *arena, struct public_update updates[PUBLIC_UPDATES_MAX])
{
    struct updates list = {.items = updates};
    add(&list, incident->opened, PUBLIC_UPDATE_INVESTIGATING, opening(view, incident, arena));
    if (view->causes && incident->verdict.cause != CAUSE_UNDETERMINED && !incident->published)
        add(&list, incident->opened, PUBLIC_UPDATE_IDENTIFIED,
            publication(view, incident, NULL, arena));
    for (size_t i = 0; i < incident->timeline_count; i++)
        add_event(view, incident, &incident->timeline[i], arena, &list);
    if (incident->resolved.us != 0 && list.items[list.count - 1].kind != PUBLIC_UPDATE_RESOLVED)
        add(&list, incident->resolved, PUBLIC_UPDATE_RESOLVED,
            closing(incident, incident->resolved, incident_closed_by(incident) != NULL, arena));
    return list.count;
}
