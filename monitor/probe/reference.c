/* SPDX-License-Identifier: MIT */
/*
 * Reference sites: is it us? Asked only when a run could not reach the shop, so that the monitor
 * suspects itself before it accuses the network. Each site in a session of its own, all at once.
 */
#include "monitor/probe/probe.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

/* One site asked. */
struct probe_question {
    struct probe *probe;
    struct net_session *session;
    struct exchange exchange;
    bool answered;
};

struct probe {
    struct arena *arena;
    struct probe_question *questions;
    size_t count, over;
    probe_done *done;
    void *data;
    struct loop_timer *finish; /* sessions may not be closed inside their callbacks */
};

static void probe_free(struct probe *probe)
{
    for (size_t i = 0; i < probe->count; i++)
        net_session_close(probe->questions[i].session);
    loop_timer_free(probe->finish);
    arena_free(probe->arena);
    free(probe->questions);
    free(probe);
}

static void probe_finish(void *data)
{
    struct probe *probe = data;
    struct probe_result result = {.asked = probe->count};
    for (size_t i = 0; i < probe->count; i++)
        result.answered += probe->questions[i].answered;
    probe_done *done = probe->done;
    void *owner = probe->data;
    probe_free(probe);
    done(owner, &result);
}

static void probe_answered(void *data, struct net_response *response_taken)
{
    struct probe_question *question = data;
    net_response_free(response_taken);
    /* Any answer shows that there is a network; what it says is none of our business. */
    question->answered = question->exchange.status != 0;
    if (++question->probe->over == question->probe->count)
        loop_timer_set(question->probe->finish, 0);
}

struct probe *probe_references(struct loop *loop, struct net_vantage *vantage,
                               const char *const *references, size_t count, probe_done *done,
                               void *data)
{
    struct probe *probe = memory_allocate(1, sizeof *probe);
    probe->arena = arena_create();
    probe->count = count;
    probe->questions = memory_allocate(count, sizeof *probe->questions);
    probe->done = done;
    probe->data = data;
    probe->finish = loop_timer_create(loop, probe_finish, probe);
    if (count == 0)
        loop_timer_set(probe->finish, 0);
    for (size_t i = 0; i < count; i++) {
        struct probe_question *question = &probe->questions[i];
        const struct net_request request = {
            .method = "GET", .url = references[i], .timeout = PROBE_TIMEOUT};
        question->probe = probe;
        question->session = net_session_open(vantage);
        net_send(question->session, &request, probe->arena, &question->exchange, probe_answered,
                 question);
    }
    return probe;
}

void probe_cancel(struct probe *probe)
{
    if (probe != NULL)
        probe_free(probe);
}
