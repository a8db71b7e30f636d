/* SPDX-License-Identifier: MIT */
/* What a GraphQL answer says of itself: HTTP is 200 even for errors there. */
#ifndef JOURNEY_GRAPHQL_H
#define JOURNEY_GRAPHQL_H

#include "monitor/journey/evaluate.h"
#include "scenarios/scenario.h"

/* Holds, unless the answer is a 200 with `errors` (content.mismatch with the first one's message)
 * or no JSON at all, and no assertion of the step looks at $.errors. */
struct outcome graphql_check(const struct step *step, struct answer *answer, struct arena *arena);

/* What its first error says, in the arena; NULL: there is none. */
const char *graphql_message(struct answer *answer, struct arena *arena);

#endif
