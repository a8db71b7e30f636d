/* SPDX-License-Identifier: MIT */
/*
 * Errors that an answer reports whatever its status says: GraphQL's list of `errors`, and what
 * other shops write in JSON. What a shop calls by words of its own, a card that is declined say, is
 * none. Pure, and private to diagnose/.
 */
#ifndef DIAGNOSE_ANSWER_ERROR_H
#define DIAGNOSE_ANSWER_ERROR_H

#include "monitor/record/run.h"

enum answer_error_kind {
    ANSWER_ERROR_NONE,
    ANSWER_ERROR_CLIENT,  /* the request is wrong, or not allowed */
    ANSWER_ERROR_LIMITED, /* it came too often */
    ANSWER_ERROR_SERVER,  /* whoever answers could not do it */
};

enum { ANSWER_CODE_SIZE = 64, ANSWER_MESSAGE_SIZE = 161 };

/* The texts are one line each, and may be cut off, "" when the answer has none; no number in them
 * is. */
struct answer_error {
    enum answer_error_kind kind;
    char code[ANSWER_CODE_SIZE], message[ANSWER_MESSAGE_SIZE];
};

/* Of an answer's beginning. */
struct answer_error answer_error_in(const char *body);

/* Of a step that failed by the content of a good status. */
struct answer_error answer_error_of(const struct run_step *step);

/* What the step failed by, where such an error counts as one that its status tells. */
enum symptom answer_error_symptom(const struct run_step *step);

#endif
