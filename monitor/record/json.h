/* SPDX-License-Identifier: MIT */
/*
 * Small helpers over jansson that records share: absent values are left out when written, and read
 * as NULL or 0. Only for those who handle records as JSON, since it shows jansson.
 */
#ifndef RECORD_JSON_H
#define RECORD_JSON_H

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"

#include <jansson.h>

/* For json_dumps of records: the three decimals that json_put_real keeps, not what binary makes of
 * them. */
#define JSON_RECORD_FLAGS JSON_REAL_PRECISION(12)

/* A document as jansson reads it, but faster; NULL: ask jansson, there is something unusual in it,
 * or it is not JSON. */
json_t *json_read_plain(const char *text, size_t length);

/* What was written as JSON by the program itself, as a tree. New reference. Ends `text`'s life. */
json_t *json_reread(struct buffer *text);

/* Text that is not UTF-8 (a hostile body's excerpt) has its bad bytes replaced. NULL is left out.
 */
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_integer(json_t *object, const char *key, int64_t value);
void json_put_real(json_t *object, const char *key, double value); /* three decimals are kept */
void json_put_flag(json_t *object, const char *key, bool value);
void json_put_wall(json_t *object, const char *key, struct wall_time time); /* 0 is left out */
void json_put_milliseconds(json_t *object, const char *key, duration value);

const char *json_get_text(struct arena *arena, const json_t *object, const char *key);
int64_t json_get_integer(const json_t *object, const char *key);
double json_get_real(const json_t *object, const char *key);
bool json_get_flag(const json_t *object, const char *key);
struct wall_time json_get_wall(const json_t *object, const char *key);
duration json_get_milliseconds(const json_t *object, const char *key);

#endif
