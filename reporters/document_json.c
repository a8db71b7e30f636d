/* SPDX-License-Identifier: MIT */
/* Records as JSON Lines. See documents.h. */
#include "monitor/record/json.h"
#include "reporters/documents.h"

static int append(const char *text, size_t length, void *data)
{
    return buffer_append(data, text, length) == RESULT_OK ? 0 : -1;
}

void document_json(struct run *const *runs, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        json_t *json = run_to_json(runs[i]);
        json_dump_callback(json, append, out, JSON_COMPACT | JSON_RECORD_FLAGS);
        json_decref(json);
        buffer_text(out, "\n");
    }
}
