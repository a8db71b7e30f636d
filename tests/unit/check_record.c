/* SPDX-License-Identifier: MIT */
/* record/: a run survives its JSON, ids are stable, codes are unique. */
#include "tests/unit/runner.h"

#include "monitor/record/event.h"
#include "monitor/record/health.h"
#include "monitor/record/incident.h"
#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"
#include "monitor/record/maintenance.h"
#include "monitor/record/reason.h"
#include "monitor/record/run.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct wall_time start = {1763906820123456};

static const struct words of_a_proxy = {
    .server = "nginx", .via = "1.1 cdn", .proxy_status = "cdn; error=connection_timeout"};

static struct run *failed_run(void)
{
    static const char *const needs[] = {"web", "db.orders"};
    struct run *run = run_create("guest checkout", "eu-west", start);
    run->slot.started = wall_after(start, 1500);
    run->slot.ended = wall_after(start, 2 * DURATION_SECOND);
    run->state = STATE_FAILED;
    run->excluded = run->muted = true;
    run_add_step(run, "home")->state = STATE_PASSED;
    struct run_step *step = run_add_step(run, "checkout");
    step->state = STATE_FAILED;
    step->symptom = SYMPTOM_HTTP_ERROR;
    step->needs = (const char **)(uintptr_t)needs;
    step->needs_count = COUNT_OF(needs);
    step->line = 12;
    step->column = 9;
    step->expected = "status == 201";
    step->values = "${code} is 201";
    step->actual = "500";
    step->excerpt = "bad \xff byte";
    step->total = 12345;
    struct exchange *exchange = run_add_exchange(run, step);
    exchange->method = "POST";
    exchange->url = "http://shop.example/api/checkout";
    exchange->status = 500;
    exchange->ip = "192.0.2.1";
    exchange->port = 80;
    exchange->local_port = 40000;
    exchange->http = "1.1";
    exchange->phases[PHASE_CONNECT] = 345;
    exchange->phases[PHASE_WAIT] = 12000;
    exchange->total = 12345;
    exchange->words = &of_a_proxy;
    exchange->tcp = (struct tcp_facts){.known = true, .retransmits = 2, .bytes_acknowledged = 77};
    run->verdict =
        (struct verdict){.cause = CAUSE_DATABASE,
                         .component = "db.orders",
                         .summary = "It is the database.",
                         .confidence = 0.97,
                         .runner_up = CAUSE_APPLICATION,
                         .runner_up_confidence = 0.02,
                         .suspects = {[CAUSE_DATABASE] = 0.97, [CAUSE_APPLICATION] = 0.02},
                         .works = "“home page”"};
    verdict_add(run->arena, &run->verdict, "pattern.one_part_two_routes", "because", 12);
    const struct waiting waiting = {.journey = "search",
                                    .vantage = "office",
                                    .step = "one word",
                                    .started = {1763906820 * DURATION_SECOND},
                                    .waited = 1600 * DURATION_MILLISECOND,
                                    .usual = 12345,
                                    .behind = "alive"};
    run->looked_around = true;
    run_add_waiting(run, &waiting);
    return run;
}

START_TEST(a_run_survives_its_json)
{
    struct run *run = failed_run();
    json_t *json = run_to_json(run);
    struct error error = {0};
    struct run *read = run_from_json(json, &error);
    ck_assert_ptr_nonnull(read);
    json_t *again = run_to_json(read);
    ck_assert(json_equal(json, again));
    ck_assert_str_eq(read->id, run->id);
    ck_assert_int_eq(read->steps[1].exchanges[0].phases[PHASE_DNS], PHASE_ABSENT);
    ck_assert_int_eq(read->steps[1].exchanges[0].phases[PHASE_WAIT], 12000);
    ck_assert_uint_eq(read->steps[1].exchanges[0].local_port, 40000);
    ck_assert_str_eq(read->steps[1].exchanges[0].words->proxy_status, of_a_proxy.proxy_status);
    ck_assert_ptr_null(read->steps[1].exchanges[0].words->age);
    ck_assert_str_eq(read->steps[1].values, "${code} is 201");
    ck_assert_str_eq(read->steps[1].excerpt, "bad \xef\xbf\xbd byte");
    ck_assert_int_eq(read->verdict.cause, CAUSE_DATABASE);
    ck_assert_double_eq(read->verdict.suspects[CAUSE_APPLICATION], 0.02);
    ck_assert_str_eq(read->verdict.works, "“home page”");
    ck_assert(read->excluded && read->muted);
    ck_assert(read->looked_around);
    ck_assert_uint_eq(read->waiting_count, 1);
    ck_assert_int_eq(read->waiting[0].waited, 1600 * DURATION_MILLISECOND);
    ck_assert_int_eq(read->waiting[0].usual, 12345);
    ck_assert_int_eq(read->waiting[0].started.us, 1763906820 * DURATION_SECOND);
    ck_assert_str_eq(read->waiting[0].behind, "alive");
    json_decref(json);
    json_decref(again);
    run_free(run);
    run_free(read);
}
END_TEST

/* That nobody waited is something else than that nobody looked. */
START_TEST(who_looked_around_is_known)
{
    struct run *run =
        run_create("browse", "here", (struct wall_time){1763906820 * DURATION_SECOND});
    struct error error = {0};
    run->looked_around = _i == 1;
    json_t *json = run_to_json(run);
    struct run *read = run_from_json(json, &error);
    ck_assert_uint_eq(read->waiting_count, 0);
    ck_assert(read->looked_around == run->looked_around);
    json_decref(json);
    run_free(run);
    run_free(read);
}
END_TEST

/* Who asked behind it whether what it has is still good is no cache here. */
static const struct {
    struct words words;
    bool cached;
} cache_cases[] = {
    {{.age = "120"}, true},
    {{.age = "0"}, false},
    {{.age = "soon"}, false},
    {{.cache_status = "edge; hit; ttl=30, shield; fwd=miss"}, true},
    {{.cache_status = "edge; fwd=uri-miss; detail=hit-for-pass"}, false},
    {{.cache_status = "hit; fwd=miss"}, false}, /* his name */
    {{.x_cache = "MISS, HIT"}, true},
    {{.x_cache = "Hit from cloudfront"}, true},
    {{.x_cache = "RefreshHit from cloudfront"}, false},
    {{.x_cache = "Miss from cloudfront"}, false},
    {{.x_cache = "TCP_MEM_HIT from a1-2-3-4 (AkamaiGHost)"}, true},
    {{.x_cache = "TCP_REFRESH_HIT from a1-2-3-4"}, false},
    {{.x_cache_status = "STALE"}, true},
    {{.cf_cache_status = "HIT"}, true},
    {{.cf_cache_status = "DYNAMIC"}, false},
    {{.cf_cache_status = "REVALIDATED"}, false},
    {{.server = "hit"}, false},
};

START_TEST(a_cache_says_that_it_answered)
{
    ck_assert_int_eq(words_say_cached(&cache_cases[_i].words), cache_cases[_i].cached);
    ck_assert(!words_say_cached(NULL));
}
END_TEST

START_TEST(a_probe_has_time_to_be_answered)
{
    struct tcp_facts tcp = {.probes = 1, .last_acknowledgement = PHASE_ABSENT};
    ck_assert(!tcp_probe_is_unanswered(&tcp));
    tcp.last_acknowledgement = DURATION_SECOND + 16 * DURATION_MILLISECOND;
    ck_assert(!tcp_probe_is_unanswered(&tcp));
    tcp.last_acknowledgement = DURATION_SECOND + 250 * DURATION_MILLISECOND;
    ck_assert(tcp_probe_is_unanswered(&tcp));
    tcp.probes = 0;
    ck_assert(!tcp_probe_is_unanswered(&tcp));
}
END_TEST

START_TEST(lateness_is_that_of_runs_that_were_started)
{
    struct run *run = failed_run(), *slot = run_create("guest checkout", "eu-west", start);
    slot->slot.started = slot->slot.ended = wall_after(start, DURATION_SECOND);
    ck_assert_int_eq(run_lateness(run), 1500);
    ck_assert_int_eq(run_lateness(slot), PHASE_ABSENT);
    run_free(run);
    run_free(slot);
}
END_TEST

START_TEST(reasons_have_words_of_their_own)
{
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        ck_assert_int_eq(reason_from_words(reason_words(reason)), reason);
        ck_assert(strlen(reason_brief(reason)) > 0 && strlen(reason_sentence(reason)) > 0);
    }
    ck_assert_int_eq(reason_from_words("of a newer version"), REASON_COUNT);
    ck_assert_int_eq(reason_from_words(NULL), REASON_COUNT);
    ck_assert_int_eq(reason_symptom(REASON_OVERLOAD), SYMPTOM_MONITOR_OVERLOAD);
}
END_TEST

START_TEST(event_survives_its_json)
{
    struct arena *arena = arena_create();
    const struct event event = {
        .id = "0123456789abcdef",
        .at = {1763906820000000},
        .kind = "deploy",
        .text = "2.14, new \"cart\"",
    };
    struct event copy, read;
    struct buffer first, second;
    buffer_init(&first, 4096);
    buffer_init(&second, 4096);
    event_write(&event, &first);
    json_t *json = json_loads(first.data, 0, NULL);
    ck_assert_int_eq(event_from_json(arena, json, &read), RESULT_OK);
    event_copy(arena, &copy, &read);
    event_write(&copy, &second);
    ck_assert_str_eq(first.data, second.data);
    ck_assert_str_eq(copy.text, event.text);
    ck_assert_ptr_null(copy.by);
    json_object_del(json, "kind");
    ck_assert_int_eq(event_from_json(arena, json, &read), RESULT_INVALID);
    json_decref(json);
    buffer_free(&first);
    buffer_free(&second);
    arena_free(arena);
}
END_TEST

static struct health well(void)
{
    return (struct health){.now = start,
                           .version = "1",
                           .started = start.us,
                           .loop_lag = 1500,
                           .runs_in_flight = 3,
                           .descriptors = 20,
                           .descriptors_limit = 1024};
}

START_TEST(health_tells_what_is_wrong)
{
    struct health health = well();
    const struct health_reporter hook = {
        .name = "hook", .kind = "webhook", .behind = 7 * DURATION_SECOND, .trouble = "it says 500"};
    struct buffer text;
    buffer_init(&text, 4096);
    ck_assert(health_is_well(&health));
    for (int i = 0; i < HEALTH_PROBLEM_COUNT; i++)
        ck_assert(!health_has_problem(&health, (enum health_problem)i, NULL));
    /* What does not make results false does not make it ill. */
    health.reload_error = "shopwatch.yaml:3:1: error: no key `shpo`";
    health.reporters = &hook;
    health.reporter_count = 1;
    ck_assert(health_is_well(&health));
    ck_assert(health_has_problem(&health, HEALTH_PROBLEM_RELOAD, &text));
    ck_assert_ptr_nonnull(strstr(text.data, health.reload_error));
    buffer_clear(&text);
    ck_assert(health_has_problem(&health, HEALTH_PROBLEM_REPORTER, &text));
    ck_assert_str_eq(text.data, "Reporter hook is 7.00 s behind and tries again: it says 500");
    struct database_finding findings[] = {
        {.check = DATABASE_CONNECT, .outcome = DATABASE_GOOD},
        {.check = DATABASE_READ,
         .table = "orders",
         .outcome = DATABASE_BLIND,
         .code = "42501",
         .text = "permission denied"},
    };
    const struct database_state database = {
        .component = "db", .findings = findings, .finding_count = COUNT_OF(findings)};
    const struct database_state *databases[] = {&database};
    health.databases = databases;
    health.database_count = 1;
    buffer_clear(&text);
    ck_assert(health_is_well(&health));
    ck_assert(health_has_problem(&health, HEALTH_PROBLEM_BLIND, &text));
    ck_assert_str_eq(text.data, "The probe of db cannot look at everything, and verdicts do "
                                "without: read of orders blind: permission denied (42501)");
    findings[1].outcome = DATABASE_FAILED; /* and was never good */
    buffer_clear(&text);
    ck_assert(health_has_problem(&health, HEALTH_PROBLEM_BLIND, &text));
    ck_assert_str_eq(text.data, "The probe of db cannot look at everything, and verdicts do "
                                "without: read of orders failed: permission denied (42501) (it "
                                "was never good: it may be set up wrongly)");
    findings[1].was_good = true; /* that is the database's own */
    ck_assert(!health_has_problem(&health, HEALTH_PROBLEM_BLIND, NULL));
    health.loop_lag = HEALTH_LAG_MAX + 1;
    ck_assert(!health_is_well(&health));
    health = well();
    health.runs_waiting = 1;
    ck_assert(!health_is_well(&health));
    health = well();
    health.descriptors = 1000;
    ck_assert(!health_is_well(&health));
    buffer_free(&text);
}
END_TEST

START_TEST(health_is_json)
{
    struct health health = well();
    struct health_number number;
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    health.store_error = "database or disk is full";
    health_write(&health, &text);
    json_t *json = json_loads(text.data, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "state")), "troubled");
    json_t *problem = json_array_get(json_object_get(json, "problems"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(problem, "code")), "unstored");
    ck_assert(json_is_true(json_object_get(problem, "serious")));
    ck_assert_double_eq(json_real_value(json_object_get(json, "loop_lag")), 0.0015);
    ck_assert_ptr_null(json_object_get(json, "committed"));
    size_t n = 0;
    for (; health_number(&health, n, &number); n++)
        ck_assert(number.kind == HEALTH_MOMENT || json_object_get(json, number.name) != NULL);
    ck_assert_uint_gt(n, 15);
    json_decref(json);
    buffer_free(&text);
}
END_TEST

START_TEST(maintenance_survives_its_json)
{
    struct arena *arena = arena_create();
    const char *journeys[] = {"guest checkout", "search"}, *components[] = {"db"},
               *vantages[] = {"office"};
    const struct maintenance window = {
        .id = "m1",
        .title = "new payment provider",
        .start = {1763906820000000},
        .end = {1763910420000000},
        .journeys = journeys,
        .journey_count = COUNT_OF(journeys),
        .components = components,
        .component_count = COUNT_OF(components),
        .vantages = vantages,
        .vantage_count = COUNT_OF(vantages),
        .pause = true,
        .excluded = true,
        .by = "ines",
        .cancelled = {1763906880000000},
    };
    struct maintenance copy, read;
    struct buffer first, second;
    buffer_init(&first, 4096);
    buffer_init(&second, 4096);
    maintenance_write(&window, &first);
    json_t *json = json_loads(first.data, 0, NULL);
    ck_assert_int_eq(maintenance_from_json(arena, json, &read), RESULT_OK);
    maintenance_copy(arena, &copy, &read);
    maintenance_write(&copy, &second);
    ck_assert_str_eq(first.data, second.data);
    ck_assert(copy.pause && copy.excluded && copy.cancelled.us == window.cancelled.us);
    ck_assert_str_eq(copy.journeys[1], "search");
    ck_assert_str_eq(copy.vantages[0], "office");
    ck_assert_ptr_ne(copy.journeys[1], read.journeys[1]);
    json_object_del(json, "start");
    ck_assert_int_eq(maintenance_from_json(arena, json, &read), RESULT_INVALID);
    json_decref(json);
    buffer_free(&first);
    buffer_free(&second);
    arena_free(arena);
}
END_TEST

START_TEST(a_record_is_one_line_that_reads_back)
{
    struct run *run = failed_run();
    struct buffer line;
    buffer_init(&line, 1024 * 1024);
    run_write(run, &line);
    ck_assert_ptr_null(strchr(line.data, '\n'));
    json_t *json = run_to_json(run), *read = json_loads(line.data, 0, NULL);
    ck_assert(json_equal(json, read));
    json_decref(json);
    json_decref(read);
    buffer_free(&line);
    run_free(run);
}
END_TEST

START_TEST(json_is_written_member_by_member)
{
    struct buffer text;
    buffer_init(&text, 1024);
    struct json_writer writer = {.out = &text};
    json_open_object(&writer, NULL);
    json_open_array(&writer, "integers");
    json_add_integer(&writer, NULL, 0);
    json_add_integer(&writer, NULL, -1);
    json_add_integer(&writer, NULL, INT64_MAX);
    json_add_integer(&writer, NULL, INT64_MIN);
    json_close_array(&writer);
    json_open_array(&writer, "reals");
    json_add_real(&writer, NULL, 0);
    json_add_real(&writer, NULL, 0.0014);
    json_add_real(&writer, NULL, -2.5);
    json_add_milliseconds(&writer, NULL, 14412);
    json_add_milliseconds(&writer, NULL, 100000);
    json_add_milliseconds(&writer, NULL, -890);
    json_close_array(&writer);
    json_open_object(&writer, "empty");
    json_close_object(&writer);
    json_add_flag(&writer, "yes", true);
    json_add_flag(&writer, "no", false);
    json_add_wall(&writer, "at", (struct wall_time){1});
    json_add_wall(&writer, "never", (struct wall_time){0});
    json_add_text(&writer, "nothing", NULL);
    json_add_text(&writer, "text", "\"\\/ \b\f\n\r\t\x1f \x7f \xc3\xa9 \xff");
    json_close_object(&writer);
    ck_assert_int_eq(text.result, RESULT_OK);
    ck_assert_str_eq(text.data, "{\"integers\":[0,-1,9223372036854775807,-9223372036854775808],"
                                "\"reals\":[0.0,0.001,-2.5,14.412,100.0,-0.89],\"empty\":{},"
                                "\"yes\":true,\"no\":false,\"at\":\"1970-01-01T00:00:00.000Z\","
                                "\"text\":\"\\\"\\\\/ \\b\\f\\n\\r\\t\\u001F \x7f \xc3\xa9 "
                                "\xef\xbf\xbd\"}");
    buffer_free(&text);
}
END_TEST

START_TEST(json_that_does_not_fit_is_known_by_its_buffer)
{
    struct buffer text;
    buffer_init(&text, 8);
    struct json_writer writer = {.out = &text};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "a key that is too long", "and its value");
    json_close_object(&writer);
    ck_assert_int_eq(text.result, RESULT_LIMIT);
    ck_assert_uint_le(text.length, 8);
    buffer_free(&text);
}
END_TEST

/* What is read without jansson, and what is left to it. */
static const struct {
    const char *text;
    bool plain;
} documents[] = {
    {"{}", true},
    {" [ ] \n", true},
    {"{\"a\": [1, -0, 59.90, -2.5, 0.000001, 123456789012345], \"b\": null}", true},
    {"[true,false,\"\",\"\\u00e9\\u0041\\/\\\"\\\\ \\b\\f\\n\\r\\t\",\"\xc3\xa9\"]", true},
    {"{\"a\": 1, \"a\": 2}", true},
    {"\"alone\"", true},
    {"7", true},
    {"[1e3, 12345678901234567890, 0.1234567890123456]", false},
    {"[3666666666666666.6666]", false},
    {"[366666666666666.6666]", false},
    {"[\"\\ud83d\\ude00\"]", false},
    {"[\"\\u0000\"]", false},
    {"[01]", false},
    {"[1.]", false},
    {"[.5]", false},
    {"[+1]", false},
    {"[-]", false},
    {"[1,]", false},
    {"{\"a\" 1}", false},
    {"{\"a\":}", false},
    {"{a: 1}", false},
    {"[tru]", false},
    {"[\"\n\"]", false},
    {"[\"\xff\"]", false},
    {"[\"open", false},
    {"[\"\\", false},
    {"[\"\\u12", false},
    {"[] []", false},
    {"", false},
};

START_TEST(plain_json_is_read_as_jansson_reads_it)
{
    const char *text = documents[_i].text;
    json_t *plain = json_read_plain(text, strlen(text));
    json_t *whole = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_int_eq(plain != NULL, documents[_i].plain);
    ck_assert(plain == NULL || json_equal(plain, whole));
    json_decref(plain);
    json_decref(whole);
}
END_TEST

START_TEST(deep_json_is_left_to_jansson)
{
    char text[400] = "";
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    json_t *json = json_read_plain(text, 128);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    ck_assert_ptr_null(json_read_plain(text, 130));
}
END_TEST

START_TEST(an_absent_phase_is_not_written)
{
    struct run *run = failed_run();
    json_t *json = run_to_json(run);
    json_t *steps = json_object_get(json, "steps");
    json_t *exchange = json_array_get(json_object_get(json_array_get(steps, 1), "exchanges"), 0);
    json_t *phases = json_object_get(exchange, "phases");
    ck_assert_uint_eq(json_object_size(phases), 2);
    ck_assert(json_number_value(json_object_get(phases, "wait")) == 12.0);
    json_decref(json);
    run_free(run);
}
END_TEST

START_TEST(ids_name_journey_vantage_and_slot)
{
    struct run *runs[] = {
        run_create("a", "b c", start),
        run_create("a", "b c", start),
        run_create("a b", "c", start),
        run_create("a", "b c", wall_after(start, 1)),
    };
    ck_assert_str_eq(runs[0]->id, runs[1]->id);
    ck_assert_str_ne(runs[0]->id, runs[2]->id);
    ck_assert_str_ne(runs[0]->id, runs[3]->id);
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        run_free(runs[i]);
}
END_TEST

static const char *const broken_records[] = {
    "{}",
    "[]",
    "{\"id\": \"short\", \"journey\": \"a\", \"vantage\": \"b\", \"state\": \"passed\"}",
    "{\"id\": 7, \"journey\": \"a\", \"vantage\": \"b\", \"state\": \"passed\"}",
    "{\"id\": \"00000000000000000000000000000000\", \"journey\": \"a\", \"vantage\": \"b\","
    " \"state\": \"failed\", \"verdict\": {}}",
};

START_TEST(what_is_no_record_is_refused)
{
    json_t *json = json_loads(broken_records[_i], 0, NULL);
    struct error error = {0};
    ck_assert_ptr_null(run_from_json(json, &error));
    ck_assert_int_eq(error.code, RESULT_INVALID);
    json_decref(json);
}
END_TEST

START_TEST(symptom_codes_are_unique_and_read_back)
{
    for (int i = 0; i < SYMPTOM_COUNT; i++) {
        enum symptom symptom = (enum symptom)i;
        ck_assert_int_eq(symptom_from_code(symptom_code(symptom)), symptom);
        ck_assert_uint_gt(strlen(symptom_sentence(symptom)), 5);
    }
    ck_assert_int_eq(symptom_from_code("from.the.future"), SYMPTOM_MONITOR_INTERNAL);
}
END_TEST

START_TEST(a_failed_cleanup_decides_only_when_all_steps_are_good)
{
    struct run *run = run_create("a", "b", start);
    run_add_step(run, "one")->state = STATE_PASSED;
    struct run_step *cleanup = run_add_step(run, "tidy");
    cleanup->cleanup = true;
    cleanup->state = STATE_FAILED;
    ck_assert_str_eq(run_first_failure(run)->name, "tidy");
    run->steps[0].state = STATE_FAILED;
    ck_assert_str_eq(run_first_failure(run)->name, "one");
    run_free(run);
}
END_TEST

static struct incident long_incident(struct run *run)
{
    struct incident_shower *showers = arena_allocate(run->arena, 2, sizeof *showers);
    showers[0] = (struct incident_shower){"guest checkout", "berlin", {0}, false, true};
    showers[1] = (struct incident_shower){"guest checkout", "oslo", start, true, false};
    struct incident incident = {.id = "1",
                                .version = 4,
                                .change = INCIDENT_ANNOTATED,
                                .began = start,
                                .opened = start,
                                .updated = start,
                                .symptom = SYMPTOM_HTTP_ERROR,
                                .journey = "guest checkout",
                                .step = "checkout",
                                .first = run->verdict,
                                .verdict = run->verdict,
                                .showers = showers,
                                .shower_count = 2,
                                .runs = 3,
                                .reopened = 2,
                                .acknowledged = {start, "ann"},
                                .published = true,
                                .flapping = true,
                                .muted = true,
                                .merged = "2"};
    incident_note(run->arena, &incident,
                  &(struct incident_event){start, INCIDENT_OPENED, NULL, "2 slots failed"});
    incident_note(run->arena, &incident,
                  &(struct incident_event){start, INCIDENT_ANNOTATED, "ann", "looking"});
    return incident;
}

START_TEST(an_incident_survives_its_json)
{
    struct run *run = failed_run();
    struct incident incident = long_incident(run);
    json_t *json = incident_to_json(&incident);
    struct incident read, copy;
    ck_assert_int_eq(incident_from_json(run->arena, json, &read), RESULT_OK);
    incident_copy(run->arena, &copy, &read);
    json_t *again = incident_to_json(&copy);
    ck_assert(json_equal(json, again));
    ck_assert_int_eq(read.resolved.us, 0);
    ck_assert_uint_eq(read.version, 4);
    ck_assert_int_eq(read.change, INCIDENT_ANNOTATED);
    ck_assert_int_eq(read.showers[1].recovered.us / 1000, start.us / 1000);
    ck_assert(read.showers[0].unheard && !read.showers[1].unheard);
    ck_assert(!read.showers[0].otherwise && read.showers[1].otherwise);
    ck_assert_str_eq(read.acknowledged.by, "ann");
    ck_assert(read.published && read.flapping && read.muted);
    ck_assert_uint_eq(read.timeline_count, 2);
    ck_assert_ptr_null(read.timeline[0].by);
    ck_assert_str_eq(read.timeline[1].text, "looking");
    json_decref(json);
    json_decref(again);
    run_free(run);
}
END_TEST

START_TEST(an_incident_of_an_earlier_version_was_told)
{
    const char *record = "{\"id\":\"1\",\"opened\":\"2026-03-01T10:00:00.000Z\",\"runs\":3,"
                         "\"shown_by\":[{\"journey\":\"j\",\"vantage\":\"v\"}],"
                         "\"first\":{\"cause\":\"network\"},\"verdict\":{\"cause\":\"network\"}}";
    struct arena *arena = arena_create();
    json_t *json = json_loads(record, 0, NULL);
    struct incident read;
    ck_assert_int_eq(incident_from_json(arena, json, &read), RESULT_OK);
    ck_assert_uint_eq(read.version, 1);
    ck_assert_int_eq(read.change, INCIDENT_OPENED);
    ck_assert_uint_eq(read.shower_count, 1);
    ck_assert_int_eq(read.showers[0].recovered.us, 0);
    ck_assert_uint_eq(read.timeline_count, 0);
    json_decref(json);
    arena_free(arena);
}
END_TEST

START_TEST(a_timeline_keeps_its_beginning_and_its_end)
{
    struct arena *arena = arena_create();
    struct incident incident = {.id = "1"};
    for (int i = 0; i < INCIDENT_TIMELINE_MAX + 5; i++)
        incident_note(arena, &incident,
                      &(struct incident_event){{i + 1}, INCIDENT_UPDATED, NULL, NULL});
    ck_assert_uint_eq(incident.timeline_count, INCIDENT_TIMELINE_MAX);
    ck_assert_uint_eq(incident.timeline_left_out, 5);
    ck_assert_int_eq(incident.timeline[0].at.us, 1);
    ck_assert_int_eq(incident.timeline[1].at.us, 7);
    ck_assert_int_eq(incident.timeline[INCIDENT_TIMELINE_MAX - 1].at.us, INCIDENT_TIMELINE_MAX + 5);
    arena_free(arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("record");
    TCase *tests = tcase_create("record");
    tcase_add_test(tests, a_run_survives_its_json);
    tcase_add_loop_test(tests, who_looked_around_is_known, 0, 2);
    tcase_add_loop_test(tests, a_cache_says_that_it_answered, 0, COUNT_OF(cache_cases));
    tcase_add_test(tests, a_probe_has_time_to_be_answered);
    tcase_add_test(tests, lateness_is_that_of_runs_that_were_started);
    tcase_add_test(tests, reasons_have_words_of_their_own);
    tcase_add_test(tests, maintenance_survives_its_json);
    tcase_add_test(tests, event_survives_its_json);
    tcase_add_test(tests, health_tells_what_is_wrong);
    tcase_add_test(tests, health_is_json);
    tcase_add_test(tests, a_record_is_one_line_that_reads_back);
    tcase_add_test(tests, json_is_written_member_by_member);
    tcase_add_loop_test(tests, plain_json_is_read_as_jansson_reads_it, 0, COUNT_OF(documents));
    tcase_add_test(tests, deep_json_is_left_to_jansson);
    tcase_add_test(tests, json_that_does_not_fit_is_known_by_its_buffer);
    tcase_add_test(tests, an_absent_phase_is_not_written);
    tcase_add_test(tests, ids_name_journey_vantage_and_slot);
    tcase_add_loop_test(tests, what_is_no_record_is_refused, 0, COUNT_OF(broken_records));
    tcase_add_test(tests, symptom_codes_are_unique_and_read_back);
    tcase_add_test(tests, a_failed_cleanup_decides_only_when_all_steps_are_good);
    tcase_add_test(tests, an_incident_survives_its_json);
    tcase_add_test(tests, an_incident_of_an_earlier_version_was_told);
    tcase_add_test(tests, a_timeline_keeps_its_beginning_and_its_end);
    suite_add_tcase(suite, tests);
    return suite;
}
