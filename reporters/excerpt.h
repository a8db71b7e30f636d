/* SPDX-License-Identifier: MIT */
/*
 * What a failing answer says to people: the beginning of an HTML page is all <head>, and tells
 * nothing. Pure; what comes out is as foreign as what goes in.
 */
#ifndef REPORTERS_EXCERPT_H
#define REPORTERS_EXCERPT_H

#include "monitor/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    EXCERPT_TEXT_MAX = 4096,          /* bytes that are enough for what excerpt_say makes */
    EXCERPT_INDENTED_MAX = 64 * 1024, /* and excerpt_indent, of the beginning of a body */
};

/* Title, heading and text of a page, or of the beginning of one, a line each, the text broken at
 * `width` characters. False, and nothing in `out`, when it is no HTML or has no text. */
bool excerpt_say(const char *excerpt, size_t width, struct buffer *out);

/* The beginning of `text`, as JSON with a member a line, indented; a list or object that fits into
 * `width` bytes stands on one. False when it is no JSON, not even the beginning of it, or `out` is
 * full. `text` ends with a NUL behind `length`. */
bool excerpt_indent(const char *text, size_t length, size_t width, struct buffer *out);

#endif
