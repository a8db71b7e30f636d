/* SPDX-License-Identifier: MIT */
/*
 * JSON as compact text, member by member, for records that are written many times a second: no tree
 * is built. Values go into what was opened last; in an object each has a key, in an array and at
 * the top it is NULL.
 */
#ifndef RECORD_JSON_WRITER_H
#define RECORD_JSON_WRITER_H

#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buffer *out; /* its `result` tells whether all of it fitted */
    bool follows;       /* a value stands before the next one */
};

void json_open_object(struct json_writer *writer, const char *key);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *key);
void json_close_array(struct json_writer *writer);

/* NULL is left out. Text that is not UTF-8 (a hostile body's excerpt) has its bad bytes replaced.
 */
void json_add_text(struct json_writer *writer, const char *key, const char *text);
/* The same for text that may hold NULs. */
void json_add_string(struct json_writer *writer, const char *key, const char *text, size_t length);
/* The same for a word of the program's own, which needs no look at its letters. */
void json_add_word(struct json_writer *writer, const char *key, const char *word);
void json_add_integer(struct json_writer *writer, const char *key, int64_t value);
void json_add_real(struct json_writer *writer, const char *key, double value); /* three decimals */
void json_add_flag(struct json_writer *writer, const char *key, bool value);
void json_add_wall(struct json_writer *writer, const char *key, struct wall_time time); /* not 0 */
/* A key that is not the program's own; its value follows, with NULL for a key. */
void json_add_key(struct json_writer *writer, const char *key);
/* What is JSON already, compact; NULL: the caller appends it. */
void json_add_raw(struct json_writer *writer, const char *json);
void json_add_milliseconds(struct json_writer *writer, const char *key, duration value);

#endif
