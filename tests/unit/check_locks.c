/* SPDX-License-Identifier: MIT */
/* probe/sqlite: an SQLite file whose lock another process holds, which runs or is stopped: who that
 * is, and what is said of it. */
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"
#include "monitor/probe/database.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 64, DESCRIPTORS_MAX = 256 };

static char directory[PATH_SIZE], file[2 * PATH_SIZE];

static void execute(sqlite3 *database, const char *sql)
{
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(database));
}

static void make_file(const char *mode)
{
    char sql[PATH_SIZE];
    sqlite3 *database;
    strcpy(directory, "/tmp/shopwatch-locks-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/shop.db", directory);
    snprintf(sql, sizeof sql, "PRAGMA journal_mode = %s", mode);
    ck_assert_int_eq(sqlite3_open(file, &database), SQLITE_OK);
    execute(database, sql);
    execute(database, "CREATE TABLE orders(id INTEGER PRIMARY KEY);"
                      "INSERT INTO orders VALUES(1), (2);"
                      "CREATE TABLE canary(checker TEXT PRIMARY KEY, at TEXT)");
    sqlite3_close(database);
}

static void remove_file(void)
{
    static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
    char path[sizeof file + 16];
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        snprintf(path, sizeof path, "%s%s", file, ends[i]);
        unlink(path);
    }
    rmdir(directory);
}

/* Of what it was given it keeps nothing but `ready`; it has a socket if it is a server. */
static _Noreturn void hold(const char *sql, bool is_server, int ready)
{
    sqlite3 *database;
    dup2(ready, STDIN_FILENO);
    for (int descriptor = STDIN_FILENO + 1; descriptor < DESCRIPTORS_MAX; descriptor++)
        close(descriptor);
    prctl(PR_SET_NAME, "a (holder)");
    bool is_held = (!is_server || socket(AF_INET, SOCK_STREAM, 0) >= 0) &&
                   sqlite3_open(file, &database) == SQLITE_OK &&
                   sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (is_held && write(STDIN_FILENO, "", 1) == 1)
        for (;;)
            pause();
    _exit(1);
}

static pid_t start_holder(const char *sql, bool is_server, bool is_stopped)
{
    char byte;
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        hold(sql, is_server, ends[1]);
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    if (is_stopped) {
        kill(child, SIGSTOP);
        ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
        ck_assert(WIFSTOPPED(status));
    }
    return child;
}

static void end_holder(pid_t child)
{
    int status;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

/* --- asking ---------------------------------------------------------------------------------- */

static void round_over(void *data, const struct database_state *state)
{
    (void)state;
    loop_stop(data);
}

static struct database_finding ask(enum database_check check)
{
    struct component_probe how = {
        .sqlite = file, .write = "canary", .every = DURATION_HOUR, .timeout = DURATION_SECOND};
    const char *tables[] = {"orders"};
    struct component_part part = {.name = "orders", .tables = tables, .table_count = 1};
    const struct component component = {
        .name = "db", .probe = &how, .parts = &part, .part_count = 1};
    struct error error = {0};
    struct loop *loop = loop_create();
    const struct database_probe_settings settings = {
        .loop = loop, .component = &component, .round = round_over, .data = loop};
    struct database_probe *probe = database_probe_create(&settings, &error);
    ck_assert_msg(probe != NULL, "%s", error.text);
    loop_run(loop);
    const struct database_state *state = database_probe_state(probe);
    struct database_finding found = {.outcome = DATABASE_UNASKED};
    for (size_t i = 0; i < state->finding_count; i++)
        if (state->findings[i].check == check)
            found = state->findings[i];
    database_probe_free(probe);
    loop_free(loop);
    return found;
}

static const struct {
    const char *mode, *sql;
    bool is_server, is_stopped;
    enum database_check check;
    enum symptom symptom; /* NONE: it does not wait */
    const char *words;    /* behind who holds it; NULL: nobody is named */
} cases[] = {
    {"delete", "BEGIN EXCLUSIVE", true, false, DATABASE_READ, SYMPTOM_DB_LOCKED, ""},
    {"delete", "BEGIN EXCLUSIVE", true, true, DATABASE_READ, SYMPTOM_DB_HOLDER_STOPPED,
     ", and is stopped"},
    /* Who has no socket is not who serves the shop. */
    {"delete", "BEGIN EXCLUSIVE", false, false, DATABASE_READ, SYMPTOM_DB_LOCKED_OUTSIDE, ""},
    {"delete", "BEGIN EXCLUSIVE", false, true, DATABASE_READ, SYMPTOM_DB_LOCKED_OUTSIDE,
     ", and is stopped"},
    {"delete", "BEGIN IMMEDIATE", true, true, DATABASE_READ, SYMPTOM_NONE, NULL},
    {"delete", "BEGIN IMMEDIATE", true, true, DATABASE_SESSIONS, SYMPTOM_DB_HOLDER_STOPPED,
     ", and is stopped"},
    /* A commit waits for who reads, but not into a log ahead. */
    {"delete", "BEGIN; SELECT * FROM orders", true, true, DATABASE_SESSIONS, SYMPTOM_NONE, NULL},
    {"delete", "BEGIN; SELECT * FROM orders", true, true, DATABASE_WRITE, SYMPTOM_DB_HOLDER_STOPPED,
     ", and is stopped"},
    {"wal", "BEGIN; SELECT * FROM orders", true, true, DATABASE_WRITE, SYMPTOM_NONE, NULL},
    {"wal", "BEGIN IMMEDIATE", true, true, DATABASE_READ, SYMPTOM_NONE, NULL},
    {"wal", "BEGIN IMMEDIATE", true, false, DATABASE_WRITE, SYMPTOM_DB_LOCKED, ""},
    {"wal", "BEGIN IMMEDIATE", true, true, DATABASE_WRITE, SYMPTOM_DB_HOLDER_STOPPED,
     ", and is stopped"},
    {"wal", "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", true, true, DATABASE_READ,
     SYMPTOM_DB_HOLDER_STOPPED, ", and is stopped"},
};

START_TEST(who_holds_the_lock_is_named)
{
    char words[2 * PATH_SIZE] = "";
    make_file(cases[_i].mode);
    pid_t child = start_holder(cases[_i].sql, cases[_i].is_server, cases[_i].is_stopped);
    struct database_finding found = ask(cases[_i].check);
    end_holder(child);
    remove_file();
    if (cases[_i].words != NULL)
        snprintf(words, sizeof words,
                 "database is locked; a (holder) (process %ld) holds the lock%s", (long)child,
                 cases[_i].words);
    ck_assert_str_eq(found.text, words);
    ck_assert_str_eq(symptom_code(found.symptom), symptom_code(cases[_i].symptom));
    ck_assert_int_eq(found.outcome, cases[_i].words != NULL ? DATABASE_FAILED : DATABASE_GOOD);
}
END_TEST

/* Of several the one that may be the shop is named, and of those the one that is stopped: here the
 * second. */
static const struct {
    struct {
        bool is_server, is_stopped;
    } holders[3];
    enum symptom symptom;
} several_cases[] = {
    {{{true, false}, {true, true}, {true, false}}, SYMPTOM_DB_HOLDER_STOPPED},
    {{{false, true}, {true, true}, {false, true}}, SYMPTOM_DB_HOLDER_STOPPED},
    {{{false, false}, {true, false}, {false, false}}, SYMPTOM_DB_LOCKED},
    {{{false, true}, {true, false}, {false, true}}, SYMPTOM_DB_LOCKED},
    {{{false, false}, {false, true}, {false, false}}, SYMPTOM_DB_LOCKED_OUTSIDE},
};

START_TEST(of_several_the_shop_is_named)
{
    char words[PATH_SIZE];
    pid_t holders[3];
    make_file("delete");
    for (int i = 0; i < 3; i++)
        holders[i] =
            start_holder("BEGIN; SELECT * FROM orders", several_cases[_i].holders[i].is_server,
                         several_cases[_i].holders[i].is_stopped);
    struct database_finding found = ask(DATABASE_WRITE);
    for (int i = 0; i < 3; i++)
        end_holder(holders[i]);
    remove_file();
    snprintf(words, sizeof words, "process %ld", (long)holders[1]);
    ck_assert_msg(strstr(found.text, words) != NULL, "%s, not %s", words, found.text);
    ck_assert_str_eq(symptom_code(found.symptom), symptom_code(several_cases[_i].symptom));
}
END_TEST

/* What this process holds itself is not taken from it by looking who holds what. */
START_TEST(own_locks_are_kept)
{
    sqlite3 *own;
    make_file("delete");
    ck_assert_int_eq(sqlite3_open(file, &own), SQLITE_OK);
    execute(own, "BEGIN IMMEDIATE");
    struct database_finding found = ask(DATABASE_SESSIONS);
    ck_assert_str_eq(found.text, "database is locked");
    pid_t child = fork();
    if (child == 0) { /* asks with eyes of its own whether the lock is there yet */
        sqlite3 *database;
        bool is_locked = sqlite3_open(file, &database) == SQLITE_OK &&
                         sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY;
        _exit(is_locked ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    sqlite3_close(own);
    remove_file();
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("locks");
    TCase *tests = tcase_create("locks");
    tcase_add_loop_test(tests, who_holds_the_lock_is_named, 0, COUNT_OF(cases));
    tcase_add_loop_test(tests, of_several_the_shop_is_named, 0, COUNT_OF(several_cases));
    tcase_add_test(tests, own_locks_are_kept);
    suite_add_tcase(suite, tests);
    return suite;
}
