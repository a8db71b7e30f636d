/* SPDX-License-Identifier: MIT */
/*
 * PostgreSQL's checks: which question goes out, and what its answer means. See engine.h. A new
 * connection is made each round, for whether it comes about, and kept until the next: so there is
 * still one to ask on when no more are given out.
 */
#include "monitor/probe/postgresql.h"

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Part of the sessions that may be in use before it is told. */
enum { SATURATED_PERCENT = 90 };

struct postgresql {
    struct loop *loop;
    struct net_vantage *vantage;
    struct postgresql_target *target;
    struct postgresql_link *fresh, *kept;
    bool may_reopen; /* a connection came about in this round */
    struct loop_timer *unasked;
    struct map *statements; /* by table: how a row of it is read */
    char checker[64];       /* the row of the table that is written */
    struct engine_question question;
    engine_done *done;
    void *data;
};

static void tell(struct postgresql *postgresql, const struct engine_answer *answer)
{
    postgresql->done(postgresql->data, answer);
}

/* One that hangs, or was lost, is not asked again. */
static void drop_when_lost(struct postgresql *postgresql)
{
    if (postgresql_link_is_open(postgresql->kept))
        return;
    postgresql_link_close(postgresql->kept);
    postgresql->kept = NULL;
}

/* --- connect --------------------------------------------------------------------------------- */

static void connected(void *data, struct engine_answer *answer, const struct pg_result *rows)
{
    struct postgresql *postgresql = data;
    (void)rows;
    drop_when_lost(postgresql);
    postgresql->may_reopen = answer->outcome == DATABASE_GOOD;
    postgresql_link_close(postgresql->may_reopen ? postgresql->kept : postgresql->fresh);
    if (postgresql->may_reopen)
        postgresql->kept = postgresql->fresh;
    postgresql->fresh = NULL;
    tell(postgresql, answer);
}

/* --- answer, sessions ------------------------------------------------------------------------ */

/*
 * A question that takes no table; and with it the server's own timeouts, shorter than ours: what
 * heeds them tells why (a lock, a slow disk), and leaves nothing behind. What hangs in spite of
 * them is worse. In a statement, because connection poolers refuse it in what a connection begins
 * with.
 */
static const char answer_query[] =
    "SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false),"
    " set_config('idle_in_transaction_session_timeout', $2, false)";

static void ask_answer(struct postgresql *postgresql, postgresql_done *done)
{
    char lock[32], statement[32];
    const char *values[] = {lock, statement};
    duration timeout = postgresql->question.timeout;
    snprintf(lock, sizeof lock, "%lldus", (long long)(timeout / 2));
    snprintf(statement, sizeof statement, "%lldus", (long long)(timeout * 3 / 4));
    postgresql_link_ask(postgresql->kept, answer_query, values, 2, timeout, done, postgresql);
}

static void answered(void *data, struct engine_answer *answer, const struct pg_result *rows)
{
    struct postgresql *postgresql = data;
    (void)rows;
    drop_when_lost(postgresql);
    tell(postgresql, answer);
}

/* A session that is at work and waits for nothing is what a search in a damaged index looks like:
 * it heeds no timeout, and cannot be ended. Our own is never old. */
static const char sessions_query[] =
    "SELECT count(*) FILTER (WHERE backend_type = 'client backend'),"
    " current_setting('max_connections')::int"
    "   - current_setting('superuser_reserved_connections')::int,"
    " count(*) FILTER (WHERE state = 'active' AND backend_type = 'client backend'),"
    " count(*) FILTER (WHERE state LIKE 'idle in transaction%'),"
    " count(*) FILTER (WHERE is_stuck),"
    " coalesce(round(extract(epoch FROM max(age) FILTER (WHERE is_stuck)) * 1000000), 0)::bigint,"
    " count(*) FILTER (WHERE is_blocked),"
    " coalesce(round(extract(epoch FROM max(age) FILTER (WHERE is_blocked)) * 1000000), 0)::bigint,"
    " pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'), pg_is_in_recovery(), current_user"
    " FROM (SELECT *, clock_timestamp() - query_start AS age,"
    "   state = 'active' AND wait_event IS NULL AND backend_type = 'client backend'"
    "     AND clock_timestamp() - query_start > $1::interval AS is_stuck,"
    "   CASE WHEN wait_event_type = 'Lock' THEN cardinality(pg_blocking_pids(pid)) > 0"
    "     ELSE false END AS is_blocked"
    "   FROM pg_stat_activity) AS activity";

static int64_t number_of(const struct pg_result *rows, int column)
{
    return strtoll(postgresql_value(rows, 0, column), NULL, 10);
}

static void judge_sessions(struct engine_answer *answer, duration stuck)
{
    const struct database_sessions *sessions = &answer->sessions;
    char time[DURATION_TEXT_MAX], text[DATABASE_TEXT_MAX];
    if (sessions->stuck > 0) {
        snprintf(
            text, sizeof text,
            "%d sessions are at work and wait for nothing, the longest for %s: as in a damaged "
            "index",
            (int)sessions->stuck, duration_print(sessions->stuck_for, time));
    } else if (sessions->blocked > 0 && sessions->blocked_for >= stuck) {
        answer->symptom = SYMPTOM_DB_LOCKED;
        snprintf(text, sizeof text, "%d sessions wait for others' locks, the longest for %s",
                 (int)sessions->blocked, duration_print(sessions->blocked_for, time));
    } else if (sessions->count * 100 >= sessions->limit * SATURATED_PERCENT) {
        answer->symptom = SYMPTOM_DB_EXHAUSTED;
        snprintf(text, sizeof text, "%d of %d sessions are in use", (int)sessions->count,
                 (int)sessions->limit);
    } else {
        return;
    }
    answer->outcome = DATABASE_FAILED;
    engine_say(answer, text);
}

static void sessions_answered(void *data, struct engine_answer *answer,
                              const struct pg_result *rows)
{
    struct postgresql *postgresql = data;
    drop_when_lost(postgresql);
    if (answer->outcome != DATABASE_GOOD || postgresql_row_count(rows) != 1) {
        tell(postgresql, answer);
        return;
    }
    answer->has_sessions = true;
    answer->is_replica = postgresql_value(rows, 0, 9)[0] == 't';
    answer->sessions = (struct database_sessions){
        .count = number_of(rows, 0),
        .limit = number_of(rows, 1),
        .active = number_of(rows, 2),
        .idle_in_transaction = number_of(rows, 3),
        .stuck = number_of(rows, 4),
        .stuck_for = number_of(rows, 5),
        .blocked = number_of(rows, 6),
        .blocked_for = number_of(rows, 7),
    };
    judge_sessions(answer, postgresql->question.stuck);
    if (answer->outcome == DATABASE_GOOD && postgresql_value(rows, 0, 8)[0] != 't') {
        char text[DATABASE_TEXT_MAX];
        snprintf(text, sizeof text,
                 "what others' sessions do is not shown: GRANT pg_monitor TO %.100s",
                 postgresql_value(rows, 0, 10));
        answer->outcome = DATABASE_BLIND;
        engine_say(answer, text);
    }
    tell(postgresql, answer);
}

static void ask_sessions(struct postgresql *postgresql)
{
    char stuck[32];
    const char *values[] = {stuck};
    snprintf(stuck, sizeof stuck, "%lld microseconds", (long long)postgresql->question.stuck);
    postgresql_link_ask(postgresql->kept, sessions_query, values, 1, postgresql->question.timeout,
                        sessions_answered, postgresql);
}

/* --- a row of a table ------------------------------------------------------------------------ */

/*
 * Of the table: its name as it must be written, its key, of which type it is, whether we may read
 * it or write to it. Touches the catalogue alone.
 */
static const char table_query[] =
    "SELECT c.oid::regclass::text, quote_ident(a.attname), a.atttypid::regtype::text,"
    " has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT, UPDATE'),"
    " current_user"
    " FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary"
    " LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
    " WHERE c.oid = to_regclass($1)";

/* Another row each time, found by the key and fetched from the table itself (`ctid`): an index that
 * holds all would hide what is wrong with the table. */
static void print_read(struct buffer *sql, const char *table, const char *key, const char *type)
{
    bool is_number = strcmp(type, "integer") == 0 || strcmp(type, "bigint") == 0 ||
                     strcmp(type, "smallint") == 0;
    if (key[0] == '\0')
        buffer_print(sql, "SELECT ctid FROM %s LIMIT 1", table);
    else if (is_number)
        buffer_print(sql,
                     "SELECT ctid FROM %s WHERE %s >= (SELECT min(%s) + floor(random() *"
                     " (max(%s)::numeric - min(%s) + 1)) FROM %s)::bigint ORDER BY %s LIMIT 1",
                     table, key, key, key, key, table, key);
    else if (strcmp(type, "uuid") == 0)
        buffer_print(sql, "SELECT ctid FROM %s WHERE %s >= gen_random_uuid() ORDER BY %s LIMIT 1",
                     table, key, key);
    else
        buffer_print(sql, "SELECT ctid FROM %s ORDER BY %s LIMIT 1", table, key);
}

/* One that was there before, and is gone, is a failure; else it may never have been. */
static void say_missing(struct postgresql *postgresql, struct engine_answer *answer)
{
    char text[DATABASE_TEXT_MAX];
    bool was_there = map_get(postgresql->statements, postgresql->question.table) != NULL;
    snprintf(text, sizeof text, "there is no table %.100s%s", postgresql->question.table,
             was_there ? " any more" : "");
    answer->outcome = was_there ? DATABASE_FAILED : DATABASE_BLIND;
    engine_say(answer, text);
}

static void read_answered(void *data, struct engine_answer *answer, const struct pg_result *rows)
{
    struct postgresql *postgresql = data;
    (void)rows;
    drop_when_lost(postgresql);
    if (strcmp(answer->code, "42P01") == 0)
        say_missing(postgresql, answer);
    tell(postgresql, answer);
}

static void ask_statement(struct postgresql *postgresql, const char *sql)
{
    bool writes = postgresql->question.check == DATABASE_WRITE;
    const char *values[] = {postgresql->checker};
    postgresql_link_ask(postgresql->kept, sql, values, writes ? 1 : 0, postgresql->question.timeout,
                        read_answered, postgresql);
}

static void table_answered(void *data, struct engine_answer *answer, const struct pg_result *rows)
{
    struct postgresql *postgresql = data;
    bool writes = postgresql->question.check == DATABASE_WRITE;
    drop_when_lost(postgresql);
    if (answer->outcome != DATABASE_GOOD) {
        tell(postgresql, answer);
        return;
    }
    if (postgresql_row_count(rows) == 0) {
        say_missing(postgresql, answer);
        tell(postgresql, answer);
        return;
    }
    const char *table = postgresql_value(rows, 0, 0);
    if (postgresql_value(rows, 0, writes ? 4 : 3)[0] != 't') {
        char text[DATABASE_TEXT_MAX];
        snprintf(text, sizeof text, "it may not: GRANT %s ON %.80s TO %.80s",
                 writes ? "INSERT, SELECT, UPDATE" : "SELECT", table, postgresql_value(rows, 0, 5));
        answer->outcome = DATABASE_BLIND;
        engine_say(answer, text);
        tell(postgresql, answer);
        return;
    }
    struct buffer sql;
    buffer_init(&sql, SIZE_MAX);
    if (writes)
        buffer_print(&sql,
                     "INSERT INTO %s(checker, at) VALUES($1, clock_timestamp())"
                     " ON CONFLICT (checker) DO UPDATE SET at = excluded.at",
                     table);
    else
        print_read(&sql, table, postgresql_value(rows, 0, 1), postgresql_value(rows, 0, 2));
    char *statement = buffer_steal(&sql);
    map_put(postgresql->statements, postgresql->question.table, statement);
    ask_statement(postgresql, statement);
}

static void ask_table(struct postgresql *postgresql)
{
    const char *sql = map_get(postgresql->statements, postgresql->question.table);
    const char *values[] = {postgresql->question.table};
    if (sql != NULL)
        ask_statement(postgresql, sql);
    else
        postgresql_link_ask(postgresql->kept, table_query, values, 1, postgresql->question.timeout,
                            table_answered, postgresql);
}

/* --- the engine ------------------------------------------------------------------------------ */

static void ask_kept(struct postgresql *postgresql)
{
    switch (postgresql->question.check) {
    case DATABASE_SESSIONS:
        ask_sessions(postgresql);
        return;
    case DATABASE_READ:
    case DATABASE_WRITE:
        ask_table(postgresql);
        return;
    default:
        ask_answer(postgresql, answered);
    }
}

static bool came_about(struct postgresql *postgresql, const struct engine_answer *answer)
{
    const struct engine_answer unasked = {.outcome = DATABASE_UNASKED};
    drop_when_lost(postgresql);
    if (answer->outcome == DATABASE_GOOD)
        return true;
    postgresql->may_reopen = false;
    tell(postgresql, &unasked);
    return false;
}

static void reopened_answered(void *data, struct engine_answer *answer,
                              const struct pg_result *rows)
{
    (void)rows;
    if (came_about(data, answer))
        ask_kept(data);
}

/* In place of one that hangs, so that what else there is to ask is asked at once. */
static void reopened(void *data, struct engine_answer *answer, const struct pg_result *rows)
{
    (void)rows;
    if (came_about(data, answer))
        ask_answer(data, reopened_answered);
}

static void none_to_ask(void *data)
{
    const struct engine_answer unasked = {.outcome = DATABASE_UNASKED};
    tell(data, &unasked);
}

static void postgresql_ask(void *engine, const struct engine_question *question, engine_done *done,
                           void *data)
{
    struct postgresql *postgresql = engine;
    postgresql->question = *question;
    postgresql->done = done;
    postgresql->data = data;
    if (question->check == DATABASE_CONNECT)
        postgresql->fresh =
            postgresql_link_open(postgresql->loop, postgresql->vantage, postgresql->target,
                                 question->timeout, connected, postgresql);
    else if (postgresql->kept != NULL)
        ask_kept(postgresql);
    else if (postgresql->may_reopen)
        postgresql->kept =
            postgresql_link_open(postgresql->loop, postgresql->vantage, postgresql->target,
                                 question->timeout, reopened, postgresql);
    else
        loop_timer_set(postgresql->unasked, 0);
}

static void *postgresql_open(const struct database_probe_settings *settings, struct error *error)
{
    struct postgresql_target *target =
        postgresql_target_read(settings->component->probe->postgresql, error);
    if (target == NULL)
        return NULL;
    struct postgresql *postgresql = memory_allocate(1, sizeof *postgresql);
    postgresql->loop = settings->loop;
    postgresql->vantage = settings->vantage;
    postgresql->target = target;
    postgresql->statements = map_create(free);
    postgresql->unasked = loop_timer_create(settings->loop, none_to_ask, postgresql);
    if (gethostname(postgresql->checker, sizeof postgresql->checker - 1) != 0)
        snprintf(postgresql->checker, sizeof postgresql->checker, "shopwatch");
    return postgresql;
}

static void postgresql_close(void *engine)
{
    struct postgresql *postgresql = engine;
    postgresql_link_close(postgresql->fresh);
    postgresql_link_close(postgresql->kept);
    postgresql_target_free(postgresql->target);
    map_free(postgresql->statements);
    loop_timer_free(postgresql->unasked);
    free(postgresql);
}

const struct engine engine_postgresql = {
    .name = "postgresql",
    .open = postgresql_open,
    .close = postgresql_close,
    .ask = postgresql_ask,
};
