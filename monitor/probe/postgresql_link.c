/* SPDX-License-Identifier: MIT */
/*
 * A connection and what is asked on it. See postgresql.h. Everything ends in link_end: an answer,
 * an error, a deadline; what it came to is told in a turn of its own.
 */
#include "monitor/probe/postgresql.h"

#include "monitor/base/memory.h"
#include "monitor/net/net.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum link_state {
    LINK_LOOKING_UP,
    LINK_CONNECTING,
    LINK_OPEN,
    LINK_ASKING,
    LINK_LOST /* or abandoned */
};

struct postgresql_link {
    struct loop *loop;
    const struct postgresql_target *target;
    struct net_lookup *lookup;
    PGconn *connection;
    struct loop_watch *watch;
    struct loop_timer *deadline, *tell;
    enum link_state state;
    struct instant began;
    duration timeout;
    const char *phase;
    postgresql_done *done;
    void *data;
    struct engine_answer answer;
    PGresult *rows;
};

/* --- ends ------------------------------------------------------------------------------------ */

static void link_unwatch(struct postgresql_link *link)
{
    loop_watch_free(link->watch);
    link->watch = NULL;
}

static void link_end(struct postgresql_link *link, enum database_outcome outcome,
                     enum link_state state)
{
    link_unwatch(link);
    loop_timer_cancel(link->deadline);
    net_lookup_cancel(link->lookup);
    link->lookup = NULL;
    if (outcome == DATABASE_HUNG)
        link->answer.abandoned = link->state == LINK_ASKING;
    link->answer.outcome = outcome;
    link->answer.time = instant_between(link->began, clock_instant());
    link->state = state;
    loop_timer_set(link->tell, 0);
}

/* Its owner may close the link. */
static void link_tell(void *data)
{
    struct postgresql_link *link = data;
    PGresult *rows = link->rows;
    struct engine_answer answer = link->answer;
    link->rows = NULL;
    link->done(link->data, &answer, rows);
    PQclear(rows);
}

static void link_begin(struct postgresql_link *link, duration timeout, postgresql_done *done,
                       void *data)
{
    link->answer = (struct engine_answer){.outcome = DATABASE_UNASKED};
    link->began = clock_instant();
    link->timeout = timeout;
    link->done = done;
    link->data = data;
    loop_timer_set(link->deadline, timeout);
}

static void link_expired(void *data)
{
    struct postgresql_link *link = data;
    if (link->state != LINK_ASKING) {
        link->answer.phase = link->phase;
        link->answer.symptom = link->state == LINK_LOOKING_UP    ? SYMPTOM_DNS_UNREACHABLE
                               : strcmp(link->phase, "tcp") == 0 ? SYMPTOM_TCP_TIMED_OUT
                                                                 : SYMPTOM_DB_UNAVAILABLE;
        engine_say(&link->answer, "no connection came about");
    } else {
        engine_say(&link->answer, "the question was sent, and no answer came");
    }
    link_end(link, DATABASE_HUNG, LINK_LOST);
}

/* Why a connection did not come about, by the code that the server gave, or else by libpq's words:
 * it has no code of its own for them. */
static void describe_failure(struct postgresql_link *link, const char *message)
{
    static const struct {
        const char *words, *code;
        enum symptom symptom;
        enum database_outcome outcome;
    } rows[] = {
        {"Connection refused", "", SYMPTOM_TCP_REFUSED, DATABASE_FAILED},
        {"No such file or directory", "", SYMPTOM_TCP_REFUSED, DATABASE_FAILED},
        {"Connection reset", "", SYMPTOM_TCP_RESET, DATABASE_FAILED},
        {"closed the connection unexpectedly", "", SYMPTOM_TCP_CLOSED, DATABASE_FAILED},
        {"No route to host", "", SYMPTOM_TCP_ADDRESS_UNREACHABLE, DATABASE_FAILED},
        {"Network is unreachable", "", SYMPTOM_TCP_ADDRESS_UNREACHABLE, DATABASE_FAILED},
        {"too many clients already", "53300", SYMPTOM_DB_EXHAUSTED, DATABASE_FAILED},
        {"too many connections for", "53300", SYMPTOM_DB_EXHAUSTED, DATABASE_FAILED},
        {"connection slots are reserved", "53300", SYMPTOM_DB_EXHAUSTED, DATABASE_FAILED},
        {"is starting up", "57P03", SYMPTOM_DB_UNAVAILABLE, DATABASE_FAILED},
        {"is shutting down", "57P03", SYMPTOM_DB_UNAVAILABLE, DATABASE_FAILED},
        {"in recovery mode", "57P03", SYMPTOM_DB_UNAVAILABLE, DATABASE_FAILED},
        {"not yet accepting connections", "57P03", SYMPTOM_DB_UNAVAILABLE, DATABASE_FAILED},
        {"authentication failed", "28P01", SYMPTOM_NONE, DATABASE_BLIND},
        {"no password supplied", "28P01", SYMPTOM_NONE, DATABASE_BLIND},
        {"no pg_hba.conf entry", "28000", SYMPTOM_NONE, DATABASE_BLIND},
        {"is not permitted to log in", "28000", SYMPTOM_NONE, DATABASE_BLIND},
        {"definition of service", "", SYMPTOM_NONE, DATABASE_BLIND},
        {"does not exist", "28000", SYMPTOM_NONE, DATABASE_BLIND},
    };
    enum database_outcome outcome = DATABASE_FAILED;
    link->answer.symptom = SYMPTOM_DB_UNAVAILABLE;
    link->answer.phase = link->phase;
    engine_say(&link->answer, message);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strstr(message, rows[i].words) != NULL) {
            link->answer.symptom = rows[i].symptom;
            snprintf(link->answer.code, sizeof link->answer.code, "%s", rows[i].code);
            outcome = rows[i].outcome;
            break;
        }
    link_end(link, outcome, LINK_LOST);
}

/* --- connecting ------------------------------------------------------------------------------ */

static const char *phase_of(ConnStatusType status)
{
    switch (status) {
    case CONNECTION_STARTED:
        return "tcp";
    case CONNECTION_SSL_STARTUP:
        return "tls";
    case CONNECTION_MADE:
    case CONNECTION_AWAITING_RESPONSE:
        return "startup";
    default:
        return "login";
    }
}

static void link_poll(void *data);

/* The descriptor may be another each time. */
static void link_wait(struct postgresql_link *link, bool to_write, loop_callback *callback)
{
    int descriptor = PQsocket(link->connection);
    link_unwatch(link);
    if (descriptor < 0)
        return; /* the deadline will come */
    link->watch = to_write ? loop_watch_writable(link->loop, descriptor, callback, link)
                           : loop_watch_readable(link->loop, descriptor, callback, link);
}

static void link_poll(void *data)
{
    struct postgresql_link *link = data;
    link_unwatch(link);
    PostgresPollingStatusType next = PQconnectPoll(link->connection);
    if (PQstatus(link->connection) != CONNECTION_BAD)
        link->phase = phase_of(PQstatus(link->connection));
    if (next == PGRES_POLLING_OK) {
        PQsetnonblocking(link->connection, 1);
        link_end(link, DATABASE_GOOD, LINK_OPEN);
    } else if (next == PGRES_POLLING_FAILED) {
        describe_failure(link, PQerrorMessage(link->connection));
    } else {
        link_wait(link, next == PGRES_POLLING_WRITING, link_poll);
    }
}

static void ignore_notice(void *data, const PGresult *notice)
{
    (void)data;
    (void)notice;
}

static void link_connect(struct postgresql_link *link, const char *address)
{
    link->state = LINK_CONNECTING;
    link->phase = "tcp";
    link->connection = postgresql_target_connect(link->target, address);
    if (link->connection == NULL || PQstatus(link->connection) == CONNECTION_BAD) {
        describe_failure(link, link->connection != NULL ? PQerrorMessage(link->connection) : "");
        return;
    }
    PQsetNoticeReceiver(link->connection, ignore_notice, NULL);
    /* As after PGRES_POLLING_WRITING, says libpq's manual. */
    link_wait(link, true, link_poll);
}

static void link_looked_up(void *data, const struct net_found *found)
{
    struct postgresql_link *link = data;
    link->lookup = NULL;
    if (found->symptom == SYMPTOM_NONE) {
        link_connect(link, found->addresses[0]);
        return;
    }
    link->answer.symptom = found->symptom;
    link->answer.phase = link->phase;
    engine_say(&link->answer, found->reason);
    link_end(link, DATABASE_FAILED, LINK_LOST);
}

struct postgresql_link *postgresql_link_open(struct loop *loop, struct net_vantage *vantage,
                                             const struct postgresql_target *target,
                                             duration timeout, postgresql_done *done, void *data)
{
    struct postgresql_link *link = memory_allocate(1, sizeof *link);
    const char *host = postgresql_target_host(target);
    link->loop = loop;
    link->target = target;
    link->deadline = loop_timer_create(loop, link_expired, link);
    link->tell = loop_timer_create(loop, link_tell, link);
    link->phase = "dns";
    link_begin(link, timeout, done, data);
    if (host != NULL)
        link->lookup = net_lookup(vantage, NULL, host, link_looked_up, link);
    else
        link_connect(link, NULL);
    return link;
}

bool postgresql_link_is_open(const struct postgresql_link *link)
{
    return link != NULL && link->state == LINK_OPEN && PQstatus(link->connection) == CONNECTION_OK;
}

void postgresql_link_close(struct postgresql_link *link)
{
    if (link == NULL)
        return;
    link_unwatch(link);
    net_lookup_cancel(link->lookup);
    loop_timer_free(link->deadline);
    loop_timer_free(link->tell);
    PQclear(link->rows);
    PQfinish(link->connection);
    free(link);
}

/* --- asking ---------------------------------------------------------------------------------- */

/* What the role may not do, or what is not there, says nothing of the database's health. */
static enum database_outcome outcome_of(const char *code)
{
    static const char *const blind[] = {"42501" /* insufficient_privilege */,
                                        "42P01" /* undefined_table */,
                                        "42703" /* undefined_column */, "42883", "0A000"};
    for (size_t i = 0; i < COUNT_OF(blind); i++)
        if (strcmp(code, blind[i]) == 0)
            return DATABASE_BLIND;
    return DATABASE_FAILED;
}

static void link_refused(struct postgresql_link *link)
{
    const char *code = PQresultErrorField(link->rows, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(link->rows, PG_DIAG_MESSAGE_PRIMARY);
    bool is_lost = PQstatus(link->connection) != CONNECTION_OK;
    if (message == NULL)
        message = PQerrorMessage(link->connection);
    snprintf(link->answer.code, sizeof link->answer.code, "%s", code != NULL ? code : "");
    link->answer.symptom = database_symptom(link->answer.code);
    if (link->answer.symptom == SYMPTOM_NONE && is_lost)
        link->answer.symptom = SYMPTOM_DB_UNAVAILABLE;
    engine_say(&link->answer, message);
    link_end(link, outcome_of(link->answer.code), is_lost ? LINK_LOST : LINK_OPEN);
}

/* The first result is the answer, and the rest of it is read away. */
static void link_take_results(struct postgresql_link *link)
{
    while (!PQisBusy(link->connection)) {
        PGresult *next = PQgetResult(link->connection);
        if (next == NULL) {
            ExecStatusType status = PQresultStatus(link->rows);
            if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
                link_end(link, DATABASE_GOOD, LINK_OPEN);
            else
                link_refused(link);
            return;
        }
        if (link->rows == NULL)
            link->rows = next;
        else
            PQclear(next);
    }
}

static void link_readable(void *data)
{
    struct postgresql_link *link = data;
    if (PQconsumeInput(link->connection) == 1) {
        link_take_results(link);
        return;
    }
    link->answer.symptom = SYMPTOM_DB_UNAVAILABLE;
    engine_say(&link->answer, PQerrorMessage(link->connection));
    link_end(link, DATABASE_FAILED, LINK_LOST);
}

static void link_writable(void *data)
{
    struct postgresql_link *link = data;
    int left = PQflush(link->connection);
    if (left < 0)
        link_readable(link);
    else
        link_wait(link, left > 0, left > 0 ? link_writable : link_readable);
}

void postgresql_link_ask(struct postgresql_link *link, const char *sql, const char *const *values,
                         int value_count, duration timeout, postgresql_done *done, void *data)
{
    link_begin(link, timeout, done, data);
    link->state = LINK_ASKING;
    if (PQsendQueryParams(link->connection, sql, value_count, NULL, values, NULL, NULL, 0) == 1) {
        link_writable(link);
        return;
    }
    link->answer.symptom = SYMPTOM_DB_UNAVAILABLE;
    engine_say(&link->answer, PQerrorMessage(link->connection));
    link_end(link, DATABASE_FAILED, LINK_LOST);
}

const char *postgresql_value(const struct pg_result *rows, int row, int column)
{
    return PQgetvalue(rows, row, column);
}

int postgresql_row_count(const struct pg_result *rows)
{
    return PQntuples(rows);
}
