/* SPDX-License-Identifier: MIT */
/*
 * What judging costs, in CPU time of the process: a shop of many journeys from many vantage points
 * is seen whole, then runs that pass and runs that fail come to the casebook, as they do in the
 * monitor. When all fail, all others are under way meanwhile, and wait for the same.
 *
 * Usage: diagnose VANTAGES JOURNEYS [PASSED]. With PASSED only that many runs that pass are judged,
 * for who counts instructions.
 */
#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/casebook.h"
#include "tests/unit/story_shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 6, EXCHANGES = 2, FAILED_SLOTS = 4, PASSED_SLOTS = 10, RECORD_MAX = 1024 * 1024 };

#define SLOT (10 * DURATION_SECOND)

static const struct {
    const char *name;
    const char *needs[3];
} steps[STEPS] = {
    {"picture", {"edge"}},
    {"alive", {"web"}},
    {"list", {"web", "db.catalogue"}},
    {"cart", {"web", "db.carts"}},
    {"order", {"web", "db.orders"}},
    {"pay", {"web", "payment", "db.orders"}},
};

struct bench {
    int vantages, journeys;
    struct casebook *casebook;
    struct wall_time planned;
    struct run **under_way;
    size_t under_way_count;
};

static double cpu_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static size_t needs_count(size_t step)
{
    size_t count = 0;
    while (count < COUNT_OF(steps[step].needs) && steps[step].needs[count] != NULL)
        count++;
    return count;
}

static void add_step(struct run *run, size_t n)
{
    struct run_step *step = run_add_step(run, steps[n].name);
    step->state = STATE_PASSED;
    step->needs = (const char **)(uintptr_t)steps[n].needs;
    step->needs_count = needs_count(n);
    step->started = wall_after(run->slot.started, (duration)n * 20 * DURATION_MILLISECOND);
    for (int i = 0; i < EXCHANGES; i++) {
        struct exchange *exchange = run_add_exchange(run, step);
        exchange->method = "GET";
        exchange->url = "https://shop.example/a/page/of/the/shop";
        exchange->ip = "192.0.2.1";
        exchange->status = 200;
        exchange->started = step->started;
        exchange->phases[PHASE_WAIT] = exchange->total = 10 * DURATION_MILLISECOND;
        step->total += exchange->total;
    }
}

/* Its step `failing` hangs; -1: all pass. */
static struct run *make_run(const struct bench *bench, int journey, int vantage, int failing)
{
    char name[32], place[32];
    snprintf(name, sizeof name, "journey %d", journey);
    snprintf(place, sizeof place, "vantage %d", vantage);
    struct run *run = run_create(name, place, bench->planned);
    run->slot.started = run->slot.planned;
    run->slot.ended = wall_after(run->slot.started, DURATION_SECOND);
    run->state = failing < 0 ? STATE_PASSED : STATE_FAILED;
    for (size_t n = 0; n < (size_t)(failing < 0 ? STEPS : failing + 1); n++)
        add_step(run, n);
    if (failing < 0)
        return run;
    struct run_step *step = &run->steps[failing];
    struct exchange *exchange = &step->exchanges[EXCHANGES - 1];
    step->state = STATE_FAILED;
    step->symptom = exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    step->excerpt = "<html><title>504 Gateway Time-out</title></html>";
    exchange->status = 0;
    exchange->tcp = (struct tcp_facts){.known = true, .bytes_acknowledged = 300};
    return run;
}

static void look_around(const struct bench *bench, struct run *run)
{
    struct under_way_list others = {.count = 0};
    for (size_t i = bench->under_way_count; i-- > 0;) {
        const struct run *other = bench->under_way[i];
        const struct run_step *step = &other->steps[other->step_count - 1];
        const struct under_way one = {other, step, step->started, NULL};
        under_way_add(&others, &one);
    }
    casebook_look_around(bench->casebook, &shop, run, &others);
}

/* Of the slot before: the latest first, as they stand in the monitor's list. */
static void send_all(struct bench *bench, int failing)
{
    struct wall_time planned = bench->planned;
    for (int journey = bench->journeys; failing >= 0 && journey-- > 0;)
        for (int vantage = bench->vantages; vantage-- > 0;) {
            bench->planned = wall_after(planned, journey * 10 * DURATION_MILLISECOND - SLOT / 2);
            memory_grow(bench->under_way, bench->under_way_count);
            bench->under_way[bench->under_way_count++] = make_run(bench, journey, vantage, failing);
        }
    bench->planned = planned;
}

static void forget_all(struct bench *bench)
{
    for (size_t i = 0; i < bench->under_way_count; i++)
        run_free(bench->under_way[i]);
    bench->under_way_count = 0;
}

/* What judging it takes. */
static double judge(const struct bench *bench, struct run *run)
{
    struct incident_book *incidents = casebook_incidents(bench->casebook);
    enum incident_change change;
    double before = cpu_microseconds();
    if (run->state == STATE_FAILED)
        look_around(bench, run);
    casebook_add(bench->casebook, &shop, run, 0, run->slot.ended, NULL);
    while (incident_book_take(incidents, &change) != NULL) {
    }
    double took = cpu_microseconds() - before;
    run_free(run);
    return took;
}

struct times {
    double sum, longest;
    size_t count;
};

static void note(struct times *times, double took)
{
    times->sum += took;
    times->longest = took > times->longest ? took : times->longest;
    times->count++;
}

/* A slot of every journey from everywhere; `failing`: the step that hangs, -1: none does. */
static void slot(struct bench *bench, int failing, struct times *times)
{
    send_all(bench, failing);
    for (int journey = 0; journey < bench->journeys; journey++)
        for (int vantage = 0; vantage < bench->vantages; vantage++)
            note(times, judge(bench, make_run(bench, journey, vantage, failing)));
    bench->planned = wall_after(bench->planned, SLOT);
    forget_all(bench);
}

static void print(const char *name, const struct times *times)
{
    printf("%s mean=%.2f longest=%.2f runs=%zu\n", name, times->sum / (double)times->count,
           times->longest, times->count);
}

/* What else is done with a run that passes: one part of it, its record. */
static void measure_record(const struct bench *bench)
{
    struct times times = {0};
    struct buffer text;
    struct run *run = make_run(bench, 0, 0, -1);
    buffer_init(&text, RECORD_MAX);
    for (int i = 0; i < 1000; i++) {
        double before = cpu_microseconds();
        buffer_clear(&text);
        run_write(run, &text);
        note(&times, cpu_microseconds() - before);
    }
    print("record", &times);
    buffer_free(&text);
    run_free(run);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 64;
    struct bench bench = {.vantages = atoi(argv[1]), .journeys = atoi(argv[2])};
    struct times first = {0}, passed = {0}, alone = {0}, onset = {0}, quietest = {0};
    bench.casebook = casebook_create();
    bench.planned = (struct wall_time){1763906820 * DURATION_SECOND};
    slot(&bench, -1, &first);
    for (int i = 0; argc > 3 && i < atoi(argv[3]); i++)
        judge(&bench, make_run(&bench, 0, 0, -1));
    if (argc == 3) {
        for (int i = 0; i < PASSED_SLOTS; i++)
            slot(&bench, -1, &passed);
        print("passed", &passed);
        measure_record(&bench);
        for (int i = 0; i < 100; i++)
            note(&alone, judge(&bench, make_run(&bench, i % bench.journeys, 0, 4)));
        print("alone", &alone);
        slot(&bench, STEPS - 2, &onset);
        print("onset", &onset);
        for (int i = 0; i < FAILED_SLOTS; i++) {
            struct times failed = {0};
            slot(&bench, STEPS - 1, &failed);
            if (i == 0 || failed.sum < quietest.sum)
                quietest = failed;
        }
        print("failed", &quietest);
    }
    free(bench.under_way);
    casebook_free(bench.casebook);
    return 0;
}
