/* SPDX-License-Identifier: MIT */
/* TAP version 14: a test a step, with what was wrong as a YAML block. See documents.h. */
#include "reporters/documents.h"
#include "reporters/text.h"
#include "reporters/words.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

/* On one line; `#` would begin a directive. */
static void describe(struct buffer *out, const char *text)
{
    struct buffer valid;
    buffer_init(&valid, LINE_MAX_BYTES);
    text_append_valid(&valid, text);
    for (const char *at = valid.data; *at != '\0'; at++) {
        if (*at == '#' || *at == '\\')
            buffer_text(out, "\\");
        buffer_append(out, *at == '\n' ? " " : at, 1);
    }
    buffer_free(&valid);
}

/* A JSON string is a YAML scalar on one line. */
static void fact(struct buffer *out, const char *key, const char *text)
{
    struct buffer valid;
    if (text == NULL || text[0] == '\0')
        return;
    buffer_init(&valid, LINE_MAX_BYTES);
    text_append_valid(&valid, text);
    json_t *string = json_string(valid.data);
    char *line = string != NULL ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    if (line != NULL)
        buffer_print(out, "  %s: %s\n", key, line);
    free(line);
    json_decref(string);
    buffer_free(&valid);
}

static void write_diagnosis(struct buffer *out, const struct run *run, const struct run_step *step)
{
    if (step->symptom == SYMPTOM_NONE)
        return;
    buffer_text(out, "  ---\n");
    fact(out, "state", state_name(step->state));
    fact(out, "symptom", symptom_code(step->symptom));
    fact(out, "message", symptom_sentence(step->symptom));
    fact(out, "expected", words_expected(step));
    fact(out, "values", step->values);
    fact(out, "actual", words_came(step));
    fact(out, "file", step->file != NULL ? step->file : run->file);
    if (step->line > 0)
        buffer_print(out, "  line: %d\n  column: %d\n", step->line, step->column);
    fact(out, "body", step->excerpt);
    buffer_text(out, "  ...\n");
}

void document_tap(struct run *const *runs, size_t count, struct buffer *out)
{
    size_t total = 0, number = 0;
    for (size_t i = 0; i < count; i++)
        total += runs[i]->step_count;
    buffer_print(out, "TAP version 14\n1..%zu\n", total);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < runs[i]->step_count; j++) {
            const struct run_step *step = &runs[i]->steps[j];
            bool bad = step->state == STATE_FAILED || step->state == STATE_UNKNOWN;
            buffer_print(out, "%sok %zu - ", bad ? "not " : "", ++number);
            describe(out, runs[i]->journey);
            buffer_text(out, ": ");
            describe(out, step->name);
            if (step->state == STATE_SKIPPED)
                buffer_text(out, " # SKIP");
            if (step->state == STATE_SKIPPED && step->note != NULL) {
                buffer_text(out, " ");
                describe(out, step->note);
            }
            buffer_text(out, "\n");
            write_diagnosis(out, runs[i], step);
        }
}
