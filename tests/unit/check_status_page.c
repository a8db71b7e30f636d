/* SPDX-License-Identifier: MIT */
/* The status page whole: a store with a failed run and its incident, the server, and visitors. */
#include "tests/unit/runner.h"

#include "monitor/base/zone.h"
#include "reporters/public.h"
#include "reporters/status_page.h"
#include "scenarios/scenario.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 1024 * 1024 };

struct site {
    struct loop *loop;
    struct store *store;
    void *page;
    unsigned port, operator_port;
    char run_id[HASH_HEX_LENGTH + 1];
    struct buffer answer;
    struct loop_timer *timer;
    int reading; /* the end of the pipe on which a visitor tells what was answered */
};

static struct vantage vantages[] = {{.name = "ams", .title = "Amsterdam"}};
static struct shop shop = {
    .name = "Tea & Mugs", .vantages = vantages, .vantage_count = COUNT_OF(vantages)};
static struct scenario checkout = {.journey = "guest checkout", .every = DURATION_MINUTE};
static struct scenario *const scenarios[] = {&checkout};

static void stop_when_kept(void *data, enum result result, const struct error *error,
                           store_sequence sequence)
{
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    ck_assert_int_gt(sequence, 0);
    loop_stop(data);
}

/* A failed run so long ago, and its incident under `id`. */
static void keep_run(struct site *site, duration ago, const char *id, struct wall_time resolved)
{
    struct wall_time planned = wall_after(clock_wall(), -ago);
    struct run *run = run_create(checkout.journey, vantages[0].name, planned);
    struct run_step *step = run_add_step(run, "pay");
    struct exchange *exchange = run_add_exchange(run, step);
    exchange->method = "POST";
    exchange->url = "https://shop.example/pay";
    exchange->started = run->slot.started = planned;
    exchange->phases[PHASE_WAIT] = exchange->total = step->total = 10 * DURATION_SECOND;
    run->slot.ended = wall_after(planned, 10 * DURATION_SECOND);
    step->state = run->state = STATE_FAILED;
    step->symptom = exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    exchange->failed_phase = PHASE_WAIT;
    run->verdict = (struct verdict){.cause = CAUSE_APPLICATION,
                                    .component = "web",
                                    .summary = "The storefront answers nobody.",
                                    .confidence = 0.9,
                                    .runner_up = CAUSE_NONE};
    struct incident_shower shower = {.journey = checkout.journey, .vantage = vantages[0].name};
    const struct incident incident = {.id = id,
                                      .version = 1,
                                      .change = INCIDENT_OPENED,
                                      .began = planned,
                                      .opened = planned,
                                      .updated = planned,
                                      .resolved = resolved,
                                      .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
                                      .journey = checkout.journey,
                                      .step = "pay",
                                      .first = run->verdict,
                                      .verdict = run->verdict,
                                      .showers = &shower,
                                      .shower_count = 1,
                                      .runs = 1};
    memcpy(site->run_id, run->id, sizeof site->run_id);
    ck_assert_int_eq(store_append(site->store, run, &incident, stop_when_kept, site->loop),
                     RESULT_OK);
    run_free(run);
    loop_run(site->loop);
}

static void keep_failed_run(struct site *site)
{
    keep_run(site, 20 * DURATION_SECOND, "i-42", (struct wall_time){0});
}

static const char *export_link; /* NULL: nothing is exported */
static const struct zone *zone; /* NULL: UTC */

static void site_open_with(struct site *site, duration every)
{
    struct error error = {0};
    *site = (struct site){.loop = loop_create()};
    site->store = store_open(site->loop, "sqlite::memory:", &error);
    ck_assert_msg(site->store != NULL, "%s", error.text);
    const struct reporter_context context = {.loop = site->loop,
                                             .store = site->store,
                                             .shop = &shop,
                                             .scenarios = scenarios,
                                             .scenario_count = COUNT_OF(scenarios),
                                             .every = every};
    static const char *hosts[] = {"status.example.com"};
    const struct reporter_settings settings = {.name = "page",
                                               .listen = "127.0.0.1:0",
                                               .hosts = hosts,
                                               .host_count = COUNT_OF(hosts),
                                               .export = export_link,
                                               .zone = zone};
    site->page = status_page_kind.open(&context, &settings, &error);
    ck_assert_msg(site->page != NULL, "%s", error.text);
    const char *said = status_page_kind.announce(site->page);
    ck_assert_int_eq(sscanf(said,
                            "status page at http://127.0.0.1:%u/, for operators at "
                            "http://127.0.0.1:%u/",
                            &site->port, &site->operator_port),
                     2);
    buffer_init(&site->answer, ANSWER_MAX);
}

static void site_open(struct site *site)
{
    site_open_with(site, 0);
}

static void site_close(struct site *site)
{
    status_page_kind.close(site->page);
    store_close(site->store);
    loop_free(site->loop);
    buffer_free(&site->answer);
}

/* A visitor, in a process of its own: asks, and passes on what is answered. */
static void visit(unsigned port, const char *host, const char *path, int writing)
{
    char bytes[4096];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(1);
    int length = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, host);
    if (write(descriptor, bytes, (size_t)length) != length)
        _exit(2);
    ssize_t got;
    while ((got = read(descriptor, bytes, sizeof bytes)) > 0)
        if (write(writing, bytes, (size_t)got) != got)
            _exit(3);
    _exit(0);
}

static void on_answer(void *data)
{
    struct site *site = data;
    char bytes[4096];
    ssize_t got = read(site->reading, bytes, sizeof bytes);
    if (got > 0)
        buffer_append(&site->answer, bytes, (size_t)got);
    else
        loop_stop(site->loop);
}

static void site_ask(struct site *site, unsigned port, const char *host, const char *path)
{
    int ends[2], status = 0;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t visitor = fork();
    if (visitor == 0)
        visit(port, host, path, ends[1]);
    close(ends[1]);
    site->reading = ends[0];
    buffer_clear(&site->answer);
    struct loop_watch *watch = loop_watch_readable(site->loop, ends[0], on_answer, site);
    loop_run(site->loop);
    loop_watch_free(watch);
    close(ends[0]);
    ck_assert_int_eq(waitpid(visitor, &status, 0), visitor);
    ck_assert_int_eq(status, 0);
}

static void site_get(struct site *site, const char *path)
{
    site_ask(site, site->operator_port, "127.0.0.1", path);
}

static void site_get_public(struct site *site, const char *path)
{
    site_ask(site, site->port, "127.0.0.1", path);
}

static const struct {
    const char *path; /* RUN stands for the run's id */
    const char *status, *type, *says;
} visit_cases[] = {
    {"/", " 200 ", "text/html", "Guest checkout is failing since"},
    {"/?a=b", " 200 ", "text/html", "Can people buy at Tea &amp; Mugs?"},
    {"/healthz", " 200 ", "application/json", "\"state\":\"well\""},
    {"/api/status.json", " 200 ", "application/json", "\"state\": \"failed\""},
    {"/runs/RUN", " 200 ", "text/html", "The storefront answers nobody."},
    {"/runs/RUN.json", " 200 ", "application/json", "\"symptom\": \"http.timeout.ttfb\""},
    {"/incidents/i-42", " 200 ", "text/html", "<li>Guest checkout</li>"},
    {"/incidents/i-42.json", " 200 ", "application/json", "\"id\": \"i-42\""},
    {"/style.css", " 200 ", "text/css", "prefers-color-scheme"},
    {"/runs/RUN.har", " 200 ", "application/json", "\"_symptom\": \"http.timeout.ttfb\""},
    {"/runs/RUN.har", " 200 ", "filename=\"", "https://shop.example/pay"},
    {"/runs", " 200 ", "text/html", "http.timeout.ttfb"},
    {"/runs?journey=guest+checkout&from=ams&state=failed", " 200 ", "text/html", "/runs/"},
    {"/runs?state=passed", " 200 ", "text/html", "No run is as you ask for."},
    {"/runs?state=splendid", " 200 ", "text/html", "http.timeout.ttfb"},
    {"/runs?state=splendid", " 200 ", "text/html", "Left out: state=splendid. There is no such"},
    {"/runs?journey=gone", " 200 ", "text/html", "<option value=\"gone\" selected=\"selected\">"},
    {"/runs?since=2036-01-01T00:00", " 200 ", "text/html", "No run is as you ask for."},
    {"/runs?until=2016-01-01T00:00:00Z", " 200 ", "text/html", "No run is as you ask for."},
    {"/runs?since=yesterday&skip=-3", " 200 ", "text/html", "http.timeout.ttfb"},
    {"/runs?until=2026-11-31T12:00", " 200 ", "text/html", "Left out: until=2026-11-31T12:00."},
    {"/journey?name=guest%20checkout", " 200 ", "text/html",
     "Latency from Amsterdam over the last hour: median "},
    {"/journey?name=guest+checkout&span=24h&from=ams", " 200 ", "text/html",
     "Latency from Amsterdam over the last 24 hours: median "},
    {"/journey?name=guest+checkout&span=90d", " 200 ", "text/html",
     "Latency from Amsterdam over the last 90 days: median "},
    {"/journey?name=guest+checkout&span=24h", " 200 ", "text/html", "mark-incident"},
    {"/journey?name=nothing", " 404 ", "text/html", "There is nothing here"},
    {"/journey", " 404 ", "text/html", "There is nothing here"},
    {"/incidents", " 200 ", "text/html", "href=\"/incidents/i-42\""},
    {"/monitor", " 200 ", "text/html", "The monitor is well"},
    {"/page.js", " 200 ", "text/javascript", "fetch(location.href"},
    {"/runs/none.har", " 404 ", "text/html", "There is nothing here"},
    {"/runs/none", " 404 ", "text/html", "There is nothing here"},
    {"/runs/none.json", " 404 ", "text/html", "There is nothing here"},
    {"/runs/", " 404 ", "text/html", "There is nothing here"},
    {"/incidents/none", " 404 ", "text/html", "There is nothing here"},
    {"/nothing", " 404 ", "text/html", "There is nothing here"},
    {"/style.css/", " 404 ", "text/html", "There is nothing here"},
};

/* A form asks by the clock that its page shows: what comes back is what was sent. */
START_TEST(times_are_asked_for_by_the_shop_s_clock)
{
    struct site site;
    struct arena *arena = arena_create();
    ck_assert_int_eq(zone_read(arena, "Europe/Berlin", &zone), RESULT_OK);
    site_open(&site);
    site_get(&site, "/runs?since=2026-07-01T12:00&until=2026-12-01T12:00:00Z");
    ck_assert_ptr_nonnull(strstr(site.answer.data, "Since (Europe/Berlin)"));
    ck_assert_ptr_nonnull(strstr(site.answer.data, "value=\"2026-07-01T12:00\""));
    ck_assert_ptr_nonnull(strstr(site.answer.data, "value=\"2026-12-01T13:00\""));
    site_close(&site);
    zone = NULL;
    arena_free(arena);
}
END_TEST

START_TEST(visitors_get_their_pages)
{
    struct site site;
    site_open(&site);
    keep_failed_run(&site);
    char path[128];
    const char *run = strstr(visit_cases[_i].path, "RUN");
    int before =
        run == NULL ? (int)strlen(visit_cases[_i].path) : (int)(run - visit_cases[_i].path);
    snprintf(path, sizeof path, "%.*s%s%s", before, visit_cases[_i].path,
             run != NULL ? site.run_id : "", run != NULL ? run + 3 : "");
    site_get(&site, path);
    const char *end = strchr(site.answer.data, '\n');
    ck_assert_ptr_nonnull(end);
    const char *status = strstr(site.answer.data, visit_cases[_i].status);
    ck_assert_msg(status != NULL && status < end, "%s: %.*s", path, (int)(end - site.answer.data),
                  site.answer.data);
    ck_assert_ptr_nonnull(strstr(site.answer.data, visit_cases[_i].type));
    ck_assert_msg(strstr(site.answer.data, visit_cases[_i].says) != NULL, "%s is not in %.2000s",
                  visit_cases[_i].says, site.answer.data);
    site_close(&site);
}
END_TEST

static const struct {
    const char *path, *status, *type, *says;
} public_cases[] = {
    {"/", " 200 ", "text/html", "Guest checkout is failing since"},
    {"/index.html", " 200 ", "text/html", "Can people buy at Tea &amp; Mugs?"},
    {"/history.html", " 200 ", "text/html", "href=\"./incidents/i-42.html\""},
    {"/incidents/i-42.html", " 200 ", "text/html", "Guest checkout is failing"},
    {"/history.atom", " 200 ", "application/atom+xml", "<entry>"},
    {"/badge.svg", " 200 ", "image/svg+xml", "Access-Control-Allow-Origin: *"},
    {"/api/v2/summary.json", " 200 ", "application/json", "\"indicator\": \"critical\""},
    {"/api/v2/incidents/unresolved.json", " 200 ", "application/json", "\"id\": \"i-42\""},
    {"/style.css", " 200 ", "text/css", "prefers-color-scheme"},
    {"/page.js", " 200 ", "text/javascript", "use strict"},
    {"/incidents/i-42", " 404 ", "text/html", "There is nothing here"},
    {"/incidents/i-43.html", " 404 ", "text/html", "There is nothing here"},
    {"/runs/RUN", " 404 ", "text/html", "There is nothing here"},
    {"/api/status.json", " 404 ", "text/html", "There is nothing here"},
    {"/healthz", " 404 ", "text/html", "There is nothing here"},
};

/* And nowhere what is not for everybody. */
static const char *const not_public[] = {"storefront",   "application (",  "shop.example",
                                         "http.timeout", "\"confidence\"", "ttfb"};

START_TEST(everybody_gets_the_public_pages)
{
    struct site site;
    site_open(&site);
    keep_failed_run(&site);
    site_get_public(&site, public_cases[_i].path);
    const char *end = strchr(site.answer.data, '\n');
    const char *status = strstr(site.answer.data, public_cases[_i].status);
    ck_assert_msg(status != NULL && status < end, "%s", site.answer.data);
    ck_assert_ptr_nonnull(strstr(site.answer.data, public_cases[_i].type));
    ck_assert_msg(strstr(site.answer.data, public_cases[_i].says) != NULL, "%s", site.answer.data);
    for (size_t i = 0; i < COUNT_OF(not_public); i++)
        ck_assert_msg(strstr(site.answer.data, not_public[i]) == NULL, "%s: %.2000s", not_public[i],
                      site.answer.data);
    site_close(&site);
}
END_TEST

/* Behind more incidents than are read to list the resolved ones. */
START_TEST(an_old_open_incident_is_not_lost)
{
    struct site site;
    site_open(&site);
    keep_run(&site, DURATION_HOUR, "i-old", (struct wall_time){0});
    for (int i = 0; i < 210; i++) {
        char id[32];
        snprintf(id, sizeof id, "i-%d", i);
        keep_run(&site, 50 * DURATION_MINUTE - i * DURATION_SECOND, id, clock_wall());
    }
    site_get(&site, "/");
    ck_assert_ptr_nonnull(strstr(site.answer.data, "href=\"/incidents/i-old\""));
    ck_assert_ptr_nonnull(strstr(site.answer.data, "href=\"/incidents/i-209\""));
    site_close(&site);
}
END_TEST

START_TEST(many_open_incidents_fit_on_the_page)
{
    struct site site;
    site_open(&site);
    for (int i = 0; i < 60; i++) {
        char id[32];
        snprintf(id, sizeof id, "i-%d", i);
        keep_run(&site, DURATION_HOUR - i * DURATION_SECOND, id, (struct wall_time){0});
    }
    site_get(&site, "/");
    ck_assert_ptr_nonnull(strstr(site.answer.data, "href=\"/incidents/i-59\""));
    ck_assert_ptr_nonnull(strstr(site.answer.data, "href=\"/incidents/i-0\""));
    ck_assert_ptr_null(strstr(site.answer.data, "too large"));
    site_close(&site);
}
END_TEST

/* More runs than one read gives: the page is of the newest. */
START_TEST(a_long_incident_shows_its_newest_runs)
{
    struct site site;
    char first[sizeof site.run_id];
    site_open(&site);
    keep_run(&site, 2 * DURATION_HOUR, "i-long", (struct wall_time){0});
    memcpy(first, site.run_id, sizeof first);
    for (int i = 0; i < STORE_READ_MAX + 5; i++)
        keep_run(&site, DURATION_HOUR - i * DURATION_SECOND, "i-other", (struct wall_time){0});
    site_get(&site, "/incidents/i-long");
    ck_assert_ptr_nonnull(strstr(site.answer.data, site.run_id));
    ck_assert_ptr_null(strstr(site.answer.data, first));
    site_close(&site);
}
END_TEST

START_TEST(another_interval_than_the_scenarios_is_told)
{
    struct site site;
    site_open_with(&site, 2 * DURATION_SECOND);
    keep_run(&site, 2 * DURATION_MINUTE, "i-42", (struct wall_time){0});
    site_get(&site, "/");
    ck_assert_ptr_nonnull(strstr(site.answer.data, "Replayed every 2 s."));
    /* At one a minute, a run of two minutes ago is fresh. */
    ck_assert_ptr_nonnull(strstr(site.answer.data, "no new run"));
    site_close(&site);
}
END_TEST

static const struct {
    const char *host, *status;
} host_cases[] = {
    {"status.example.com", " 200 "},
    {"STATUS.example.com:443", " 200 "},
    {"status.example.com.evil.example", " 421 "},
    {"evil.example", " 421 "},
};

START_TEST(it_answers_to_the_names_that_it_was_given)
{
    struct site site;
    site_open(&site);
    site_ask(&site, site.port, host_cases[_i].host, "/");
    const char *end = strchr(site.answer.data, '\n');
    const char *status = strstr(site.answer.data, host_cases[_i].status);
    ck_assert(status != NULL && status < end);
    site_close(&site);
}
END_TEST

START_TEST(an_empty_store_is_no_good_news)
{
    struct site site;
    site_open(&site);
    site_get(&site, "/");
    ck_assert_msg(strstr(site.answer.data, "We cannot tell yet") != NULL, "%s", site.answer.data);
    site_close(&site);
}
END_TEST

static const struct {
    const char *listen, *says;
} refused_cases[] = {
    {"0.0.0.0:0", "0.0.0.0:0 can be reached by others: it needs a token"},
    {"127.0.0.1", "is not ADDRESS:PORT"},
};

START_TEST(operators_pages_are_not_for_everybody)
{
    struct loop *loop = loop_create();
    struct error error = {0};
    struct store *store = store_open(loop, "sqlite::memory:", &error);
    const struct reporter_context context = {.loop = loop, .store = store, .shop = &shop};
    const struct reporter_settings settings = {
        .name = "page", .listen = "127.0.0.1:0", .operator_listen = refused_cases[_i].listen};
    ck_assert_ptr_null(status_page_kind.open(&context, &settings, &error));
    ck_assert_msg(strstr(error.text, refused_cases[_i].says) != NULL, "%s", error.text);
    store_close(store);
    loop_free(loop);
}
END_TEST

static void look_for_export(void *data)
{
    struct site *site = data;
    char path[128];
    snprintf(path, sizeof path, "%s/incidents/i-42.html", export_link);
    if (access(path, R_OK) == 0)
        loop_stop(site->loop);
    else
        loop_timer_set(site->timer, 10 * DURATION_MILLISECOND);
}

/* What is served lies there as files, word for word but for the time. */
START_TEST(the_public_pages_are_exported)
{
    char directory[] = "/tmp/check_status_page_XXXXXX", link[64], command[128];
    struct site site;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(link, sizeof link, "%s/site", directory);
    export_link = link;
    site_open(&site);
    keep_failed_run(&site);
    site.timer = loop_timer_create(site.loop, look_for_export, &site);
    loop_timer_set(site.timer, 0);
    loop_run(site.loop);
    loop_timer_free(site.timer);
    for (const struct public_file *file = public_files; file->path != NULL; file++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", link, file->path);
        ck_assert_msg(access(path, R_OK) == 0, "%s", file->path);
    }
    site_close(&site);
    export_link = NULL;
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(a_taken_address_is_said)
{
    struct site site;
    char listen[32];
    struct error error = {0};
    site_open(&site);
    snprintf(listen, sizeof listen, "127.0.0.1:%u", site.port);
    const struct reporter_context context = {.loop = site.loop, .store = site.store, .shop = &shop};
    const struct reporter_settings settings = {.name = "second", .listen = listen};
    ck_assert_ptr_null(status_page_kind.open(&context, &settings, &error));
    ck_assert_int_ne(error.code, RESULT_OK);
    site_close(&site);
}
END_TEST

/* The real program, as a shell starts it; a unit test's own process may ignore what it dies of. */
static pid_t start_monitor(const char *directory, FILE **ret_said)
{
    char path[256];
    int ends[2];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/shop.yaml", directory);
    FILE *file = fopen(path, "w");
    fprintf(file, "shop: Tea\nbase: http://127.0.0.1:9\nstore: \"sqlite::memory:\"\n"
                  "scenarios: [visit.yaml]\n"
                  "reporters:\n  page: {kind: status-page, listen: \"127.0.0.1:0\"}\n");
    fclose(file);
    snprintf(path, sizeof path, "%s/visit.yaml", directory);
    file = fopen(path, "w");
    fprintf(file, "shopwatch: 1\njourney: visit\nevery: 1h\nsteps:\n  - step: home\n    get: /\n");
    fclose(file);
    ck_assert_int_eq(pipe(ends), 0);
    pid_t monitor = fork();
    if (monitor == 0) {
        char program[4096];
        snprintf(path, sizeof path, "%s/shop.yaml", directory);
        snprintf(program, sizeof program, "%s/shopwatch", build != NULL ? build : ".");
        signal(SIGPIPE, SIG_DFL);
        dup2(ends[1], STDOUT_FILENO);
        execl(program, program, "monitor", "-c", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *ret_said = fdopen(ends[0], "r");
    return monitor;
}

/* Asks, says that it will say no more, and is gone before it is answered. */
static void leave_rudely(unsigned port, useconds_t patience)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL);
    shutdown(descriptor, SHUT_WR);
    usleep(patience);
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(descriptor);
}

START_TEST(a_visitor_who_leaves_rudely_ends_nothing)
{
    enum { VISITS = 300 };
    char directory[] = "/tmp/check_status_page_XXXXXX", line[256], path[256];
    unsigned port = 0;
    int status = 0;
    FILE *said;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    pid_t monitor = start_monitor(directory, &said);
    while (port == 0 && fgets(line, sizeof line, said) != NULL)
        sscanf(line, "status page at http://127.0.0.1:%u/", &port);
    bool started = port != 0, lives = started;
    for (useconds_t i = 0; i < VISITS && lives; i++) {
        leave_rudely(port, i * 5 % 1000);
        lives = waitpid(monitor, &status, WNOHANG) == 0;
    }
    if (lives) {
        kill(monitor, SIGTERM);
        ck_assert_int_eq(waitpid(monitor, &status, 0), monitor);
    }
    fclose(said);
    snprintf(path, sizeof path, "%s/shop.yaml", directory);
    unlink(path);
    snprintf(path, sizeof path, "%s/visit.yaml", directory);
    unlink(path);
    rmdir(directory);
    ck_assert_msg(started, "shopwatch monitor did not start");
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with %#x", status);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("status page");
    TCase *tests = tcase_create("status page");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, times_are_asked_for_by_the_shop_s_clock);
    tcase_add_loop_test(tests, visitors_get_their_pages, 0, COUNT_OF(visit_cases));
    tcase_add_loop_test(tests, everybody_gets_the_public_pages, 0, COUNT_OF(public_cases));
    tcase_add_test(tests, an_old_open_incident_is_not_lost);
    tcase_add_test(tests, many_open_incidents_fit_on_the_page);
    tcase_add_test(tests, a_long_incident_shows_its_newest_runs);
    tcase_add_test(tests, another_interval_than_the_scenarios_is_told);
    tcase_add_loop_test(tests, it_answers_to_the_names_that_it_was_given, 0, COUNT_OF(host_cases));
    tcase_add_test(tests, an_empty_store_is_no_good_news);
    tcase_add_loop_test(tests, operators_pages_are_not_for_everybody, 0, COUNT_OF(refused_cases));
    tcase_add_test(tests, the_public_pages_are_exported);
    tcase_add_test(tests, a_taken_address_is_said);
    tcase_add_test(tests, a_visitor_who_leaves_rudely_ends_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
