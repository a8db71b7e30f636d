/* SPDX-License-Identifier: MIT */
/*
 * The commands that operate a monitor: each is a row of a table, which says what is asked of the
 * monitor by its control socket and how the answer is shown. What the store alone answers is read
 * from there while no monitor runs.
 */
#ifndef MONITOR_OPERATE_H
#define MONITOR_OPERATE_H

#include "monitor/operate_moment.h"
#include "reporters/terminal.h"

#include <stdbool.h>
#include <stddef.h>

struct json_t;

enum { OPERATION_OPERANDS_MAX = 2, OPERATION_OPTIONS_MAX = 10 };

/* What becomes of a word of the command line in the request. X(NAME) */
#define OPERAND_TABLE(X)                                                                           \
    X(TEXT)                                                                                        \
    X(TEXTS) /* may be given more than once: a list */                                             \
    X(COUNT)                                                                                       \
    X(DURATION)                                                                                    \
    X(MOMENT)                                                                                      \
    X(PAST) /* a moment: a time of the day alone is the latest */                                  \
    X(FLAG)

enum operand_type {
#define X(name) OPERAND_##name,
    OPERAND_TABLE(X)
#undef X
};

struct operand {
    const char *name; /* on the command line: `journey` of --journey */
    const char *key;  /* in the request */
    enum operand_type type;
};

/* What the monitor answered: its lines, an array. */
struct operation_answer {
    const struct json_t *lines;
    const struct terminal *terminal;
    struct wall_time now;
};

struct operation {
    const char *command, *verb; /* `incidents`, `publish`; verb NULL: the command alone */
    const char *request;
    struct operand operands[OPERATION_OPERANDS_MAX]; /* those without a dash, in their order */
    size_t needed;                                   /* of these */
    bool takes_rest; /* the last takes all words that are left, so that a text needs no quotes */
    struct operand options[OPERATION_OPTIONS_MAX];
    const char *usage; /* `give the incident: incidents publish ID` */
    bool from_store;   /* answered without a monitor */
    /* Prints the answer for people; NULL: nothing is printed. */
    void (*show)(const struct operation_answer *answer, struct buffer *out);
    /* The exit code of an answer; NULL: 0. */
    int (*judge)(const struct operation_answer *answer);
};

/* The table, ended by a row without a command. */
extern const struct operation operations[];

int command_operate(int argc, char **argv);

/*
 * Asks the monitor of a shop file, at `socket` if that is not NULL. `ret_lines` is a new reference
 * also on failure. RESULT_CLOSED: none runs.
 */
MUST_CHECK enum result operate_ask(const char *config, const char *socket,
                                   const struct json_t *request, struct json_t *lines,
                                   struct error *error);

/* The same of the shop's store itself. RESULT_CLOSED: it cannot be opened. */
MUST_CHECK enum result operate_ask_store(const char *config, const struct json_t *request,
                                         struct json_t *lines, struct error *error);

#endif
