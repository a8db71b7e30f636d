/* SPDX-License-Identifier: MIT */
/*
 * A thread that works through jobs in the order in which they were given to it, and hands each back
 * to the loop in that order. Whoever writes to a disk has one, so that the loop never waits for it.
 */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include "monitor/base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct job;
struct worker;

enum { WORKER_BATCH_MAX = 64 };

/* All required. */
struct job_kind {
    size_t batch; /* consecutive jobs of this kind that are worked on together, at most
                     WORKER_BATCH_MAX */

    /* On the worker's thread. */
    void (*work)(void *context, struct job **jobs, size_t count);

    /* On the loop's thread; for a job that was forgotten too. */
    void (*deliver)(struct job *job);

    void (*free)(struct job *job);
};

/* The first member of every job. The loop's thread alone touches `forgotten`. */
struct job {
    const struct job_kind *kind;
    void *data;     /* whom it is for */
    bool forgotten; /* nobody waits for it any more */
    struct job *next;
};

/* `context` is what every `work` is given; only the thread may use it until worker_stop. */
struct worker *worker_start(struct loop *loop, void *context, struct error *error);

/* Takes `job`. The thread begins when this turn of the loop ends. */
void worker_submit(struct worker *worker, struct job *job);

/* Marks all jobs for `data` as forgotten. */
void worker_forget(struct worker *worker, const void *data);

/* Lets the thread finish what it was given, and frees everything; jobs that were not delivered are
 * not. May be called from a `deliver`. Takes NULL. */
void worker_stop(struct worker *worker);

#endif
