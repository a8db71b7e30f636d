/* SPDX-License-Identifier: MIT */
/*
 * Foreign text on its way to people's eyes: what a shop answered is shown, never obeyed. One place
 * decides which characters are harmless; html.c and terminal.c each make the others visible in
 * their own way.
 */
#ifndef REPORTERS_TEXT_H
#define REPORTERS_TEXT_H

#include "monitor/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False for what could move the cursor, reorder the line or is no character: controls but tab and
 * line feed, bidirectional overrides, noncharacters. */
bool text_is_harmless(uint32_t code);

/* How many characters; a byte that belongs to none counts as one. */
size_t text_length(const char *text);

/* `text` as valid UTF-8, whatever is not harmless replaced by U+FFFD. */
void text_append_valid(struct buffer *out, const char *text);

#endif
