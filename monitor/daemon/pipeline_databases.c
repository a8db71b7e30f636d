/* SPDX-License-Identifier: MIT */
/* The databases that are asked directly: one probe a component that has one. See pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

/* What is well from the start is not worth a line. */
static void tell_finding(void *data, const struct database_state *state,
                         const struct database_finding *finding)
{
    struct pipeline *pipeline = data;
    struct buffer text;
    bool is_good = finding->outcome == DATABASE_GOOD;
    if (is_good && !pipeline->probe_told)
        return;
    buffer_init(&text, SIZE_MAX);
    database_print(finding, &text);
    log_write(is_good ? LOG_INFO : LOG_WARNING, "probe of %s: %s", state->component, text.data);
    buffer_free(&text);
    pipeline->probe_told = true;
}

enum result pipeline_open_databases(struct pipeline *pipeline, struct error *error)
{
    const struct shop *shop = pipeline->settings->shop;
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct database_probe_settings settings = {
            .loop = pipeline->loop,
            .vantage = pipeline->outlet,
            .component = &shop->components[i],
            .changed = tell_finding,
            .data = pipeline,
        };
        if (shop->components[i].probe == NULL)
            continue;
        struct error why = {0};
        struct database_probe *probe = database_probe_create(&settings, &why);
        if (probe == NULL)
            return error_set(error, why.code, "probe of %.100s: %.300s", shop->components[i].name,
                             why.text);
        memory_grow(pipeline->probes, pipeline->probe_count);
        pipeline->probes[pipeline->probe_count++] = probe;
    }
    return RESULT_OK;
}

void pipeline_close_databases(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->probe_count; i++)
        database_probe_free(pipeline->probes[i]);
    free(pipeline->probes);
}
