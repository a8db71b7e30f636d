/* SPDX-License-Identifier: MIT */
/* See story.h. */
#include "tests/unit/story.h"
#include "tests/unit/runner.h"
#include "tests/unit/story_shop.h"

#include "monitor/base/buffer.h"
#include "monitor/diagnose/under_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, WORD_MAX = 32, CODE_MAX = 64, STORY_LINE_MAX = 200 };

/* Directly exposed: it declares no front door. */
static const struct shop exposed = {.components = components + 1,
                                    .component_count = COUNT_OF(components) - 1};

/* Whose database is to blame more often than others'. */
static struct priors priors = {.of = {[CAUSE_APPLICATION] = 15, [CAUSE_DATABASE] = 60}};
static const struct shop prone = {
    .components = components, .component_count = COUNT_OF(components), .priors = &priors};

static const struct step_kind {
    const char *name;
    const char *needs[3], *writes[2];
} step_kinds[] = {
    {"picture", {"edge"}, {NULL}},
    {"alive", {"web"}, {NULL}},
    {"list", {"web", "db.catalogue"}, {NULL}},
    {"product", {"web", "db.catalogue"}, {NULL}},
    {"cart", {"web"}, {"db.carts"}},
    {"basket", {"web", "db.carts"}, {NULL}},
    {"order", {"web", "db.orders"}, {NULL}},
    {"history", {"web", "db.orders"}, {NULL}},
    {"pay", {"web", "payment"}, {NULL}},
    {"purchase", {"web", "payment"}, {"db.orders"}},
};

static const struct failure {
    const char *word;
    enum symptom symptom;
    int status;
    const char *body;
    struct tcp_facts tcp;
    enum phase phase; /* that it failed in */
} failures[] = {
    {"hangs",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 300, .last_acknowledgement = 900000},
     PHASE_WAIT},
    {"waits", SYMPTOM_NONE, 0, NULL, {0}, PHASE_WAIT},
    {"late", SYMPTOM_HTTP_ERROR, 500, "<h1>Sorry</h1>", {0}, PHASE_WAIT},
    {"cut",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 1, .unacknowledged = 1, .retransmits = 3},
     PHASE_WAIT},
    /* Small answers came, and what was sent after them goes nowhere. */
    {"breaks",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true,
      .bytes_acknowledged = 900,
      .unacknowledged = 1,
      .retransmits = 2,
      .last_acknowledgement = 1500000},
     PHASE_WAIT},
    /* The request was received, and then no more is heard, not even of a keep-alive probe. */
    {"lifeless",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 280, .probes = 1, .last_acknowledgement = 1496000},
     PHASE_WAIT},
    /* What was sent is on its way yet: the time was used up by what came before. */
    {"unheard",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true,
      .bytes_acknowledged = 600,
      .unacknowledged = 2,
      .total_retransmits = 3,
      .last_acknowledgement = 70000},
     PHASE_WAIT},
    {"silence", SYMPTOM_TCP_TIMED_OUT, 0, NULL, {0}, PHASE_WAIT},
    {"refused", SYMPTOM_TCP_REFUSED, 0, NULL, {0}, PHASE_WAIT},
    {"reset", SYMPTOM_TCP_RESET, 0, NULL, {0}, PHASE_WAIT},
    {"early", SYMPTOM_TCP_RESET, 0, NULL, {0}, PHASE_TLS},
    {"nameless", SYMPTOM_DNS_NAME_NOT_RESOLVED, 0, NULL, {0}, PHASE_WAIT},
    {"expired", SYMPTOM_TLS_CERT_DATE_INVALID, 0, NULL, {0}, PHASE_WAIT},
    {"500", SYMPTOM_HTTP_ERROR, 500, "<h1>Sorry</h1>", {0}, PHASE_WAIT},
    {"reports",
     SYMPTOM_CONTENT_MISMATCH,
     200,
     "{\"errors\":[{\"message\":\"Internal server error\",\"path\":[\"search\"],\"extensions\":{"
     "\"code\":\"INTERNAL_SERVER_ERROR\"}}],\"data\":null}",
     {0},
     PHASE_WAIT},
    {"words", SYMPTOM_HTTP_ERROR, 500, "database is locked", {0}, PHASE_WAIT},
    {"unreached",
     SYMPTOM_HTTP_ERROR,
     500,
     "{\"message\":\"connect ECONNREFUSED 10.0.0.7:6432\"}",
     {0},
     PHASE_WAIT},
    /* Node.js tells each address of `localhost`; the shop file may know but one. */
    {"twice",
     SYMPTOM_HTTP_ERROR,
     500,
     "connect ECONNREFUSED ::1:6432\nconnect ECONNREFUSED 10.0.0.7:6432",
     {0},
     PHASE_WAIT},
    {"unpaid", SYMPTOM_HTTP_ERROR, 500, "getaddrinfo ENOTFOUND api.pay.example", {0}, PHASE_WAIT},
    {"astray", SYMPTOM_HTTP_ERROR, 500, "connect ECONNREFUSED 10.0.0.7:6433", {0}, PHASE_WAIT},
    {"502", SYMPTOM_HTTP_ERROR, 502, "<hr><center>nginx/1.22.1</center>", {0}, PHASE_WAIT},
    {"provider",
     SYMPTOM_HTTP_ERROR,
     502,
     "{\"detail\": \"the payment provider does not answer\"}",
     {0},
     PHASE_WAIT},
    {"521", SYMPTOM_HTTP_ERROR, 521, "error code: 521", {0}, PHASE_WAIT},
    {"522", SYMPTOM_HTTP_ERROR, 522, "error code: 522", {0}, PHASE_WAIT},
    {"429", SYMPTOM_HTTP_ERROR, 429, "slow down", {0}, PHASE_WAIT},
    {"wrong", SYMPTOM_CONTENT_MISMATCH, 200, "{}", {0}, PHASE_WAIT},
    {"circle", SYMPTOM_HTTP_REDIRECT_LOOP, 302, NULL, {0}, PHASE_WAIT},
};

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static size_t count_names(const char *const *names, size_t room)
{
    size_t count = 0;
    while (count < room && names[count] != NULL)
        count++;
    return count;
}

static void add_step(struct run *run, const char *name, duration waited)
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
    step->started = wall_after(run->slot.started, (duration)run->step_count * 100 + waited);
    step->total = 100;
    step->state = STATE_PASSED;
    run_add_exchange(run, step)->ip =
        strcmp(run->vantage, "afar") == 0 ? "203.0.113.3" : "203.0.113.2";
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
    struct exchange *exchange = &last->exchanges[0];
    exchange->symptom = failure->status == 0 ? failure->symptom : SYMPTOM_NONE;
    exchange->status = failure->status;
    exchange->tcp = failure->tcp;
    exchange->failed_phase = failure->phase;
    exchange->phases[PHASE_WAIT] = (failure->status == 0 ? 1500 : 20) * DURATION_MILLISECOND;
    if (strcmp(word, "late") == 0)
        last->total = DURATION_SECOND;
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
                       : strcmp(state, "stopped") == 0 ? SYMPTOM_DB_HOLDER_STOPPED
                       : strcmp(state, "outside") == 0 ? SYMPTOM_DB_LOCKED_OUTSIDE
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
    duration waited = 0;
    for (line += length; sscanf(line, " %31[a-z0-9]%n", name, &length) == 1; line += *line == ',') {
        bool is_failure = run->step_count > 0 && line[-1] != ',';
        if (is_failure)
            break_last(run, name);
        else if (strcmp(name, "wait") == 0)
            waited += DURATION_SECOND;
        else
            add_step(run, name, waited);
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
                                .kind = strstr(line, " did note ") != NULL ? "note" : "deploy",
                                .text = strstr(line, " did ") + strlen(" did ")};
    history_add_event(history, &event);
}

static bool has_fact(const struct verdict *verdict, const char *code)
{
    for (size_t i = 0; i < verdict->evidence_count; i++)
        if (strcmp(verdict->evidence[i].fact, code) == 0)
            return true;
    return false;
}

/* `with CODE`, `without CODE`; `doubting WORD`. */
static void expect_facts(const struct verdict *verdict, const char *wanted, const char *story)
{
    char code[CODE_MAX];
    const char *with = strstr(wanted, "with "), *without = strstr(wanted, "without ");
    if (with != NULL && sscanf(with, "with %63s", code) == 1)
        ck_assert_msg(has_fact(verdict, code), "%s: without %s", story, code);
    if (without != NULL && sscanf(without, "without %63s", code) == 1)
        ck_assert_msg(!has_fact(verdict, code), "%s: with %s", story, code);
    const char *doubting = strstr(wanted, "doubting ");
    if (doubting != NULL && sscanf(doubting, "doubting %63s", code) == 1)
        ck_assert_msg(verdict->unsure != NULL && strstr(verdict->unsure, code) != NULL,
                      "%s: not excluded is %s", story, verdict->unsure);
}

static void expect(const struct verdict *verdict, const char *wanted, const char *story)
{
    char cause[WORD_MAX], component[WORD_MAX];
    ck_assert_int_eq(sscanf(wanted, "%31s %31s", cause, component), 2);
    bool may_doubt = strchr(wanted, '?') != NULL;
    bool is_asserted = verdict->confidence >= DIAGNOSE_ASSERT;
    expect_facts(verdict, wanted, story);
    if (strcmp(cause, "?") == 0)
        return;
    const char *came = verdict->component != NULL ? verdict->component : "-";
    ck_assert_msg(strcmp(cause_name(verdict->cause), cause) == 0, "%s: %s %.2f, then %s %.2f",
                  story, cause_name(verdict->leaning), verdict->confidence,
                  cause_name(verdict->runner_up), verdict->runner_up_confidence);
    ck_assert_msg(strcmp(component, "-") == 0 || strcmp(came, component) == 0, "%s: %s", story,
                  came);
    ck_assert_msg(may_doubt || verdict->confidence >= DIAGNOSE_PROBABLE, "%s: only %.2f", story,
                  verdict->confidence);
    ck_assert_msg(strchr(wanted, '!') == NULL || is_asserted, "%s: only %.2f", story,
                  verdict->confidence);
    ck_assert_msg(strchr(wanted, '~') == NULL || !is_asserted, "%s: %.2f", story,
                  verdict->confidence);
}

static void add_waiting(struct under_way_list *others, const struct run *run)
{
    const struct run_step *step = &run->steps[run->step_count - 1];
    const struct under_way one = {run, step, step->started, NULL};
    under_way_add(others, &one);
}

void story_is_called_what_it_is(const struct story *story)
{
    struct history *history = history_create();
    struct under_way_list others = {.count = 0};
    struct run *runs[RUNS_MAX];
    size_t count = 0;
    for (const char *line = story->runs; *line != '\0'; line = strchr(line, '\n') + 1) {
        char only[STORY_LINE_MAX];
        snprintf(only, sizeof only, "%.*s", (int)strcspn(line, "\n"), line);
        if (strstr(only, " did ") != NULL) {
            add_event(history, only);
            continue;
        }
        struct run *run = runs[count++] = read_run(only);
        if (strstr(only, " waits") != NULL)
            add_waiting(&others, run);
        else
            history_add(history, run);
    }
    const struct shop *of = strstr(story->verdict, "exposed") != NULL ? &exposed
                            : strstr(story->verdict, "prone") != NULL ? &prone
                                                                      : &shop;
    under_way_note(history, of, runs[count - 1], &others);
    diagnose_run(history, of, runs[count - 1]);
    expect(&runs[count - 1]->verdict, story->verdict, story->name);
    while (count > 0)
        run_free(runs[--count]);
    history_free(history);
}

void story_is_the_same_under_a_good_status(const struct story *story)
{
    struct buffer told;
    const char *rest = story->runs, *error;
    buffer_init(&told, (size_t)RUNS_MAX * STORY_LINE_MAX);
    for (; (error = strstr(rest, " 500")) != NULL; rest = error + strlen(" 500"))
        buffer_print(&told, "%.*s reports", (int)(error - rest), rest);
    buffer_text(&told, rest);
    const struct story other = {story->name, story->verdict, told.data};
    story_is_called_what_it_is(&other);
    buffer_free(&told);
}
