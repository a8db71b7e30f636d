/* SPDX-License-Identifier: MIT */
/*
 * What the store costs, in CPU time of the process: appending runs of 5 steps with their rollups,
 * and reading 90 days of 200 journeys, as the status page does. Usage: store DIRECTORY
 */
#include "monitor/base/buffer.h"
#include "monitor/store/store_rollups.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
    JOURNEYS = 200,
    VANTAGES = 10,
    DAYS = 90,
    STEPS = 5,
    RUNS = 10000,
    BATCH = 16,
    PER_DAY = 2880
};

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Around 80 ms, as answers scatter: most near, some far above. */
static duration some_time(void)
{
    double share = ((double)random() + 1) / ((double)RAND_MAX + 2);
    return (duration)(80e3 * exp(0.5 * sqrt(-2 * log(share)) * cos((double)random())));
}

static struct run *make_run(int n, struct wall_time start)
{
    char journey[32], vantage[32], step[32];
    struct wall_time planned = wall_after(start, n * 60 * DURATION_MILLISECOND);
    snprintf(journey, sizeof journey, "journey %d", n % JOURNEYS);
    snprintf(vantage, sizeof vantage, "vantage %d", n / JOURNEYS % VANTAGES);
    struct run *run = run_create(journey, vantage, planned);
    run->slot.started = run->slot.ended = planned;
    run->state = STATE_PASSED;
    for (int i = 0; i < STEPS; i++) {
        snprintf(step, sizeof step, "step %d", i);
        struct run_step *added = run_add_step(run, step);
        added->state = STATE_PASSED;
        struct exchange *exchange = run_add_exchange(run, added);
        exchange->method = "GET";
        exchange->url = arena_duplicate(run->arena, "https://shop.example/a/page/of/the/shop");
        exchange->status = 200;
        exchange->started = planned;
        for (int phase = PHASE_DNS; phase < PHASE_COUNT; phase++)
            exchange->total += exchange->phases[phase] = some_time() / 6;
        run->steps[i].total = exchange->total;
    }
    return run;
}

struct answers {
    struct loop *loop;
    int count;
    size_t rows;
};

static void appended(void *data, enum result result, const struct error *error,
                     store_sequence sequence)
{
    struct answers *answers = data;
    (void)sequence;
    if (result != RESULT_OK) {
        fprintf(stderr, "%s\n", error->text);
        exit(1);
    }
    if (--answers->count == 0)
        loop_stop(answers->loop);
}

/* BATCH at once: at 1,000 runs a minute as many come in a second. */
static void bench_append(struct loop *loop, struct store *store)
{
    struct answers answers = {.loop = loop};
    struct wall_time start = {1763906820000000};
    struct run *runs[BATCH];
    double used = 0;
    for (int n = 0; n < RUNS; n += BATCH) {
        for (int i = 0; i < BATCH; i++)
            runs[i] = make_run(n + i, start);
        double before = cpu_seconds();
        for (int i = 0; i < BATCH; i++)
            answers.count += store_append(store, runs[i], NULL, appended, &answers) == RESULT_OK;
        loop_run(loop);
        used += cpu_seconds() - before;
        for (int i = 0; i < BATCH; i++)
            run_free(runs[i]);
    }
    printf("append: %.0f us of CPU a run of %d steps; 1,000 runs a minute are %.2f %% of a core\n",
           used / RUNS * 1e6, STEPS, used / RUNS * 1000 / 60 * 100);
}

static void fill_days(const char *path)
{
    sqlite3 *database;
    sqlite3_stmt *add;
    sqlite3_open(path, &database);
    sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
    sqlite3_prepare_v2(database,
                       "INSERT OR REPLACE INTO journey_day SELECT ?1, id, 2875, 3, 2, 0, 0, ?2,"
                       " 80000, 160000 FROM series WHERE vantage = ''",
                       -1, &add, NULL);
    for (int day = 0; day < DAYS; day++) {
        struct histogram histogram = {0};
        struct buffer bytes;
        buffer_init(&bytes, HISTOGRAM_PACKED_MAX);
        for (int i = 0; i < PER_DAY; i++)
            histogram_add(&histogram, some_time());
        histogram_pack(&histogram, &bytes);
        sqlite3_bind_int64(add, 1, (int64_t)(20000 + day) * DURATION_DAY);
        sqlite3_bind_blob(add, 2, bytes.data, (int)bytes.length, SQLITE_STATIC);
        if (sqlite3_step(add) != SQLITE_DONE)
            fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        sqlite3_reset(add);
        buffer_free(&bytes);
        histogram_clear(&histogram);
    }
    sqlite3_finalize(add);
    sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(database);
}

static void days_read(void *data, enum result result, const struct store_days *days)
{
    struct answers *answers = data;
    answers->rows = result == RESULT_OK ? days->count : 0;
    loop_stop(answers->loop);
}

static void bench_days(struct loop *loop, struct store *store)
{
    struct answers answers = {.loop = loop};
    struct wall_time since = {20000 * DURATION_DAY};
    for (int round = 0; round < 3; round++) {
        double before = cpu_seconds();
        store_read_days(store, since, days_read, &answers);
        loop_run(loop);
        printf("store_read_days: %zu rows in %.1f ms of CPU\n", answers.rows,
               (cpu_seconds() - before) * 1e3);
    }
}

int main(int argc, char **argv)
{
    char url[512], *path = url + sizeof "sqlite:" - 1;
    struct error error = {0};
    struct loop *loop = loop_create();
    snprintf(url, sizeof url, "sqlite:%s/bench.db", argc > 1 ? argv[1] : ".");
    struct store *store = store_open(loop, url, &error);
    if (store == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    bench_append(loop, store);
    fill_days(path);
    bench_days(loop, store);
    store_close(store);
    loop_free(loop);
    return 0;
}
