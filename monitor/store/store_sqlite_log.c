/* SPDX-License-Identifier: MIT */
/* The SQLite back end's log of what people are told or have told us: incidents and their changes,
 * events, maintenance windows. */
#include "monitor/store/store_sqlite.h"

#include <jansson.h>
#include <sqlite3.h>

/* A version that is there already is a run that was only counted, or a call that is made again. */
static enum result put_change(struct connection *connection, const struct store_incident *incident,
                              store_sequence *ret_change, struct error *error)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_FIND_CHANGE];
    store_sequence sequence = 0;
    sqlite_bind(statement, 1, incident->id);
    sqlite3_bind_int64(statement, 2, incident->version);
    enum result result = sqlite_run(connection, STATEMENT_FIND_CHANGE, &sequence, error);
    if (result == RESULT_OK && sequence == 0) {
        statement = connection->statements[STATEMENT_ADD_CHANGE];
        sqlite_bind(statement, 1, incident->id);
        sqlite3_bind_int64(statement, 2, incident->version);
        sqlite_bind(statement, 3, incident->change);
        sqlite3_bind_int64(statement, 4, incident->updated.us);
        sqlite_bind(statement, 5, incident->record);
        result = sqlite_run(connection, STATEMENT_ADD_CHANGE, NULL, error);
        sequence = sqlite3_last_insert_rowid(connection->database);
        sqlite_note_sequence(connection, sequence);
    }
    if (ret_change != NULL)
        *ret_change = sequence;
    return result;
}

enum result sqlite_put_incident(struct connection *connection,
                                const struct store_incident *incident, store_sequence *ret_change,
                                struct error *error)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_PUT_INCIDENT];
    sqlite_bind(statement, 1, incident->id);
    sqlite3_bind_int64(statement, 2, incident->opened.us);
    sqlite3_bind_int64(statement, 3, incident->updated.us);
    if (incident->resolved.us != 0)
        sqlite3_bind_int64(statement, 4, incident->resolved.us);
    else
        sqlite3_bind_null(statement, 4);
    sqlite_bind(statement, 5, incident->cause);
    sqlite_bind(statement, 6, incident->component);
    sqlite_bind(statement, 7, incident->record);
    enum result result = sqlite_run(connection, STATEMENT_PUT_INCIDENT, NULL, error);
    /* One that nobody is to hear of has no version. */
    if (result != RESULT_OK || incident->version == 0)
        return result;
    return put_change(connection, incident, ret_change, error);
}

struct operators_change {
    const struct store_incident *incident;
    store_sequence *ret_sequence;
};

static enum result write_change(struct connection *connection, void *data, struct error *error)
{
    const struct operators_change *change = data;
    return sqlite_put_incident(connection, change->incident, change->ret_sequence, error);
}

enum result sqlite_write_incident(void *connection, const struct store_incident *incident,
                                  store_sequence *ret_sequence, struct error *error)
{
    struct operators_change change = {incident, ret_sequence};
    *ret_sequence = 0;
    return sqlite_transact(connection, write_change, &change, error);
}

enum result sqlite_read_changes(void *connection, store_sequence after, size_t limit,
                                struct arena *arena, struct store_changes *ret_changes)
{
    sqlite3_stmt *statement =
        sqlite_prepare(connection, "SELECT sequence, record FROM incident_change"
                                   " WHERE sequence > :after ORDER BY sequence LIMIT :limit");
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":after", after);
    sqlite_bind_number(statement, ":limit", (int64_t)limit);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        arena_grow(arena, ret_changes->incidents, ret_changes->count);
        arena_grow(arena, ret_changes->sequences, ret_changes->count);
        json_t *json = sqlite_column_json(statement, 1);
        enum result result =
            incident_from_json(arena, json, &ret_changes->incidents[ret_changes->count]);
        json_decref(json);
        if (result != RESULT_OK)
            break;
        ret_changes->sequences[ret_changes->count++] = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}

enum result sqlite_append_event(void *data, const struct event *event, const char *record,
                                struct error *error)
{
    struct connection *connection = data;
    sqlite3_stmt *statement = connection->statements[STATEMENT_PUT_EVENT];
    sqlite_bind(statement, 1, event->id);
    sqlite3_bind_int64(statement, 2, event->at.us);
    sqlite_bind(statement, 3, record);
    return sqlite_run(connection, STATEMENT_PUT_EVENT, NULL, error);
}

enum result sqlite_read_events(void *connection, struct wall_time since, struct wall_time until,
                               struct arena *arena, struct store_events *ret_events)
{
    sqlite3_stmt *statement = sqlite_prepare(
        connection, "SELECT record FROM (SELECT at, id, record FROM event WHERE at >= :since AND"
                    " at < :until ORDER BY at DESC, id DESC LIMIT :limit) ORDER BY at, id");
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":since", since.us);
    sqlite_bind_number(statement, ":until", until.us != 0 ? until.us : INT64_MAX);
    sqlite_bind_number(statement, ":limit", STORE_READ_MAX);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        arena_grow(arena, ret_events->events, ret_events->count);
        json_t *json = sqlite_column_json(statement, 0);
        enum result result = event_from_json(arena, json, &ret_events->events[ret_events->count]);
        json_decref(json);
        if (result != RESULT_OK)
            break;
        ret_events->count++;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}

/* A cancelled window ends when it was cancelled. */
enum result sqlite_write_maintenance(void *data, const struct maintenance *maintenance,
                                     const char *record, struct error *error)
{
    struct connection *connection = data;
    sqlite3_stmt *statement = connection->statements[STATEMENT_PUT_MAINTENANCE];
    struct wall_time end =
        maintenance->cancelled.us != 0 ? maintenance->cancelled : maintenance->end;
    sqlite_bind(statement, 1, maintenance->id);
    sqlite3_bind_int64(statement, 2, maintenance->start.us);
    sqlite3_bind_int64(statement, 3, end.us != 0 ? end.us : INT64_MAX);
    sqlite_bind(statement, 4, record);
    return sqlite_run(connection, STATEMENT_PUT_MAINTENANCE, NULL, error);
}

enum result sqlite_read_maintenance(void *connection, struct wall_time since, struct arena *arena,
                                    struct store_maintenances *ret_maintenances)
{
    sqlite3_stmt *statement =
        sqlite_prepare(connection, "SELECT record FROM maintenance WHERE end > :since"
                                   " ORDER BY start DESC, id LIMIT :limit");
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":since", since.us);
    sqlite_bind_number(statement, ":limit", STORE_READ_MAX);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        size_t count = ret_maintenances->count;
        arena_grow(arena, ret_maintenances->maintenances, count);
        json_t *json = sqlite_column_json(statement, 0);
        enum result result =
            maintenance_from_json(arena, json, &ret_maintenances->maintenances[count]);
        json_decref(json);
        if (result != RESULT_OK)
            break;
        ret_maintenances->count++;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}
