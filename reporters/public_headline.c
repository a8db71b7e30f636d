/* SPDX-License-Identifier: MIT */
/*
 * Can people buy? One sentence for everybody, and one more. It never says more than was seen, and
 * of what fails it says what and since when, not why. See public.h.
 */
#include "reporters/public.h"

#include "reporters/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the journeys add up to. */
struct tally {
    size_t states[PUBLIC_STATE_COUNT];
    const struct public_journey *first[PUBLIC_STATE_COUNT], *second[PUBLIC_STATE_COUNT];
    enum public_state worst;
};

static struct tally tally_of(const struct public_view *view)
{
    struct tally tally = {.worst = PUBLIC_WORKING};
    for (size_t i = 0; i < view->journey_count; i++) {
        const struct public_journey *journey = &view->journeys[i];
        enum public_state state = journey->state;
        if (tally.states[state]++ == 0)
            tally.first[state] = journey;
        else if (tally.states[state] == 2)
            tally.second[state] = journey;
        if (state > tally.worst)
            tally.worst = state;
    }
    return tally;
}

static void append(char *text, const char *format, ...) PRINTF_LIKE(2, 3);
static void append(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, PUBLIC_SENTENCE_MAX - length, format, arguments);
    va_end(arguments);
}

/* `Browse and guest checkout`, of those in a state. */
static void say_subject(const struct public_view *view, const struct tally *tally,
                        enum public_state state, char *text)
{
    size_t count = tally->states[state];
    if (count == 1)
        append(text, "%.200s", tally->first[state]->journey->name);
    else if (count == 2)
        append(text, "%.100s and %.100s", tally->first[state]->journey->name,
               tally->second[state]->journey->name);
    else if (count == view->journey_count)
        append(text, "everything");
    else
        append(text, "%zu of the %zu things that we try", count, view->journey_count);
}

/* Whether a subject of so many is spoken of as one. */
static bool is_singular(const struct public_view *view, size_t count)
{
    return count == 1 || (count > 2 && count == view->journey_count);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* What is beside the worst. */
static void say_rest(const struct public_view *view, const struct tally *tally,
                     struct public_headline *headline)
{
    size_t working = tally->states[PUBLIC_WORKING];
    size_t checked = tally->worst > PUBLIC_CHECKED ? tally->states[PUBLIC_CHECKED] : 0;
    size_t unknown = tally->worst != PUBLIC_UNKNOWN ? tally->states[PUBLIC_UNKNOWN] : 0;
    if (checked > 0)
        append(headline->detail, " %zu other%s failed just now.", checked, plural(checked));
    if (working > 0 && working + checked + tally->states[tally->worst] == view->journey_count)
        append(headline->detail, " Everything else works.");
    if (unknown > 0)
        append(headline->detail, " Of %zu other%s we cannot tell.", unknown, plural(unknown));
}

static bool is_about_failing(const struct public_view *view, const struct incident *incident)
{
    for (size_t i = 0; i < view->journey_count; i++)
        if (view->journeys[i].state >= PUBLIC_PARTLY &&
            public_incident_is_about(incident, view->journeys[i].journey->name))
            return true;
    return false;
}

/* Of the open incidents of what fails, the one that began first: another journey's may be older. */
static const struct incident *oldest_failing(const struct public_view *view)
{
    const struct incident *oldest = NULL;
    for (size_t i = 0; i < view->incident_count; i++) {
        const struct incident *incident = &view->incidents[i];
        if (public_incident_is_open(incident) &&
            (oldest == NULL || incident->began.us < oldest->began.us) &&
            is_about_failing(view, incident))
            oldest = incident;
    }
    return oldest;
}

/* Where all that fails is seen from one place only, of several. */
static void say_place(const struct public_view *view, char *text)
{
    const char *place = NULL;
    for (size_t i = 0; i < view->journey_count; i++)
        for (size_t j = 0; j < view->journeys[i].cell_count; j++) {
            const struct public_cell *cell = &view->journeys[i].cells[j];
            if (cell->state != STATE_FAILED)
                continue;
            if (place != NULL && strcmp(place, cell->vantage) != 0)
                return;
            place = cell->vantage;
        }
    if (place != NULL && view->shop->vantage_count > 1)
        append(text, " from %.100s", shop_vantage_title(view->shop, place));
}

static void say_failing(const struct public_view *view, struct tally *tally,
                        struct public_headline *headline)
{
    char clock[PUBLIC_TIME_MAX];
    const struct incident *incident = oldest_failing(view);
    struct buffer cause;
    /* Both kinds of failing are one here. */
    if (tally->first[PUBLIC_FAILING] == NULL)
        tally->first[PUBLIC_FAILING] = tally->first[PUBLIC_PARTLY];
    else if (tally->first[PUBLIC_PARTLY] != NULL)
        tally->second[PUBLIC_FAILING] = tally->first[PUBLIC_PARTLY];
    if (tally->second[PUBLIC_FAILING] == NULL)
        tally->second[PUBLIC_FAILING] = tally->second[PUBLIC_PARTLY];
    tally->states[PUBLIC_FAILING] += tally->states[PUBLIC_PARTLY];
    tally->worst = PUBLIC_FAILING;
    say_subject(view, tally, PUBLIC_FAILING, headline->sentence);
    append(headline->sentence, " %s %s",
           is_singular(view, tally->states[PUBLIC_FAILING]) ? "is" : "are",
           incident != NULL && public_incident_is_slow(incident) ? "too slow" : "failing");
    say_place(view, headline->sentence);
    if (incident != NULL)
        append(headline->sentence, " since %s", public_clock(view, incident->began, clock));
    append(headline->detail, "We are looking into it.");
    buffer_init(&cause, PUBLIC_SENTENCE_MAX);
    if (incident != NULL)
        public_incident_cause(view, incident, &cause);
    if (cause.length > 0)
        append(headline->detail, " %s", cause.data);
    buffer_free(&cause);
    say_rest(view, tally, headline);
}

/* Of what is not known, nothing has been tried: it is new. */
static bool is_untried(const struct public_view *view)
{
    for (size_t i = 0; i < view->journey_count; i++)
        for (size_t j = 0; j < view->journeys[i].cell_count; j++)
            if (view->journeys[i].state == PUBLIC_UNKNOWN && view->journeys[i].cells[j].known)
                return false;
    return true;
}

static void say_unknown(const struct public_view *view, const struct tally *tally,
                        struct public_headline *headline)
{
    char clock[PUBLIC_TIME_MAX];
    bool all = tally->states[PUBLIC_UNKNOWN] == view->journey_count;
    if (view->as_of.us == 0) {
        append(headline->sentence, "We cannot tell yet");
        append(headline->detail, "Our test customer has just set out. This page fills as soon as "
                                 "it has tried everything once.");
    } else if (all) {
        append(headline->sentence, "We cannot tell right now");
        append(headline->detail,
               "Our test customer was last heard of at %s. What you see below is "
               "from then.",
               public_clock(view, view->as_of, clock));
    } else {
        bool untried = is_untried(view), one = is_singular(view, tally->states[PUBLIC_UNKNOWN]);
        append(headline->sentence, untried ? "We have not tried " : "We cannot tell whether ");
        say_subject(view, tally, PUBLIC_UNKNOWN, headline->sentence);
        append(headline->sentence, untried ? " yet" : one ? " works" : " work");
        say_rest(view, tally, headline);
    }
}

static void say_maintained(const struct public_view *view, const struct tally *tally,
                           struct public_headline *headline)
{
    char clock[PUBLIC_TIME_MAX];
    const struct public_window *window = NULL;
    for (size_t i = 0; i < view->window_count && window == NULL; i++)
        if (view->windows[i].on &&
            public_window_is_about(&view->windows[i], tally->first[PUBLIC_MAINTAINED]))
            window = &view->windows[i];
    append(headline->sentence, "Planned maintenance");
    if (window != NULL && window->end.us != 0)
        append(headline->sentence, " until %s", public_clock(view, window->end, clock));
    if (window != NULL)
        append(headline->detail, "%.200s.", window->maintenance->title);
    say_rest(view, tally, headline);
}

/* From how many places something is tried, and of how many it can be told now how that went. */
static size_t count_places(const struct public_view *view, size_t *ret_seeing)
{
    size_t places = 0;
    *ret_seeing = 0;
    for (size_t i = 0; i < view->shop->vantage_count; i++) {
        bool is_tried = false, sees = false;
        for (size_t j = 0; j < view->journey_count && !sees; j++) {
            const struct public_cell *cell =
                public_cell_of(&view->journeys[j], view->shop->vantages[i].name);
            is_tried |= cell != NULL;
            sees = cell != NULL && cell->state != STATE_UNKNOWN;
        }
        places += is_tried;
        *ret_seeing += sees;
    }
    return places;
}

static void say_working(const struct public_view *view, struct public_headline *headline)
{
    size_t seeing, places = count_places(view, &seeing);
    append(headline->sentence, "Everything works");
    append(headline->detail, "Our test customer tries %zu thing%s here, day and night",
           view->journey_count, view->journey_count == 1 ? "" : "s");
    if (places > 1)
        append(headline->detail, ", from %zu places", places);
    append(headline->detail, view->journey_count == 1 ? ". It works" : ". All of them work");
    if (seeing < places)
        append(headline->detail, ", as far as %zu of the places can tell", seeing);
    append(headline->detail, ".");
}

static void say_middling(const struct public_view *view, const struct tally *tally,
                         struct public_headline *headline)
{
    enum public_state state = tally->worst;
    bool one = is_singular(view, tally->states[state]);
    if (state == PUBLIC_SLOW && tally->states[state] == view->journey_count) {
        append(headline->sentence, "Everything works, but slowly");
        return;
    }
    say_subject(view, tally, state, headline->sentence);
    if (state == PUBLIC_SLOW) {
        append(headline->sentence, one ? " is slow" : " are slow");
        append(headline->detail, "It works, but takes longer than it should.");
    } else if (state == PUBLIC_RECOVERING) {
        append(headline->sentence, one ? " works again" : " work again");
        append(headline->detail, "We go on watching before we call it over.");
    } else {
        append(headline->sentence, " failed just now");
        append(headline->detail, "We are checking whether it lasts.");
    }
    say_rest(view, tally, headline);
}

void public_headline(const struct public_view *view, struct public_headline *ret_headline)
{
    struct tally tally = tally_of(view);
    *ret_headline = (struct public_headline){.worst = tally.worst};
    if (view->journey_count == 0)
        ret_headline->worst = tally.worst = PUBLIC_UNKNOWN;
    ret_headline->look = public_state_look(tally.worst);
    switch (tally.worst) {
    case PUBLIC_FAILING:
    case PUBLIC_PARTLY:
        say_failing(view, &tally, ret_headline);
        break;
    case PUBLIC_UNKNOWN:
        say_unknown(view, &tally, ret_headline);
        break;
    case PUBLIC_MAINTAINED:
        say_maintained(view, &tally, ret_headline);
        break;
    case PUBLIC_WORKING:
        say_working(view, ret_headline);
        break;
    default:
        say_middling(view, &tally, ret_headline);
        break;
    }
    char *detail = ret_headline->detail;
    ret_headline->sentence[0] = words_capital(ret_headline->sentence[0]);
    if (detail[0] == ' ')
        memmove(detail, detail + 1, strlen(detail));
}
