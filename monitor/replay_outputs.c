/* SPDX-License-Identifier: MIT */
/* What is told of the runs: a report for people, documents for programs. See replay.h. */
#include "monitor/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REPORT_MAX = 64 * 1024 * 1024 };

static const struct {
    const char *option;
    document_writer *write;
    bool needs_messages;
} kinds[] = {
    {"json", document_json, false},
    {"junit", document_junit, false},
    {"tap", document_tap, false},
    {"har", document_har, true},
};

int replay_add_output(struct replay *replay, const char *option, const char *file)
{
    if (strcmp(file, "-") == 0 && replay_writes_standard_output(replay))
        return cli_usage_error(replay->command, "--%s -: only one document goes to standard output",
                               option);
    if (replay->output_count == REPLAY_OUTPUTS_MAX)
        return cli_usage_error(replay->command, "more than %d documents", REPLAY_OUTPUTS_MAX);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].option, option) != 0)
            continue;
        replay->keep_messages |= kinds[i].needs_messages;
        replay->outputs[replay->output_count++] = (struct replay_output){kinds[i].write, file};
    }
    return EXIT_PASSED;
}

bool replay_writes_standard_output(const struct replay *replay)
{
    for (size_t i = 0; i < replay->output_count; i++)
        if (strcmp(replay->outputs[i].file, "-") == 0)
            return true;
    return false;
}

static enum result write_file(const char *name, const struct buffer *text, struct error *error)
{
    bool standard = strcmp(name, "-") == 0;
    FILE *file = standard ? stdout : fopen(name, "w");
    if (file == NULL)
        return error_set(error, RESULT_IO, "%s: %s", name, strerror(errno));
    bool written = fwrite(text->data, 1, text->length, file) == text->length;
    int code = errno;
    bool closed = (standard ? fflush(file) : fclose(file)) == 0;
    if (written && closed)
        return RESULT_OK;
    return error_set(error, RESULT_IO, "%s: %s", name, strerror(written ? errno : code));
}

static enum result write_output(const struct replay *replay, const struct replay_output *output,
                                struct error *error)
{
    struct buffer text;
    buffer_init(&text, DOCUMENT_SIZE_MAX);
    output->write(replay->runs, replay->run_count, &text);
    enum result result = text.result;
    if (result == RESULT_OK)
        result = write_file(output->file, &text, error);
    else
        error_set(error, result, "%s: larger than allowed; replay less at once", output->file);
    buffer_free(&text);
    return result;
}

int replay_write_outputs(const struct replay *replay)
{
    int exit_code = EXIT_PASSED;
    for (size_t i = 0; i < replay->output_count; i++) {
        struct error error = {0};
        if (write_output(replay, &replay->outputs[i], &error) == RESULT_OK)
            continue;
        fprintf(stderr, "shopwatch %s: %s\n", replay->command, error.text);
        exit_code = EXIT_MONITOR;
    }
    return exit_code;
}

/* One line for many runs. */
static void report_count(const struct replay *replay, FILE *out)
{
    size_t states[STATE_SKIPPED + 1] = {0};
    for (size_t i = 0; i < replay->run_count; i++)
        states[replay->runs[i]->state]++;
    fprintf(out, "%zu runs: ", replay->run_count);
    const char *between = "";
    for (int state = STATE_PASSED; state <= STATE_UNKNOWN; state++) {
        if (states[state] == 0)
            continue;
        fprintf(out, "%s%zu %s", between, states[state], state_name((enum state)state));
        between = ", ";
    }
    fputs("\n", out);
}

int replay_report(const struct replay *replay)
{
    struct terminal terminal;
    struct buffer text;
    FILE *out = replay_writes_standard_output(replay) ? stderr : stdout;
    terminal_detect(fileno(out), &terminal);
    terminal.messages = replay->show_messages;
    for (size_t i = 0; i < replay->run_count; i++) {
        buffer_init(&text, REPORT_MAX);
        terminal_report(&terminal, replay->runs[i], &text);
        fputs(text.data, out);
        buffer_free(&text);
    }
    if (replay->repeat > 1 && replay->run_count > 0)
        report_count(replay, out);
    if (fflush(out) == 0)
        return EXIT_PASSED;
    fprintf(stderr, "shopwatch %s: the report cannot be written: %s\n", replay->command,
            strerror(errno));
    return EXIT_MONITOR;
}
