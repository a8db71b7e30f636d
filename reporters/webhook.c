/* SPDX-License-Identifier: MIT */
/*
 * Posts each change of an incident as JSON, one after another: the next is not sent before the one
 * before it was taken, or refused for good. What was not taken is offered again by the lane.
 */
#include "reporters/kinds.h"

#include "config.h"
#include "monitor/base/memory.h"
#include "reporters/message.h"
#include "reporters/sender.h"
#include "scenarios/scenario.h"
#include "scenarios/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_HEADERS = 5, STAMP_MAX = 24, SIGNATURE_MAX = 7 + NET_SHA256_LENGTH + 1 };

struct webhook {
    struct reporter_context context;
    struct arena *arena; /* settings, with their secrets in them */
    const struct json_template *json;
    const char *url, *secret;
    struct net_header *headers; /* the shop file's, then our own */
    size_t header_count;        /* the shop file's */
    duration timeout;
    struct sender *sender;
    /* What is being sent. */
    struct buffer body;
    char key[MESSAGE_KEY_MAX], stamp[STAMP_MAX], signature[SIGNATURE_MAX];
    const struct store_changes *changes; /* NULL: a test */
    size_t next;
    reporter_delivered *done;
    reporter_tested *tested;
    void *data;
    struct loop_timer *failed; /* a message that could not even be written */
    struct error error;
};

static void sign(struct webhook *webhook)
{
    struct buffer signed_text;
    char digits[NET_SHA256_LENGTH + 1];
    snprintf(webhook->stamp, sizeof webhook->stamp, "%lld",
             (long long)(clock_wall().us / DURATION_SECOND));
    if (webhook->secret == NULL)
        return;
    buffer_init(&signed_text, MESSAGE_MAX + STAMP_MAX);
    buffer_print(&signed_text, "%s.", webhook->stamp);
    buffer_append(&signed_text, webhook->body.data, webhook->body.length);
    net_hmac_sha256(webhook->secret, signed_text.data, signed_text.length, digits);
    snprintf(webhook->signature, sizeof webhook->signature, "sha256=%s", digits);
    buffer_free(&signed_text);
}

static void post(struct webhook *webhook, sender_done *done)
{
    struct net_header *own = webhook->headers + webhook->header_count;
    sign(webhook);
    own[0] = (struct net_header){"Content-Type", "application/json"};
    own[1] = (struct net_header){"User-Agent", "shopwatch/" PACKAGE_VERSION};
    own[2] = (struct net_header){"Idempotency-Key", webhook->key};
    own[3] = (struct net_header){"X-Shopwatch-Timestamp", webhook->stamp};
    own[4] = (struct net_header){"X-Shopwatch-Signature", webhook->signature};
    const struct net_request request = {
        .method = "POST",
        .url = webhook->url,
        .headers = webhook->headers,
        .header_count = webhook->header_count + OWN_HEADERS - (webhook->secret == NULL ? 1 : 0),
        .body = webhook->body.data,
        .body_length = webhook->body.length,
        .timeout = webhook->timeout,
    };
    sender_send(webhook->sender, &request, done, webhook);
}

static enum result write_message(struct webhook *webhook, const struct incident *incident,
                                 bool test)
{
    const struct message message = {&webhook->context, incident, test};
    webhook->error = (struct error){0};
    buffer_clear(&webhook->body);
    webhook->body.result = RESULT_OK;
    message_key(&message, webhook->key);
    return message_write(&message, webhook->json, &webhook->body, &webhook->error);
}

static void end(struct webhook *webhook, const struct reporter_outcome *outcome)
{
    webhook->changes = NULL;
    webhook->done(webhook->data, outcome);
}

static void answered(void *data, const struct sender_answer *answer);

static void send_next(struct webhook *webhook)
{
    const struct store_changes *changes = webhook->changes;
    if (webhook->next == changes->count)
        end(webhook, &(struct reporter_outcome){.delivered = webhook->next});
    else if (write_message(webhook, &changes->incidents[webhook->next], false) == RESULT_OK)
        post(webhook, answered);
    else
        loop_timer_set(webhook->failed, 0);
}

/* No later try could write it either. */
static void give_up(void *data)
{
    struct webhook *webhook = data;
    end(webhook, &(struct reporter_outcome){.delivered = webhook->next + 1,
                                            .given_up = 1,
                                            .trouble = webhook->error.text});
}

static void answered(void *data, const struct sender_answer *answer)
{
    struct webhook *webhook = data;
    struct reporter_outcome outcome = {
        .delivered = webhook->next, .pause = answer->pause, .trouble = answer->trouble};
    char text[ERROR_TEXT_MAX];
    switch (answer->outcome) {
    case SENDER_TAKEN:
        webhook->next++;
        send_next(webhook);
        return;
    case SENDER_REFUSED:
        snprintf(text, sizeof text, "message %s is given up: %s", webhook->key, answer->trouble);
        outcome.delivered++;
        outcome.given_up = 1;
        outcome.pause = 0;
        outcome.trouble = text;
        break;
    case SENDER_LATER:
        break;
    }
    end(webhook, &outcome);
}

static void webhook_deliver(void *reporter, const struct store_changes *changes,
                            reporter_delivered *done, void *data)
{
    struct webhook *webhook = reporter;
    webhook->changes = changes;
    webhook->next = 0;
    webhook->done = done;
    webhook->data = data;
    send_next(webhook);
}

static void test_answered(void *data, const struct sender_answer *answer)
{
    struct webhook *webhook = data;
    if (answer->outcome == SENDER_TAKEN)
        webhook->tested(webhook->data, RESULT_OK, "the message was taken");
    else
        webhook->tested(webhook->data, RESULT_IO, answer->trouble);
}

static void test_failed(void *data)
{
    struct webhook *webhook = data;
    webhook->tested(webhook->data, webhook->error.code, webhook->error.text);
}

static void failed(void *data)
{
    const struct webhook *webhook = data;
    if (webhook->changes != NULL)
        give_up(data);
    else
        test_failed(data);
}

static void webhook_test(void *reporter, reporter_tested *done, void *data)
{
    struct webhook *webhook = reporter;
    struct incident incident;
    message_example(webhook->arena, webhook->context.shop, &incident);
    webhook->tested = done;
    webhook->data = data;
    if (write_message(webhook, &incident, true) == RESULT_OK)
        post(webhook, test_answered);
    else
        loop_timer_set(webhook->failed, 0);
}

static void webhook_close(void *reporter)
{
    struct webhook *webhook = reporter;
    sender_free(webhook->sender);
    loop_timer_free(webhook->failed);
    buffer_free(&webhook->body);
    arena_free(webhook->arena);
    free(webhook);
}

static enum result expand_settings(struct webhook *webhook,
                                   const struct reporter_settings *settings, struct error *error)
{
    const struct reporter_context *context = &webhook->context;
    webhook->headers = arena_allocate(webhook->arena, settings->header_count + OWN_HEADERS,
                                      sizeof *webhook->headers);
    for (size_t i = 0; i < settings->header_count; i++) {
        struct net_header *header = &webhook->headers[webhook->header_count++];
        header->name = settings->headers[i].name;
        header->value = message_expand(context, webhook->arena, settings->headers[i].value, error);
        if (header->value == NULL)
            return error->code;
    }
    webhook->url = message_expand(context, webhook->arena, settings->url, error);
    if (settings->secret != NULL)
        webhook->secret = message_expand(context, webhook->arena, settings->secret, error);
    return error->code;
}

static void *webhook_open(const struct reporter_context *context,
                          const struct reporter_settings *settings, struct error *error)
{
    struct error why = {0};
    struct webhook *webhook = memory_allocate(1, sizeof *webhook);
    webhook->context = *context;
    webhook->arena = arena_create();
    webhook->json = settings->json;
    webhook->timeout = settings->timeout;
    webhook->failed = loop_timer_create(context->loop, failed, webhook);
    webhook->sender = sender_create(context);
    buffer_init(&webhook->body, MESSAGE_MAX);
    if (expand_settings(webhook, settings, &why) == RESULT_OK)
        return webhook;
    error_set(error, why.code, "reporter \"%.100s\": %.300s", settings->name, why.text);
    webhook_close(webhook);
    return NULL;
}

const struct reporter_kind webhook_kind = {
    .name = "webhook",
    .from_now = true,
    .open = webhook_open,
    .deliver_changes = webhook_deliver,
    .test = webhook_test,
    .close = webhook_close,
};
