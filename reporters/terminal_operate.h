/* SPDX-License-Identifier: MIT */
/*
 * What operators are shown at a terminal: status, history, incidents, maintenance, events. Pure
 * functions into a buffer, as terminal.h; `now` is a parameter.
 */
#ifndef REPORTERS_TERMINAL_OPERATE_H
#define REPORTERS_TERMINAL_OPERATE_H

#include "monitor/record/event.h"
#include "monitor/record/incident.h"
#include "monitor/record/maintenance.h"
#include "reporters/terminal.h"

struct json_t;

enum { TERMINAL_ID_SHOWN = 8 }; /* digits of an id, which are mostly enough to name it by */

/* One screen: what a monitor answers to `status`. */
void terminal_status(const struct terminal *terminal, const struct json_t *status,
                     struct buffer *out);

/* A line each, newest first; maintenance by its start. */
void terminal_history(const struct terminal *terminal, struct run *const *runs, size_t count,
                      struct wall_time now, struct buffer *out);
void terminal_incidents(const struct terminal *terminal, const struct incident *incidents,
                        size_t count, struct wall_time now, struct buffer *out);
/* What comes next where an operator has closed one. */
void terminal_after_closing(const struct terminal *terminal, struct buffer *out);
void terminal_windows(const struct terminal *terminal, const struct maintenance *windows,
                      size_t count, struct wall_time now, struct buffer *out);
void terminal_events(const struct terminal *terminal, const struct event *events, size_t count,
                     struct wall_time now, struct buffer *out);

/* As an engineer would write it to another: what happened, whose fault it is, how that is known,
 * what was done. */
void terminal_incident(const struct terminal *terminal, const struct incident *incident,
                       struct wall_time now, struct buffer *out);
void terminal_explain_run(const struct terminal *terminal, const struct run *run,
                          struct wall_time now, struct buffer *out);

/* An incident as it was judged then, and as it is judged by today's rules: what changed, and by
 * which facts. Either may be NULL: there was none, or there is none today. */
void terminal_compare(const struct terminal *terminal, const struct incident *then,
                      const struct incident *now, struct wall_time moment, struct buffer *out);
bool terminal_verdicts_differ(const struct verdict *then, const struct verdict *now);

/* `14:07:09`, with the day before it when that is not the day of `now`; in UTC. Returns `text`. */
enum { TERMINAL_CLOCK_MAX = 32 };
const char *terminal_clock(struct wall_time time, struct wall_time now,
                           char text[TERMINAL_CLOCK_MAX]);

#endif
