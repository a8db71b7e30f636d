/* SPDX-License-Identifier: MIT */
/* Records as JSON Lines. See documents.h. */
#include "reporters/documents.h"

void document_json(struct run *const *runs, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        run_write(runs[i], out);
        buffer_text(out, "\n");
    }
}
