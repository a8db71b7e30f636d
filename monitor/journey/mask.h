/* SPDX-License-Identifier: MIT */
/*
 * Keeps secrets out of records: each text that goes into one has them replaced, in clear and in the
 * encodings in which they were sent or may come back: URL-encoded, JSON- and HTML-escaped, base64
 * in its three alignments and both alphabets. A secret that was cut off at a text's end counts,
 * too.
 */
#ifndef JOURNEY_MASK_H
#define JOURNEY_MASK_H

#include "monitor/record/run.h"

/* A shorter one would be found everywhere, and its place tell what it is. */
enum { MASK_SECRET_MIN = 4 };

#define MASK_TEXT "***"

struct mask;

struct mask *mask_create(void);
void mask_free(struct mask *mask); /* takes NULL */

/* False when it is too short to be masked. */
bool mask_add(struct mask *mask, const char *secret);

/* `text` itself where there is nothing to hide, else a copy in `arena`. NULL gives NULL. */
const char *mask_text(const struct mask *mask, struct arena *arena, const char *text);

/* All texts of a step that are not the scenario author's own, but for its messages. */
void mask_step(const struct mask *mask, struct arena *arena, struct run_step *step);
void mask_messages(const struct mask *mask, struct arena *arena, struct run_step *step);

#endif
