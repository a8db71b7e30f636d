/* SPDX-License-Identifier: MIT */
/* Reasons as text and back. See reason.h. */
#include "monitor/record/reason.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *words, *brief, *sentence;
    enum symptom symptom;
} reasons[REASON_COUNT] = {
#define X(name, words, symptom, brief, sentence) {words, brief, sentence, SYMPTOM_##symptom},
    REASON_TABLE(X)
#undef X
};

const char *reason_words(enum reason reason)
{
    return reasons[reason].words;
}

enum symptom reason_symptom(enum reason reason)
{
    return reasons[reason].symptom;
}

const char *reason_brief(enum reason reason)
{
    return reasons[reason].brief;
}

const char *reason_sentence(enum reason reason)
{
    return reasons[reason].sentence;
}

enum reason reason_from_words(const char *words)
{
    for (int i = 0; words != NULL && i < REASON_COUNT; i++)
        if (strcmp(reasons[i].words, words) == 0)
            return (enum reason)i;
    return REASON_COUNT;
}
