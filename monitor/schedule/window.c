/* SPDX-License-Identifier: MIT */
/* Times and names of maintenance windows. See window.h. */
#include "monitor/schedule/window.h"

#include "scenarios/cron.h"

#include <string.h>

bool maintenance_is_on(const struct maintenance *window, struct wall_time now)
{
    if (window->cancelled.us != 0 && window->cancelled.us <= now.us)
        return false;
    if (window->cron == NULL)
        return window->start.us <= now.us && (window->end.us == 0 || now.us < window->end.us);
    /* Whether one began within its length, the present moment included. */
    struct wall_time since = wall_after(now, -window->lasting);
    return cron_after(window->cron, window->zone, since).us <= now.us;
}

/* `db` is `db.orders`, too. */
static bool covers(const char *component, const char *needed)
{
    size_t length = strlen(component);
    return strncmp(component, needed, length) == 0 &&
           (needed[length] == '\0' || needed[length] == '.');
}

static bool covers_any(const struct maintenance *window, const struct maintenance_subject *subject)
{
    for (size_t i = 0; i < window->component_count; i++)
        for (size_t j = 0; j < subject->component_count; j++)
            if (covers(window->components[i], subject->components[j]))
                return true;
    return false;
}

static bool covers_vantage(const struct maintenance *window, const char *vantage)
{
    for (size_t i = 0; vantage != NULL && i < window->vantage_count; i++)
        if (strcmp(window->vantages[i], vantage) == 0)
            return true;
    return vantage == NULL || window->vantage_count == 0;
}

bool maintenance_is_about(const struct maintenance *window,
                          const struct maintenance_subject *subject)
{
    if (!covers_vantage(window, subject->vantage))
        return false;
    if (window->journey_count == 0 && window->component_count == 0)
        return true;
    for (size_t i = 0; i < window->journey_count; i++)
        if (strcmp(window->journeys[i], subject->journey) == 0)
            return true;
    return covers_any(window, subject);
}

struct maintenance_state maintenance_at(const struct maintenance_list *list,
                                        const struct maintenance_subject *subject,
                                        struct wall_time now)
{
    struct maintenance_state state = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct maintenance *window = &list->windows[i];
        if (!maintenance_is_about(window, subject) || !maintenance_is_on(window, now))
            continue;
        if (state.why == NULL || (window->pause && !state.paused))
            state.why = window;
        state.muted = true;
        state.paused |= window->pause;
        state.excluded |= window->excluded || window->pause;
    }
    return state;
}

bool maintenance_is_paused(const struct maintenance_list *list,
                           const struct maintenance_subject *subject, struct wall_time now)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->windows[i].pause && maintenance_is_about(&list->windows[i], subject) &&
            maintenance_is_on(&list->windows[i], now))
            return true;
    return false;
}
