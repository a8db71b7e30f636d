/* SPDX-License-Identifier: MIT */
/*
 * What a step costs: replays one scenario again and again, so many runs in flight, writes each
 * run's record, and prints CPU time, memory and, against a server that says how long it held its
 * answer, how wrong the wait phase is. run.sh holds the figures against those of the floor.
 *
 *   bench [-n RUNS] [-c IN_FLIGHT] [-r RUNS_PER_SECOND] [-d DNS_SERVER] -o RECORDS SCENARIO
 */
#include "config.h" /* GNU extensions: prctl's timer slack */

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/journey/journey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WARM_UP_RUNS = 1, SLACK_NANOSECONDS = 1000, RECORD_MAX = 1024 * 1024 };

/* Held times come as a note: `... "X-Held-Us" ... : came 20004`. */
static const char held_mark[] = ": came ";

struct errors { /* microseconds, one an exchange that says how long it was held */
    duration *items;
    size_t count;
};

struct bench {
    unsigned long runs, in_flight, per_second;
    const char *records, *dns_server;

    struct loop *loop;
    struct net *net;
    struct net_vantage *vantage;
    struct scenario *scenario;
    FILE *out;
    struct buffer line;
    unsigned long wanted, started, finished, flying, failed, steps, waits;
    struct loop_timer *grid;
    struct instant first;
    struct wall_time planned; /* of the run started last */
    struct errors wait_errors, ttfb_errors, lateness;
    const char *trouble; /* the first failure's symptom */
};

static void note_error(struct errors *errors, duration error)
{
    memory_grow(errors->items, errors->count);
    errors->items[errors->count++] = error;
}

static void note_step(struct bench *bench, const struct run_step *step)
{
    const char *mark = step->note != NULL ? strstr(step->note, held_mark) : NULL;
    bench->steps++;
    if (mark == NULL || step->exchange_count == 0)
        return;
    const duration *phases = step->exchanges[0].phases;
    duration held = strtol(mark + strlen(held_mark), NULL, 10);
    note_error(&bench->wait_errors, phases[PHASE_WAIT] - held);
    note_error(&bench->ttfb_errors, phases[PHASE_SEND] + phases[PHASE_WAIT] - held);
}

static void start_run(struct bench *bench);

static void run_done(void *data, struct run *run)
{
    struct bench *bench = data;
    for (size_t i = 0; i < run->step_count; i++)
        note_step(bench, &run->steps[i]);
    const struct run_step *failure = run_first_failure(run);
    if (run->state != STATE_PASSED) {
        bench->failed++;
        if (bench->trouble == NULL && failure != NULL)
            bench->trouble = symptom_code(failure->symptom);
    }
    buffer_clear(&bench->line);
    run_write(run, &bench->line);
    buffer_append(&bench->line, "\n", 1);
    fwrite(bench->line.data, 1, bench->line.length, bench->out);
    run_free(run);
    bench->flying--;
    if (++bench->finished == bench->wanted)
        loop_stop(bench->loop);
    else if (bench->per_second == 0 && bench->started < bench->wanted)
        start_run(bench);
}

static void start_run(struct bench *bench)
{
    /* A run's id is made of it: two that start in one microsecond are two slots all the same. */
    struct wall_time now = clock_wall(), next = wall_after(bench->planned, 1);
    bench->planned = now.us > next.us ? now : next;
    const struct journey_settings settings = {
        .scenario = bench->scenario,
        .net_vantage = bench->vantage,
        .vantage = "bench",
        .planned = bench->planned,
        .loop = bench->loop,
    };
    bench->started++;
    bench->flying++;
    journey_start(&settings, run_done, NULL, bench);
}

/* Open loop: the n-th run is due at n / rate, and late when it starts later. */
static void start_due(void *data)
{
    struct bench *bench = data;
    duration wait = 0;
    while (bench->started < bench->wanted) {
        struct instant due = instant_after(
            bench->first, (duration)bench->started * DURATION_SECOND / (duration)bench->per_second);
        wait = instant_between(clock_instant(), due);
        if (wait > 0)
            break;
        if (bench->flying == bench->in_flight) {
            bench->waits++;
            wait = DURATION_MILLISECOND;
            break;
        }
        note_error(&bench->lateness, -wait);
        start_run(bench);
    }
    if (bench->started < bench->wanted)
        loop_timer_set(bench->grid, wait);
}

static void replay(struct bench *bench, unsigned long runs, unsigned long per_second)
{
    unsigned long at_once = bench->in_flight < runs ? bench->in_flight : runs;
    bench->wanted = runs;
    bench->per_second = per_second;
    bench->started = bench->finished = bench->steps = 0;
    bench->first = clock_instant();
    if (per_second > 0)
        start_due(bench);
    else
        for (unsigned long i = 0; i < at_once; i++)
            start_run(bench);
    loop_run(bench->loop);
}

static double cpu_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* `VmRSS` or `VmHWM`, in KiB. */
static long memory(const char *what)
{
    char line[128];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, what, strlen(what)) == 0)
            kib = strtol(line + strlen(what) + 1, NULL, 10);
    if (status != NULL)
        fclose(status);
    return kib;
}

static int compare(const void *one, const void *other)
{
    duration a = *(const duration *)one, b = *(const duration *)other;
    return (a > b) - (a < b);
}

static void print_errors(const char *name, struct errors *errors)
{
    size_t n = errors->count;
    if (n > 0) {
        qsort(errors->items, n, sizeof *errors->items, compare);
        printf("%s n=%zu p50=%lld p99=%lld us\n", name, n, (long long)errors->items[n / 2],
               (long long)errors->items[n * 99 / 100]);
    }
    free(errors->items);
}

static int open_all(struct bench *bench, const char *file)
{
    const struct net_vantage_settings here = {.resolver = bench->dns_server};
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    bench->scenario = scenario_load(file, NULL, &mistakes);
    if (bench->scenario == NULL && mistakes.count > 0)
        fprintf(stderr, "bench: %s:%d: %s\n", file, mistakes.items[0].position.line,
                mistakes.items[0].text);
    arena_free(mistakes.arena);
    buffer_init(&bench->line, RECORD_MAX);
    bench->loop = loop_create();
    bench->net = net_create(bench->loop, &error);
    if (bench->net != NULL)
        bench->vantage = net_vantage_open(bench->net, &here, &error);
    bench->grid = loop_timer_create(bench->loop, start_due, bench);
    bench->out = fopen(bench->records, "w");
    if (bench->vantage == NULL)
        fprintf(stderr, "bench: %s\n", error.text);
    return bench->scenario != NULL && bench->vantage != NULL && bench->out != NULL;
}

static void close_all(struct bench *bench)
{
    if (bench->out != NULL)
        fclose(bench->out);
    buffer_free(&bench->line);
    loop_timer_free(bench->grid);
    net_vantage_close(bench->vantage);
    net_free(bench->net);
    loop_free(bench->loop);
    scenario_free(bench->scenario);
}

static int measure(struct bench *bench)
{
    unsigned long per_second = bench->per_second;
    replay(bench, WARM_UP_RUNS, 0);
    long base = memory("VmRSS:");
    double before = cpu_now();
    struct instant began = clock_instant();
    replay(bench, bench->runs, per_second);
    double cpu = cpu_now() - before;
    double wall = (double)instant_between(began, clock_instant()) / DURATION_SECOND;
    printf("runs=%lu failed=%lu steps=%lu waits=%lu wall=%.3fs cpu_us_per_step=%.2f "
           "runs_per_cpu_s=%.0f maxrss_kb=%ld rss_base_kb=%ld\n",
           bench->finished, bench->failed, bench->steps, bench->waits, wall,
           cpu * 1e6 / (double)bench->steps, (double)bench->finished / cpu, memory("VmHWM:"), base);
    print_errors("wait minus held", &bench->wait_errors);
    print_errors("send+wait minus held", &bench->ttfb_errors);
    print_errors("start lateness", &bench->lateness);
    if (bench->failed > 0)
        fprintf(stderr, "bench: %lu runs failed, the first with %s\n", bench->failed,
                bench->trouble != NULL ? bench->trouble : "no symptom");
    return bench->failed == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct bench bench = {.runs = 1000, .in_flight = 50};
    int option;
    while ((option = getopt(argc, argv, "n:c:r:d:o:")) != -1) {
        if (option == 'n')
            bench.runs = strtoul(optarg, NULL, 10);
        else if (option == 'c')
            bench.in_flight = strtoul(optarg, NULL, 10);
        else if (option == 'r')
            bench.per_second = strtoul(optarg, NULL, 10);
        else if (option == 'd')
            bench.dns_server = optarg;
        else if (option == 'o')
            bench.records = optarg;
    }
    if (optind + 1 != argc || bench.runs == 0 || bench.in_flight == 0 || bench.records == NULL) {
        fprintf(stderr, "usage: bench [-n RUNS] [-c IN_FLIGHT] [-r RUNS_PER_SECOND] "
                        "[-d DNS_SERVER] -o RECORDS SCENARIO\n");
        return 64;
    }
    prctl(PR_SET_TIMERSLACK, (unsigned long)SLACK_NANOSECONDS);
    int status = open_all(&bench, argv[optind]) ? measure(&bench) : 1;
    close_all(&bench);
    return status;
}
