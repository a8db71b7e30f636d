/* SPDX-License-Identifier: MIT */
/*
 * One list holds all jobs from submission to delivery: its front part is finished, then come those
 * being worked on, then those still to do, then those of this turn of the loop. Since order is
 * kept, three marks are enough: the number of finished jobs, `todo` and `given`. See worker.h.
 */
#include "monitor/base/worker.h"

#include "monitor/base/memory.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
    void *context;
    pthread_t thread;
    struct loop_watch *watch;
    int descriptor; /* the eventfd that wakes the loop */

    /* The loop's thread alone. */
    struct loop_timer *turn_end;
    struct job *first, *last;
    bool delivering, stopped;

    pthread_mutex_t mutex; /* guards what follows, and `next` of the last job */
    pthread_cond_t wake;
    struct job *todo;
    struct job *given; /* the first one of this turn; NULL: none */
    size_t finished;
    bool stopping;
};

/* Begun one by one, the first job would be done alone, with a commit for instance, before the
 * others of the same turn are here. */
static void worker_begin(void *data)
{
    struct worker *worker = data;
    pthread_mutex_lock(&worker->mutex);
    worker->given = NULL;
    pthread_mutex_unlock(&worker->mutex);
    pthread_cond_signal(&worker->wake);
}

/* Returns 0 when there is nothing left and the worker is to stop. */
static size_t worker_take(struct worker *worker, struct job *jobs[WORKER_BATCH_MAX])
{
    size_t count = 0;
    pthread_mutex_lock(&worker->mutex);
    while (worker->todo == worker->given && !worker->stopping)
        pthread_cond_wait(&worker->wake, &worker->mutex);
    const struct job *first = worker->todo;
    while (worker->todo != worker->given && worker->todo->kind == first->kind &&
           count < first->kind->batch) {
        jobs[count++] = worker->todo;
        worker->todo = worker->todo->next;
    }
    pthread_mutex_unlock(&worker->mutex);
    return count;
}

static void *worker_main(void *data)
{
    struct worker *worker = data;
    struct job *jobs[WORKER_BATCH_MAX];
    size_t count;
    while ((count = worker_take(worker, jobs)) > 0) {
        jobs[0]->kind->work(worker->context, jobs, count);
        pthread_mutex_lock(&worker->mutex);
        worker->finished += count;
        pthread_mutex_unlock(&worker->mutex);
        eventfd_write(worker->descriptor, 1);
    }
    return NULL;
}

static struct job *worker_pop(struct worker *worker)
{
    struct job *job = worker->first;
    worker->first = job->next;
    if (worker->first == NULL)
        worker->last = NULL;
    return job;
}

static void worker_deliver(void *data)
{
    struct worker *worker = data;
    eventfd_t ignored;
    eventfd_read(worker->descriptor, &ignored);
    pthread_mutex_lock(&worker->mutex);
    size_t finished = worker->finished;
    worker->finished = 0;
    pthread_mutex_unlock(&worker->mutex);
    worker->delivering = true;
    for (; finished > 0 && !worker->stopped; finished--) {
        struct job *job = worker_pop(worker);
        job->kind->deliver(job);
        job->kind->free(job);
    }
    worker->delivering = false;
    if (worker->stopped)
        free(worker);
}

static void worker_release(struct worker *worker)
{
    loop_watch_free(worker->watch);
    loop_timer_free(worker->turn_end);
    close(worker->descriptor);
    pthread_cond_destroy(&worker->wake);
    pthread_mutex_destroy(&worker->mutex);
    worker->stopped = true;
    if (!worker->delivering)
        free(worker);
}

struct worker *worker_start(struct loop *loop, void *context, struct error *error)
{
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
        error_set(error, RESULT_IO, "cannot make an eventfd: %s", strerror(errno));
        return NULL;
    }
    struct worker *worker = memory_allocate(1, sizeof *worker);
    worker->context = context;
    worker->descriptor = descriptor;
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->wake, NULL);
    worker->watch = loop_watch_readable(loop, descriptor, worker_deliver, worker);
    worker->turn_end = loop_timer_create(loop, worker_begin, worker);
    /* Signals are the loop's: the thread inherits a mask that blocks them all. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&worker->thread, NULL, worker_main, worker);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed != 0) {
        error_set(error, RESULT_IO, "cannot start a thread: %s", strerror(failed));
        worker_release(worker);
        return NULL;
    }
    return worker;
}

void worker_submit(struct worker *worker, struct job *job)
{
    pthread_mutex_lock(&worker->mutex);
    if (worker->last != NULL)
        worker->last->next = job;
    else
        worker->first = job;
    worker->last = job;
    if (worker->todo == NULL)
        worker->todo = job;
    if (worker->given == NULL) {
        worker->given = job;
        loop_timer_set(worker->turn_end, 0);
    }
    pthread_mutex_unlock(&worker->mutex);
}

void worker_forget(struct worker *worker, const void *data)
{
    for (struct job *job = worker->first; job != NULL; job = job->next)
        if (job->data == data)
            job->forgotten = true;
}

void worker_stop(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->stopping = true;
    worker->given = NULL;
    pthread_mutex_unlock(&worker->mutex);
    pthread_cond_signal(&worker->wake);
    pthread_join(worker->thread, NULL);
    while (worker->first != NULL) {
        struct job *job = worker_pop(worker);
        job->kind->free(job);
    }
    worker_release(worker);
}
