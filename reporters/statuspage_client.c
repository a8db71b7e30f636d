/* SPDX-License-Identifier: MIT */
/* See statuspage_client.h. */
#include "reporters/statuspage_client.h"

#include "config.h"
#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* A call every 1.2 s, and ten at once on top of it, are 60 in the minute that is the limit. */
#define PACE_INTERVAL (1200 * DURATION_MILLISECOND)
#define PACE_AHEAD    (9 * PACE_INTERVAL)

/* The minute over which the limit is measured, for an answer that names no other pause. */
#define LIMIT_PAUSE DURATION_MINUTE

enum { TEXT_MAX = 65 * 1024, TROUBLE_MAX = 600, WORDS_MAX = 100, WORDS_COUNT_MAX = 3 };

duration statuspage_pace_wait(const struct statuspage_pace *pace, struct instant now)
{
    duration early = instant_between(now, pace->next) - PACE_AHEAD;
    return early > 0 ? early : 0;
}

void statuspage_pace_take(struct statuspage_pace *pace, struct instant now)
{
    if (pace->next.us < now.us)
        pace->next = now;
    pace->next = instant_after(pace->next, PACE_INTERVAL);
}

void statuspage_pace_hold(struct statuspage_pace *pace, struct instant now, duration pause)
{
    struct instant until = instant_after(now, pause + PACE_AHEAD);
    if (pace->next.us < until.us)
        pace->next = until;
}

struct statuspage_client {
    struct reporter_context context;
    struct statuspage_client_settings settings;
    struct statuspage_pace pace;
};

struct statuspage_line {
    struct statuspage_client *client;
    struct sender *sender;
    struct loop_timer *turn; /* while the pace has it wait */
    const char *method;
    struct buffer url, authorization;
    char *body; /* NULL: none */
    statuspage_answered *done;
    void *data;
};

struct statuspage_client *
statuspage_client_create(const struct reporter_context *context,
                         const struct statuspage_client_settings *settings)
{
    struct statuspage_client *client = memory_allocate(1, sizeof *client);
    client->context = *context;
    client->settings = *settings;
    return client;
}

void statuspage_client_free(struct statuspage_client *client)
{
    free(client);
}

static void line_go(void *data);

struct statuspage_line *statuspage_line_open(struct statuspage_client *client)
{
    struct statuspage_line *line = memory_allocate(1, sizeof *line);
    line->client = client;
    line->sender = sender_create(&client->context);
    line->turn = loop_timer_create(client->context.loop, line_go, line);
    buffer_init(&line->url, TEXT_MAX);
    buffer_init(&line->authorization, TEXT_MAX);
    buffer_print(&line->authorization, "OAuth %s", client->settings.key);
    return line;
}

void statuspage_line_close(struct statuspage_line *line)
{
    if (line == NULL)
        return;
    sender_free(line->sender);
    loop_timer_free(line->turn);
    buffer_free(&line->url);
    buffer_free(&line->authorization);
    free(line->body);
    free(line);
}

/* A key that is not taken may be taken tomorrow, and until then nothing must be lost. */
static enum sender_outcome outcome_of(const struct sender_answer *answer)
{
    return answer->status == 401 || answer->status == 403 ? SENDER_LATER : answer->outcome;
}

/* Their words: `{"error": "..."}`, or a list of them. */
static void add_words(struct buffer *trouble, const json_t *json)
{
    const json_t *error = json_object_get(json, "error");
    size_t count = json_is_array(error) ? json_array_size(error) : 1;
    if (count > WORDS_COUNT_MAX)
        count = WORDS_COUNT_MAX;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(error) ? json_array_get(error, i) : error;
        if (json_is_string(item))
            buffer_print(
                trouble, "%s %.*s", i == 0 ? ":" : ",",
                (int)utf8_cut(json_string_value(item), json_string_length(item), WORDS_MAX),
                json_string_value(item));
    }
}

static void line_answered(void *data, const struct sender_answer *answer)
{
    struct statuspage_line *line = data;
    json_t *json = json_loads(answer->body, JSON_DECODE_ANY, NULL);
    bool limited = answer->status == 420 || answer->status == 429;
    struct buffer trouble;
    struct statuspage_answer told = {
        .outcome = outcome_of(answer),
        .status = answer->status,
        .json = json,
        .pause = limited && answer->pause == 0 ? LIMIT_PAUSE : answer->pause,
    };
    buffer_init(&trouble, TROUBLE_MAX);
    if (limited)
        statuspage_pace_hold(&line->client->pace, clock_instant(), told.pause);
    if (told.outcome != SENDER_TAKEN) {
        buffer_text(&trouble, answer->trouble);
        add_words(&trouble, json);
        told.trouble = trouble.data;
    }
    line->done(line->data, &told);
    buffer_free(&trouble);
    json_decref(json);
}

static void line_go(void *data)
{
    struct statuspage_line *line = data;
    struct statuspage_client *client = line->client;
    struct instant now = clock_instant();
    duration wait = statuspage_pace_wait(&client->pace, now);
    if (wait > 0) {
        loop_timer_set(line->turn, wait);
        return;
    }
    statuspage_pace_take(&client->pace, now);
    const struct net_header headers[] = {
        {"Authorization", line->authorization.data},
        {"User-Agent", "shopwatch/" PACKAGE_VERSION},
        {"Accept", "application/json"},
        {"Content-Type", "application/json"},
    };
    const struct net_request request = {
        .method = line->method,
        .url = line->url.data,
        .headers = headers,
        .header_count = COUNT_OF(headers) - (line->body == NULL ? 1 : 0),
        .body = line->body,
        .body_length = line->body != NULL ? strlen(line->body) : 0,
        .timeout = client->settings.timeout,
    };
    sender_send(line->sender, &request, line_answered, line);
}

void statuspage_call(struct statuspage_line *line, const char *method, const char *path,
                     const json_t *body, statuspage_answered *done, void *data)
{
    const struct statuspage_client_settings *settings = &line->client->settings;
    size_t length = strlen(settings->url);
    while (length > 0 && settings->url[length - 1] == '/')
        length--;
    line->method = method;
    buffer_clear(&line->url);
    buffer_print(&line->url, "%.*s/v1/pages/%s%s", (int)length, settings->url, settings->page,
                 path);
    free(line->body);
    line->body = body != NULL ? json_dumps(body, JSON_COMPACT | JSON_RECORD_FLAGS) : NULL;
    line->done = done;
    line->data = data;
    loop_timer_set(line->turn, 0);
}
