/* SPDX-License-Identifier: MIT */
/*
 * A request or an answer, whole: headers and the beginning of the body. Kept in a run only when
 * somebody asked to see it (a HAR file, a terminal); never part of the record, which is stored.
 */
#ifndef RECORD_MESSAGE_H
#define RECORD_MESSAGE_H

#include <stddef.h>

enum { MESSAGE_HEADERS_MAX = 200, MESSAGE_BODY_MAX = 256 * 1024 };

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

#endif
