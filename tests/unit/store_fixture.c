/* SPDX-License-Identifier: MIT */
/* See store_fixture.h. */
#include "tests/unit/store_fixture.h"

#include "monitor/base/memory.h"
#include "monitor/record/reason.h"

#include <check.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void open_store(struct store_fixture *fixture)
{
    struct error error = {0};
    fixture->store = store_open(fixture->loop, fixture->url, &error);
    ck_assert_msg(fixture->store != NULL, "%s", error.text);
}

/* Each test has a process of its own, in which its case's fixtures run before it. */
static bool in_memory;

static void choose_memory(void)
{
    in_memory = true;
}

void store_fixture_on_each(Suite *suite, const char *name, void (*set_up)(void),
                           void (*tear_down)(void), store_fixture_add *add)
{
    static const struct {
        const char *name;
        bool in_memory;
    } back_ends[] = {
#define X(name, in_memory) {name, in_memory},
        STORE_FIXTURE_TABLE(X)
#undef X
    };
    static char titles[8][64]; /* which Check keeps pointers to */
    static size_t count;
    for (size_t i = 0; i < COUNT_OF(back_ends); i++) {
        char *title = titles[count++ % COUNT_OF(titles)];
        snprintf(title, sizeof titles[0], "%s in %s", name, back_ends[i].name);
        TCase *tests = tcase_create(title);
        tcase_set_timeout(tests, 60);
        if (back_ends[i].in_memory)
            tcase_add_checked_fixture(tests, choose_memory, NULL);
        tcase_add_checked_fixture(tests, set_up, tear_down);
        add(tests);
        suite_add_tcase(suite, tests);
    }
}

void store_fixture_set_up(struct store_fixture *fixture)
{
    *fixture = (struct store_fixture){.loop = loop_create()};
    strcpy(fixture->directory, "/tmp/shopwatch-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fixture->directory));
    snprintf(fixture->file, sizeof fixture->file, "%.99s/store.db", fixture->directory);
    snprintf(fixture->url, sizeof fixture->url, "sqlite:%.99s",
             in_memory ? ":memory:" : fixture->file);
    open_store(fixture);
    if (in_memory)
        ck_assert_int_ne(access(fixture->file, F_OK), 0);
}

void store_fixture_reopen(struct store_fixture *fixture)
{
    if (in_memory)
        return;
    store_close(fixture->store);
    open_store(fixture);
}

static void remove_directory(const char *path)
{
    char inner[FIXTURE_PATH_MAX * 3];
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            remove_directory(inner);
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(path);
}

void store_fixture_tear_down(struct store_fixture *fixture)
{
    store_close(fixture->store);
    loop_free(fixture->loop);
    remove_directory(fixture->directory);
}

const char *store_fixture_put(struct store_fixture *fixture, const char *name, const char *format,
                              ...)
{
    snprintf(fixture->put, sizeof fixture->put, "%s/%s", fixture->directory, name);
    FILE *file = fopen(fixture->put, "w");
    ck_assert_ptr_nonnull(file);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    ck_assert_int_eq(fclose(file), 0);
    return fixture->put;
}

struct run *store_fixture_run(const char *journey, const char *vantage, int minute,
                              enum state state)
{
    struct wall_time planned = {1763906820123000 + minute * DURATION_MINUTE};
    struct run *run = run_create(journey, vantage, planned);
    run->state = state;
    run->slot.started = wall_after(planned, 2 * DURATION_MILLISECOND);
    run->slot.ended = wall_after(planned, 9 * DURATION_MILLISECOND);
    struct run_step *browse = run_add_step(run, "browse");
    browse->state = STATE_PASSED;
    browse->total = 3 * DURATION_MILLISECOND;
    struct run_step *order = run_add_step(run, "order");
    order->state = state;
    order->total = 4 * DURATION_MILLISECOND;
    struct exchange *exchange = run_add_exchange(run, order);
    exchange->method = "POST";
    exchange->url = arena_duplicate(run->arena, "http://shop.example/orders");
    exchange->phases[PHASE_WAIT] = exchange->total = order->total;
    if (state == STATE_FAILED) {
        order->symptom = exchange->symptom = SYMPTOM_TCP_TIMED_OUT;
        exchange->failed_phase = PHASE_WAIT;
        run->verdict = (struct verdict){
            .cause = CAUSE_DATABASE, .component = "db.orders", .runner_up = CAUSE_NONE};
        verdict_add(run->arena, &run->verdict, "pattern.shared_component",
                    "All that need it fail \xe2\x80\x93 \"only\" they.", 12.5);
    }
    return run;
}

bool store_fixture_is_monitors_own(const struct run *run)
{
    enum reason reason = reason_from_words(run->reason);
    return reason == REASON_OVERLAP || reason == REASON_LATE || reason == REASON_OVERLOAD ||
           reason == REASON_LAGGED || reason == REASON_STOPPED;
}

size_t store_fixture_count_blamed(const struct store_runs *runs, enum cause cause)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++) {
        if (store_fixture_is_monitors_own(runs->runs[i]))
            continue;
        ck_assert_int_eq(runs->runs[i]->verdict.cause, cause);
        count++;
    }
    return count;
}

struct answer {
    struct loop *loop;
    enum result result;
    store_sequence sequence;
    struct store_runs runs;
};

static void answered(void *data, enum result result, const struct error *error,
                     store_sequence sequence)
{
    struct answer *answer = data;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    answer->sequence = sequence;
    loop_stop(answer->loop);
}

store_sequence store_fixture_append(struct store_fixture *fixture, struct run *run)
{
    struct answer answer = {.loop = fixture->loop};
    ck_assert_int_eq(store_append(fixture->store, run, NULL, answered, &answer), RESULT_OK);
    run_free(run);
    loop_run(fixture->loop);
    return answer.sequence;
}

store_sequence store_fixture_cursor(struct store_fixture *fixture, const char *name)
{
    struct answer answer = {.loop = fixture->loop};
    store_read_cursor(fixture->store, name, answered, &answer);
    loop_run(fixture->loop);
    return answer.sequence;
}

static void take_runs(void *data, enum result result, struct store_runs *runs)
{
    struct answer *answer = data;
    answer->result = result;
    answer->runs.count = runs->count;
    answer->runs.runs = memory_allocate(runs->count, sizeof *runs->runs);
    answer->runs.sequences = memory_allocate(runs->count, sizeof *runs->sequences);
    for (size_t i = 0; i < runs->count; i++) {
        answer->runs.runs[i] = runs->runs[i];
        answer->runs.sequences[i] = runs->sequences[i];
        runs->runs[i] = NULL;
    }
    loop_stop(answer->loop);
}

struct store_runs store_fixture_read(struct store_fixture *fixture,
                                     const struct store_filter *filter)
{
    struct answer answer = {.loop = fixture->loop};
    store_read_runs(fixture->store, filter, take_runs, &answer);
    loop_run(fixture->loop);
    ck_assert_int_eq(answer.result, RESULT_OK);
    return answer.runs;
}

void store_fixture_release(struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        run_free(runs->runs[i]);
    free(runs->runs);
    free(runs->sequences);
}

static void stop_loop(void *data)
{
    loop_stop(data);
}

void store_fixture_wait_for(struct store_fixture *fixture, const bool *done)
{
    enum { PATIENCE = 20000 }; /* for a disk that is shared with others */
    for (int i = 0; i < PATIENCE && !*done; i++)
        store_fixture_wait(fixture, DURATION_MILLISECOND);
    ck_assert(*done);
}

void store_fixture_wait(struct store_fixture *fixture, duration time)
{
    struct loop_timer *timer = loop_timer_create(fixture->loop, stop_loop, fixture->loop);
    loop_timer_set(timer, time);
    loop_run(fixture->loop);
    loop_timer_free(timer);
}
