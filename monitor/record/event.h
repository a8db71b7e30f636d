/* SPDX-License-Identifier: MIT */
/*
 * An event: what people say that they did to the shop, and when (a deploy, a new price list). Shown
 * on the graphs, and evidence for who looks later. Plain data.
 */
#ifndef RECORD_EVENT_H
#define RECORD_EVENT_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"

struct buffer;
struct json_t;

enum { EVENT_KIND_MAX = 64, EVENT_TEXT_MAX = 2000, EVENT_BY_MAX = 200 }; /* bytes */

/* The kind of what changes the shop's own programs. */
#define EVENT_DEPLOY "deploy"

struct event {
    const char *id; /* 16 hexadecimal digits */
    struct wall_time at;
    const char *kind; /* one word: `deploy` */
    const char *text; /* for people */
    const char *by;   /* who said so; may be NULL */
};

void event_copy(struct arena *arena, struct event *target, const struct event *source);

/* Appends one line of JSON, without its end. */
void event_write(const struct event *event, struct buffer *out);
MUST_CHECK enum result event_from_json(struct arena *arena, const struct json_t *json,
                                       struct event *ret_event);

#endif
