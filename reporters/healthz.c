/* SPDX-License-Identifier: MIT */
/* See healthz.h. */
#include "reporters/healthz.h"

#include "monitor/base/buffer.h"
#include "monitor/record/health.h"

enum { HEALTHZ_MAX = 64 * 1024 };

int healthz_write(const struct reporter_context *context, struct buffer *body)
{
    struct health health = {0};
    if (context->health_read != NULL)
        context->health_read(context->health_data, &health);
    health_write(&health, body);
    buffer_text(body, "\n");
    return health_is_well(&health) ? 200 : 503;
}

void healthz_reply(const struct reporter_context *context, struct http_request *request)
{
    struct buffer body;
    buffer_init(&body, HEALTHZ_MAX);
    int status = healthz_write(context, &body);
    const struct http_reply reply = {
        .status = status,
        .content_type = "application/json",
        .body = body.data,
        .body_length = body.length,
    };
    http_reply(request, &reply);
    buffer_free(&body);
}
