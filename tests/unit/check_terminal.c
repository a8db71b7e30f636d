/* SPDX-License-Identifier: MIT */
/* reporters/: what people see at a terminal, and the words that it shares with the pages. */
#include "tests/unit/page_samples.h"
#include "tests/unit/runner.h"

#include "monitor/base/utf8.h"
#include "monitor/record/message.h"

#include "reporters/excerpt.h"
#include "reporters/terminal.h"
#include "reporters/terminal_operate.h"
#include "reporters/text.h"
#include "reporters/words.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_harmless(const char *text)
{
    while (*text != '\0') {
        uint32_t code = 0;
        size_t length = utf8_decode(text, &code);
        ck_assert_uint_gt(length, 0);
        ck_assert_msg(text_is_harmless(code), "U+%04X came through", code);
        text += length;
    }
}

static const struct terminal plain = {.width = 80};

START_TEST(terminal_shows_a_passed_run)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    terminal_report(&plain, sample->worst, &out);
    ck_assert_str_eq(out.data,
                     "PASSED  browse from ams in 74.3 ms, 2026-11-23 14:06:35 UTC\n"
                     "\n"
                     "  + home page     200   36.9 ms  ddccccctttttttttttwwwwr\n"
                     "  + category      200   20.9 ms                         wwwwwwwwwwwwrr\n"
                     "  + product page  200   16.6 ms                                      "
                     "wwwwwwwwwwr\n"
                     "\n"
                     "    d dns  c connect  t tls  w wait  r receive\n");
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

START_TEST(terminal_explains_a_failed_run)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    terminal_report(&plain, sample->worst, &out);
    ck_assert_str_eq(
        out.data,
        "FAILED  guest checkout from nyc in 10.06 s, 2026-11-23 14:06:35 UTC\n"
        "\n"
        "  + home page         200   37.1 ms  t\n"
        "  + add to cart       303   25.3 ms  w\n"
        "  x checkout            -   10.00 s  wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\n"
        "  - order page\n"
        "  cleanup\n"
        "  - cancel the order\n"
        "\n"
        "    t tls  w wait\n"
        "\n"
        "  x checkout\n"
        "    symptom   The request was sent, and no answer began in time.\n"
        "              http.timeout.ttfb\n"
        "    expected  an answer in time\n"
        "              examples/scenarios/guest-checkout.yaml:31:9\n"
        "    came      no answer within 10 s\n"
        "    request   POST https://shop.example/checkout to 192.0.2.17:443, connection\n"
        "              reused\n"
        "    kernel    The server's kernel acknowledged the request and sent nothing\n"
        "              back: network and machine are alive, the program behind them does\n"
        "              not answer; it last spoke 9.98 s before the end; round trip 8.2\n"
        "              ms.\n"
        "    skipped   order page, cancel the order\n"
        "\n"
        "Verdict: database (db.orders), 97 % sure\n"
        "  Every step that needs db.orders hangs; all others pass.\n"
        "   +14 dB  The steps that fail have this in common, and the steps that pass do\n"
        "           not.\n"
        "   +11 dB  TCP and TLS connect quickly from the vantage points that were asked.\n"
        "    +8 dB  The request was acknowledged by the server's kernel; nothing came\n"
        "           back.\n"
        "    -1 dB  No answer names a database error; a damaged table often hangs\n"
        "           instead.\n"
        "  10 dB make a cause ten times likelier; below zero speaks against.\n"
        "  Not excluded: A lock held by a forgotten transaction instead of damage; a\n"
        "  direct read of the table would settle it.\n");
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

static const struct {
    const char *excerpt, *said; /* said: NULL when it is no page with a text */
} excerpt_cases[] = {
    {"<!DOCTYPE html><html><head><title>Oops</title><style>p { color: red }</style><script>var a;"
     "</script></head><body><nav>Home Cart</nav><main><h1>Sorry, we are\n broken</h1><p>Please "
     "come <b>back</b>\n\n later.</main><footer>(c)</footer></body></html>",
     "Oops\nSorry, we are broken\nPlease come back\nlater."},
    {"\xef\xbb\xbf \n<html><title>502 Bad Gateway</title><body><center><h1>502 Bad Gateway</h1>"
     "</center><hr><center>nginx</center></body>",
     "502 Bad Gateway\nnginx"},
    {"<!doctype html><head><title>Cut of", "Cut of"},
    {"<html><body><p>a &lt;b&gt; &amp; c <script>alert(1)</script></p>", "a <b> & c"},
    {"<html><body>Donaudampfschifffahrtsgesellschaft ahoi",
     "Donaudampfschifffahrtsgesellschaft\nahoi"},
    {"<html><head><meta charset=utf-8>", NULL},
    {"<html><body><script>only()</script>", NULL},
    {"{\"error\": \"<html>\"}", NULL},
    {"<?xml version=\"1.0\"?><error>no</error>", NULL},
    {"<error>no</error>", NULL},
    {"no route", NULL},
    {"", NULL},
};

START_TEST(of_a_page_it_is_shown_what_it_says)
{
    enum { WIDTH = 20 };
    struct buffer out;
    const char *said = excerpt_cases[_i].said;
    buffer_init(&out, EXCERPT_TEXT_MAX);
    ck_assert_int_eq(excerpt_say(excerpt_cases[_i].excerpt, WIDTH, &out), said != NULL);
    if (said != NULL)
        ck_assert_str_eq(out.data, said);
    ck_assert_uint_eq(out.length, said != NULL ? strlen(said) : 0);
    buffer_free(&out);
}
END_TEST

static const struct {
    const char *excerpt, *shown;
} body_cases[] = {
    {"<html><head>\n<title>\x1b[2JShop</title>\n\n</head><body><h1>Out of order</h1>",
     "    page says | [2JShop\n              | Out of order\n"},
    {"{\"error\": 7,\n \"b\": 1}", "    body      | {\"error\": 7, \"b\": 1}\n"},
    /* Words that do not fit are taken to the next line, further in than the first. */
    {"{\"error\":\"the cart is full, and nothing more can be put into it before something is "
     "taken out\"}",
     "    body      | {\n"
     "              |   \"error\": \"the cart is full, and nothing more can be put into\n"
     "              |     it before something is taken out\"\n"
     "              | }\n"},
    /* Cut off somewhere, as excerpts are. */
    {"{\"data\":{\"a\":{},\"list\":[1,2.50],\"text\":\"\\\"{,\", \"cut\": \"of\xc3",
     "    body      | {\n"
     "              |   \"data\": {\n"
     "              |     \"a\": {},\n"
     "              |     \"list\": [1, 2.50],\n"
     "              |     \"text\": \"\\\"{,\",\n"
     "              |     \"cut\": \"of\\xc3\n"},
    /* Twelve lines, and a sign that it goes on. */
    {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12",
     "              | 11\n              | 12\n    skipped"},
    {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13", "              | 12\n              | ...\n"},
    {"[2026-11-23] no JSON,  this", "    body      | [2026-11-23] no JSON,  this\n"},
};

START_TEST(terminal_shows_what_a_page_says_and_json_indented)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct run *run = sample->runs[3];
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STATE_FAILED)
            run->steps[i].excerpt = body_cases[_i].excerpt;
    terminal_report(&plain, run, &out);
    ck_assert_msg(strstr(out.data, body_cases[_i].shown) != NULL, "%.900s", out.data + 600);
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

/* The last step of a cleanup fails on its way as an earlier one did. */
START_TEST(terminal_tells_the_same_failure_once)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct run *run = sample->runs[3];
    struct run_step *last = &run->steps[run->step_count - 1];
    const struct run_step *failure = run_first_failure(run);
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    last->state = STATE_FAILED;
    last->symptom = failure->symptom;
    *run_add_exchange(run, last) = failure->exchanges[failure->exchange_count - 1];
    terminal_report(&plain, run, &out);
    ck_assert_ptr_nonnull(strstr(out.data,
                                 "\n  x cancel the order\n"
                                 "    symptom   http.timeout.ttfb, as \"checkout\" above\n"
                                 "    skipped   order page\n"));
    buffer_clear(&out);
    last->exchanges[0].detail = "no answer within 3 s";
    terminal_report(&plain, run, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "    came      no answer within 3 s\n"));
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

/* What -v shows of a body. `size`: what it was; 0: as long as what was kept. */
static const struct {
    const char *body;
    size_t length, size;
    const char *shown;
} message_cases[] = {
    {"a=1&b=2", 7, 0, "    | a=1&b=2\n"},
    {"{\"a\":[1,2]}", 11, 0, "    | {\"a\": [1, 2]}\n"},
    {"GIF\0\1", 5, 0, "    | 5 bytes that are no text\n"},
    {"\xff\xfe\xfd\xfc\xfb", 5, 300000, "    | 300000 bytes that are no text\n"},
    {"caf\xc3", 4, 300000, "    | caf\\xc3\n    | and more: it is 300000 bytes long\n"},
    {"one\r\n\ntwo", 9, 0, "    | one\n    |\n    | two\n"},
};

START_TEST(terminal_shows_messages_below_their_step)
{
    const struct terminal verbose = {.width = 80, .messages = true};
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct exchange *exchange = &sample->runs[0]->steps[1].exchanges[0];
    size_t size = message_cases[_i].size;
    struct message request = {.body = ""},
                   answer = {
                       .body = message_cases[_i].body,
                       .body_length = message_cases[_i].length,
                       .body_size = size > 0 ? size : message_cases[_i].length,
                   };
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    exchange->request = &request;
    exchange->answer = &answer;
    terminal_report(&verbose, sample->runs[0], &out);
    const char *step = strstr(out.data, "\n+ category\n  > GET ");
    ck_assert_ptr_nonnull(step);
    ck_assert_msg(strstr(step, message_cases[_i].shown) != NULL, "%s", step);
    exchange->request = exchange->answer = NULL;
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

/* Each of the lists is too long for a line, and its end far away. */
START_TEST(deep_json_is_laid_out_in_time)
{
    enum { DEPTH = 2000, LENGTH = 250000 };
    struct buffer text, out;
    buffer_init(&text, SIZE_MAX);
    buffer_init(&out, 16 * 1024 * 1024);
    for (size_t i = 0; i < DEPTH; i++)
        buffer_text(&text, "[");
    buffer_text(&text, "\"");
    while (text.length < LENGTH)
        buffer_text(&text, "x");
    ck_assert(excerpt_indent(text.data, text.length, 70, &out));
    ck_assert_uint_gt(out.length, LENGTH);
    buffer_free(&out);
    buffer_init(&out, 1000);
    ck_assert(!excerpt_indent(text.data, text.length, 70, &out));
    buffer_free(&out);
    buffer_free(&text);
}
END_TEST

/* Where the facts did not suffice, their weights tell nothing; what to look at does. */
START_TEST(terminal_gives_advice_where_nothing_is_determined)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct run *run = sample->runs[3];
    struct run_step *failure = (struct run_step *)(uintptr_t)run_first_failure(run);
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    run->verdict.cause = CAUSE_UNDETERMINED;
    run->verdict.component = NULL;
    failure->expected = "jsonpath \"$.n\" == ${n}";
    failure->values = "${n} is \"7\" (text)";
    failure->actual = "7 (a number)";
    failure->exchanges[failure->exchange_count - 1].symptom = SYMPTOM_NONE;
    terminal_report(&plain, run, &out);
    ck_assert_ptr_nonnull(strstr(out.data,
                                 "    expected  jsonpath \"$.n\" == ${n}\n"
                                 "              examples/scenarios/guest-checkout.yaml:31:9\n"
                                 "    where     ${n} is \"7\" (text)\n"
                                 "    came      7 (a number)\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "Verdict: undetermined\n"
                                           "  An answer came, and it is not what \"checkout\" "
                                           "expects: look at the step and at\n"
                                           "  the answer above.\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "\n  + TCP and TLS connect"));
    ck_assert_ptr_nonnull(strstr(out.data, "\n  - No answer names"));
    ck_assert_ptr_null(strstr(out.data, "dB"));
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

static const struct terminal terminals[] = {
    {.width = 40},
    {.width = 80},
    {.width = 160},
    {.width = 400},
    {.width = 40, .unicode = true},
    {.width = 80, .unicode = true},
    {.width = 160, .unicode = true},
};

START_TEST(terminal_keeps_to_its_width_and_sends_no_controls)
{
    const struct terminal *terminal = &terminals[_i];
    for (int kind = 0; kind < SAMPLE_COUNT; kind++) {
        struct sample *sample = sample_create((enum sample_kind)kind);
        struct buffer out;
        buffer_init(&out, PAGE_MAX);
        if (sample->worst != NULL) {
            terminal_report(terminal, sample->worst, &out);
            terminal_progress(terminal, &sample->worst->steps[0], &out);
        }
        assert_harmless(out.data);
        for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
            ck_assert_msg(text_length(line) <= terminal->width, "%s: %s",
                          sample_name((enum sample_kind)kind), line);
        buffer_free(&out);
        sample_free(sample);
    }
}
END_TEST

START_TEST(terminal_colours_are_always_switched_off_again)
{
    const struct terminal colourful = {.width = 80, .colour = true, .unicode = true};
    struct sample *sample = sample_create(SAMPLE_HOSTILE);
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    terminal_report(&colourful, sample->worst, &out);
    unsigned on = 0, off = 0;
    for (const char *at = out.data; (at = strchr(at, '\x1b')) != NULL; at++) {
        ck_assert_int_eq(at[1], '[');
        ck_assert_int_eq(at[2 + strspn(at + 2, "0123456789;")], 'm');
        *(strncmp(at, "\x1b[0m", 4) == 0 ? &off : &on) += 1;
    }
    ck_assert_uint_gt(on, 10);
    ck_assert_uint_eq(on, off);
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

static const struct {
    const char *locale, *columns;
    bool unicode;
    unsigned width;
} detect_cases[] = {
    {"C", "", false, TERMINAL_WIDTH_DEFAULT},
    {"en_GB.UTF-8", "120", true, 120},
    {"C.utf8", "7", true, TERMINAL_WIDTH_MIN},
    {"de_DE.ISO-8859-1", "99999", false, TERMINAL_WIDTH_MAX},
    {"en_GB", "many", false, TERMINAL_WIDTH_DEFAULT},
};

START_TEST(terminal_is_detected)
{
    int ends[2];
    struct terminal terminal;
    ck_assert_int_eq(pipe(ends), 0);
    setenv("LC_ALL", detect_cases[_i].locale, 1);
    setenv("COLUMNS", detect_cases[_i].columns, 1);
    setenv("TERM", "xterm-256color", 1);
    terminal_detect(ends[1], &terminal);
    ck_assert(!terminal.colour && !terminal.live);
    ck_assert_int_eq(terminal.unicode, detect_cases[_i].unicode);
    ck_assert_uint_eq(terminal.width, detect_cases[_i].width);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static const struct {
    struct exchange exchange;
    const char *sentence; /* its beginning; NULL: none */
} tcp_cases[] = {
    {{.status = 0}, NULL},
    {{.symptom = SYMPTOM_HTTP_TIMEOUT_TTFB, .tcp = {.known = true, .bytes_acknowledged = 900}},
     "The server's kernel acknowledged the request and sent nothing back"},
    {{.symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
      .tcp = {.known = true, .unacknowledged = 2, .total_retransmits = 1, .bytes_acknowledged = 9}},
     "What was sent is not acknowledged, however often it is sent again: the way to the server is "
     "broken, or its machine is gone; 2 segments unacknowledged, 1 retransmission."},
    {{.symptom = SYMPTOM_HTTP_TIMEOUT_BODY, .tcp = {.known = true, .probes = 3}},
     "Keep-alive probes went unanswered"},
    /* The timeout was as long as the first probe's wait: it is out for a moment. */
    {{.symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
      .tcp = {.known = true,
              .probes = 1,
              .bytes_acknowledged = 900,
              .last_acknowledgement = DURATION_SECOND + 16 * DURATION_MILLISECOND}},
     "The server's kernel acknowledged the request and sent nothing back"},
    {{.symptom = SYMPTOM_TCP_RESET, .tcp = {.known = true, .bytes_acknowledged = 1}},
     "Nothing was sent on this connection."},
    {{.status = 200,
      .symptom = SYMPTOM_HTTP_TRUNCATED,
      .tcp = {.known = true, .bytes_acknowledged = 900}},
     "The server's kernel acknowledged all that was sent."},
    /* Our own alert is on its way when the certificate is refused: no news of the network. */
    {{.symptom = SYMPTOM_TLS_CERT_DATE_INVALID,
      .tcp = {.known = true, .unacknowledged = 1, .bytes_acknowledged = 900}},
     "The server's kernel acknowledged what was sent: it is the handshake that failed, not the way "
     "to the server."},
    /* An answer came, if only one that is no HTTP: the connection did its work. */
    {{.symptom = SYMPTOM_HTTP_PROTOCOL_ERROR, .tcp = {.known = true, .bytes_acknowledged = 900}},
     NULL},
    {{.status = 500, .tcp = {.known = true, .unacknowledged = 1, .bytes_acknowledged = 900}}, NULL},
};

START_TEST(kernel_facts_become_sentences)
{
    struct buffer out;
    buffer_init(&out, 1000);
    const char *sentence = tcp_cases[_i].sentence;
    ck_assert_int_eq(words_tcp(&tcp_cases[_i].exchange, &out), sentence != NULL);
    if (sentence != NULL)
        ck_assert_int_eq(strncmp(out.data, sentence, strlen(sentence)), 0);
    buffer_free(&out);
}
END_TEST

/* How it stands with an incident, in a row of short sentences, and who shows it, but not by
 * hundreds. */
static const struct {
    struct incident incident;
    size_t showers;
    const char *says;
} standing_cases[] = {
    {{.muted = true}, 1, "\nIt is in maintenance: nobody was told.\n"},
    {{.flapping = true, .reopened = 1},
     1,
     "\nIt comes and goes: its turns are not told. It was opened again once.\n"},
    {{.acknowledged = {.at = {1}, .by = "ann"}, .published = true, .reopened = 2},
     1,
     "\nIt was opened again 2 times. ann looks after it. Its cause is public.\n"},
    {{.merged = "0123456789abcdef"}, 1, "\nIt is a part of incident 01234567.\n"},
    {{.first = {.cause = CAUSE_NETWORK, .confidence = 0.7}},
     1,
     "\nAt first it was thought to be: network, 70 %.\n"},
    {{.first = {.cause = CAUSE_UNDETERMINED, .leaning = CAUSE_NETWORK, .confidence = 0.7}},
     1,
     "\nAt first it was thought to be: undetermined; likeliest: network, 70 %.\n"},
    {{0}, 1, "by j1 from here\n"},
    {{0}, 300, "j10 from\nhere, and 290 more\n"},
};

START_TEST(an_incident_says_how_it_stands)
{
    struct incident incident = standing_cases[_i].incident;
    struct arena *arena = arena_create();
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    incident.id = "fedcba9876543210";
    incident.journey = "browse";
    incident.began = incident.opened = (struct wall_time){DURATION_DAY};
    incident.verdict = (struct verdict){
        .cause = CAUSE_DATABASE, .confidence = 0.9, .summary = "It is the database."};
    if (incident.first.confidence <= 0)
        incident.first = incident.verdict;
    incident.showers = arena_allocate(arena, standing_cases[_i].showers, sizeof *incident.showers);
    while (incident.shower_count < standing_cases[_i].showers) {
        struct incident_shower *shower = &incident.showers[incident.shower_count++];
        shower->journey = arena_print(arena, "j%zu", incident.shower_count);
        shower->vantage = "here";
    }
    terminal_incident(&plain, &incident, (struct wall_time){2 * DURATION_DAY}, &out);
    ck_assert_msg(strstr(out.data, standing_cases[_i].says) != NULL, "%s", out.data);
    buffer_free(&out);
    arena_free(arena);
}
END_TEST

/* Who shows it no more may be well, or ill of something else; of whom an operator let go nobody
 * knows. */
START_TEST(an_incident_says_what_became_of_who_showed_it)
{
    struct incident_shower showers[] = {
        {"browse", "here", {DURATION_DAY + 1}, false, false},
        {"search", "here", {DURATION_DAY + 1}, true, false},
        {"buy", "here", {0}, false, false},
    };
    const struct incident incident = {.id = "fedcba9876543210",
                                      .journey = "browse",
                                      .began = {DURATION_DAY},
                                      .opened = {DURATION_DAY},
                                      .verdict = {.summary = "It is the database."},
                                      .showers = showers,
                                      .shower_count = COUNT_OF(showers)};
    const struct terminal wide = {.width = 160};
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    terminal_incident(&wide, &incident, (struct wall_time){2 * DURATION_DAY}, &out);
    ck_assert_msg(strstr(out.data, "by browse from here (well again), search from here (fails "
                                   "otherwise since), buy from here\n") != NULL,
                  "%s", out.data);
    buffer_free(&out);
}
END_TEST

/* The reason gives way first, then the name, then the place, each down to its least; then the
 * reason again. */
static const struct {
    unsigned width;
    const char *says;
} history_cases[] = {
    {160, "  the returning customer  amsterdam-west  http.timeout.ttfb\n"},
    {102, "  the returning customer  amsterdam-west  http.timeout.ttfb\n"},
    {97, "  the returning customer  amsterdam-west  http.timeou~\n"},
    {87, "  the returni~  amsterdam-west  http.timeou~\n"},
    {81, "  the returni~  amsterd~  http.timeou~\n"},
    {75, "  the returni~  amsterd~  http.~\n"},
};

START_TEST(history_has_room_for_what_names_need)
{
    const struct terminal terminal = {.width = history_cases[_i].width};
    struct run_step step = {
        .name = "pay", .state = STATE_FAILED, .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB};
    struct run run = {.id = "fedcba9876543210",
                      .journey = "the returning customer",
                      .vantage = "amsterdam-west",
                      .state = STATE_FAILED,
                      .steps = &step,
                      .step_count = 1};
    struct run *runs[] = {&run};
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    terminal_history(&terminal, runs, 1, run.slot.planned, &out);
    ck_assert_msg(strstr(out.data, history_cases[_i].says) != NULL, "%s", out.data);
    buffer_free(&out);
}
END_TEST

static const struct {
    struct verdict verdict;
    const char *doubt; /* NULL: none is said */
} doubt_cases[] = {
    {{.unsure = "the monitor (2 %)", .runner_up = CAUSE_MONITOR, .runner_up_confidence = 0.02},
     "Not excluded: the monitor (2 %)"},
    {{.runner_up = CAUSE_APPLICATION, .runner_up_confidence = 0.012},
     "Next likeliest: application, 1 %"},
    {{.runner_up = CAUSE_APPLICATION, .runner_up_confidence = 0.004}, NULL},
    {{.runner_up = CAUSE_NONE}, NULL},
};

START_TEST(what_is_next_to_impossible_is_not_named)
{
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    ck_assert_int_eq(words_doubt(&doubt_cases[_i].verdict, &out), doubt_cases[_i].doubt != NULL);
    ck_assert_str_eq(out.data, doubt_cases[_i].doubt != NULL ? doubt_cases[_i].doubt : "");
    buffer_free(&out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("terminal");
    TCase *reports = tcase_create("terminal");
    tcase_add_test(reports, terminal_shows_a_passed_run);
    tcase_add_test(reports, terminal_explains_a_failed_run);
    tcase_add_loop_test(reports, of_a_page_it_is_shown_what_it_says, 0, COUNT_OF(excerpt_cases));
    tcase_add_loop_test(reports, terminal_shows_what_a_page_says_and_json_indented, 0,
                        COUNT_OF(body_cases));
    tcase_add_test(reports, terminal_tells_the_same_failure_once);
    tcase_add_loop_test(reports, terminal_shows_messages_below_their_step, 0,
                        COUNT_OF(message_cases));
    tcase_add_test(reports, deep_json_is_laid_out_in_time);
    tcase_add_test(reports, terminal_gives_advice_where_nothing_is_determined);
    tcase_add_loop_test(reports, terminal_keeps_to_its_width_and_sends_no_controls, 0,
                        COUNT_OF(terminals));
    tcase_add_test(reports, terminal_colours_are_always_switched_off_again);
    tcase_add_loop_test(reports, terminal_is_detected, 0, COUNT_OF(detect_cases));
    tcase_add_loop_test(reports, kernel_facts_become_sentences, 0, COUNT_OF(tcp_cases));
    tcase_add_loop_test(reports, history_has_room_for_what_names_need, 0, COUNT_OF(history_cases));
    tcase_add_loop_test(reports, an_incident_says_how_it_stands, 0, COUNT_OF(standing_cases));
    tcase_add_test(reports, an_incident_says_what_became_of_who_showed_it);
    tcase_add_loop_test(reports, what_is_next_to_impossible_is_not_named, 0, COUNT_OF(doubt_cases));
    suite_add_tcase(suite, reports);
    return suite;
}
