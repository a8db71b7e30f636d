/* SPDX-License-Identifier: MIT */
/*
 * A verdict as an argument: what speaks for each suspect and what against, the heaviest first, and
 * how likely it is. Built in one place, so that terminal and page say the same. Pure.
 */
#ifndef REPORTERS_ARGUMENT_H
#define REPORTERS_ARGUMENT_H

#include "monitor/record/verdict.h"

struct argument_reason {
    const struct evidence *evidence; /* of the verdict; has a text, or at least its code */
    double weight;                   /* for this suspect, in dB; never 0 */
};

struct argument_suspect {
    enum cause cause;
    double confidence; /* below 0: the verdict does not say it */
    const struct argument_reason *reasons;
    size_t reason_count;
};

struct argument {
    struct argument_suspect suspects[SUSPECT_COUNT]; /* whom the verdict blames, or leans to; then
                                                       the likeliest */
    size_t suspect_count; /* 1 where nothing had to be weighed, as of the monitor's own failures;
                             0: nothing failed */
};

/* Lives as long as the arena and the verdict. */
void argument_of(struct arena *arena, const struct verdict *verdict, struct argument *ret_argument);

/* The few that suffice of one who is not blamed: the heaviest of each side, and of one that is not
 * excluded the second, too; what speaks against comes first. Returns how many. */
enum { ARGUMENT_BRIEF_MAX = 4 };
size_t argument_brief(const struct argument_suspect *suspect,
                      const struct argument_reason *brief[ARGUMENT_BRIEF_MAX]);

/* `for` or `against`. */
const char *argument_side(const struct argument_reason *reason);

const char *argument_text(const struct argument_reason *reason);

#endif
