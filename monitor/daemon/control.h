/* SPDX-License-Identifier: MIT */
/*
 * The control socket: how people and programs on this machine speak with a monitor that runs. A
 * unix socket for its owner alone; a visitor sends one line of JSON, `{"do": NAME, ...}`, receives
 * lines of JSON, of which the last has `ok`, and is gone. Visitors are bounded in number, size and
 * time, so that none stands in the way of a measurement. What can be asked is one table.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "monitor/base/buffer.h"
#include "monitor/base/loop.h"

#include <stdbool.h>

struct json_t;
struct control;

/* A visitor's request, until control_end. */
struct control_call;

enum {
    CONTROL_LINE_MAX = 64 * 1024,          /* of a request */
    CONTROL_ANSWER_MAX = 16 * 1024 * 1024, /* of all lines */
    CONTROL_VISITORS_MAX = 32,
    CONTROL_ARGUMENTS_MAX = 16,
};

#define CONTROL_ASK_MAX  (5 * DURATION_SECOND)  /* for a visitor to send his line */
#define CONTROL_READ_MAX (15 * DURATION_SECOND) /* for a visitor to read all of the answer */

/* What a visitor is sent at once, before there is an answer: he knows that the monitor lives, and
 * to JSON it is nothing. */
#define CONTROL_HEARD " "

/* X(NAME, for people) */
#define CONTROL_ARGUMENT_TABLE(X)                                                                  \
    X(TEXT, "text")                                                                                \
    X(TEXTS, "a list of texts")                                                                    \
    X(DURATION, "a time with its unit, such as 2h")                                                \
    X(MOMENT, "a moment, such as 2026-11-23T14:07:00.000Z")                                        \
    X(COUNT, "a whole number from 1 on")                                                           \
    X(FLAG, "true or false")

enum control_argument_type {
#define X(name, text) CONTROL_##name,
    CONTROL_ARGUMENT_TABLE(X)
#undef X
};

struct control_argument {
    const char *name;
    enum control_argument_type type;
    bool required;
    const char *help;
};

/* What can be asked: a row of the table. Its arguments have been checked when `handle` is called,
 * which leads to exactly one control_end, now or in a later turn. `request` is borrowed until
 * then. */
struct control_request {
    const char *name, *help;
    void (*handle)(void *data, struct control_call *call, const struct json_t *request);
    struct control_argument arguments[CONTROL_ARGUMENTS_MAX]; /* ended by one without a name */
};

/*
 * Listens at `path`, which only its owner may use. What a dead monitor has left there is replaced;
 * NULL with `error` set where a living one listens, where something else is, or where it cannot be.
 * `requests` is borrowed, and ended by one without a name.
 */
struct control *control_open(struct loop *loop, const char *path,
                             const struct control_request *requests, void *data,
                             struct error *error);

/* Lets go of all visitors; calls that were not ended must not be used any more. Takes NULL. */
void control_close(struct control *control);

size_t control_visitors(const struct control *control); /* 0 for NULL */

/* A line of the answer, or its end appended to what the caller wrote: JSON, without its end. */
void control_say(struct control_call *call, const char *json);

/* The last line, with the error's text and code: `error` NULL or not set: it was done. */
void control_end(struct control_call *call, const struct error *error);

/* Who asks: the name that the visitor gave, or the number of his user. */
const char *control_by(const struct control_call *call);

/* The arguments of a request, after they were checked. */
const char *control_text(const struct json_t *request, const char *name);  /* NULL: not given */
duration control_duration(const struct json_t *request, const char *name); /* 0: not given */
struct wall_time control_moment(const struct json_t *request, const char *name);
size_t control_count(const struct json_t *request, const char *name); /* 0: not given */
bool control_flag(const struct json_t *request, const char *name);

/* control_ask.c, the other side, which waits: asks the monitor at `path`, and gives every line of
 * the answer but the last to `line`. RESULT_CLOSED: no monitor listens there, or the one that does
 * stands still; else as the monitor says: RESULT_INVALID, RESULT_NOT_FOUND, and so on. */
typedef void control_line(void *data, const struct json_t *json);
MUST_CHECK enum result control_ask(const char *path, const struct json_t *request,
                                   control_line *line, void *data, struct error *error);

#endif
