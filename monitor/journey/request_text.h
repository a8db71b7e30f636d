/* SPDX-License-Identifier: MIT */
/* Texts of a request, rendered with the run's variables. For request*.c only. */
#ifndef JOURNEY_REQUEST_TEXT_H
#define JOURNEY_REQUEST_TEXT_H

#include "monitor/journey/request.h"

struct buffer;

/* Rendered into the arena, or NULL with the name of the variable that has no value. */
const char *request_render(const struct request_source *source, const struct template *template,
                           const char **ret_missing);

/* Appends `name=value&...`. Returns the missing variable, or NULL. */
const char *request_encode_pairs(const struct request_source *source, const struct pair *pairs,
                                 size_t count, struct buffer *out);

/* Notes that `name` has no value, for people. */
enum symptom request_missing(const struct request_source *source, const char *name,
                             const char **ret_detail);

struct request_body {
    const char *bytes; /* NULL: none */
    size_t length;
    const char *type; /* media type; NULL: not told */
};

/* request_body.c: the step's body, in the arena. */
enum symptom request_body(const struct request_source *source, const struct step *step,
                          struct request_body *ret_body, const char **ret_detail);

/* request_visitor.c: sets `ret_cookies` to `name=value; ...`, and `ret_authorization` to the
 * header's value; NULL where the step has none. */
enum symptom request_visitor(const struct request_source *source, const struct step *step,
                             const char **ret_cookies, const char **ret_authorization,
                             const char **ret_detail);

#endif
