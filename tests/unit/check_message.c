/* SPDX-License-Identifier: MIT */
/* record/: what went over the wire, as it is stored beside a run. */
#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/record/message.h"
#include "monitor/record/run.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* One step that passed, and one that failed with an exchange. */
static struct run *failed_run(void)
{
    struct run *run = run_create("guest checkout", "eu-west", (struct wall_time){1763906820123456});
    run->state = STATE_FAILED;
    run_add_step(run, "home")->state = STATE_PASSED;
    struct run_step *step = run_add_step(run, "checkout");
    step->state = STATE_FAILED;
    step->symptom = SYMPTOM_HTTP_ERROR;
    run_add_exchange(run, step)->status = 500;
    return run;
}

static struct message *message_of(struct arena *arena, const char *body, size_t length)
{
    static const struct message_header headers[] = {
        {"Content-Type", "text/html"},
        {"Cookie", "sid=4711; theme=dark"},
        {"Set-Cookie", "sid=4712; Path=/; HttpOnly"},
        {"Authorization", "Bearer abc"},
    };
    struct message *message = arena_allocate(arena, 1, sizeof *message);
    *message = (struct message){.headers = (struct message_header *)(uintptr_t)headers,
                                .header_count = COUNT_OF(headers),
                                .body = body,
                                .body_length = length,
                                .body_size = length};
    return message;
}

/* Writes, and reads into a copy that knows nothing of messages. */
static struct run *through_messages(const struct run *run, struct buffer *text)
{
    buffer_init(text, MESSAGES_STORED_MAX);
    messages_write(run, text);
    ck_assert_int_eq(text->result, RESULT_OK);
    json_t *record = run_to_json(run), *json = json_loads(text->data, 0, NULL);
    ck_assert_ptr_nonnull(json);
    struct run *read = run_from_json(record, NULL);
    ck_assert_ptr_null(read->steps[1].exchanges[0].request);
    messages_read(json, read);
    json_decref(record);
    json_decref(json);
    return read;
}

START_TEST(messages_are_kept_without_credentials)
{
    struct run *run = failed_run();
    struct exchange *exchange = &run->steps[1].exchanges[0];
    struct buffer text;
    exchange->request = message_of(run->arena, "n=1", 3);
    exchange->answer = message_of(run->arena, "<p>no \xc3\xa9\x22\n", 10);
    struct run *read = through_messages(run, &text);
    const struct message *answer = read->steps[1].exchanges[0].answer;
    ck_assert_str_eq(read->steps[1].exchanges[0].request->body, "n=1");
    ck_assert_str_eq(answer->body, "<p>no \xc3\xa9\x22\n");
    ck_assert_uint_eq(answer->body_length, 10);
    ck_assert_str_eq(message_header(answer, "content-type"), "text/html");
    ck_assert_str_eq(message_header(answer, "Cookie"), "sid=***; theme=***");
    ck_assert_str_eq(message_header(answer, "Set-Cookie"), "sid=***; Path=/; HttpOnly");
    ck_assert_str_eq(message_header(answer, "Authorization"), "Bearer ***");
    ck_assert_ptr_null(strstr(text.data, "471"));
    buffer_free(&text);
    run_free(run);
    run_free(read);
}
END_TEST

START_TEST(bodies_are_bounded_and_pictures_only_counted)
{
    static char large[2 * MESSAGE_BODY_STORED_MAX];
    struct run *run = failed_run();
    struct exchange *exchange = &run->steps[1].exchanges[0];
    struct buffer text;
    memset(large, 'x', sizeof large);
    memcpy(large + MESSAGE_BODY_STORED_MAX - 1, "\xc3\xa9", 2);
    exchange->request = message_of(run->arena, "\x89PNG\0\1", 6);
    exchange->answer = message_of(run->arena, large, sizeof large);
    struct run *read = through_messages(run, &text);
    exchange = &read->steps[1].exchanges[0];
    ck_assert_uint_eq(exchange->request->body_length, 0);
    ck_assert_uint_eq(exchange->request->body_size, 6);
    /* Cut before the letter of two bytes, or a little earlier. */
    ck_assert_uint_lt(exchange->answer->body_length, MESSAGE_BODY_STORED_MAX);
    ck_assert_uint_ge(exchange->answer->body_length, MESSAGE_BODY_STORED_MAX - 4);
    ck_assert_uint_eq(exchange->answer->body_size, sizeof large);
    buffer_free(&text);
    run_free(run);
    run_free(read);
}
END_TEST

/* However much there is, there is room for what failed. */
START_TEST(what_failed_is_kept_before_what_passed)
{
    static char page[MESSAGE_BODY_STORED_MAX];
    struct run *run = failed_run();
    struct buffer text;
    memset(page, 'x', sizeof page);
    for (int i = 0; i < 100; i++)
        run_add_exchange(run, &run->steps[0])->answer = message_of(run->arena, page, sizeof page);
    run->steps[1].exchanges[0].answer = message_of(run->arena, page, sizeof page);
    struct run *read = through_messages(run, &text);
    ck_assert_uint_le(text.length, MESSAGES_STORED_MAX);
    ck_assert_uint_eq(read->steps[1].exchanges[0].answer->body_length, sizeof page);
    ck_assert_ptr_nonnull(read->steps[0].exchanges[0].answer);
    ck_assert_ptr_null(read->steps[0].exchanges[99].answer);
    buffer_free(&text);
    run_free(run);
    run_free(read);
}
END_TEST

START_TEST(a_run_without_messages_has_nothing_to_keep)
{
    struct run *run = failed_run();
    struct buffer text;
    buffer_init(&text, MESSAGES_STORED_MAX);
    messages_write(run, &text);
    ck_assert_uint_eq(text.length, 0);
    buffer_free(&text);
    json_t *json = json_loads("[{\"step\": 7, \"request\": {}}, {\"step\": 1, \"exchange\": 9}, 3, "
                              "{\"step\": 1, \"request\": {\"headers\": [3, [], [\"a\"]]}}]",
                              0, NULL);
    messages_read(json, run);
    messages_read(NULL, run);
    ck_assert_uint_eq(run->steps[1].exchanges[0].request->header_count, 0);
    json_decref(json);
    run_free(run);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("message");
    TCase *tests = tcase_create("message");
    tcase_add_test(tests, messages_are_kept_without_credentials);
    tcase_add_test(tests, bodies_are_bounded_and_pictures_only_counted);
    tcase_add_test(tests, what_failed_is_kept_before_what_passed);
    tcase_add_test(tests, a_run_without_messages_has_nothing_to_keep);
    suite_add_tcase(suite, tests);
    return suite;
}
