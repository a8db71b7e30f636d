/* SPDX-License-Identifier: MIT */
/*
 * diagnose/: stories of many runs, and what the last of them must be called. A line is a run:
 *
 *   SECOND VANTAGE JOURNEY: STEP, STEP, STEP FAILURE
 *
 * Its last step fails as FAILURE says; without one all steps pass. The steps take a second
 * together. In place of steps, `overlap` is a slot that ends as the run before did, and `held` one
 * that was held back. `; ill CHECK COMPONENT` and `; well CHECK COMPONENT` behind it are what a
 * database said that was asked directly; `locked` and `corrupt` say how it is ill. `SECOND did
 * TEXT` is an event. What they need is in step_kinds, how one can fail in failures.
 */
#include "tests/unit/runner.h"

#include "monitor/diagnose/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, WORD_MAX = 32, STORY_LINE_MAX = 200 };

static struct component components[] = {
    {.name = "edge", .title = "Front door", .kind = CAUSE_NETWORK},
    {.name = "web", .title = "Storefront", .kind = CAUSE_APPLICATION},
    {.name = "db", .title = "Shop database", .kind = CAUSE_DATABASE},
    {.name = "payment", .title = "Payment provider", .kind = CAUSE_THIRD_PARTY},
};
static const struct shop shop = {.components = components, .component_count = COUNT_OF(components)};

static const struct step_kind {
    const char *name;
    const char *needs[3], *writes[2];
} step_kinds[] = {
    {"picture", {"edge"}, {NULL}},
    {"alive", {"web"}, {NULL}},
    {"list", {"web", "db.catalogue"}, {NULL}},
    {"product", {"web", "db.catalogue"}, {NULL}},
    {"cart", {"web"}, {"db.carts"}},
    {"order", {"web", "db.orders"}, {NULL}},
    {"history", {"web", "db.orders"}, {NULL}},
    {"pay", {"web", "payment"}, {NULL}},
};

static const struct failure {
    const char *word;
    enum symptom symptom;
    int status;
    const char *body;
    struct tcp_facts tcp;
} failures[] = {
    {"hangs",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 300, .last_acknowledgement = 900000}},
    {"cut",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 1, .unacknowledged = 1, .retransmits = 3}},
    {"silence", SYMPTOM_TCP_TIMED_OUT, 0, NULL, {0}},
    {"refused", SYMPTOM_TCP_REFUSED, 0, NULL, {0}},
    {"reset", SYMPTOM_TCP_RESET, 0, NULL, {0}},
    {"nameless", SYMPTOM_DNS_NAME_NOT_RESOLVED, 0, NULL, {0}},
    {"expired", SYMPTOM_TLS_CERT_DATE_INVALID, 0, NULL, {0}},
    {"500", SYMPTOM_HTTP_ERROR, 500, "<h1>Sorry</h1>", {0}},
    {"words", SYMPTOM_HTTP_ERROR, 500, "database is locked", {0}},
    {"502", SYMPTOM_HTTP_ERROR, 502, "<hr><center>nginx/1.22.1</center>", {0}},
    {"provider",
     SYMPTOM_HTTP_ERROR,
     502,
     "{\"detail\": \"the payment provider does not answer\"}",
     {0}},
    {"521", SYMPTOM_HTTP_ERROR, 521, "error code: 521", {0}},
    {"522", SYMPTOM_HTTP_ERROR, 522, "error code: 522", {0}},
    {"429", SYMPTOM_HTTP_ERROR, 429, "slow down", {0}},
    {"wrong", SYMPTOM_CONTENT_MISMATCH, 200, "{}", {0}},
};

/* `CAUSE COMPONENT`, - for none; with a ? behind it, it may only be probable; with a < it must not
 * be asserted, with a ! it must. */
static const struct {
    const char *name, *verdict, *story;
} stories[] = {
    {"a name that is gone is the network's, whoever agrees", "network edge",
     "1 here browse: picture nameless\n"
     "1 there browse: picture nameless\n"
     "2 there buy: alive nameless\n"
     "2 here buy: alive nameless\n"},
    {"a certificate that has expired is the front door's", "network edge",
     "1 here browse: picture\n"
     "1 there browse: picture\n"
     "4 there browse: picture expired\n"
     "4 here browse: picture expired\n"},
    {"packets that vanish on the way", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 there buy: alive silence\n"
     "4 here browse: picture silence\n"},
    {"a run in the middle of a request, acknowledged, when the path broke", "network edge",
     "1 here browse: alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: alive, list hangs\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"the first incident, seen from one vantage point before others", "database db.orders",
     "1 here browse: alive, order\n"
     "1 there browse: alive, order\n"
     "1 yonder browse: alive, order\n"
     "4 here browse: alive, order hangs\n"
     "4 there browse: alive, order hangs\n"
     "4 yonder browse: alive, order hangs\n"
     "7 here browse: alive, order hangs\n"
     "7 there browse: alive, order hangs\n"
     "7 yonder browse: alive hangs\n"},
    {"the first incident, seen by a journey that has passed all the time", "database db.orders",
     "1 here browse: alive, order\n"
     "1 here assets: alive\n"
     "4 here browse: alive, order hangs\n"
     "5 here look: alive, list\n"
     "7 here assets: alive hangs\n"},
    {"a run in the middle of a request when the path broke tells nothing of a server",
     "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list cut\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"one vantage point of many, whatever it sees", "network -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "4 there browse: alive, list\n"
     "4 yonder browse: alive, list\n"
     "4 here browse: alive silence\n"},
    {"connections that break anywhere are the path's", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive reset\n"
     "4 there browse: picture, alive, list\n"
     "4 here assets: picture reset\n"
     "7 there browse: picture, alive reset\n"
     "8 here browse: picture, alive, list reset\n"
     "9 there browse: picture, alive, list reset\n"},
    {"an application that hangs, seen by a step of the database", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive hangs\n"
     "4 here look: order hangs\n"
     "4 here buy: list hangs\n"},
    {"the first incident, as seen by what needs no database", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list\n"
     "10 here look: alive, order hangs\n"
     "12 here browse: alive hangs\n"},
    {"the first incident, as seen by another table", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list hangs\n"},
    {"the first incident, when not even a connection is made", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "12 here browse: alive silence\n"},
    {"the first incident, when the step that hangs is not sent any more", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: overlap\n"
     "8 here look: held\n"
     "9 here browse: alive hangs\n"},
    {"packets that are lost here and there are not the database", "undetermined - ?",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive, list hangs\n"
     "4 there browse: picture silence\n"
     "5 there assets: alive\n"
     "7 there browse: picture, alive, list\n"
     "7 here browse: picture silence\n"},
    {"one of two nodes that answers everything with an error is not the database", "application -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive, list 500\n"
     "5 there assets: alive\n"
     "7 there browse: alive 500\n"},
    {"an old failure of a table is not what a dead application began with", "application web",
     "1 here look: alive, order wrong\n"
     "4000 here browse: alive, list\n"
     "4003 here browse: alive hangs\n"},
    {"errors at all that needs the database: a bad release looks the same", "database db <",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"all that needs the database hangs", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"},
    {"errors at all that needs a table: a bad release looks the same", "database db.orders <",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500\n"
     "4 here look: list, history 500\n"},
    {"the same, where the table was asked", "database db.orders !",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; ill read db.orders\n"
     "4 here look: list, history 500; ill read db.orders; well read db.catalogue\n"},
    {"the same, where the table is well", "undetermined - ?",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; well connect db; well read db.orders\n"
     "4 here look: list, history 500; well connect db; well read db.orders\n"},
    {"two tables that hang, one of which is ill", "database db.catalogue !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs; well read db.orders; ill read db.catalogue\n"
     "4 here browse: alive, list hangs; well read db.orders; ill read db.catalogue\n"},
    {"a database that answers nobody", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; ill connect db; ill read db.orders\n"},
    {"one that was locked for a moment, and whose table is damaged", "database db.orders !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; corrupt read db.orders\n"},
    {"one that is locked", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; locked read db.orders\n"},
    {"one that cannot be written", "database db !",
     "1 here look: list, cart\n"
     "4 here look: list, cart 500; ill write db; well read db.carts\n"},
    {"sessions that wait tell of no table", "database db.carts !",
     "1 here look: list, cart\n"
     "4 here look: list, cart hangs; ill sessions db; well read db.carts\n"},
    {"a database that another answer names", "database -",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here buy: list, cart words\n"
     "4 here browse: alive, list 500\n"},
    {"a content network that is refused at the door", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive 521\n"},
    {"a content network that finds no way", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list 522\n"},
    {"a shop that limits who watches it", "monitor -",
     "1 here browse: alive, list\n"
     "4 here browse: alive 429\n"},
    {"a provider that the shop blames", "third-party payment",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay provider\n"},
    {"a step that fails with an error", "undetermined -",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here browse: alive, list 500\n"},
    {"the same, soon after a release", "application web",
     "1 here browse: alive, list\n"
     "2 did release 41\n"
     "4 here browse: alive, list 500\n"},
    {"the same, long after it", "undetermined -",
     "2 did release 41\n"
     "4001 here browse: alive, list\n"
     "4004 here browse: alive, list 500\n"},
    {"a proxy whose application dies at one step", "application -",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay 502\n"},
};

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static size_t count_names(const char *const *names, size_t room)
{
    size_t count = 0;
    while (count < room && names[count] != NULL)
        count++;
    return count;
}

static void add_step(struct run *run, const char *name)
{
    struct run_step *step = run_add_step(run, arena_duplicate(run->arena, name));
    const struct step_kind *kind = NULL;
    for (size_t i = 0; i < COUNT_OF(step_kinds); i++)
        if (strcmp(step_kinds[i].name, name) == 0)
            kind = &step_kinds[i];
    ck_assert_msg(kind != NULL, "no step %s", name);
    step->needs = (const char **)(uintptr_t)kind->needs;
    step->needs_count = count_names(kind->needs, COUNT_OF(kind->needs));
    step->writes = (const char **)(uintptr_t)kind->writes;
    step->writes_count = count_names(kind->writes, COUNT_OF(kind->writes));
    step->started = wall_after(run->slot.started, (duration)run->step_count * 100);
    step->total = 100;
    step->state = STATE_PASSED;
}

static void break_last(struct run *run, const char *word)
{
    struct run_step *last = &run->steps[run->step_count - 1];
    const struct failure *failure = NULL;
    for (size_t i = 0; i < COUNT_OF(failures); i++)
        if (strcmp(failures[i].word, word) == 0)
            failure = &failures[i];
    ck_assert_msg(failure != NULL, "no failure %s", word);
    last->state = run->state = STATE_FAILED;
    last->symptom = failure->symptom;
    last->excerpt = failure->body;
    struct exchange *exchange = run_add_exchange(run, last);
    exchange->symptom = failure->status == 0 ? failure->symptom : SYMPTOM_NONE;
    exchange->status = failure->status;
    exchange->tcp = failure->tcp;
    exchange->phases[PHASE_WAIT] = 20 * DURATION_MILLISECOND;
}

static void read_findings(struct run *run, const char *line)
{
    char state[WORD_MAX], check[WORD_MAX], component[WORD_MAX];
    int length;
    for (; sscanf(line, "; %31s %31s %31[a-z.]%n", state, check, component, &length) == 3;
         line += length) {
        const struct finding finding = {
            .kind = FINDING_DATABASE,
            .component = arena_duplicate(run->arena, component),
            .target = arena_duplicate(run->arena, check),
            .symptom = strcmp(state, "locked") == 0    ? SYMPTOM_DB_LOCKED
                       : strcmp(state, "corrupt") == 0 ? SYMPTOM_DB_CORRUPT
                                                       : SYMPTOM_NONE,
            .detail = strcmp(state, "well") != 0 ? arena_duplicate(run->arena, check) : NULL};
        run_add_finding(run, &finding);
    }
}

static struct run *read_run(const char *line)
{
    char vantage[WORD_MAX], journey[WORD_MAX], name[WORD_MAX];
    int second, length;
    ck_assert_int_eq(sscanf(line, "%d %31s %31[a-z]:%n", &second, vantage, journey, &length), 3);
    struct run *run = run_create(journey, vantage, wall_after(start, second * DURATION_SECOND));
    run->slot.started = run->slot.planned;
    run->state = STATE_PASSED;
    bool overlaps = strstr(line, ": overlap") != NULL, is_held = strstr(line, ": held") != NULL;
    if (overlaps || is_held) {
        run->state = overlaps ? STATE_FAILED : STATE_UNKNOWN;
        return run;
    }
    for (line += length; sscanf(line, " %31[a-z0-9]%n", name, &length) == 1; line += *line == ',') {
        bool is_failure = run->step_count > 0 && line[-1] != ',';
        if (is_failure)
            break_last(run, name);
        else
            add_step(run, name);
        line += length;
    }
    read_findings(run, line);
    run->slot.ended = wall_after(run->slot.started, DURATION_SECOND);
    return run;
}

static void add_event(struct history *history, const char *line)
{
    const struct event event = {.id = "0123456789abcdef",
                                .at = wall_after(start, atoi(line) * DURATION_SECOND),
                                .kind = "deploy",
                                .text = strstr(line, " did ") + strlen(" did ")};
    history_add_event(history, &event);
}

static void expect(const struct verdict *verdict, const char *wanted, const char *story)
{
    char cause[WORD_MAX], component[WORD_MAX];
    ck_assert_int_eq(sscanf(wanted, "%31s %31s", cause, component), 2);
    bool may_doubt = strchr(wanted, '?') != NULL;
    bool is_asserted = verdict->confidence >= DIAGNOSE_ASSERT;
    const char *came = verdict->component != NULL ? verdict->component : "-";
    ck_assert_msg(strcmp(cause_name(verdict->cause), cause) == 0, "%s: %s %.2f, then %s %.2f",
                  story, cause_name(verdict->leaning), verdict->confidence,
                  cause_name(verdict->runner_up), verdict->runner_up_confidence);
    ck_assert_msg(strcmp(component, "-") == 0 || strcmp(came, component) == 0, "%s: %s", story,
                  came);
    ck_assert_msg(strchr(wanted, is_asserted ? '<' : '!') == NULL, "%s: %.2f", story,
                  verdict->confidence);
    ck_assert_msg(may_doubt || verdict->confidence >= DIAGNOSE_PROBABLE, "%s: only %.2f", story,
                  verdict->confidence);
}

START_TEST(the_last_run_is_called_what_it_is)
{
    struct history *history = history_create();
    struct run *runs[RUNS_MAX];
    size_t count = 0;
    for (const char *line = stories[_i].story; *line != '\0'; line = strchr(line, '\n') + 1) {
        char only[STORY_LINE_MAX];
        snprintf(only, sizeof only, "%.*s", (int)strcspn(line, "\n"), line);
        if (strstr(only, " did ") != NULL) {
            add_event(history, only);
            continue;
        }
        runs[count] = read_run(only);
        history_add(history, runs[count++]);
    }
    diagnose_run(history, &shop, runs[count - 1]);
    expect(&runs[count - 1]->verdict, stories[_i].verdict, stories[_i].name);
    while (count > 0)
        run_free(runs[--count]);
    history_free(history);
}
END_TEST

/* What a body names of a database. */
static const struct {
    const char *body;
    enum symptom symptom;
} words[] = {
    {"<h1>Sorry</h1>", SYMPTOM_NONE},
    {"SQLSTATE[53300]: too many", SYMPTOM_DB_EXHAUSTED},
    {"ERROR: refused (SQLSTATE 25006)", SYMPTOM_DB_READ_ONLY},
    {"SQLSTATE[08006] [7]", SYMPTOM_DB_UNAVAILABLE},
    {"{\"code\":\"57P01\"}", SYMPTOM_DB_UNAVAILABLE},
    {"{\"code\":\"XX002\",\"file\":\"nbtpage.c\"}", SYMPTOM_DB_CORRUPT},
    {"{\"total\":53300, \"id\": \"XX0011\", \"item\": \"08abc\"}", SYMPTOM_NONE},
    {"database disk image is malformed", SYMPTOM_DB_CORRUPT},
    {"{\"errors\":[{\"message\":\"connect ECONNREFUSED 10.0.0.5:5432\"}]}", SYMPTOM_DB_UNAVAILABLE},
    {"connect ECONNREFUSED 127.0.0.1:3306 at TCPConnectWrap", SYMPTOM_DB_UNAVAILABLE},
    /* Another's port, a longer number, and no refusal at all. */
    {"connect ECONNREFUSED 127.0.0.1:8443", SYMPTOM_NONE},
    {"connect ECONNREFUSED 127.0.0.1:54320", SYMPTOM_NONE},
    {"order 12:5432 was not found", SYMPTOM_NONE},
    {"connect ECONNREFUSED ", SYMPTOM_NONE},
};

START_TEST(a_body_names_a_database_or_does_not)
{
    ck_assert_str_eq(symptom_code(diagnose_database_words(words[_i].body)),
                     symptom_code(words[_i].symptom));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("stories");
    TCase *tests = tcase_create("stories");
    tcase_add_loop_test(tests, the_last_run_is_called_what_it_is, 0, COUNT_OF(stories));
    tcase_add_loop_test(tests, a_body_names_a_database_or_does_not, 0, COUNT_OF(words));
    suite_add_tcase(suite, tests);
    return suite;
}
