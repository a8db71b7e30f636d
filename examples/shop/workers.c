/* SPDX-License-Identifier: MIT */
/* Starting workers and keeping them alive. See workers.h. */
#include "examples/shop/workers.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AGAIN_SECONDS = 1 };

struct workers {
    struct server *server;
    size_t count;
    pid_t ids[WORKERS_MAX]; /* 0: none now */
    bool is_worker;
};

/* In the child it becomes a worker's. */
static void start_one(struct workers *workers, size_t which)
{
    pid_t parent = getpid(), id = fork();

    if (id < 0) {
        fprintf(stderr, "%s: no worker: %s\n", workers->server->program, strerror(errno));
        return;
    }
    workers->ids[which] = id;
    if (id > 0)
        return;
    /* Without the parent nobody would end it. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    workers->is_worker = true;
    if (getppid() != parent || event_reinit(workers->server->base) != 0)
        _exit(EXIT_FAILURE);
}

static void start_missing(struct workers *workers)
{
    for (size_t i = 0; i < workers->count && !workers->is_worker; i++)
        if (workers->ids[i] == 0)
            start_one(workers, i);
}

static bool bury(struct workers *workers)
{
    bool missing = false;
    pid_t id;

    while ((id = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (size_t i = 0; i < workers->count; i++) {
            if (workers->ids[i] == id) {
                workers->ids[i] = 0;
                missing = true;
            }
        }
    }
    return missing;
}

static void tick(evutil_socket_t unused, short what, void *data)
{
    struct workers *workers = data;

    (void)unused;
    (void)what;
    if (bury(workers))
        start_missing(workers);
    if (workers->is_worker)
        event_base_loopbreak(workers->server->base);
}

static void end_all(const struct workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        if (workers->ids[i] == 0)
            continue;
        /* One that waits for its database does not hear SIGTERM. */
        kill(workers->ids[i], SIGKILL);
        waitpid(workers->ids[i], NULL, 0);
    }
}

enum workers_end workers_become(struct server *server, size_t count)
{
    static const struct timeval interval = {.tv_sec = AGAIN_SECONDS};
    struct workers workers = {.server = server, .count = count};
    struct event *timer = event_new(server->base, -1, EV_PERSIST, tick, &workers);

    if (timer == NULL)
        abort();
    server_pause(server, true); /* who keeps them alive lets nobody in */
    event_add(timer, &interval);
    start_missing(&workers);
    if (!workers.is_worker)
        event_base_dispatch(server->base);
    event_free(timer);
    if (workers.is_worker) {
        server_pause(server, false);
        return WORKERS_WORK;
    }
    end_all(&workers);
    return WORKERS_ENDED;
}
