/* SPDX-License-Identifier: MIT */
/* The command line: one table of subcommands, and what they share. */
#ifndef MONITOR_CLI_H
#define MONITOR_CLI_H

#include "monitor/record/run.h"
#include "scenarios/mistake.h"

/* Exit codes, as the manual says. X(NAME, code) */
#define EXIT_TABLE(X)                                                                              \
    X(PASSED, 0)                                                                                   \
    X(APPLICATION, 1)                                                                              \
    X(NETWORK, 2)                                                                                  \
    X(DATABASE, 3)                                                                                 \
    X(THIRD_PARTY, 4)                                                                              \
    X(MONITOR, 5)                                                                                  \
    X(DEGRADED, 6)                                                                                 \
    X(UNDETERMINED, 7)                                                                             \
    X(USAGE, 64)                                                                                   \
    X(INVALID, 65)

enum exit_code {
#define X(name, code) EXIT_##name = (code),
    EXIT_TABLE(X)
#undef X
};

/* What commands are for. X(NAME, word) */
#define COMMAND_GROUP_TABLE(X)                                                                     \
    X(WRITE, "write")                                                                              \
    X(TRY, "try")                                                                                  \
    X(WATCH, "watch")                                                                              \
    X(LOOK, "look")                                                                                \
    X(TELL, "tell")

enum command_group {
#define X(name, word) COMMAND_##name,
    COMMAND_GROUP_TABLE(X)
#undef X
};

struct command {
    const char *name, *arguments;
    enum command_group group;
    const char *brief;                 /* in its line of the first screen; NULL: not for users */
    const char *help;                  /* NULL: not for users */
    const char *options;               /* a line each, for --help */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* The n-th of the table; NULL behind the last. */
const struct command *cli_command(size_t n);

int cli_main(int argc, char **argv);

/* Prints `problem` and where to find help; returns EXIT_USAGE. */
int cli_usage_error(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);

/* EXIT_PASSED when each may be a file; a directory or `-` is a usage error that says so. */
int cli_check_files(const char *command, char *const *files, int count);

/* Prints all mistakes on standard error, in colour on a terminal. */
void cli_print_mistakes(const struct mistakes *mistakes);

/* How lint says what it found. The last has no name. */
struct cli_mistake_format {
    const char *name;
    /* `note`: what was not looked at; NULL when all was. */
    void (*print)(const struct mistakes *mistakes, size_t files, const char *note);
};
extern const struct cli_mistake_format cli_mistake_formats[];

/* Exit code of a run, and the worse of two. */
enum exit_code cli_exit_of_run(const struct run *run);
enum exit_code cli_exit_worse(enum exit_code a, enum exit_code b);

int command_run(int argc, char **argv);
int command_operate(int argc, char **argv);
int command_diagnose(int argc, char **argv);
int command_probe(int argc, char **argv);
int command_report(int argc, char **argv);
int command_monitor(int argc, char **argv);
int command_lint(int argc, char **argv);
int command_manual(int argc, char **argv);
int command_new(int argc, char **argv);
int command_fmt(int argc, char **argv);
int command_schema(int argc, char **argv);
int command_settle(int argc, char **argv);

#endif
