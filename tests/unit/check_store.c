/* SPDX-License-Identifier: MIT */
/* store/: what is appended is read back, found, tallied, and answered in order. On each back end.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/record/message.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static char *record_of(const struct run *run)
{
    json_t *json = run_to_json(run);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

START_TEST(a_run_is_read_back_as_it_was)
{
    struct run *run = store_fixture_run("buy", "local", 0, STATE_FAILED);
    char *before = record_of(run), id[HASH_HEX_LENGTH + 1];
    memcpy(id, run->id, sizeof id);
    ck_assert_int_eq(store_fixture_append(&fixture, run), 1);
    store_fixture_reopen(&fixture);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){.id = id});
    ck_assert_uint_eq(runs.count, 1);
    ck_assert_int_eq(runs.sequences[0], 1);
    char *after = record_of(runs.runs[0]);
    ck_assert_str_eq(after, before);
    free(before);
    free(after);
    store_fixture_release(&runs);
}
END_TEST

static void add_message(struct run *run)
{
    struct run_step *step = &run->steps[run->step_count - 1];
    struct exchange *exchange = run_add_exchange(run, step);
    exchange->request = arena_allocate(run->arena, 1, sizeof *exchange->request);
    *exchange->request = (struct message){.body = "n=1", .body_length = 3, .body_size = 3};
}

/* Beside the record: only who asks for them reads them. */
START_TEST(messages_come_to_those_who_want_them)
{
    for (int minute = 0; minute < 2; minute++) {
        struct run *run = store_fixture_run("buy", "local", minute, STATE_FAILED);
        if (minute == 0)
            add_message(run);
        store_fixture_append(&fixture, run);
    }
    store_fixture_reopen(&fixture);
    for (int wanted = 0; wanted <= 1; wanted++) {
        struct store_runs runs =
            store_fixture_read(&fixture, &(struct store_filter){.with_messages = wanted});
        ck_assert_uint_eq(runs.count, 2);
        const struct run_step *step = &runs.runs[0]->steps[runs.runs[0]->step_count - 1];
        const struct exchange *exchange = &step->exchanges[step->exchange_count - 1];
        ck_assert_int_eq(exchange->request != NULL, wanted);
        if (wanted)
            ck_assert_str_eq(exchange->request->body, "n=1");
        store_fixture_release(&runs);
    }
}
END_TEST

START_TEST(a_known_run_is_stored_once)
{
    for (int minute = 0; minute < 3; minute++)
        store_fixture_append(&fixture, store_fixture_run("buy", "local", minute, STATE_PASSED));
    struct run *again = store_fixture_run("buy", "local", 1, STATE_FAILED);
    ck_assert_int_eq(store_fixture_append(&fixture, again), 2);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 3);
    ck_assert_int_eq(runs.runs[1]->state, STATE_PASSED);
    store_fixture_release(&runs);
    struct run *next = store_fixture_run("buy", "local", 3, STATE_PASSED);
    ck_assert_int_eq(store_fixture_append(&fixture, next), 4);
}
END_TEST

/* Appended in this order, so with sequences 1 to 6; minute 2 comes late, as from a spool. */
static const struct {
    const char *journey, *vantage;
    int minute;
    enum state state;
} kept[] = {
    {"browse", "home", 0, STATE_PASSED}, {"buy", "home", 0, STATE_PASSED},
    {"buy", "away", 0, STATE_FAILED},    {"buy", "home", 3, STATE_FAILED},
    {"buy", "home", 2, STATE_PASSED},    {"browse", "home", 4, STATE_FAILED},
};

static void append_kept(void)
{
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct run *run =
            store_fixture_run(kept[i].journey, kept[i].vantage, kept[i].minute, kept[i].state);
        ck_assert_int_eq(store_fixture_append(&fixture, run), (store_sequence)i + 1);
    }
}

/* Filters, and the sequences that they let through; `since` and `until` are minutes, `since` -1 and
 * `until` 0 for none. */
static const struct {
    struct store_filter filter;
    int since;
    const char *sequences;
    int until;
} filter_cases[] = {
    {{0}, -1, "1 2 3 4 5 6 ", 0},
    {{.after = 4}, -1, "5 6 ", 0},
    {{.after = 6}, -1, "", 0},
    {{.limit = 2}, -1, "1 2 ", 0},
    {{.after = 1, .limit = 2}, -1, "2 3 ", 0},
    {{.journey = "buy"}, -1, "2 3 4 5 ", 0},
    {{.vantage = "away"}, -1, "3 ", 0},
    {{.journey = "buy", .vantage = "home"}, -1, "2 4 5 ", 0},
    {{.journey = "sell"}, -1, "", 0},
    {{.id = "ffffffffffffffffffffffffffffffff"}, -1, "", 0},
    {{0}, 3, "4 6 ", 0},
    {{.journey = "buy", .vantage = "home"}, 2, "4 5 ", 0},
    {{.after = 4}, 3, "6 ", 0},
    {{.newest_first = true}, -1, "6 4 5 3 2 1 ", 0},
    {{.newest_first = true, .limit = 2}, -1, "6 4 ", 0},
    {{.journey = "buy", .newest_first = true, .limit = 2}, -1, "4 5 ", 0},
    {{.journey = "buy", .vantage = "home", .newest_first = true}, 2, "4 5 ", 0},
    {{.state = "failed"}, -1, "3 4 6 ", 0},
    {{.state = "degraded"}, -1, "", 0},
    {{.state = "failed", .newest_first = true, .limit = 2}, -1, "6 4 ", 0},
    {{0}, -1, "1 2 3 4 5 ", 3},
    {{.newest_first = true}, 2, "4 5 ", 3},
    {{.state = "failed", .newest_first = true}, 1, "4 ", 3},
};

static const char *list_sequences(const struct store_runs *runs, char text[64])
{
    text[0] = '\0';
    for (size_t i = 0; i < runs->count; i++)
        snprintf(text + strlen(text), 64 - strlen(text), "%d ", (int)runs->sequences[i]);
    return text;
}

static struct wall_time minute_time(int minute)
{
    struct run *run = store_fixture_run("", "", minute, STATE_PASSED);
    struct wall_time time = run->slot.planned;
    run_free(run);
    return time;
}

START_TEST(filters_let_through_what_they_say)
{
    append_kept();
    struct store_filter filter = filter_cases[_i].filter;
    if (filter_cases[_i].since >= 0)
        filter.since = minute_time(filter_cases[_i].since);
    if (filter_cases[_i].until > 0)
        filter.until = minute_time(filter_cases[_i].until);
    struct store_runs runs = store_fixture_read(&fixture, &filter);
    char text[64];
    ck_assert_str_eq(list_sequences(&runs, text), filter_cases[_i].sequences);
    store_fixture_release(&runs);
}
END_TEST

static void check_latest(void *data, enum result result, struct store_runs *runs)
{
    char text[64];
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_str_eq(list_sequences(runs, text), data);
    loop_stop(fixture.loop);
}

START_TEST(latest_is_the_last_committed_of_every_pair)
{
    char none[] = "", all[] = "6 3 5 ";
    store_read_latest(fixture.store, check_latest, none);
    loop_run(fixture.loop);
    append_kept();
    store_read_latest(fixture.store, check_latest, all);
    loop_run(fixture.loop);
}
END_TEST

struct slot_ids {
    size_t count;
    char ids[8][HASH_HEX_LENGTH + 1];
    struct store_slot slots[8]; /* without their texts */
};

static void note_slots(void *data, enum result result, const struct store_slots *slots)
{
    struct slot_ids *noted = data;
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_uint_le(slots->count, COUNT_OF(noted->ids));
    for (size_t i = 0; i < slots->count; i++) {
        struct run *run =
            run_create(slots->slots[i].journey, slots->slots[i].vantage, slots->slots[i].planned);
        noted->slots[noted->count] = slots->slots[i];
        memcpy(noted->ids[noted->count++], run->id, sizeof run->id);
        run_free(run);
    }
    loop_stop(fixture.loop);
}

/* Their times have all digits, or the ids made of them would be others. */
START_TEST(slots_are_the_last_of_every_pair)
{
    struct slot_ids noted = {0};
    store_read_slots(fixture.store, note_slots, &noted);
    loop_run(fixture.loop);
    ck_assert_uint_eq(noted.count, 0);
    append_kept();
    struct run *odd = run_create("buy", "home", (struct wall_time){1763906820123457});
    odd->state = STATE_PASSED;
    store_fixture_append(&fixture, odd);
    store_read_slots(fixture.store, note_slots, &noted);
    loop_run(fixture.loop);
    ck_assert_uint_eq(noted.count, 3);
    for (size_t i = 0; i < noted.count; i++) {
        struct store_runs runs =
            store_fixture_read(&fixture, &(struct store_filter){.id = noted.ids[i]});
        ck_assert_uint_eq(runs.count, 1);
        ck_assert_int_eq(noted.slots[i].state, runs.runs[0]->state);
        ck_assert_int_eq(noted.slots[i].ended.us / DURATION_MILLISECOND,
                         runs.runs[0]->slot.ended.us / DURATION_MILLISECOND);
        ck_assert_int_eq(noted.slots[i].latency, run_latency(runs.runs[0]));
        store_fixture_release(&runs);
    }
}
END_TEST

struct tally_case {
    const char *journey, *vantage;
    int minute; /* of the span's start */
    unsigned passed, degraded, failed, unknown;
    duration latency;
};

/* Spans of 10 minutes from minute 5 on. */
static const struct tally_case expected_tallies[] = {
    {"browse", "home", 15, 0, 0, 0, 1, 0},
    {"buy", "away", 5, 0, 0, 1, 0, 0},
    {"buy", "home", 5, 2, 1, 0, 0, 7 * DURATION_MILLISECOND},
    {"buy", "home", 25, 1, 0, 1, 0, 7 * DURATION_MILLISECOND},
};

static const struct {
    const char *journey, *vantage;
    int minute;
    enum state state;
} tallied[] = {
    {"buy", "home", 4, STATE_FAILED},      {"buy", "home", 5, STATE_PASSED},
    {"buy", "home", 6, STATE_DEGRADED},    {"buy", "home", 14, STATE_PASSED},
    {"buy", "home", 25, STATE_PASSED},     {"buy", "home", 34, STATE_FAILED},
    {"browse", "home", 15, STATE_UNKNOWN}, {"buy", "away", 5, STATE_FAILED},
};

static void check_tallies(void *data, enum result result, const struct store_tallies *tallies)
{
    (void)data;
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_int_eq(tallies->span, 10 * DURATION_MINUTE);
    ck_assert_uint_eq(tallies->count, COUNT_OF(expected_tallies));
    for (size_t i = 0; i < tallies->count; i++) {
        const struct store_tally *tally = &tallies->tallies[i];
        const struct tally_case *expected = &expected_tallies[i];
        ck_assert_str_eq(tally->journey, expected->journey);
        ck_assert_str_eq(tally->vantage, expected->vantage);
        ck_assert_int_eq(tally->start.us, minute_time(expected->minute).us);
        ck_assert_uint_eq(tally->passed, expected->passed);
        ck_assert_uint_eq(tally->degraded, expected->degraded);
        ck_assert_uint_eq(tally->failed, expected->failed);
        ck_assert_uint_eq(tally->unknown, expected->unknown);
        ck_assert_int_eq(tally->latency, expected->latency);
    }
    loop_stop(fixture.loop);
}

static void check_refused(void *data, enum result result, const struct store_tallies *tallies)
{
    (void)data;
    ck_assert_int_eq(result, RESULT_INVALID);
    ck_assert_uint_eq(tallies->count, 0);
    loop_stop(fixture.loop);
}

START_TEST(tallies_count_slots_by_span)
{
    for (size_t i = 0; i < COUNT_OF(tallied); i++) {
        struct run *run = store_fixture_run(tallied[i].journey, tallied[i].vantage,
                                            tallied[i].minute, tallied[i].state);
        store_fixture_append(&fixture, run);
    }
    store_read_tallies(fixture.store, minute_time(5), 10 * DURATION_MINUTE, check_tallies, NULL);
    loop_run(fixture.loop);
    store_read_tallies(fixture.store, minute_time(5), 0, check_refused, NULL);
    loop_run(fixture.loop);
}
END_TEST

START_TEST(a_slot_without_a_replay_does_not_make_the_shop_faster)
{
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 5, STATE_PASSED));
    struct run *overlap = run_create("buy", "home", minute_time(6));
    overlap->state = STATE_DEGRADED;
    overlap->reason = "overlap";
    store_fixture_append(&fixture, overlap);
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 7, STATE_PASSED));
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 25, STATE_PASSED));
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 26, STATE_FAILED));
    store_fixture_append(&fixture, store_fixture_run("buy", "away", 5, STATE_FAILED));
    store_fixture_append(&fixture, store_fixture_run("browse", "home", 15, STATE_UNKNOWN));
    store_read_tallies(fixture.store, minute_time(5), 10 * DURATION_MINUTE, check_tallies, NULL);
    loop_run(fixture.loop);
}
END_TEST

struct heard {
    enum result results[8];
    store_sequence sequences[8];
    char texts[8][ERROR_TEXT_MAX];
    size_t count, stop_at;
};

static void hear(void *data, enum result result, const struct error *error, store_sequence sequence)
{
    struct heard *heard = data;
    heard->results[heard->count] = result;
    heard->sequences[heard->count] = sequence;
    strcpy(heard->texts[heard->count++], error->text);
    if (heard->count == heard->stop_at)
        loop_stop(fixture.loop);
}

static struct incident make_incident(const char *id, int opened, int resolved)
{
    struct incident incident = {.id = id, .opened = minute_time(opened), .runs = 3};
    incident.updated = incident.opened;
    incident.journey = "buy";
    incident.step = "order";
    incident.symptom = SYMPTOM_TCP_TIMED_OUT;
    incident.first = incident.verdict = (struct verdict){
        .cause = CAUSE_DATABASE, .component = "db.orders", .runner_up = CAUSE_APPLICATION};
    if (resolved > 0)
        incident.resolved = minute_time(resolved);
    return incident;
}

static void append_incident(int minute, const struct incident *incident)
{
    struct heard heard = {.stop_at = 1};
    struct run *run = store_fixture_run("buy", "home", minute, STATE_FAILED);
    ck_assert_int_eq(store_append(fixture.store, run, incident, hear, &heard), RESULT_OK);
    run_free(run);
    loop_run(fixture.loop);
    ck_assert_int_eq(heard.results[0], RESULT_OK);
}

static void check_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    char text[64] = "";
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s ", incident->id,
                 incident->resolved.us != 0 ? "(resolved)" : "");
        ck_assert_str_eq(incident->verdict.component, "db.orders");
        ck_assert_int_eq(incident->symptom, SYMPTOM_TCP_TIMED_OUT);
        ck_assert_uint_eq(incident->runs, 3);
    }
    ck_assert_str_eq(text, data);
    loop_stop(fixture.loop);
}

START_TEST(incidents_are_opened_changed_and_resolved)
{
    struct incident first = make_incident("one", 1, 0), second = make_incident("two", 2, 0);
    char all[] = "two one ", newest[] = "two ", open[] = "two ", after[] = "two one(resolved) ";
    append_incident(1, &first);
    append_incident(2, &second);
    store_read_incidents(fixture.store, false, 0, check_incidents, all);
    loop_run(fixture.loop);
    store_read_incidents(fixture.store, false, 1, check_incidents, newest);
    loop_run(fixture.loop);
    first = make_incident("one", 1, 3);
    append_incident(3, &first);
    store_fixture_reopen(&fixture);
    store_read_incidents(fixture.store, true, 0, check_incidents, open);
    loop_run(fixture.loop);
    store_read_incidents(fixture.store, false, 0, check_incidents, after);
    loop_run(fixture.loop);
}
END_TEST

START_TEST(an_incident_is_found_by_its_id)
{
    static const struct {
        const char *id;
        char found[32];
    } cases[] = {{"one", "one(resolved) "}, {"two", "two "}, {"three", ""}, {"", ""}};
    struct incident first = make_incident("one", 1, 3), second = make_incident("two", 2, 0);
    append_incident(1, &first);
    append_incident(2, &second);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char found[sizeof cases[i].found];
        memcpy(found, cases[i].found, sizeof found);
        store_read_incident(fixture.store, cases[i].id, check_incidents, found);
        loop_run(fixture.loop);
    }
}
END_TEST

/* An incident without an id is against the schema: it fails after its run went in. */
START_TEST(a_failing_append_takes_no_other_with_it)
{
    struct heard heard = {.stop_at = 4};
    struct incident nameless = make_incident(NULL, 1, 0), good = make_incident("one", 1, 0);
    const struct incident *incidents[] = {&good, &nameless, NULL, NULL};
    for (int i = 0; i < 4; i++) {
        struct run *run = store_fixture_run("buy", "home", i, STATE_FAILED);
        ck_assert_int_eq(store_append(fixture.store, run, incidents[i], hear, &heard), RESULT_OK);
        run_free(run);
    }
    ck_assert_uint_eq(heard.count, 0);
    loop_run(fixture.loop);
    const enum result expected[] = {RESULT_OK, RESULT_INVALID, RESULT_OK, RESULT_OK};
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(heard.results[i], expected[i]);
    ck_assert_int_eq(heard.sequences[1], 0);
    ck_assert_ptr_nonnull(strstr(heard.texts[1], "incident.id"));
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 3);
    ck_assert_int_eq(runs.runs[1]->slot.planned.us, minute_time(2).us);
    ck_assert_int_eq(runs.sequences[2], heard.sequences[3]);
    store_fixture_release(&runs);
}
END_TEST

static char order[16];

static void note(char letter)
{
    size_t length = strlen(order);
    order[length] = letter;
    if (letter == 'e')
        loop_stop(fixture.loop);
}

static void note_done(void *data, enum result result, const struct error *error,
                      store_sequence sequence)
{
    (void)error;
    (void)sequence;
    ck_assert_int_eq(result, RESULT_OK);
    note(*(const char *)data);
}

static void note_runs(void *data, enum result result, struct store_runs *runs)
{
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_uint_eq(runs->count, 1); /* that appended before, not that appended after */
    note(*(const char *)data);
}

START_TEST(answers_come_in_the_order_of_the_calls)
{
    char letters[] = "abcde";
    memset(order, 0, sizeof order);
    struct run *first = store_fixture_run("buy", "home", 1, STATE_PASSED);
    struct run *second = store_fixture_run("buy", "home", 2, STATE_PASSED);
    ck_assert_int_eq(store_append(fixture.store, first, NULL, note_done, &letters[0]), RESULT_OK);
    store_read_runs(fixture.store, &(struct store_filter){0}, note_runs, &letters[1]);
    store_write_cursor(fixture.store, "x", 1, note_done, &letters[2]);
    ck_assert_int_eq(store_append(fixture.store, second, NULL, note_done, &letters[3]), RESULT_OK);
    store_read_cursor(fixture.store, "x", note_done, &letters[4]);
    ck_assert_str_eq(order, "");
    run_free(first);
    run_free(second);
    loop_run(fixture.loop);
    ck_assert_str_eq(order, letters);
}
END_TEST

START_TEST(cursors_are_kept)
{
    struct heard heard = {.stop_at = 2};
    ck_assert_int_eq(store_fixture_cursor(&fixture, "file"), 0);
    store_write_cursor(fixture.store, "file", 7, hear, &heard);
    store_write_cursor(fixture.store, "other", 3, NULL, NULL);
    store_write_cursor(fixture.store, "file", 8, hear, &heard);
    loop_run(fixture.loop);
    ck_assert_int_eq(heard.results[1], RESULT_OK);
    ck_assert_int_eq(heard.sequences[1], 8);
    store_fixture_reopen(&fixture);
    ck_assert_int_eq(store_fixture_cursor(&fixture, "file"), 8);
    ck_assert_int_eq(store_fixture_cursor(&fixture, "other"), 3);
}
END_TEST

static void never_done(void *data, enum result result, const struct error *error,
                       store_sequence sequence)
{
    (void)data;
    (void)result;
    (void)error;
    (void)sequence;
    ck_abort_msg("a callback that should not come");
}

START_TEST(closing_finishes_the_work_and_calls_nobody)
{
    for (int minute = 0; minute < 200; minute++) {
        struct run *run = store_fixture_run("buy", "home", minute, STATE_PASSED);
        ck_assert_int_eq(store_append(fixture.store, run, NULL, never_done, NULL), RESULT_OK);
        run_free(run);
    }
    store_fixture_reopen(&fixture);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 200);
    store_fixture_release(&runs);
}
END_TEST

static void close_inside(void *data, enum result result, const struct error *error,
                         store_sequence sequence)
{
    (void)data;
    (void)error;
    (void)sequence;
    ck_assert_int_eq(result, RESULT_OK);
    store_close(fixture.store);
    fixture.store = NULL;
    loop_stop(fixture.loop);
}

START_TEST(a_callback_may_close_the_store)
{
    struct run *run = store_fixture_run("buy", "home", 1, STATE_PASSED);
    ck_assert_int_eq(store_append(fixture.store, run, NULL, close_inside, NULL), RESULT_OK);
    ck_assert_int_eq(store_append(fixture.store, run, NULL, never_done, NULL), RESULT_OK);
    run_free(run);
    loop_run(fixture.loop);
}
END_TEST

START_TEST(who_is_forgotten_is_not_called)
{
    int gone;
    struct run *run = store_fixture_run("buy", "home", 1, STATE_PASSED);
    ck_assert_int_eq(store_append(fixture.store, run, NULL, never_done, &gone), RESULT_OK);
    store_write_cursor(fixture.store, "gone", 5, never_done, &gone);
    store_forget(fixture.store, &gone);
    run_free(run);
    ck_assert_int_eq(store_fixture_cursor(&fixture, "gone"), 5);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 1);
    store_fixture_release(&runs);
}
END_TEST

static void count_done(void *data, enum result result, const struct error *error,
                       store_sequence sequence)
{
    size_t *left = data;
    (void)error;
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_int_eq(sequence, STORE_QUEUE_MAX - (store_sequence)*left + 1);
    if (--*left == 0)
        loop_stop(fixture.loop);
}

START_TEST(the_queue_is_bounded)
{
    size_t left = STORE_QUEUE_MAX;
    struct store *store = fixture.store;
    for (int minute = 0; minute <= STORE_QUEUE_MAX; minute++) {
        struct run *run = run_create("buy", "home", minute_time(minute));
        ck_assert_int_eq(store_append(store, run, NULL, count_done, &left),
                         minute < STORE_QUEUE_MAX ? RESULT_OK : RESULT_LIMIT);
        run_free(run);
    }
    loop_run(fixture.loop);
    ck_assert_uint_eq(left, 0);
    left = 1;
    struct run *again = run_create("buy", "home", minute_time(STORE_QUEUE_MAX - 1));
    ck_assert_int_eq(store_append(store, again, NULL, count_done, &left), RESULT_OK);
    loop_run(fixture.loop);
    run_free(again);
}
END_TEST

START_TEST(a_record_is_bounded)
{
    struct run *run = store_fixture_run("buy", "home", 1, STATE_FAILED);
    char *huge = arena_allocate(run->arena, STORE_RECORD_MAX + 1, 1);
    memset(huge, 'x', STORE_RECORD_MAX);
    run->steps[1].excerpt = huge;
    ck_assert_int_eq(store_append(fixture.store, run, NULL, never_done, NULL), RESULT_INVALID);
    huge[STORE_RECORD_MAX / 2] = '\0';
    store_fixture_append(&fixture, run);
}
END_TEST

static void add_reading(TCase *tests)
{
    tcase_add_test(tests, a_run_is_read_back_as_it_was);
    tcase_add_test(tests, messages_come_to_those_who_want_them);
    tcase_add_test(tests, a_known_run_is_stored_once);
    tcase_add_loop_test(tests, filters_let_through_what_they_say, 0, COUNT_OF(filter_cases));
    tcase_add_test(tests, latest_is_the_last_committed_of_every_pair);
    tcase_add_test(tests, slots_are_the_last_of_every_pair);
    tcase_add_test(tests, tallies_count_slots_by_span);
    tcase_add_test(tests, a_slot_without_a_replay_does_not_make_the_shop_faster);
    tcase_add_test(tests, incidents_are_opened_changed_and_resolved);
    tcase_add_test(tests, an_incident_is_found_by_its_id);
    tcase_add_test(tests, cursors_are_kept);
}

static void add_working(TCase *tests)
{
    tcase_add_test(tests, a_failing_append_takes_no_other_with_it);
    tcase_add_test(tests, answers_come_in_the_order_of_the_calls);
    tcase_add_test(tests, a_callback_may_close_the_store);
    tcase_add_test(tests, who_is_forgotten_is_not_called);
    tcase_add_test(tests, the_queue_is_bounded);
    tcase_add_test(tests, a_record_is_bounded);
}

/* About what is there after the store was closed. */
static void add_closing(Suite *suite)
{
    TCase *tests = tcase_create("closing");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, closing_finishes_the_work_and_calls_nobody);
    suite_add_tcase(suite, tests);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("store");
    store_fixture_on_each(suite, "reading", set_up, tear_down, add_reading);
    store_fixture_on_each(suite, "working", set_up, tear_down, add_working);
    add_closing(suite);
    return suite;
}
