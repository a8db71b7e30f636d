/* SPDX-License-Identifier: MIT */
/*
 * A request or an answer, whole: headers and the beginning of the body. Kept in a run only when
 * somebody asked to see it (a HAR file, a terminal), and by the monitor for runs that an engineer
 * will want to look into; never part of the record, but stored beside it.
 */
#ifndef RECORD_MESSAGE_H
#define RECORD_MESSAGE_H

#include <stddef.h>

enum {
    MESSAGE_HEADERS_MAX = 200,
    MESSAGE_BODY_MAX = 256 * 1024,
    MESSAGE_BODY_STORED_MAX = 32 * 1024, /* of a body, beside the record */
    MESSAGES_STORED_MAX = 512 * 1024,    /* of a run, all together */
};

struct message_header {
    const char *name, *value;
};

struct message {
    struct message_header *headers; /* in the order of the wire */
    size_t header_count;
    const char *body; /* NUL-terminated behind `body_length`, which may be less than it was */
    size_t body_length;
    size_t body_size; /* what it was */
};

/* The first value of a header, in any case; NULL when there is none. Takes NULL. */
const char *message_header(const struct message *message, const char *name);

struct buffer;
struct json_t;
struct run;

/* Appends a run's messages as JSON, those of steps that did not pass first, as many as there is
 * room for; nothing when it has none. Bodies that are no text are only counted. Cookies and
 * authorizations lose their values, secret or not. */
void messages_write(const struct run *run, struct buffer *out);

/* Puts what was written back into the run, whose arena receives it. What does not fit the run is
 * left out. */
void messages_read(const struct json_t *json, struct run *run);

#endif
