/* SPDX-License-Identifier: MIT */
/*
 * Where a secret comes from, as a scenario or shop file says. Its value is no business of
 * scenarios/: journey/secrets.c reads it when a run may start, and lint never does.
 */
#ifndef SCENARIOS_SECRET_H
#define SCENARIOS_SECRET_H

#include "scenarios/mistake.h"

enum { SECRET_ARGUMENTS_MAX = 50 };

/* One of env, file and command is set. */
struct secret {
    const char *name;
    const char *env;
    const char *file; /* complete when the file that names it is loaded */
    const char **command;
    size_t command_count;
    struct position position;
};

#endif
