/* SPDX-License-Identifier: MIT */
/*
 * Asks all questions at once, and waits for the last answer. Each has a session of its own: a new
 * visitor, a new connection, nothing shared with the journey that failed. See probe.h.
 */
#include "monitor/probe/probe.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct probe_asked {
    struct probe *probe;
    struct probe_question question; /* its texts are the probe's */
    struct net_session *session;
    struct net_lookup *lookup; /* NULL: over */
    struct net_trace *trace;   /* NULL: over */
    struct exchange exchange;
    struct finding finding;
    bool over;
    bool is_silent; /* nothing is found by it: others are asked in its place */
};

struct probe {
    struct net_vantage *vantage;
    struct arena *arena;
    struct probe_asked asked[PROBE_FINDINGS_MAX];
    size_t count, over;
    probe_done *done;
    void *data;
    struct instant until;
    struct loop_timer *deadline; /* of what has none of its own */
    struct loop_timer *finish;   /* sessions may not be closed inside their callbacks */
};

static void probe_free(struct probe *probe)
{
    for (size_t i = 0; i < probe->count; i++) {
        net_session_close(probe->asked[i].session);
        net_lookup_cancel(probe->asked[i].lookup);
        net_trace_cancel(probe->asked[i].trace);
    }
    loop_timer_free(probe->deadline);
    loop_timer_free(probe->finish);
    arena_free(probe->arena);
    free(probe);
}

static void probe_finish(void *data)
{
    struct probe *probe = data;
    struct finding findings[PROBE_FINDINGS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < probe->count; i++)
        if (!probe->asked[i].is_silent)
            findings[count++] = probe->asked[i].finding;
    probe->done(probe->data, findings, count);
    probe_free(probe);
}

static void probe_over(struct probe_asked *asked)
{
    asked->over = true;
    if (++asked->probe->over == asked->probe->count)
        loop_timer_set(asked->probe->finish, 0);
}

/* --- pages ----------------------------------------------------------------------------------- */

/* A refusal is a word of somebody. */
static bool was_reached(const struct exchange *exchange)
{
    return exchange->phases[PHASE_CONNECT] != PHASE_ABSENT
               ? exchange->failed_phase != PHASE_CONNECT || exchange->symptom == SYMPTOM_NONE ||
                     exchange->symptom == SYMPTOM_TCP_REFUSED
               : exchange->symptom == SYMPTOM_TCP_REFUSED || exchange->status != 0;
}

static void page_answered(void *data, struct net_response *response_taken)
{
    struct probe_asked *asked = data;
    const struct exchange *exchange = &asked->exchange;
    struct finding *finding = &asked->finding;
    struct words words;
    net_response_words(response_taken, &words);
    finding->cached = words_say_cached(&words);
    net_response_free(response_taken);
    finding->ip = exchange->ip != NULL ? exchange->ip : asked->question.address;
    finding->at = exchange->started;
    finding->total = exchange->total;
    finding->reached = was_reached(exchange);
    finding->status = exchange->status;
    finding->symptom = exchange->symptom;
    finding->detail = exchange->detail;
    probe_over(asked);
}

/* As much as does not fit the first packets; a shop that answers all of it all the same is read no
 * further than any answer. */
static const struct net_header first_part = {"Range", "bytes=0-131071"};

/* An application that only wants to be visited by TLS would send us back to its door. */
static const struct net_header handed_on = {"X-Forwarded-Proto", "https"};

static void ask_page(struct probe_asked *asked)
{
    const struct probe_question *question = &asked->question;
    struct probe *probe = asked->probe;
    const struct net_request request = {
        .method = "GET",
        .url = question->url,
        .headers = question->is_handed_on ? &handed_on : &first_part,
        .header_count = question->is_handed_on || question->kind == FINDING_LARGE,
        .address = question->address,
        .port = question->port,
        .ca = question->ca,
        .certificate = question->certificate,
        .key = question->key,
        .timeout = instant_between(clock_instant(), probe->until)};
    asked->session = net_session_open(probe->vantage);
    net_send(asked->session, &request, probe->arena, &asked->exchange, page_answered, asked);
}

/* --- names and paths ------------------------------------------------------------------------- */

static struct probe_asked *probe_add(struct probe *probe, const struct probe_question *question)
{
    struct probe_asked *asked = &probe->asked[probe->count++];
    asked->probe = probe;
    asked->question = *question;
    asked->finding = (struct finding){.kind = question->kind,
                                      .component = question->component,
                                      .target = question->url,
                                      .at = clock_wall()};
    return asked;
}

/* At each of them apart, where there are several. */
static void ask_addresses(struct probe_asked *asked, const struct net_found *found)
{
    size_t of_family[2] = {0};
    asked->is_silent = true;
    for (size_t i = 0; found->count > 1 && i < found->count; i++) {
        struct probe_question question = asked->question;
        if (asked->probe->count == PROBE_FINDINGS_MAX ||
            of_family[strchr(found->addresses[i], ':') != NULL]++ == PROBE_ADDRESSES_MAX / 2)
            continue;
        question.address = arena_duplicate(asked->probe->arena, found->addresses[i]);
        ask_page(probe_add(asked->probe, &question));
    }
}

/* Whether it knows the name or not, a server that says so was reached. */
static void note_name(struct probe_asked *asked, const struct net_found *found)
{
    struct finding *finding = &asked->finding;
    struct buffer text;
    buffer_init(&text, 1024);
    for (size_t i = 0; i < found->count; i++)
        buffer_print(&text, "%s%s", i > 0 ? ", " : "", found->addresses[i]);
    finding->ip = asked->question.address;
    finding->symptom = found->symptom;
    finding->reached = found->symptom != SYMPTOM_DNS_UNREACHABLE;
    finding->detail = arena_duplicate(asked->probe->arena,
                                      found->symptom != SYMPTOM_NONE ? found->reason : text.data);
    finding->total = wall_between(finding->at, clock_wall());
    buffer_free(&text);
}

static void path_traced(void *data, const struct net_traced *traced)
{
    struct probe_asked *asked = data;
    struct finding *finding = &asked->finding;
    asked->trace = NULL;
    finding->reached = traced->arrived;
    finding->hops = traced->hops;
    if (traced->farthest != NULL)
        finding->ip = arena_duplicate(asked->probe->arena, traced->farthest);
    finding->total = wall_between(finding->at, clock_wall());
    probe_over(asked);
}

static void name_found(void *data, const struct net_found *found)
{
    struct probe_asked *asked = data;
    asked->lookup = NULL;
    if (asked->question.kind == FINDING_ADDRESS) {
        ask_addresses(asked, found);
    } else if (asked->question.kind == FINDING_RESOLVER) {
        note_name(asked, found);
    } else if (found->count > 0) {
        asked->trace = net_trace(asked->probe->vantage, found->addresses[0],
                                 net_url_port(asked->question.url), path_traced, asked);
        return;
    } else {
        asked->is_silent = true;
    }
    probe_over(asked);
}

static void ask_name(struct probe_asked *asked)
{
    const struct probe_question *question = &asked->question;
    const char *host = net_url_host(asked->probe->arena, question->url);
    const char *server = question->kind == FINDING_RESOLVER ? question->address : NULL;
    asked->lookup =
        net_lookup(asked->probe->vantage, server, host != NULL ? host : "", name_found, asked);
}

/* Names that nobody has answered, and paths of which nobody wants to wait for the end. */
static void probe_expired(void *data)
{
    static const struct net_found nothing = {.symptom = SYMPTOM_DNS_UNREACHABLE,
                                             .reason = "it did not answer in time"};
    struct probe *probe = data;
    for (size_t i = 0; i < probe->count; i++) {
        struct probe_asked *asked = &probe->asked[i];
        if (asked->lookup == NULL && asked->trace == NULL)
            continue;
        net_lookup_cancel(asked->lookup);
        net_trace_cancel(asked->trace);
        asked->trace = NULL;
        if (asked->lookup != NULL)
            name_found(asked, &nothing);
        else
            probe_over(asked);
    }
}

/* --- all of them ----------------------------------------------------------------------------- */

static bool is_of_names(enum finding_kind kind)
{
    return kind == FINDING_ADDRESS || kind == FINDING_RESOLVER || kind == FINDING_PATH;
}

static struct probe_question copy_question(struct arena *arena,
                                           const struct probe_question *question)
{
    return (struct probe_question){
        .kind = question->kind,
        .component = arena_duplicate(arena, question->component),
        .url = arena_duplicate(arena, question->url),
        .address = arena_duplicate(arena, question->address),
        .port = question->port,
        .is_handed_on = question->is_handed_on,
        .ca = arena_duplicate(arena, question->ca),
        .certificate = arena_duplicate(arena, question->certificate),
        .key = arena_duplicate(arena, question->key),
    };
}

struct probe *probe_ask(struct loop *loop, struct net_vantage *vantage,
                        const struct probe_question *questions, size_t count, probe_done *done,
                        void *data)
{
    struct probe *probe = memory_allocate(1, sizeof *probe);
    probe->vantage = vantage;
    probe->arena = arena_create();
    probe->done = done;
    probe->data = data;
    probe->until = instant_after(clock_instant(), PROBE_TIMEOUT);
    probe->deadline = loop_timer_create(loop, probe_expired, probe);
    probe->finish = loop_timer_create(loop, probe_finish, probe);
    loop_timer_set(probe->deadline, PROBE_TIMEOUT);
    count = count < PROBE_QUESTIONS_MAX ? count : PROBE_QUESTIONS_MAX;
    if (count == 0)
        loop_timer_set(probe->finish, 0);
    for (size_t i = 0; i < count; i++) {
        const struct probe_question question = copy_question(probe->arena, &questions[i]);
        probe_add(probe, &question);
    }
    for (size_t i = 0; i < count; i++)
        (is_of_names(probe->asked[i].question.kind) ? ask_name : ask_page)(&probe->asked[i]);
    return probe;
}

void probe_cancel(struct probe *probe)
{
    if (probe != NULL)
        probe_free(probe);
}
