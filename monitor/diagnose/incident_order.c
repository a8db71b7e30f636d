/* SPDX-License-Identifier: MIT */
/* What an operator may do to an incident, and what it leaves in its timeline. See incident.h. */
#include "monitor/diagnose/incident_private.h"

#include "monitor/base/map.h"
#include "monitor/base/utf8.h"

#include <string.h>

static enum result check_text(const struct incident_order *order, struct error *error)
{
    size_t length = order->text != NULL ? strlen(order->text) : 0;
    if (length == 0 && order->change == INCIDENT_ANNOTATED)
        return error_set(error, RESULT_INVALID, "a note needs a text");
    if (length > INCIDENT_NOTE_MAX)
        return error_set(error, RESULT_INVALID, "a text is at most %d bytes long",
                         INCIDENT_NOTE_MAX);
    if (length > 0 && utf8_valid(order->text, length) < length)
        return error_set(error, RESULT_INVALID, "the text is not UTF-8");
    return RESULT_OK;
}

static enum result check_open(const struct incident *incident, struct error *error)
{
    if (incident->resolved.us != 0)
        return error_set(error, RESULT_INVALID, "incident %.8s is over already", incident->id);
    return RESULT_OK;
}

static enum result check_order(const struct incident *incident, const struct incident_order *order,
                               struct error *error)
{
    const struct incident_acknowledgement *known = &incident->acknowledged;
    switch (order->change) {
    case INCIDENT_ACKNOWLEDGED:
        if (known->at.us != 0 && strcmp(known->by, order->by) == 0)
            return error_set(error, RESULT_INVALID, "%.100s has acknowledged incident %.8s already",
                             known->by, incident->id);
        return check_open(incident, error);
    case INCIDENT_ANNOTATED:
        return RESULT_OK;
    case INCIDENT_PUBLISHED:
        if (incident->published && order->text == NULL)
            return error_set(error, RESULT_INVALID, "the cause of incident %.8s is public already",
                             incident->id);
        return RESULT_OK;
    case INCIDENT_WITHDRAWN:
        if (!incident->published)
            return error_set(error, RESULT_INVALID, "nothing of incident %.8s is published",
                             incident->id);
        return RESULT_OK;
    case INCIDENT_RESOLVED:
        return check_open(incident, error);
    default:
        return error_set(error, RESULT_UNSUPPORTED, "`%s` is nothing that an operator does",
                         incident_change_word(order->change));
    }
}

enum result incident_obey(struct arena *arena, struct incident *incident,
                          const struct incident_order *order, struct wall_time now,
                          struct error *error)
{
    const struct incident_event event = {
        .at = now, .change = order->change, .by = order->by, .text = order->text};
    enum result result = check_text(order, error);
    if (result == RESULT_OK)
        result = check_order(incident, order, error);
    if (result != RESULT_OK)
        return result;
    incident_turn(arena, incident, &event);
    if (order->change == INCIDENT_ACKNOWLEDGED) {
        incident->acknowledged.at = now;
        incident->acknowledged.by = arena_duplicate(arena, order->by);
    } else if (order->change == INCIDENT_PUBLISHED || order->change == INCIDENT_WITHDRAWN) {
        incident->published = order->change == INCIDENT_PUBLISHED;
    } else if (order->change == INCIDENT_RESOLVED) {
        incident->resolved = incident->updated;
    }
    return RESULT_OK;
}

bool incident_is_called(const struct incident *incident, const char *name)
{
    size_t length = strlen(name);
    return strcmp(incident->id, name) == 0 ||
           (length >= INCIDENT_NAME_MIN && strncmp(incident->id, name, length) == 0);
}

/* --- in the book ----------------------------------------------------------------------------- */

static enum result find_in(struct kept *list, const char *name, struct kept **ret_kept,
                           struct error *error)
{
    for (struct kept *kept = list; kept != NULL; kept = kept->next) {
        if (!incident_is_called(&kept->incident, name))
            continue;
        if (*ret_kept != NULL)
            return error_set(error, RESULT_INVALID, "`%.64s` may be incident %.16s or %.16s", name,
                             kept->incident.id, (*ret_kept)->incident.id);
        *ret_kept = kept;
    }
    return RESULT_OK;
}

/* An open one is meant rather than one that is over. */
static enum result find_called(const struct incident_book *book, const char *name,
                               struct kept **ret_kept, struct error *error)
{
    *ret_kept = NULL;
    enum result result = find_in(book->open, name, ret_kept, error);
    if (result == RESULT_OK && *ret_kept == NULL)
        result = find_in(book->over, name, ret_kept, error);
    if (result == RESULT_OK && *ret_kept == NULL)
        return RESULT_NOT_FOUND;
    return result;
}

/* Who showed it must fail anew, and be confirmed, to show anything. */
static void let_go(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    for (size_t i = 0; i < map_count(book->watches); i++) {
        struct watch *watch = map_value(book->watches, i);
        if (watch->incident != kept)
            continue;
        watch_show(watch, NULL, now);
        watch->failed_slots = watch->loud_slots = 0;
    }
}

enum result incident_book_change(struct incident_book *book, const struct incident_order *order,
                                 struct wall_time now, const struct incident **ret_incident,
                                 struct error *error)
{
    struct kept *kept;
    enum result result = find_called(book, order->id, &kept, error);
    if (result == RESULT_OK)
        result = incident_obey(kept->arena, &kept->incident, order, now, error);
    if (result != RESULT_OK)
        return result;
    if (order->change == INCIDENT_RESOLVED) {
        kept->incident.flapping = false;
        let_go(book, kept, now);
        book_move(&book->open, &book->over, kept);
    }
    *ret_incident = &kept->incident;
    return RESULT_OK;
}
