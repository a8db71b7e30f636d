/* SPDX-License-Identifier: MIT */
/* See healthz.h. */
#include "reporters/healthz.h"

#include "monitor/base/buffer.h"
#include "monitor/record/health.h"

enum { HEALTHZ_MAX = 64 * 1024 };

void healthz_reply(const struct reporter_context *context, struct http_request *request)
{
    struct health health = {0};
    struct buffer text;
    buffer_init(&text, HEALTHZ_MAX);
    if (context->health_read != NULL)
        context->health_read(context->health_data, &health);
    health_write(&health, &text);
    buffer_text(&text, "\n");
    const struct http_reply reply = {
        .status = health_is_well(&health) ? 200 : 503,
        .content_type = "application/json",
        .body = text.data,
        .body_length = text.length,
    };
    http_reply(request, &reply);
    buffer_free(&text);
}
