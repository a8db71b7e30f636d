/* SPDX-License-Identifier: MIT */
/* The SQLite back end's reads: SQL in, parsed runs, incidents and tallies out. */
#include "monitor/store/store_sqlite.h"

#include "monitor/base/buffer.h"
#include "monitor/record/message.h"

#include <jansson.h>
#include <sqlite3.h>
#include <string.h>

enum { SQL_MAX = 1024 };

struct sqlite3_stmt *sqlite_prepare(const struct connection *connection, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (connection->database == NULL)
        return NULL;
    sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    return statement;
}

struct json_t *sqlite_column_json(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    return text == NULL ? NULL : json_loadb(text, length, 0, NULL);
}

/* Takes `statement`: sequence and record of each row, and its messages where they are wanted. */
static enum result collect_runs(sqlite3_stmt *statement, struct store_runs *runs)
{
    int code = SQLITE_ERROR;
    while (statement != NULL && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        json_t *json = sqlite_column_json(statement, 1);
        struct run *run = run_from_json(json, NULL);
        json_decref(json);
        if (run == NULL)
            break;
        if (sqlite3_column_count(statement) > 2) {
            json = sqlite_column_json(statement, 2);
            messages_read(json, run);
            json_decref(json);
        }
        runs->sequences[runs->count] = sqlite3_column_int64(statement, 0);
        runs->runs[runs->count++] = run;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}

/*
 * The rows are chosen first, by an index that has all it takes, so that the records of those that
 * are not chosen stay unread. A condition that does not restrict is left out, and the plus keeps
 * SQLite from walking the table in order of sequence when the runs of a recent time are asked for.
 */
static void print_query(struct buffer *sql, const struct store_filter *filter)
{
    /* What is not passed is found by run_by_trouble, if it is said in so many words. */
    bool trouble = filter->state != NULL && strcmp(filter->state, state_name(STATE_PASSED)) != 0;
    bool recent = (filter->since.us != 0 || trouble) && filter->after == 0;
    const char *order = recent ? "+sequence" : "sequence";
    if (filter->newest_first)
        order = "planned DESC, sequence DESC";
    buffer_print(sql, "SELECT run.sequence, run.record%s FROM (SELECT sequence FROM run WHERE true",
                 filter->with_messages
                     ? ", (SELECT message.record FROM message WHERE message.run = run.sequence)"
                     : "");
    if (filter->after > 0)
        buffer_text(sql, " AND sequence > :after");
    if (filter->since.us != 0)
        buffer_text(sql, " AND planned >= :since");
    if (filter->until.us != 0)
        buffer_text(sql, " AND planned <= :until");
    if (filter->journey != NULL)
        buffer_text(sql, " AND journey = :journey");
    if (filter->vantage != NULL)
        buffer_text(sql, " AND vantage = :vantage");
    if (filter->id != NULL)
        /* Digits end at `f`, so that this is past all ids that begin so, and an index finds them.
         */
        buffer_text(sql, " AND id >= :id AND id < :id || 'g'");
    if (filter->state != NULL)
        buffer_text(sql, " AND state = :state");
    if (trouble)
        buffer_text(sql, " AND state <> 'passed'");
    buffer_print(sql, " ORDER BY %s LIMIT :limit) JOIN run USING(sequence) ORDER BY %s", order,
                 order);
}

/* Binding what the query leaves out is refused by SQLite (there is no parameter 0), and no harm. */
void sqlite_bind_number(sqlite3_stmt *statement, const char *name, int64_t number)
{
    sqlite3_bind_int64(statement, sqlite3_bind_parameter_index(statement, name), number);
}

void sqlite_bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
    int at = sqlite3_bind_parameter_index(statement, name);
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

enum result sqlite_read_runs(void *data, const struct store_filter *filter,
                             struct store_runs *ret_runs)
{
    struct buffer sql;
    buffer_init(&sql, SQL_MAX);
    print_query(&sql, filter);
    sqlite3_stmt *statement = sqlite_prepare(data, sql.data);
    buffer_free(&sql);
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":after", filter->after);
    sqlite_bind_number(statement, ":since", filter->since.us);
    sqlite_bind_number(statement, ":until", filter->until.us);
    sqlite_bind_text(statement, ":journey", filter->journey);
    sqlite_bind_text(statement, ":vantage", filter->vantage);
    sqlite_bind_text(statement, ":id", filter->id);
    sqlite_bind_text(statement, ":state", filter->state);
    sqlite_bind_number(statement, ":limit", (int64_t)filter->limit);
    return collect_runs(statement, ret_runs);
}

/*
 * Goes down run_by_place from pair to pair: the last entry of each is its latest run, by the order
 * of commits, which no clock can turn round. So the cost is a search or two a pair, however many
 * runs there are.
 */
static const char latest_query[] =
    "WITH RECURSIVE latest(sequence) AS ("
    "  SELECT * FROM (SELECT sequence FROM run"
    "    ORDER BY journey DESC, vantage DESC, sequence DESC LIMIT 1)"
    "  UNION ALL"
    "  SELECT coalesce("
    "    (SELECT next.sequence FROM run AS next"
    "      WHERE next.journey = here.journey AND next.vantage < here.vantage"
    "      ORDER BY next.vantage DESC, next.sequence DESC LIMIT 1),"
    "    (SELECT next.sequence FROM run AS next"
    "      WHERE next.journey < here.journey ORDER BY next.journey DESC, next.vantage DESC,"
    "      next.sequence DESC LIMIT 1))"
    "  FROM latest JOIN run AS here ON here.sequence = latest.sequence)"
    "SELECT run.sequence, run.record FROM latest JOIN run ON run.sequence = latest.sequence"
    " ORDER BY run.journey, run.vantage LIMIT :limit";

enum result sqlite_read_latest(void *data, size_t limit, struct store_runs *ret_runs)
{
    sqlite3_stmt *statement = sqlite_prepare(data, latest_query);
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":limit", (int64_t)limit);
    return collect_runs(statement, ret_runs);
}

/* Takes `statement`. */
static enum result collect_incidents(sqlite3_stmt *statement, struct arena *arena,
                                     struct store_incidents *incidents)
{
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        arena_grow(arena, incidents->incidents, incidents->count);
        struct incident *incident = &incidents->incidents[incidents->count];
        json_t *json = sqlite_column_json(statement, 0);
        enum result result = incident_from_json(arena, json, incident);
        json_decref(json);
        if (result != RESULT_OK)
            break;
        incidents->count++;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}

enum result sqlite_read_incidents(void *data, bool open_only, size_t limit, struct arena *arena,
                                  struct store_incidents *ret_incidents)
{
    sqlite3_stmt *statement =
        sqlite_prepare(data, open_only ? "SELECT record FROM incident WHERE resolved IS NULL"
                                         " ORDER BY opened DESC, id LIMIT :limit"
                                       : "SELECT record FROM incident ORDER BY opened DESC, id"
                                         " LIMIT :limit");
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":limit", (int64_t)limit);
    return collect_incidents(statement, arena, ret_incidents);
}

enum result sqlite_read_incident(void *data, const char *id, struct arena *arena,
                                 struct store_incidents *ret_incidents)
{
    sqlite3_stmt *statement = sqlite_prepare(data, "SELECT record FROM incident WHERE id = :id");
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_text(statement, ":id", id);
    return collect_incidents(statement, arena, ret_incidents);
}

/* A slot that was not replayed (overlap, held back) has no latency: 0 would spoil the mean. */
static const char tallies_query[] =
    "SELECT journey, vantage, (planned - :since) / :span AS number,"
    "  count(*) FILTER (WHERE state = :passed),"
    "  count(*) FILTER (WHERE state = :degraded),"
    "  count(*) FILTER (WHERE state = :failed),"
    "  count(*) FILTER (WHERE state = :unknown),"
    "  avg(nullif(latency, 0)) FILTER (WHERE state IN (:passed, :degraded))"
    " FROM run INDEXED BY run_by_planned WHERE planned >= :since"
    " AND excluded = 0 GROUP BY journey, vantage, number ORDER BY journey, vantage, number LIMIT "
    ":limit";

static void read_tally(sqlite3_stmt *statement, struct arena *arena, struct store_tallies *tallies)
{
    const char *journey = (const char *)sqlite3_column_text(statement, 0);
    const char *vantage = (const char *)sqlite3_column_text(statement, 1);
    arena_grow(arena, tallies->tallies, tallies->count);
    struct store_tally *tally = &tallies->tallies[tallies->count++];
    *tally = (struct store_tally){
        .journey = arena_duplicate(arena, journey),
        .vantage = arena_duplicate(arena, vantage),
        .passed = (unsigned)sqlite3_column_int(statement, 3),
        .degraded = (unsigned)sqlite3_column_int(statement, 4),
        .failed = (unsigned)sqlite3_column_int(statement, 5),
        .unknown = (unsigned)sqlite3_column_int(statement, 6),
        .latency = sqlite3_column_int64(statement, 7),
    };
}

enum result sqlite_read_tallies(void *data, struct wall_time since, duration span,
                                struct arena *arena, struct store_tallies *ret_tallies)
{
    sqlite3_stmt *statement = sqlite_prepare(data, tallies_query);
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":since", since.us);
    sqlite_bind_number(statement, ":span", span);
    sqlite_bind_text(statement, ":passed", state_name(STATE_PASSED));
    sqlite_bind_text(statement, ":degraded", state_name(STATE_DEGRADED));
    sqlite_bind_text(statement, ":failed", state_name(STATE_FAILED));
    sqlite_bind_text(statement, ":unknown", state_name(STATE_UNKNOWN));
    sqlite_bind_number(statement, ":limit", STORE_TALLIES_MAX + 1);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW &&
           ret_tallies->count < STORE_TALLIES_MAX) {
        read_tally(statement, arena, ret_tallies);
        ret_tallies->tallies[ret_tallies->count - 1].start =
            wall_after(since, sqlite3_column_int64(statement, 2) * span);
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_ROW)
        return RESULT_LIMIT;
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}
