/* SPDX-License-Identifier: MIT */
/*
 * What `shopwatch run` does with its files: so many journeys in flight at once, their runs kept in
 * the order of the files, then judged together, reported and written out. `shopwatch settle` does
 * the same with the cleanup of what earlier runs have left behind.
 */
#ifndef MONITOR_REPLAY_H
#define MONITOR_REPLAY_H

#include "monitor/cli.h"
#include "monitor/daemon/ledger.h"
#include "monitor/journey/journey.h"
#include "reporters/documents.h"
#include "reporters/terminal.h"

enum { REPLAY_REPEAT_MAX = 100000, REPLAY_PARALLEL_MAX = 1000 };

/* A document to be written when all is done. */
struct replay_output {
    document_writer *write;
    const char *file; /* `-`: standard output */
};
enum { REPLAY_OUTPUTS_MAX = 16 };

/* What the runs of a scenario share. */
struct replay_means {
    struct secrets *secrets;
    struct ledger *ledger;
    struct ledger_list *left; /* by earlier runs; to be settled */
};

/* One run to be made. */
struct replay_task {
    size_t scenario;
    const struct ledger_remains *remains; /* NULL: a run of its own */
};

struct replay_flight; /* one journey on its way */

struct replay {
    const char *command; /* for messages */
    bool settles;        /* does the cleanup of what was left behind, and nothing else */
    const char *config, *vantage_name, *only;
    struct journey_variable *variables;
    size_t variable_count;
    unsigned repeat, parallel;
    struct replay_output outputs[REPLAY_OUTPUTS_MAX];
    size_t output_count;
    bool keep_messages, show_messages;

    struct mistakes mistakes;
    struct shop *shop; /* NULL without -c */
    struct scenario **scenarios;
    struct replay_means *means; /* of each scenario */
    bool **chosen;              /* of each scenario the steps for --only; NULL: all */
    size_t scenario_count;

    struct loop *loop;
    struct net *net;
    struct net_vantage *net_vantage;
    const char *vantage;
    struct leases *leases;
    struct wall_time planned;
    struct replay_flight *flights; /* one for each that may be on its way */
    struct replay_task *tasks;
    struct run **runs; /* in order; NULL: not done */
    size_t run_count, next, done;
    bool interrupted;
    struct terminal terminal; /* standard error: live progress */
};

/* replay_options.c: reads the command line; argv[*ret_first] is the first file. EXIT_PASSED, or
 * EXIT_USAGE after saying why. */
int replay_read_options(struct replay *replay, int argc, char **argv, int *ret_first);

/* replay_check.c: the same once the files are loaded; keeps the steps for --only. */
int replay_check_options(struct replay *replay);

/* Loads the files, or, without any, all that the shop file names. Says nothing itself. */
MUST_CHECK enum result replay_load(struct replay *replay, char *const *files, int count);

/* Replays everything. The exit code is told by the runs, unless it could not even begin. */
int replay_run(struct replay *replay);

/* Writes every document; EXIT_PASSED, or EXIT_MONITOR after saying what failed. */
int replay_write_outputs(const struct replay *replay);

/* The report for people: on standard error where a document goes to standard output. EXIT_PASSED,
 * or EXIT_MONITOR after saying that it could not be written. */
int replay_report(const struct replay *replay);

/* Takes the file that was given to a document's option; EXIT_PASSED, or EXIT_USAGE after saying
 * why. */
int replay_add_output(struct replay *replay, const char *option, const char *file);
bool replay_writes_standard_output(const struct replay *replay);

/* replay_settle.c: what there is to settle becomes tasks. */
MUST_CHECK enum result replay_plan_settling(struct replay *replay, struct error *error);

/* A line for each thing that was left behind, and what became of it. EXIT_PASSED when nothing is
 * left but what a run may still put right itself. */
int replay_report_settled(const struct replay *replay);

void replay_free(struct replay *replay);

#endif
