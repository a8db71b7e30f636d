/* SPDX-License-Identifier: MIT */
/* JUnit XML, as build servers read it: a suite a run, a case a step. See documents.h. */
#include "reporters/documents.h"
#include "reporters/text.h"
#include "reporters/words.h"

enum { ESCAPED_MAX = 8 * 1024 * 1024, SECONDS_LENGTH = 19 };

static void escape(struct buffer *out, const char *text)
{
    static const struct {
        char character;
        const char *escaped;
    } special[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},
                   {'"', "&quot;"}, {'\n', "&#10;"}, {'\t', "&#9;"}};
    struct buffer valid;
    if (text == NULL)
        return;
    buffer_init(&valid, ESCAPED_MAX);
    text_append_valid(&valid, text);
    for (const char *at = valid.data; *at != '\0'; at++) {
        size_t i = 0;
        while (i < COUNT_OF(special) && special[i].character != *at)
            i++;
        if (i < COUNT_OF(special))
            buffer_text(out, special[i].escaped);
        else
            buffer_append(out, at, 1);
    }
    buffer_free(&valid);
}

static void attribute(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buffer_print(out, " %s=\"", name);
    escape(out, value);
    buffer_text(out, "\"");
}

static void seconds(struct buffer *out, duration value)
{
    buffer_print(out, " time=\"%.6f\"", (double)value / (double)DURATION_SECOND);
}

static void line(struct buffer *out, const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    buffer_print(out, "%s: ", label);
    escape(out, text);
    buffer_text(out, "&#10;");
}

/* Of the assertion, as compilers write it: build servers make links of that. */
static void write_place(struct buffer *out, const char *file, const struct run_step *step)
{
    if (file == NULL || step->line == 0)
        return;
    buffer_text(out, "at: ");
    escape(out, file);
    buffer_print(out, ":%d:%d&#10;", step->line, step->column);
}

static void write_verdict(struct buffer *out, const struct verdict *verdict)
{
    if (verdict->cause == CAUSE_NONE)
        return;
    line(out, "verdict", cause_name(verdict->cause));
    line(out, "component", verdict->component);
    line(out, "summary", verdict->summary);
    line(out, "not excluded", verdict->unsure);
}

/* A failed step, and one at which the monitor itself could not look. */
static void write_failure(struct buffer *out, const struct run *run, const struct run_step *step)
{
    const char *file = step->file != NULL ? step->file : run->file;
    const char *element = step->state == STATE_UNKNOWN ? "error" : "failure";
    buffer_print(out, "\n      <%s", element);
    attribute(out, "type", symptom_code(step->symptom));
    attribute(out, "message", symptom_sentence(step->symptom));
    buffer_text(out, ">");
    line(out, "expected", words_expected(step));
    write_place(out, file, step);
    line(out, "values", step->values);
    line(out, "actual", words_came(step));
    for (size_t i = 0; i < step->exchange_count; i++)
        if (step->exchanges[i].detail != words_came(step))
            line(out, "detail", step->exchanges[i].detail);
    if (step == run_first_failure(run))
        write_verdict(out, &run->verdict);
    line(out, "body", step->excerpt);
    buffer_print(out, "</%s>\n    ", element);
}

static void write_case(struct buffer *out, const struct run *run, const struct run_step *step)
{
    buffer_text(out, "    <testcase");
    attribute(out, "classname", run->journey);
    attribute(out, "name", step->name);
    attribute(out, "file", step->file != NULL ? step->file : run->file);
    if (step->line > 0)
        buffer_print(out, " line=\"%d\"", step->line);
    seconds(out, step->total);
    buffer_text(out, ">");
    switch (step->state) {
    case STATE_FAILED:
    case STATE_UNKNOWN:
        write_failure(out, run, step);
        break;
    case STATE_SKIPPED:
        buffer_text(out, "<skipped");
        attribute(out, "message", step->note);
        buffer_text(out, "/>");
        break;
    case STATE_DEGRADED:
        buffer_text(out, "<system-out>degraded: ");
        escape(out, symptom_sentence(step->symptom));
        buffer_text(out, "&#10;");
        line(out, "expected", step->expected);
        line(out, "actual", step->actual);
        buffer_text(out, "</system-out>");
        break;
    case STATE_PASSED:
        break;
    }
    buffer_text(out, "</testcase>\n");
}

/* tests, failures, errors and skipped of some runs. */
static void write_counts(struct buffer *out, struct run *const *runs, size_t count)
{
    size_t tests = 0, states[STATE_SKIPPED + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        tests += runs[i]->step_count;
        for (size_t step = 0; step < runs[i]->step_count; step++)
            states[runs[i]->steps[step].state]++;
    }
    buffer_print(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", tests,
                 states[STATE_FAILED], states[STATE_UNKNOWN], states[STATE_SKIPPED]);
}

static void write_property(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buffer_text(out, "      <property");
    attribute(out, "name", name);
    attribute(out, "value", value);
    buffer_text(out, "/>\n");
}

static void write_suite(struct buffer *out, struct run *run)
{
    char stamp[WALL_TEXT_MAX];
    wall_print(run->slot.started, stamp);
    stamp[SECONDS_LENGTH] = '\0'; /* the schema knows no fraction and no zone */
    buffer_text(out, "  <testsuite");
    attribute(out, "name", run->journey);
    write_counts(out, &run, 1);
    seconds(out, run_latency(run));
    attribute(out, "timestamp", stamp);
    buffer_text(out, ">\n    <properties>\n");
    write_property(out, "run", run->id);
    write_property(out, "vantage", run->vantage);
    write_property(out, "state", state_name(run->state));
    write_property(out, "reason", run->reason);
    if (run->verdict.cause != CAUSE_NONE) {
        write_property(out, "verdict.cause", cause_name(run->verdict.cause));
        write_property(out, "verdict.component", run->verdict.component);
        write_property(out, "verdict.summary", run->verdict.summary);
    }
    buffer_text(out, "    </properties>\n");
    for (size_t i = 0; i < run->step_count; i++)
        write_case(out, run, &run->steps[i]);
    buffer_text(out, "  </testsuite>\n");
}

void document_junit(struct run *const *runs, size_t count, struct buffer *out)
{
    duration total = 0;
    for (size_t i = 0; i < count; i++)
        total += run_latency(runs[i]);
    buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute(out, "name", "shopwatch");
    write_counts(out, runs, count);
    seconds(out, total);
    buffer_text(out, ">\n");
    for (size_t i = 0; i < count; i++)
        write_suite(out, runs[i]);
    buffer_text(out, "</testsuites>\n");
}
