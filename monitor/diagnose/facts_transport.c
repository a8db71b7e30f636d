/* SPDX-License-Identifier: MIT */
/* Facts from an exchange that got no answer, or not a whole one: where it ended, and whether that
 * is the way to the shop or the shop itself. See facts.h. */
#include "monitor/diagnose/facts.h"

#include <string.h>

/* tcp(7) keep-alive probes go out each second: an acknowledgement younger than this is fresh. */
#define ACKNOWLEDGED_LATELY (2 * DURATION_SECOND)

/* The kernel's clock of acknowledgements ticks this roughly. */
#define TICK (100 * DURATION_MILLISECOND)

/* A connection takes longer to be made by so much, and so many times: the way has become long. */
#define LATE       (100 * DURATION_MILLISECOND)
#define LATE_TIMES 10

/* What was lost longer ago than this is another story. */
#define LOST_LATELY (5 * DURATION_MINUTE)

/* One alone may have lost its packets by itself. */
enum { LOST_MIN = 2, SCATTERED_MAX = 32 };

const char *facts_front_door(const struct shop *shop)
{
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++)
        if (shop->components[i].kind == CAUSE_NETWORK)
            return shop->components[i].name;
    return NULL;
}

/* Whether the other side's kernel gave no sign of life since the request, though it was asked. */
static bool is_lifeless(const struct exchange *exchange)
{
    const struct tcp_facts *tcp = &exchange->tcp;
    duration waited = exchange->phases[PHASE_WAIT];
    return tcp_probe_is_unanswered(tcp) && tcp->last_acknowledgement != PHASE_ABSENT &&
           waited > 0 && tcp->last_acknowledgement + TICK >= waited;
}

bool facts_path_is_broken(const struct exchange *exchange)
{
    const struct tcp_facts *tcp = &exchange->tcp;
    return tcp->known && (tcp->retransmits > 0 || tcp->probes > 1 || is_lifeless(exchange) ||
                          (tcp->unacknowledged > 0 && tcp->bytes_acknowledged <= 1));
}

/* Whether the connection took much longer to be made than when all was well; a kernel makes it, so
 * that it is the way. Where packets were lost on it, the time tells nothing. */
static bool is_late(const struct facts_view *view)
{
    const struct history_entry *own =
        history_find(view->history, view->run->journey, view->run->vantage);
    duration took = view->exchange->phases[PHASE_CONNECT];
    return own != NULL && own->connect != PHASE_ABSENT && took >= LATE &&
           took >= LATE_TIMES * own->connect && view->exchange->tcp.total_retransmits == 0;
}

static void facts_of_late(struct facts *facts, const struct facts_view *view)
{
    if (is_late(view))
        facts_add(
            facts, FACT_PATH_LATE,
            arena_print(view->run->arena, "%.0f ms",
                        (double)view->exchange->phases[PHASE_CONNECT] / DURATION_MILLISECOND));
}

/* After a request was sent and not answered: is the path cut, or does the server hang? */
static void facts_of_silence(struct facts *facts, const struct facts_view *view)
{
    const struct tcp_facts *tcp = &view->exchange->tcp;
    bool is_fresh = tcp->known && tcp->bytes_acknowledged > 1 && tcp->unacknowledged == 0 &&
                    tcp->last_acknowledgement != PHASE_ABSENT &&
                    tcp->last_acknowledgement < ACKNOWLEDGED_LATELY;
    const struct run_step *first = facts_filled_up_since(view);
    /* A full queue takes a connection that nobody will ever hear of. */
    if (facts_path_is_broken(view->exchange) && tcp->bytes_acknowledged <= 1 && first != NULL)
        facts_add(facts, FACT_TCP_TIMEOUT_LATER, first->name);
    else if (facts_path_is_broken(view->exchange))
        facts_add(facts, FACT_PATH_BROKEN, NULL);
    else if (is_late(view))
        facts_of_late(facts, view);
    else if (is_fresh && facts_only_here(view) && !view->grew)
        facts_add(facts, FACT_SILENT_HERE, NULL);
    else if (is_fresh && !facts_door_fails(facts))
        facts_add(facts, FACT_SERVER_SILENT, NULL);
    else if (tcp->known && tcp->total_retransmits > 0)
        facts_add(facts, FACT_PATH_LOSES, NULL);
}

static void facts_of_no_connection(struct facts *facts, const struct facts_view *view)
{
    const char *door = facts_front_door(view->shop);
    const struct run_step *first = facts_filled_up_since(view);
    if (first != NULL)
        facts_add(facts, FACT_TCP_TIMEOUT_LATER, first->name);
    else if (door != NULL)
        facts_add(facts, FACT_TCP_TIMEOUT_FRONT_DOOR, door);
    else
        facts_add(facts, FACT_TCP_TIMEOUT, NULL);
}

static void facts_of_refusal(struct facts *facts, const struct facts_view *view)
{
    const char *door = facts_front_door(view->shop);
    if (facts_only_here(view))
        facts_add(facts, FACT_REFUSED_HERE, NULL);
    else if (door != NULL)
        facts_add(facts, FACT_REFUSED_FRONT_DOOR, door);
    else
        facts_add(facts, FACT_REFUSED, NULL);
}

/* --- connections that break ------------------------------------------------------------------ */

/* What connections break at, wherever. */
struct scattering {
    const char *steps[SCATTERED_MAX]; /* names, each once */
    size_t count;
    bool outside; /* one of them is not the application's to break */
    bool passes;  /* one of them passed since, somewhere */
};

static void scattering_add(struct scattering *scattering, const struct facts_view *view,
                           const struct run_step *step)
{
    if (facts_name_is_among(scattering->steps, scattering->count, step->name) ||
        scattering->count == SCATTERED_MAX)
        return;
    scattering->steps[scattering->count++] = step->name;
    scattering->outside |= !facts_step_needs_kind(view->shop, step, CAUSE_APPLICATION) ||
                           (facts_front_door(view->shop) != NULL && !facts_reached(step));
    for (size_t e = 0; e < history_count(view->history); e++)
        scattering->passes |=
            history_passed(history_at(view->history, e), step->name).us > view->onset.us;
}

/* Those of an application break at its steps, and always at the same; those of the path anywhere,
 * and now and then. */
static bool is_scattered(const struct facts_view *view)
{
    struct scattering scattering = {0};
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct run_step *failure = history_failure(history_at(view->history, e));
        const struct exchange *exchange = failure != NULL ? run_last_exchange(failure) : NULL;
        if (exchange != NULL && (symptom_is_cut_off(exchange->symptom) || !facts_reached(failure)))
            scattering_add(&scattering, view, failure);
    }
    return scattering.count >= 2 && scattering.passes && scattering.outside;
}

/* Whether a run failed by packets that were lost, a while before the one that is judged began to: a
 * server that has filled up since lets nobody in either. */
static bool lost_packets_before(const struct facts_view *view, const struct run *run)
{
    const struct run_step *failure = run != NULL ? run_first_failure(run) : NULL;
    const struct exchange *exchange = failure != NULL ? run_last_exchange(failure) : NULL;
    return exchange != NULL && exchange->status == 0 && failure->started.us < view->onset.us &&
           wall_between(failure->started, view->onset) < LOST_LATELY &&
           (failure->symptom == SYMPTOM_TCP_TIMED_OUT ||
            failure->symptom == SYMPTOM_TLS_TIMED_OUT || facts_path_is_broken(exchange));
}

/* How many journeys, each from a vantage point, lost some on the way to the shop; what is lost by
 * chance passes again. */
static size_t count_lost_before(const struct facts_view *view)
{
    size_t count = 0;
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        count += lost_packets_before(view, entry->run) || lost_packets_before(view, entry->first) ||
                 lost_packets_before(view, entry->before);
    }
    return count;
}

void facts_of_lost_before(struct facts *facts, const struct facts_view *view)
{
    static const enum fact_name blames[] = {FACT_UPSTREAM_SILENT, FACT_APPLICATION_SILENT,
                                            FACT_PATIENCE_WITH_PROVIDER, FACT_ONLY_THIRD_PARTY};
    const char *other = facts_need_of_kind(view->shop, view->failure, CAUSE_THIRD_PARTY);
    if (other != NULL && facts_have_any(facts, blames, COUNT_OF(blames)) &&
        count_lost_before(view) >= LOST_MIN)
        facts_add(facts, FACT_WAY_FAILS_TOO, other);
}

/* Before the request was sent nobody but the front door can have ended the connection. */
static void facts_of_cut_off(struct facts *facts, const struct facts_view *view)
{
    const char *door = facts_front_door(view->shop);
    bool early = !facts_reached(view->failure);
    if (is_scattered(view))
        facts_add(facts, FACT_CUT_OFF_ANYWHERE, NULL);
    else if (early)
        facts_add(facts, door != NULL ? FACT_CUT_OFF_FRONT_DOOR : FACT_CUT_OFF_EARLY, door);
    else
        facts_add(facts, FACT_CUT_OFF, NULL);
}

static void facts_of_tls(struct facts *facts, const struct facts_view *view)
{
    enum symptom symptom = view->exchange->symptom;
    switch (symptom) {
    case SYMPTOM_TLS_CERT_NAME_INVALID:
    case SYMPTOM_TLS_CERT_DATE_INVALID:
    case SYMPTOM_TLS_CERT_AUTHORITY_INVALID:
    case SYMPTOM_TLS_CERT_INVALID:
        facts_add(facts, FACT_CERTIFICATE, symptom_sentence(symptom));
        break;
    default:
        facts_add(facts, FACT_TLS, NULL);
        facts_of_late(facts, view);
    }
}

bool facts_was_delivered(const struct facts *facts, const struct facts_view *view)
{
    static const enum fact_name lost[] = {
        FACT_PATH_BROKEN,       FACT_PATH_LATE,        FACT_PATH_LOSES,    FACT_SILENT_HERE,
        FACT_TCP_TIMEOUT_LATER, FACT_CUT_OFF_ANYWHERE, FACT_LARGE_IS_LOST,
    };
    bool arrived =
        view->exchange == NULL || (facts_reached(view->failure) && !facts_door_fails(facts));
    return arrived && !facts_have_any(facts, lost, COUNT_OF(lost));
}

void facts_of_transport(struct facts *facts, const struct facts_view *view)
{
    if (facts_large_is_lost(view->run) && !view->grew) {
        facts_add(facts, FACT_LARGE_IS_LOST, NULL);
        return;
    }
    switch (view->exchange->symptom) {
    case SYMPTOM_TCP_TIMED_OUT:
        facts_of_no_connection(facts, view);
        break;
    case SYMPTOM_TCP_ADDRESS_UNREACHABLE:
    case SYMPTOM_TCP_ADDRESS_INVALID:
        facts_add(facts, FACT_UNREACHABLE, NULL);
        break;
    case SYMPTOM_TCP_REFUSED:
        facts_of_refusal(facts, view);
        break;
    case SYMPTOM_TCP_RESET:
    case SYMPTOM_TCP_CLOSED:
    case SYMPTOM_HTTP_TRUNCATED:
        facts_of_cut_off(facts, view);
        break;
    case SYMPTOM_HTTP_PROTOCOL_ERROR:
    case SYMPTOM_HTTP_RESPONSE_INVALID:
        facts_add(facts, FACT_NOT_HTTP, NULL);
        break;
    case SYMPTOM_HTTP_TIMEOUT_SEND:
    case SYMPTOM_HTTP_TIMEOUT_TTFB:
    case SYMPTOM_HTTP_TIMEOUT_BODY:
        facts_of_silence(facts, view);
        break;
    default:
        if (symptom_layer(view->exchange->symptom) == SYMPTOM_LAYER_DNS)
            facts_add(facts, FACT_DNS, NULL);
        else if (symptom_layer(view->exchange->symptom) == SYMPTOM_LAYER_TLS)
            facts_of_tls(facts, view);
    }
}
