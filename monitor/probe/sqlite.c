/* SPDX-License-Identifier: MIT */
/*
 * SQLite's checks, on a thread of their own, for a read of the disk takes as long as it takes. See
 * engine.h. Each check opens the file anew and closes it: a shop's file must not be held by its
 * monitor. One that hangs is left to its thread; until that comes back nothing else is asked.
 */
#include "monitor/probe/engine.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/base/worker.h"
#include "monitor/probe/sqlite_holder.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sqlite_probe {
    struct loop *loop;
    struct worker *worker;
    struct loop_timer *deadline, *unasked;
    char *path;
    struct map *seen;      /* tables of which a row was read */
    char checker[64];      /* the row of the table that is written */
    struct check_job *job; /* under way; NULL: none */
    bool is_late;          /* and has been given up */
    struct instant began;
    engine_done *done;
    void *data;
};

struct check_job {
    struct job job;
    struct sqlite_probe *probe;
    enum database_check check;
    char *path, *table, *checker;
    duration patience; /* for a lock */
    struct engine_answer answer;
};

/* --- on the thread --------------------------------------------------------------------------- */

static const struct {
    int code;
    enum symptom symptom;
    enum database_outcome outcome;
} outcomes[] = {
    {SQLITE_CORRUPT, SYMPTOM_DB_CORRUPT, DATABASE_FAILED},
    {SQLITE_NOTADB, SYMPTOM_DB_CORRUPT, DATABASE_FAILED},
    {SQLITE_BUSY, SYMPTOM_DB_LOCKED, DATABASE_FAILED},
    {SQLITE_LOCKED, SYMPTOM_DB_LOCKED, DATABASE_FAILED},
    {SQLITE_FULL, SYMPTOM_DB_FULL, DATABASE_FAILED},
    {SQLITE_READONLY, SYMPTOM_NONE, DATABASE_BLIND}, /* to us: the shop may be able to */
    {SQLITE_CANTOPEN, SYMPTOM_NONE, DATABASE_FAILED},
    {SQLITE_PERM, SYMPTOM_NONE, DATABASE_BLIND},
    {SQLITE_ERROR, SYMPTOM_NONE, DATABASE_BLIND}, /* no such table */
};

static void judge(struct check_job *job, sqlite3 *database, int code)
{
    struct engine_answer *answer = &job->answer;
    answer->outcome = DATABASE_GOOD;
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return;
    answer->outcome = DATABASE_FAILED;
    answer->symptom = SYMPTOM_DB_UNAVAILABLE;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        if (outcomes[i].code == (code & 0xff)) {
            answer->symptom = outcomes[i].symptom;
            answer->outcome = outcomes[i].outcome;
        }
    snprintf(answer->code, sizeof answer->code, "%d", code);
    engine_say(answer, sqlite3_errmsg(database));
}

static enum sqlite_wish wish_of(enum database_check check)
{
    return check == DATABASE_WRITE      ? SQLITE_WISH_COMMIT
           : check == DATABASE_SESSIONS ? SQLITE_WISH_BEGIN
                                        : SQLITE_WISH_READ;
}

/* Who cannot be who serves the shop is told apart, for who hangs waits for him then; and of those
 * who can, one that is stopped: the database waits for the shop then, and is not ill. One that runs
 * tells nothing more: SQLite is a part of whoever uses it, and what holds him up may be in it. */
static enum symptom symptom_of_lock(const struct process *holder)
{
    if (!holder->may_serve)
        return SYMPTOM_DB_LOCKED_OUTSIDE;
    return holder->is_stopped ? SYMPTOM_DB_HOLDER_STOPPED : SYMPTOM_DB_LOCKED;
}

static void name_holder(struct check_job *job, sqlite3 *database)
{
    struct engine_answer *answer = &job->answer;
    struct sqlite_holder holder;
    char text[DATABASE_TEXT_MAX];
    if (answer->symptom != SYMPTOM_DB_LOCKED ||
        !sqlite_find_holder(sqlite3_db_filename(database, NULL), wish_of(job->check), &holder))
        return;
    snprintf(text, sizeof text, "%.100s; %s (process %ld) holds the lock%s", answer->text,
             holder.process.name, holder.number,
             holder.process.is_stopped ? ", and is stopped" : "");
    engine_say(answer, text);
    answer->symptom = symptom_of_lock(&holder.process);
}

static int run_statement(sqlite3 *database, const char *sql, const char *value)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && value != NULL)
        sqlite3_bind_text(statement, 1, value, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code;
}

/* Where a table is: its schema, `main` where its name says none, and its name in it. */
struct place {
    char schema[64];
    const char *name;
};

static struct place place_of(const char *table)
{
    struct place place = {.schema = "main", .name = table};
    const char *dot = strchr(table, '.');
    if (dot == NULL)
        return place;
    snprintf(place.schema, sizeof place.schema, "%.*s", (int)(dot - table), table);
    place.name = dot + 1;
    return place;
}

/* The column that rows are found by: of a table without a row's number, the first of its key. */
static int find_key(sqlite3 *database, const struct place *place, char **ret_key)
{
    static const char sql[] =
        "SELECT iif(t.wr, c.name, 'rowid') FROM pragma_table_list(?1) AS t LEFT JOIN"
        " pragma_table_info(t.name, t.schema) AS c ON c.pk = 1 WHERE t.schema = ?2";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, place->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, place->schema, -1, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW)
        *ret_key = sqlite3_mprintf("%s", sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return code;
}

/* Another row each time: from a number between the least and the greatest key on; where keys are
 * texts, from such a letter. Both ends are looked up apart, for together they would take a walk
 * through the whole table. A table that there is not is said by the question itself. */
static char *print_read(const struct place *place, const char *key)
{
    static const char read[] =
        "WITH source AS NOT MATERIALIZED (SELECT \"%w\" AS key, * FROM \"%w\".\"%w\"),"
        " ends AS (SELECT (SELECT min(key) FROM source) AS least,"
        " (SELECT max(key) FROM source) AS most)"
        " SELECT * FROM source WHERE key >= (SELECT CASE typeof(least) WHEN 'text'"
        " THEN char(unicode(least) + abs(random()) %% (unicode(most) - unicode(least) + 1))"
        " ELSE least + abs(random()) %% (most - least + 1) END FROM ends) LIMIT 1";
    return sqlite3_mprintf(read, key, place->schema, place->name);
}

static int read_table(const struct check_job *job, sqlite3 *database)
{
    struct place place = place_of(job->table);
    char *key = NULL;
    int code = find_key(database, &place, &key);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        char *sql = print_read(&place, key != NULL ? key : "rowid");
        code = run_statement(database, sql, NULL);
        sqlite3_free(sql);
    }
    sqlite3_free(key);
    return code;
}

static int write_table(const struct check_job *job, sqlite3 *database)
{
    static const char write[] =
        "INSERT INTO \"%w\".\"%w\"(checker, at) VALUES(?1, CURRENT_TIMESTAMP)"
        " ON CONFLICT(checker) DO UPDATE SET at = excluded.at";
    struct place place = place_of(job->table);
    char *sql = sqlite3_mprintf(write, place.schema, place.name);
    int code = run_statement(database, sql, job->checker);
    sqlite3_free(sql);
    return code;
}

static int run_check(const struct check_job *job, sqlite3 *database)
{
    int code;
    switch (job->check) {
    case DATABASE_READ:
        return read_table(job, database);
    case DATABASE_WRITE:
        return write_table(job, database);
    case DATABASE_SESSIONS: /* does somebody keep the others from writing? */
        code = run_statement(database, "BEGIN IMMEDIATE", NULL);
        if (code == SQLITE_DONE)
            run_statement(database, "ROLLBACK", NULL);
        return code;
    default:
        return run_statement(database, "SELECT count(*) FROM sqlite_schema", NULL);
    }
}

static void check_work(void *context, struct job **jobs, size_t count)
{
    struct check_job *job = (struct check_job *)jobs[0];
    sqlite3 *database = NULL;
    struct instant began = clock_instant();
    (void)context;
    (void)count;
    bool writes = job->check == DATABASE_WRITE || job->check == DATABASE_SESSIONS;
    int flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(job->path, &database, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(database, (int)(job->patience / DURATION_MILLISECOND));
    if (code == SQLITE_OK)
        code = run_check(job, database);
    judge(job, database, code);
    name_holder(job, database);
    sqlite3_close(database);
    job->answer.time = instant_between(began, clock_instant());
}

/* --- on the loop ----------------------------------------------------------------------------- */

/* One that was there before, and is gone, is a failure; else it may never have been. */
static void judge_missing(struct sqlite_probe *probe, struct check_job *job)
{
    if (job->check != DATABASE_READ)
        return;
    if (job->answer.outcome == DATABASE_GOOD)
        map_put(probe->seen, job->table, probe);
    else if (atoi(job->answer.code) == SQLITE_ERROR && map_get(probe->seen, job->table) != NULL)
        job->answer.outcome = DATABASE_FAILED;
}

static void check_deliver(struct job *base)
{
    struct check_job *job = (struct check_job *)base;
    struct sqlite_probe *probe = job->probe;
    bool is_late = probe->is_late;
    probe->job = NULL;
    probe->is_late = false;
    loop_timer_cancel(probe->deadline);
    if (is_late || base->forgotten)
        return;
    judge_missing(probe, job);
    probe->done(probe->data, &job->answer);
}

static void check_free(struct job *base)
{
    struct check_job *job = (struct check_job *)base;
    free(job->path);
    free(job->table);
    free(job->checker);
    free(job);
}

static const struct job_kind check_kind = {1, check_work, check_deliver, check_free};

static void sqlite_expired(void *data)
{
    struct sqlite_probe *probe = data;
    struct engine_answer answer = {.outcome = DATABASE_HUNG, .abandoned = true};
    probe->is_late = true;
    answer.time = instant_between(probe->began, clock_instant());
    engine_say(&answer, "the file was asked, and no answer came");
    probe->done(probe->data, &answer);
}

static void sqlite_busy(void *data)
{
    const struct sqlite_probe *probe = data;
    const struct engine_answer answer = {.outcome = DATABASE_UNASKED};
    probe->done(probe->data, &answer);
}

static void sqlite_ask(void *engine, const struct engine_question *question, engine_done *done,
                       void *data)
{
    struct sqlite_probe *probe = engine;
    probe->done = done;
    probe->data = data;
    if (probe->job != NULL) {
        loop_timer_set(probe->unasked, 0);
        return;
    }
    struct check_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = &check_kind;
    job->job.data = probe;
    job->probe = probe;
    job->check = question->check;
    job->path = memory_duplicate(probe->path);
    job->table = memory_duplicate(question->table);
    job->checker = memory_duplicate(probe->checker);
    job->patience = question->timeout / 2;
    probe->job = job;
    probe->began = clock_instant();
    loop_timer_set(probe->deadline, question->timeout);
    worker_submit(probe->worker, &job->job);
}

static void *sqlite_open(const struct database_probe_settings *settings, struct error *error)
{
    struct sqlite_probe *probe = memory_allocate(1, sizeof *probe);
    probe->loop = settings->loop;
    probe->worker = worker_start(settings->loop, probe, error);
    if (probe->worker == NULL) {
        free(probe);
        return NULL;
    }
    probe->path = memory_duplicate(settings->component->probe->sqlite);
    probe->seen = map_create(NULL);
    probe->deadline = loop_timer_create(settings->loop, sqlite_expired, probe);
    probe->unasked = loop_timer_create(settings->loop, sqlite_busy, probe);
    if (gethostname(probe->checker, sizeof probe->checker - 1) != 0)
        snprintf(probe->checker, sizeof probe->checker, "shopwatch");
    return probe;
}

static void sqlite_close(void *engine)
{
    struct sqlite_probe *probe = engine;
    worker_stop(probe->worker);
    loop_timer_free(probe->deadline);
    loop_timer_free(probe->unasked);
    map_free(probe->seen);
    free(probe->path);
    free(probe);
}

const struct engine engine_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .ask = sqlite_ask,
};
