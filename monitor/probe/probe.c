/* SPDX-License-Identifier: MIT */
/*
 * Asks all questions at once, and waits for the last answer. Each has a session of its own: a new
 * visitor, a new connection, nothing shared with the journey that failed. See probe.h.
 */
#include "monitor/probe/probe.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

struct probe_asked {
    struct probe *probe;
    enum finding_kind kind;
    const char *component;
    struct net_session *session;
    struct exchange exchange;
    bool cached;
};

struct probe {
    struct arena *arena;
    struct probe_asked *asked;
    size_t count, over;
    probe_done *done;
    void *data;
    struct loop_timer *finish; /* sessions may not be closed inside their callbacks */
};

static void probe_free(struct probe *probe)
{
    for (size_t i = 0; i < probe->count; i++)
        net_session_close(probe->asked[i].session);
    loop_timer_free(probe->finish);
    arena_free(probe->arena);
    free(probe->asked);
    free(probe);
}

/* A refusal is a word of somebody. */
static bool was_reached(const struct exchange *exchange)
{
    return exchange->phases[PHASE_CONNECT] != PHASE_ABSENT
               ? exchange->failed_phase != PHASE_CONNECT || exchange->symptom == SYMPTOM_NONE ||
                     exchange->symptom == SYMPTOM_TCP_REFUSED
               : exchange->symptom == SYMPTOM_TCP_REFUSED || exchange->status != 0;
}

static struct finding probe_find(const struct probe_asked *asked)
{
    const struct exchange *exchange = &asked->exchange;
    return (struct finding){
        .kind = asked->kind,
        .component = asked->component,
        .target = exchange->url,
        .ip = exchange->ip,
        .at = exchange->started,
        .total = exchange->total,
        .reached = was_reached(exchange),
        .status = exchange->status,
        .cached = asked->cached,
        .symptom = exchange->symptom,
        .detail = exchange->detail,
    };
}

static void probe_finish(void *data)
{
    struct probe *probe = data;
    struct finding findings[PROBE_QUESTIONS_MAX];
    for (size_t i = 0; i < probe->count; i++)
        findings[i] = probe_find(&probe->asked[i]);
    probe->done(probe->data, findings, probe->count);
    probe_free(probe);
}

static void probe_answered(void *data, struct net_response *response_taken)
{
    struct probe_asked *asked = data;
    struct words words;
    net_response_words(response_taken, &words);
    asked->cached = words_say_cached(&words);
    net_response_free(response_taken);
    if (++asked->probe->over == asked->probe->count)
        loop_timer_set(asked->probe->finish, 0);
}

/* As much as does not fit the first packets; a shop that answers all of it all the same is read no
 * further than any answer. */
static const struct net_header first_part = {"Range", "bytes=0-131071"};

static void probe_send(struct probe *probe, const struct probe_question *question,
                       struct probe_asked *asked, struct net_vantage *vantage)
{
    const struct net_request request = {.method = "GET",
                                        .url = question->url,
                                        .headers = &first_part,
                                        .header_count = question->kind == FINDING_LARGE,
                                        .address = question->address,
                                        .ca = question->ca,
                                        .certificate = question->certificate,
                                        .key = question->key,
                                        .timeout = PROBE_TIMEOUT};
    asked->probe = probe;
    asked->kind = question->kind;
    if (question->component != NULL)
        asked->component = arena_duplicate(probe->arena, question->component);
    asked->session = net_session_open(vantage);
    net_send(asked->session, &request, probe->arena, &asked->exchange, probe_answered, asked);
}

struct probe *probe_ask(struct loop *loop, struct net_vantage *vantage,
                        const struct probe_question *questions, size_t count, probe_done *done,
                        void *data)
{
    struct probe *probe = memory_allocate(1, sizeof *probe);
    probe->arena = arena_create();
    probe->count = count < PROBE_QUESTIONS_MAX ? count : PROBE_QUESTIONS_MAX;
    probe->asked = memory_allocate(probe->count, sizeof *probe->asked);
    probe->done = done;
    probe->data = data;
    probe->finish = loop_timer_create(loop, probe_finish, probe);
    if (probe->count == 0)
        loop_timer_set(probe->finish, 0);
    for (size_t i = 0; i < probe->count; i++)
        probe_send(probe, &questions[i], &probe->asked[i], vantage);
    return probe;
}

void probe_cancel(struct probe *probe)
{
    if (probe != NULL)
        probe_free(probe);
}
