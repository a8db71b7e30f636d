/* SPDX-License-Identifier: MIT */
/* Which maintenance windows are in force. Pure: `now` is a parameter. */
#ifndef SCHEDULE_WINDOW_H
#define SCHEDULE_WINDOW_H

#include "monitor/record/maintenance.h"

/* What the windows together mean for a journey's slot. */
struct maintenance_state {
    bool muted, paused, excluded;
    const struct maintenance *why; /* one of those in force, a pausing one first; NULL: none is */
};

struct maintenance_list {
    const struct maintenance *windows;
    size_t count;
};

/* A journey from a vantage point as windows see it. */
struct maintenance_subject {
    const char *journey, *vantage;
    const char *const *components; /* that its steps need or write: `web`, `db.orders` */
    size_t component_count;
};

struct maintenance_state maintenance_at(const struct maintenance_list *list,
                                        const struct maintenance_subject *subject,
                                        struct wall_time now);

/* Whether one of them pauses it: of maintenance_at that alone, which pages ask of each of their
 * thousands of journeys. */
bool maintenance_is_paused(const struct maintenance_list *list,
                           const struct maintenance_subject *subject, struct wall_time now);

/* Whether a window is in force, whatever it is about. */
bool maintenance_is_on(const struct maintenance *window, struct wall_time now);

/* Whether it is about a journey from there, whenever it is. `vantage` NULL: from anywhere. */
bool maintenance_is_about(const struct maintenance *window,
                          const struct maintenance_subject *subject);

#endif
