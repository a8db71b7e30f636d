/* SPDX-License-Identifier: MIT */
/* Sentences that more than one view needs. See words.h. */
#include "reporters/words.h"

#include "monitor/diagnose/diagnose.h"
#include "monitor/record/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char words_capital(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

const char *words_confidence(double confidence)
{
    if (confidence >= 0.95)
        return "almost certain";
    if (confidence >= DIAGNOSE_ASSERT)
        return "very likely";
    if (confidence >= DIAGNOSE_PROBABLE)
        return "probable";
    return "a guess";
}

int words_per_cent(double confidence)
{
    int per_cent = (int)(confidence * 100 + 0.5);
    if (per_cent >= 100 && confidence < 1)
        return 99;
    return per_cent < 0 ? 0 : per_cent > 100 ? 100 : per_cent;
}

const char *words_chance(double confidence, char text[WORDS_CHANCE_MAX])
{
    int per_cent = words_per_cent(confidence);
    snprintf(text, WORDS_CHANCE_MAX, per_cent > 0 ? "%d %%" : "under 1 %%", per_cent);
    return text;
}

enum cause words_runner_up(const struct verdict *verdict)
{
    return words_per_cent(verdict->runner_up_confidence) > 0 ? verdict->runner_up : CAUSE_NONE;
}

bool words_doubt(const struct verdict *verdict, struct buffer *out)
{
    enum cause next = words_runner_up(verdict);
    if (verdict->unsure != NULL)
        buffer_print(out, "Not excluded: %s", verdict->unsure);
    else if (next != CAUSE_NONE)
        buffer_print(out, "Next likeliest: %s, %d %%", cause_name(next),
                     words_per_cent(verdict->runner_up_confidence));
    return verdict->unsure != NULL || next != CAUSE_NONE;
}

static const char *const cause_words[] = {
    [CAUSE_NETWORK] = "the network",         [CAUSE_APPLICATION] = "the application",
    [CAUSE_DATABASE] = "the database",       [CAUSE_THIRD_PARTY] = "a third party",
    [CAUSE_MONITOR] = "the monitor itself",  [CAUSE_SCENARIO] = "the scenario file",
    [CAUSE_UNDETERMINED] = "not determined", [CAUSE_NONE] = "nothing",
};

const char *words_cause(enum cause cause)
{
    return cause_words[cause];
}

void words_blame(const struct verdict *verdict, words_name *name, struct buffer *out)
{
    const bool leans = verdict->leaning < CAUSE_UNDETERMINED;
    buffer_text(out, name(verdict->cause));
    if (verdict->cause != CAUSE_UNDETERMINED)
        buffer_print(out, ", %d %%", words_per_cent(verdict->confidence));
    else if (leans)
        buffer_print(out, "; likeliest: %s, %d %%", name(verdict->leaning),
                     words_per_cent(verdict->confidence));
}

static const struct {
    enum symptom symptom;
    const char *words;
} expectations[] = {
    {SYMPTOM_TLS_CERT_NAME_INVALID, "a certificate for the name in the URL"},
    {SYMPTOM_TLS_CERT_DATE_INVALID, "a certificate that is valid today"},
    {SYMPTOM_TLS_CERT_AUTHORITY_INVALID, "a certificate from an issuer that is trusted"},
    {SYMPTOM_TLS_CERT_INVALID, "a valid certificate"},
    {SYMPTOM_HTTP_TIMEOUT_SEND, "a request that is taken in time"},
    {SYMPTOM_HTTP_TIMEOUT_TTFB, "an answer in time"},
    {SYMPTOM_HTTP_TIMEOUT_BODY, "a whole answer in time"},
    {SYMPTOM_HTTP_TRUNCATED, "a whole answer"},
    {SYMPTOM_HTTP_PROTOCOL_ERROR, "an answer that is HTTP"},
    {SYMPTOM_HTTP_RESPONSE_INVALID, "an answer that can be decoded"},
};

const char *words_expected(const struct run_step *step)
{
    const struct exchange *last = run_last_exchange(step);
    enum symptom symptom = last != NULL ? last->symptom : SYMPTOM_NONE;
    if (step->expected != NULL)
        return step->expected;
    for (size_t i = 0; i < COUNT_OF(expectations); i++)
        if (expectations[i].symptom == symptom)
            return expectations[i].words;
    switch (symptom_layer(symptom)) {
    case SYMPTOM_LAYER_DNS:
        return "an address for the name in the URL";
    case SYMPTOM_LAYER_TCP:
        return "a connection";
    case SYMPTOM_LAYER_TLS:
        return "a TLS handshake";
    default:
        return NULL;
    }
}

const char *words_came(const struct run_step *step)
{
    const struct exchange *last = run_last_exchange(step);
    if (step->actual != NULL)
        return step->actual;
    return last != NULL ? last->detail : NULL;
}

/* Which of the stories that TCP_INFO can tell this one is; NULL: none that is of use. */
static const char *tcp_story(const struct exchange *exchange)
{
    const struct tcp_facts *tcp = &exchange->tcp;
    if (tcp_probe_is_unanswered(tcp))
        return "Keep-alive probes went unanswered: the way to the server is broken, or its machine "
               "is gone";
    if (tcp->unacknowledged > 0 && (tcp->retransmits > 0 || tcp->total_retransmits > 0))
        return "What was sent is not acknowledged, however often it is sent again: the way to the "
               "server is broken, or its machine is gone";
    if (tcp->bytes_acknowledged <= 1)
        return "Nothing was sent on this connection";
    if (symptom_layer(exchange->symptom) == SYMPTOM_LAYER_TLS)
        return "The server's kernel acknowledged what was sent: it is the handshake that failed, "
               "not the way to the server";
    if (exchange->symptom == SYMPTOM_HTTP_PROTOCOL_ERROR ||
        exchange->symptom == SYMPTOM_HTTP_RESPONSE_INVALID)
        return NULL;
    if (tcp->unacknowledged > 0)
        return "Part of what was sent was not acknowledged yet";
    if (exchange->symptom == SYMPTOM_HTTP_TIMEOUT_TTFB)
        return "The server's kernel acknowledged the request and sent nothing back: network and "
               "machine are alive, the program behind them does not answer";
    return "The server's kernel acknowledged all that was sent";
}

bool words_tcp(const struct exchange *exchange, struct buffer *out)
{
    const struct tcp_facts *tcp = &exchange->tcp;
    /* Where an answer came, the connection did its work. */
    const char *story =
        tcp->known && exchange->symptom != SYMPTOM_NONE ? tcp_story(exchange) : NULL;
    if (story == NULL)
        return false;
    char text[DURATION_TEXT_MAX];
    buffer_text(out, story);
    if (tcp->unacknowledged > 0 && tcp->total_retransmits > 0)
        buffer_print(out, "; %" PRIu32 " segment%s unacknowledged, %" PRIu32 " retransmission%s",
                     tcp->unacknowledged, tcp->unacknowledged == 1 ? "" : "s",
                     tcp->total_retransmits, tcp->total_retransmits == 1 ? "" : "s");
    if (tcp->last_acknowledgement >= DURATION_SECOND)
        buffer_print(out, "; it last spoke %s before the end",
                     duration_print(tcp->last_acknowledgement, text));
    /* What is next door is near: that tells nobody anything. */
    if (tcp->round_trip >= DURATION_MILLISECOND)
        buffer_print(out, "; round trip %s", duration_print(tcp->round_trip, text));
    buffer_text(out, ".");
    return true;
}

void words_request(const struct exchange *exchange, struct buffer *out)
{
    buffer_print(out, "%s %s", exchange->method != NULL ? exchange->method : "?",
                 exchange->url != NULL ? exchange->url : "?");
    bool six = exchange->ip != NULL && strchr(exchange->ip, ':') != NULL;
    if (exchange->ip != NULL)
        buffer_print(out, " to %s%s%s:%u", six ? "[" : "", exchange->ip, six ? "]" : "",
                     exchange->port);
    if (exchange->http != NULL)
        buffer_print(out, ", HTTP/%s", exchange->http);
    if (exchange->reused)
        buffer_text(out, ", connection reused");
}

const char *words_lasting(duration value, char text[DURATION_TEXT_MAX])
{
    if (value < DURATION_MINUTE)
        snprintf(text, DURATION_TEXT_MAX, "%d s", (int)(value / DURATION_SECOND));
    else if (value < DURATION_HOUR)
        snprintf(text, DURATION_TEXT_MAX, "%d min", (int)(value / DURATION_MINUTE));
    else
        duration_print(value, text);
    return text;
}

const char *words_stretch(duration value, char text[DURATION_TEXT_MAX])
{
    static const struct {
        duration unit;
        const char *name;
    } units[] = {{DURATION_DAY, "days"},
                 {DURATION_HOUR, "hours"},
                 {DURATION_MINUTE, "minutes"},
                 {DURATION_SECOND, "seconds"}};
    size_t n = 0;
    /* The last two minutes, and not the last minute; 90 minutes, and not an hour. */
    while (n + 1 < COUNT_OF(units) && (value < 2 * units[n].unit || value % units[n].unit != 0))
        n++;
    snprintf(text, DURATION_TEXT_MAX, "%d %s", (int)(value / units[n].unit), units[n].name);
    return text;
}

const char *words_reason(const char *reason)
{
    enum reason known = reason_from_words(reason);
    return known != REASON_COUNT ? reason_sentence(known) : reason;
}

const char *words_reason_brief(const char *reason)
{
    enum reason known = reason_from_words(reason);
    return known != REASON_COUNT ? reason_brief(known) : reason;
}

void words_interval(duration every, struct buffer *out)
{
    char text[DURATION_TEXT_MAX];
    bool whole = every % (every < DURATION_MINUTE ? DURATION_SECOND : DURATION_MINUTE) == 0;
    if (every == DURATION_MINUTE)
        buffer_text(out, "every minute");
    else if (every == DURATION_HOUR)
        buffer_text(out, "every hour");
    else
        buffer_print(out, "every %s",
                     whole ? words_lasting(every, text) : duration_print(every, text));
}

void words_phases(const struct exchange *exchange, struct buffer *out)
{
    const char *separator = "";
    for (int i = 0; i < PHASE_COUNT; i++) {
        char text[DURATION_TEXT_MAX];
        if (exchange->phases[i] == PHASE_ABSENT)
            continue;
        buffer_print(out, "%s%s %s", separator, phase_name((enum phase)i),
                     duration_print(exchange->phases[i], text));
        separator = ", ";
    }
}
