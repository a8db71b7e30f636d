/* SPDX-License-Identifier: MIT */
/*
 * What the status page costs, in CPU time of the whole process: a real store is filled with runs of
 * 90 days and with incidents, then visitors in processes of their own ask the page's own listeners.
 *
 * Usage: page FILE JOURNEYS PLACES RUNS-A-DAY. FILE is made.
 */
#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/store/store.h"
#include "reporters/status_page.h"
#include "scenarios/scenario.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    DAYS = 90,
    STEPS = 3,
    BATCH = 64,
    PLACES_MAX = 10,
    JOURNEYS_MAX = 1000,
    INCIDENTS = 60,
    ASKED = 5
};

static const char *const first_names[] = {"browse", "search", "cart", "guest checkout",
                                          "returning customer"};
static const char *const places[PLACES_MAX][2] = {
    {"ams", "Amsterdam"}, {"nyc", "New York"}, {"sgp", "Singapore"},    {"gru", "São Paulo"},
    {"syd", "Sydney"},    {"bom", "Mumbai"},   {"jnb", "Johannesburg"}, {"dub", "Dublin"},
    {"fra", "Frankfurt"}, {"pdx", "Portland"},
};

struct bench {
    struct loop *loop;
    struct store *store;
    int journeys, places, runs_a_day;
    struct wall_time now;
    int waiting; /* appends that are not kept yet */
    long kept;
    int incidents_kept;
    int reading; /* where a visitor says how much it got */
    long got;
};

static double cpu_milliseconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* --- filling ---------------------------------------------------------------------------------- */

static const char *journey_name(int n, char text[32])
{
    if (n < (int)COUNT_OF(first_names))
        return first_names[n];
    snprintf(text, 32, "journey %d", n);
    return text;
}

/* A shop that has a bad hour now and then, and is well today. */
static bool is_bad(int journey, int day, int number)
{
    unsigned mixed = (unsigned)(journey * 7919 + day * 104729) * 2654435761U >> 8;
    if (day == 0)
        return false;
    return mixed % 61 == 0 ? number % 3 == 0 : mixed % 17 == 0 && number == 1;
}

static struct run *make_run(const char *journey, int place, struct wall_time planned, bool bad)
{
    struct run *run = run_create(journey, places[place][0], planned);
    run->slot.started = planned;
    run->slot.ended = wall_after(planned, 240 * DURATION_MILLISECOND);
    run->state = bad ? STATE_FAILED : STATE_PASSED;
    for (int i = 0; i < STEPS; i++) {
        static const char *const names[] = {"home page", "add to cart", "pay"};
        struct run_step *step = run_add_step(run, names[i]);
        struct exchange *exchange = run_add_exchange(run, step);
        step->state = bad && i == STEPS - 1 ? STATE_FAILED : STATE_PASSED;
        exchange->method = "POST";
        exchange->url = arena_duplicate(run->arena, "https://shop.example/a/page/of/the/shop");
        exchange->status = 200;
        exchange->started = planned;
        for (int phase = PHASE_DNS; phase < PHASE_COUNT; phase++)
            exchange->total += exchange->phases[phase] = 11 * DURATION_MILLISECOND;
        step->total = exchange->total;
        if (step->state == STATE_FAILED)
            step->symptom = exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    }
    if (bad)
        run->verdict = (struct verdict){.cause = CAUSE_DATABASE,
                                        .component = "db.orders",
                                        .summary = "Every step that needs db.orders hangs.",
                                        .confidence = 0.97,
                                        .runner_up = CAUSE_NONE};
    return run;
}

static void appended(void *data, enum result result, const struct error *error,
                     store_sequence sequence)
{
    struct bench *bench = data;
    (void)sequence;
    if (result != RESULT_OK)
        fail(error->text);
    bench->kept++;
    if (--bench->waiting == 0)
        loop_stop(bench->loop);
}

/* It is over after most of an hour. */
static void make_incident(struct bench *bench, const struct run *run, struct arena *arena,
                          struct incident *incident)
{
    struct wall_time end = wall_after(run->slot.planned, 47 * DURATION_MINUTE);
    char text[64];
    snprintf(text, sizeof text, "%032x", (unsigned)bench->incidents_kept++ + 1);
    *incident = (struct incident){
        .id = arena_duplicate(arena, text),
        .version = 2,
        .change = INCIDENT_RESOLVED,
        .began = run->slot.planned,
        .opened = wall_after(run->slot.planned, DURATION_MINUTE),
        .updated = end,
        .resolved = end,
        .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
        .journey = run->journey,
        .step = "pay",
        .runs = 40,
    };
    verdict_copy(arena, &incident->verdict, &run->verdict);
    for (int i = 0; i < 5; i++)
        verdict_add(arena, &incident->verdict, "pattern.shared_component",
                    "Every step that needs the orders table hangs, every other passes.", 7);
    verdict_copy(arena, &incident->first, &incident->verdict);
    const struct incident_event opened = {incident->opened, INCIDENT_OPENED, NULL, NULL};
    const struct incident_event closed = {end, INCIDENT_RESOLVED, NULL, NULL};
    incident_note(arena, incident, &opened);
    incident_note(arena, incident, &closed);
    for (int i = 0; i < bench->places; i++) {
        arena_grow(arena, incident->showers, incident->shower_count);
        incident->showers[incident->shower_count++] = (struct incident_shower){
            .journey = run->journey, .vantage = places[i][0], .recovered = end};
    }
}

static void append(struct bench *bench, const char *journey, int place, struct wall_time planned,
                   bool bad)
{
    struct run *run = make_run(journey, place, planned, bad);
    struct arena *arena = arena_create();
    struct incident incident;
    bool shown = bad && bench->incidents_kept < INCIDENTS;
    if (shown)
        make_incident(bench, run, arena, &incident);
    bench->waiting++;
    if (store_append(bench->store, run, shown ? &incident : NULL, appended, bench) != RESULT_OK)
        fail("the store takes no more");
    run_free(run);
    arena_free(arena);
    if (bench->waiting >= BATCH)
        loop_run(bench->loop);
}

/* All places today, and by turns before. */
static void fill(struct bench *bench)
{
    for (int day = DAYS - 1; day >= 0; day--)
        for (int j = 0; j < bench->journeys; j++) {
            char text[32];
            int count = day > 0 ? bench->runs_a_day : bench->places;
            for (int n = 0; n < count; n++) {
                struct wall_time planned = wall_after(bench->now, -day * DURATION_DAY);
                if (day > 0)
                    planned = wall_after(planned, -n * (DURATION_DAY / count));
                append(bench, journey_name(j, text), (n + day) % bench->places, planned,
                       is_bad(j, day, n));
            }
        }
    if (bench->waiting > 0)
        loop_run(bench->loop);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void visit(unsigned port, const char *path, int writing)
{
    char bytes[65536];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    int length = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
        write(descriptor, bytes, (size_t)length) != length)
        _exit(1);
    long total = 0;
    ssize_t got = read(descriptor, bytes, sizeof bytes - 1);
    bool right = got > 12 && strncmp(bytes + 9, "200", 3) == 0;
    for (; got > 0; got = read(descriptor, bytes, sizeof bytes))
        total += got;
    total = right ? total : -1;
    _exit(write(writing, &total, sizeof total) != sizeof total);
}

static void on_told(void *data)
{
    struct bench *bench = data;
    if (read(bench->reading, &bench->got, sizeof bench->got) != sizeof bench->got)
        bench->got = -1;
    loop_stop(bench->loop);
}

/* Milliseconds of CPU from the question to the answer's last byte; `got` is -1 unless it is 200. */
static double ask(struct bench *bench, unsigned port, const char *path)
{
    int ends[2];
    if (pipe(ends) != 0)
        fail("no pipe");
    pid_t visitor = fork();
    if (visitor == 0)
        visit(port, path, ends[1]);
    close(ends[1]);
    bench->reading = ends[0];
    double before = cpu_milliseconds();
    struct loop_watch *watch = loop_watch_readable(bench->loop, ends[0], on_told, bench);
    loop_run(bench->loop);
    double used = cpu_milliseconds() - before;
    loop_watch_free(watch);
    close(ends[0]);
    waitpid(visitor, NULL, 0);
    return used;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

/* First of all, when a second has gone by, and within the same second. */
static void measure_public(struct bench *bench, unsigned port)
{
    double renewed[ASKED], same[ASKED], first = ask(bench, port, "/");
    long bytes = bench->got;
    for (int i = 0; i < ASKED; i++) {
        usleep(1100000);
        renewed[i] = ask(bench, port, "/");
        same[i] = ask(bench, port, "/");
    }
    printf("page bytes=%ld first=%.1f renewed=%.1f same=%.1f\n", bytes, first,
           median(renewed, ASKED), median(same, ASKED));
}

static void measure_others(struct bench *bench, unsigned port, const char *whose,
                           const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        double used = ask(bench, port, *paths);
        printf("%s %s bytes=%ld cpu=%.1f\n", whose, *paths, bench->got, used);
    }
}

static void measure(struct bench *bench)
{
    struct vantage *vantages = memory_allocate((size_t)bench->places, sizeof *vantages);
    struct scenario *scenarios = memory_allocate((size_t)bench->journeys, sizeof *scenarios);
    struct scenario **list = memory_allocate((size_t)bench->journeys, sizeof *list);
    struct shop shop = {
        .name = "Tea & Mugs", .vantages = vantages, .vantage_count = (size_t)bench->places};
    for (int i = 0; i < bench->places; i++)
        vantages[i] = (struct vantage){.name = places[i][0], .title = places[i][1]};
    for (int i = 0; i < bench->journeys; i++) {
        char text[32];
        scenarios[i] = (struct scenario){.journey = strdup(journey_name(i, text)),
                                         .about = "Does what a customer does.",
                                         .every = DURATION_HOUR};
        list[i] = &scenarios[i];
    }
    const struct reporter_context context = {.loop = bench->loop,
                                             .store = bench->store,
                                             .shop = &shop,
                                             .scenarios = list,
                                             .scenario_count = (size_t)bench->journeys};
    const struct reporter_settings settings = {.name = "page", .listen = "127.0.0.1:0"};
    struct error error = {0};
    unsigned port, operator_port;
    void *page = status_page_kind.open(&context, &settings, &error);
    if (page == NULL ||
        sscanf(status_page_kind.announce(page),
               "status page at http://127.0.0.1:%u/, for operators at http://127.0.0.1:%u/", &port,
               &operator_port) != 2)
        fail(error.text);
    measure_public(bench, port);
    static const char *const others[] = {"/history.html", "/history.atom", "/api/v2/summary.json",
                                         "/badge.svg", NULL};
    measure_others(bench, port, "public", others);
    measure_others(bench, operator_port, "operators", (const char *const[]){"/", NULL});
    status_page_kind.close(page);
    for (int i = 0; i < bench->journeys; i++)
        free((void *)(uintptr_t)scenarios[i].journey);
    free(list);
    free(scenarios);
    free(vantages);
}

int main(int count, char **arguments)
{
    struct error error = {0};
    struct bench bench = {0};
    char url[4096];
    if (count != 5)
        fail("usage: page FILE JOURNEYS PLACES RUNS-A-DAY");
    bench.journeys = atoi(arguments[2]);
    bench.places = atoi(arguments[3]);
    bench.runs_a_day = atoi(arguments[4]);
    if (bench.journeys < 1 || bench.journeys > JOURNEYS_MAX || bench.places < 1 ||
        bench.places > PLACES_MAX || bench.runs_a_day < 1)
        fail("too many or too few");
    snprintf(url, sizeof url, "sqlite:%s", arguments[1]);
    bench.loop = loop_create();
    bench.now = wall_after(clock_wall(), -DURATION_MINUTE);
    bench.store = store_open(bench.loop, url, &error);
    if (bench.store == NULL)
        fail(error.text);
    fill(&bench);
    printf("filled runs=%ld incidents=%d days=%d\n", bench.kept, bench.incidents_kept, DAYS);
    fflush(stdout); /* or every visitor would say it, too */
    measure(&bench);
    store_close(bench.store);
    loop_free(bench.loop);
    return 0;
}
