/* SPDX-License-Identifier: MIT */
/* Phases out of stamps. See phases.h. */
#include "monitor/net/phases.h"

static bool happened(struct instant stamp)
{
    return stamp.us != 0;
}

enum phase phases_current(const struct phase_stamps *stamps)
{
    if (happened(stamps->first_byte))
        return PHASE_RECEIVE;
    if (happened(stamps->ready))
        return happened(stamps->sent) ? PHASE_WAIT : PHASE_SEND;
    if (happened(stamps->opened))
        return stamps->tls && happened(stamps->connected) ? PHASE_TLS : PHASE_CONNECT;
    if (happened(stamps->asked) && !happened(stamps->resolved))
        return PHASE_DNS;
    return PHASE_BLOCKED;
}

/* Where the time is spent: `cursor` moves along the stamps, so that nothing is counted twice and
 * nothing is lost. */
struct division {
    struct exchange *exchange;
    struct instant cursor;
};

static void spend(struct division *division, enum phase phase, struct instant until)
{
    duration spent = instant_between(division->cursor, until);
    if (spent < 0)
        spent = 0;
    division->exchange->phases[phase] = spent;
    division->cursor = instant_after(division->cursor, spent);
}

/* Ends `phase` at `stamp`, or at the end when that never came. False: it was the last. */
static bool spend_until(struct division *division, enum phase phase, struct instant stamp,
                        struct instant end)
{
    spend(division, phase, happened(stamp) ? stamp : end);
    return happened(stamp);
}

/* Time in which nothing was asked of the other side: the monitor's own, between the phases. */
static void spend_blocked(struct division *division, struct instant until)
{
    duration *blocked = &division->exchange->phases[PHASE_BLOCKED], before = *blocked;
    if (instant_between(division->cursor, until) <= 0)
        return;
    spend(division, PHASE_BLOCKED, until);
    if (before != PHASE_ABSENT)
        *blocked += before;
}

/* From the hello on: before it is what libcurl makes for itself. */
static bool fill_handshake(const struct phase_stamps *stamps, struct division *division)
{
    spend_blocked(division, stamps->hello);
    bool is_told = happened(stamps->ready) && happened(stamps->shaken);
    return spend_until(division, PHASE_TLS, is_told ? stamps->shaken : stamps->ready, stamps->end);
}

/* False: the exchange ended before the request could be sent. */
static bool fill_connection(const struct phase_stamps *stamps, struct division *division)
{
    if (happened(stamps->asked)) {
        spend_blocked(division, stamps->asked);
        if (!spend_until(division, PHASE_DNS, stamps->resolved, stamps->end))
            return false;
    }
    if (!happened(stamps->opened)) {
        spend_blocked(division, happened(stamps->ready) ? stamps->ready : stamps->end);
        return happened(stamps->ready);
    }
    spend_blocked(division, stamps->opened);
    if (!spend_until(division, PHASE_CONNECT, stamps->connected, stamps->end))
        return false;
    if (stamps->tls && !fill_handshake(stamps, division))
        return false;
    spend_blocked(division, stamps->ready);
    return true;
}

void phases_fill(const struct phase_stamps *stamps, struct exchange *exchange)
{
    for (int i = 0; i < PHASE_COUNT; i++)
        exchange->phases[i] = PHASE_ABSENT;
    exchange->total = instant_between(stamps->start, stamps->end);
    struct division division = {.exchange = exchange, .cursor = stamps->start};
    if (!fill_connection(stamps, &division))
        return;
    /* An answer may begin before the request is through, and ends the sending then. */
    struct instant sent = happened(stamps->sent) ? stamps->sent : stamps->first_byte;
    if (!spend_until(&division, PHASE_SEND, sent, stamps->end) ||
        !spend_until(&division, PHASE_WAIT, stamps->first_byte, stamps->end))
        return;
    spend(&division, PHASE_RECEIVE, stamps->end);
}
