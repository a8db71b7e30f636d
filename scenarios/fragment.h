/* SPDX-License-Identifier: MIT */
/*
 * A fragment: steps in a file of their own, such as a login, which journeys take in by `use:`. It
 * sees what it is given by `with:` and what it captures itself; what it captures, later steps see.
 */
#ifndef SCENARIOS_FRAGMENT_H
#define SCENARIOS_FRAGMENT_H

#include "scenarios/scenario.h"

enum { FRAGMENT_DEPTH_MAX = 5 };

/* X(NAME, word) */
#define INPUT_TABLE(X)                                                                             \
    X(STRING, "string")                                                                            \
    X(NUMBER, "number")                                                                            \
    X(BOOLEAN, "boolean")

enum input_type {
#define X(name, word) INPUT_##name,
    INPUT_TABLE(X)
#undef X
};

struct fragment_input {
    const char *name;
    enum input_type type;
    struct position position;
};

struct fragment {
    const char *name, *about;
    struct fragment_input *inputs;
    size_t input_count;
    struct step *steps; /* those of its own fragments among them */
    size_t step_count;
};

/* One use of a fragment. */
struct fragment_use {
    const char *path, *name;
    struct pair *inputs; /* as given by `with` */
    size_t input_count;
    const struct fragment *fragment;
    const struct fragment_use *outer; /* whose names the inputs' values are made of; may be NULL */
    struct position position;
};

#endif
