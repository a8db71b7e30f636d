/* SPDX-License-Identifier: MIT */
/* See argument.h. */
#include "reporters/argument.h"

#include "monitor/diagnose/diagnose.h"

#include <math.h>
#include <stdlib.h>

/* From here on a suspect is worth a second reason of each side. */
#define LIKELY 0.01

/* The record has the weights for who is blamed, as they were; those for others are today's. */
static double weight_for(const struct verdict *verdict, const struct evidence *evidence,
                         enum cause suspect)
{
    const double *weights = diagnose_weights(evidence->fact);
    if (suspect == verdict->leaning)
        return evidence->weight;
    return weights != NULL ? weights[suspect] : 0;
}

/* The heaviest first; of equals, as in the record. */
static int by_weight(const void *left, const void *right)
{
    const struct argument_reason *a = left, *b = right;
    double difference = fabs(b->weight) - fabs(a->weight);
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    return a->evidence < b->evidence ? -1 : 1;
}

static void find_reasons(struct arena *arena, const struct verdict *verdict,
                         struct argument_suspect *suspect)
{
    struct argument_reason *reasons = NULL;
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        const struct evidence *evidence = &verdict->evidence[i];
        double weight = weight_for(verdict, evidence, suspect->cause);
        if (weight == 0)
            continue;
        arena_grow(arena, reasons, suspect->reason_count);
        reasons[suspect->reason_count++] =
            (struct argument_reason){.evidence = evidence, .weight = weight};
    }
    if (suspect->reason_count > 1)
        qsort(reasons, suspect->reason_count, sizeof *reasons, by_weight);
    suspect->reasons = reasons;
}

static double confidence_in(const struct verdict *verdict, enum cause suspect)
{
    if (verdict_knows_suspects(verdict))
        return verdict->suspects[suspect];
    if (suspect == verdict->leaning)
        return verdict->confidence;
    return suspect == verdict->runner_up ? verdict->runner_up_confidence : -1;
}

static int by_confidence(const void *left, const void *right)
{
    const struct argument_suspect *a = left, *b = right;
    if (a->confidence != b->confidence)
        return a->confidence < b->confidence ? 1 : -1;
    return a->cause < b->cause ? -1 : 1;
}

void argument_of(struct arena *arena, const struct verdict *verdict, struct argument *ret_argument)
{
    struct argument_suspect *suspects = ret_argument->suspects;
    size_t count = 0;
    ret_argument->suspect_count = 0;
    if (verdict->cause == CAUSE_NONE || verdict->leaning >= CAUSE_UNDETERMINED)
        return;
    suspects[count++].cause = verdict->leaning;
    for (int cause = 0; cause < SUSPECT_COUNT && verdict->runner_up < CAUSE_UNDETERMINED; cause++)
        if (cause != (int)verdict->leaning)
            suspects[count++].cause = (enum cause)cause;
    for (size_t i = 0; i < count; i++) {
        suspects[i] = (struct argument_suspect){
            .cause = suspects[i].cause,
            .confidence = confidence_in(verdict, suspects[i].cause),
        };
        find_reasons(arena, verdict, &suspects[i]);
    }
    if (count > 2)
        qsort(suspects + 1, count - 1, sizeof *suspects, by_confidence);
    ret_argument->suspect_count = count;
}

size_t argument_brief(const struct argument_suspect *suspect,
                      const struct argument_reason *brief[ARGUMENT_BRIEF_MAX])
{
    size_t count = 0, most = suspect->confidence >= LIKELY ? ARGUMENT_BRIEF_MAX / 2 : 1;
    for (int side = 0; side < 2; side++) {
        size_t before = count;
        for (size_t i = 0; i < suspect->reason_count && count < before + most; i++)
            if ((suspect->reasons[i].weight > 0) == side)
                brief[count++] = &suspect->reasons[i];
    }
    return count;
}

const char *argument_side(const struct argument_reason *reason)
{
    return reason->weight < 0 ? "against" : "for";
}

const char *argument_text(const struct argument_reason *reason)
{
    return reason->evidence->text != NULL ? reason->evidence->text : reason->evidence->fact;
}
