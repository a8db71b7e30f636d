/* SPDX-License-Identifier: MIT */
/* See sender.h. A session lasts as long as messages follow one another; after any trouble the next
 * one begins with a new connection. */
#include "reporters/sender.h"

#include "monitor/base/date.h"
#include "monitor/base/memory.h"
#include "monitor/record/symptom.h"

#include <stdlib.h>
#include <string.h>

/* Servers close connections that rest; one that did must not cost a try. */
#define SENDER_REST (2 * DURATION_SECOND)

struct sender {
    struct net_vantage *vantage;
    struct net_session *session;
    struct loop_timer *answered; /* a session may not be closed inside its own callback */
    struct arena *arena;
    struct exchange exchange;
    struct net_response *response;
    struct instant last;
    const char *host;
    sender_done *done;
    void *data;
};

static duration asked_pause(const struct net_response *response)
{
    const char *text = response != NULL ? net_response_header(response, "Retry-After") : NULL;
    struct wall_time until;
    if (text == NULL)
        return 0;
    if (date_parse(text, &until) == DATE_HTTP) {
        duration left = wall_between(clock_wall(), until);
        return left > 0 ? left : 0;
    }
    long seconds = strtol(text, NULL, 10);
    if (seconds <= 0)
        return 0;
    return seconds < DURATION_DAY / DURATION_SECOND ? seconds * DURATION_SECOND : DURATION_DAY;
}

static enum sender_outcome outcome_of(int status)
{
    static const int later[] = {0, 408, 420, 425, 429};
    for (size_t i = 0; i < COUNT_OF(later); i++)
        if (status == later[i])
            return SENDER_LATER;
    if (status >= 500)
        return SENDER_LATER;
    return status >= 200 && status < 300 ? SENDER_TAKEN : SENDER_REFUSED;
}

static const char *trouble_of(const struct sender *sender)
{
    const struct exchange *exchange = &sender->exchange;
    if (exchange->status != 0 && exchange->symptom == SYMPTOM_NONE)
        return arena_print(sender->arena, "%s answered %d", sender->host, exchange->status);
    return arena_print(sender->arena, "%s: %s%s%s", sender->host, symptom_code(exchange->symptom),
                       exchange->detail != NULL ? ": " : "",
                       exchange->detail != NULL ? exchange->detail : "");
}

static void end_session(struct sender *sender)
{
    net_session_close(sender->session);
    sender->session = NULL;
}

static void answered(void *data)
{
    struct sender *sender = data;
    struct net_response *response = sender->response;
    struct arena *arena = sender->arena;
    /* An answer that broke off is no answer to rely on. */
    int status = sender->exchange.symptom == SYMPTOM_NONE ? sender->exchange.status : 0;
    struct sender_answer answer = {
        .outcome = outcome_of(status),
        .status = status,
        .body = response != NULL ? response->body : "",
        .pause = asked_pause(response),
    };
    if (answer.outcome != SENDER_TAKEN) {
        answer.trouble = trouble_of(sender);
        end_session(sender);
    }
    sender->response = NULL;
    sender->arena = NULL;
    sender->last = clock_instant();
    sender->done(sender->data, &answer);
    net_response_free(response);
    arena_free(arena);
}

static void answer_came(void *data, struct net_response *response_taken)
{
    struct sender *sender = data;
    sender->response = response_taken;
    loop_timer_set(sender->answered, 0);
}

void sender_send(struct sender *sender, const struct net_request *request, sender_done *done,
                 void *data)
{
    if (sender->session != NULL && instant_between(sender->last, clock_instant()) > SENDER_REST)
        end_session(sender);
    if (sender->session == NULL)
        sender->session = net_session_open(sender->vantage);
    sender->arena = arena_create();
    sender->host = net_url_host(sender->arena, request->url);
    if (sender->host == NULL)
        sender->host = "the URL";
    sender->exchange = (struct exchange){0};
    for (size_t phase = 0; phase < PHASE_COUNT; phase++)
        sender->exchange.phases[phase] = PHASE_ABSENT;
    sender->done = done;
    sender->data = data;
    net_send(sender->session, request, sender->arena, &sender->exchange, answer_came, sender);
}

struct sender *sender_create(const struct reporter_context *context)
{
    struct sender *sender = memory_allocate(1, sizeof *sender);
    sender->vantage = context->vantage;
    sender->answered = loop_timer_create(context->loop, answered, sender);
    return sender;
}

void sender_free(struct sender *sender)
{
    if (sender == NULL)
        return;
    end_session(sender);
    loop_timer_free(sender->answered);
    net_response_free(sender->response);
    arena_free(sender->arena);
    free(sender);
}
