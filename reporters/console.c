/* SPDX-License-Identifier: MIT */
/*
 * A line for each change of an incident, and where it is asked for each failed run, on standard
 * error or standard output. Colour on a terminal only. Where nobody reads (a full pipe, a terminal
 * that is held) it waits its turn like any other reporter that cannot deliver.
 */
#include "reporters/kinds.h"

#include "monitor/base/memory.h"
#include "reporters/message.h"
#include "reporters/words.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_LIMIT = PIPE_BUF }; /* what is not longer never blocks where poll says so */

/* One feed's batch, until the next turn. */
struct console_delivery {
    struct console *console;
    struct loop_timer *timer;
    struct reporter_outcome outcome;
    reporter_delivered *done;
    void *data;
};

struct console {
    int descriptor;
    bool runs, colour;
    struct console_delivery of_runs, of_changes;
    reporter_tested *tested;
    void *test_data;
    struct loop_timer *test_timer;
};

/* What the shop answered may stand in a line, and must not steer a terminal. */
static void disarm(struct buffer *line, size_t from)
{
    for (size_t i = from; i < line->length; i++) {
        unsigned char byte = (unsigned char)line->data[i];
        bool control = byte == 0xC2 && (unsigned char)line->data[i + 1] < 0xA0;
        if (control)
            line->data[i + 1] = ' ';
        if (control || byte < ' ' || byte == 0x7F)
            line->data[i] = ' ';
    }
}

/* `own` bytes of it are ours. */
static bool write_line(const struct console *console, struct buffer *line, size_t own)
{
    struct pollfd ready = {console->descriptor, POLLOUT, 0};
    disarm(line, own);
    /* A line that did not fit ends where it was cut. */
    if (line->length == LINE_LIMIT)
        line->length--;
    buffer_text(line, "\n");
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0)
        return false;
    return write(console->descriptor, line->data, line->length) == (ssize_t)line->length;
}

/* How long what is ours of it is. */
static size_t begin_line(const struct console *console, struct buffer *line, struct wall_time at,
                         const char *word, const char *colour)
{
    char text[WALL_TEXT_MAX];
    buffer_init(line, LINE_LIMIT);
    buffer_print(line, "%s %s%-12s%s ", wall_print(at, text), console->colour ? colour : "", word,
                 console->colour ? "\033[0m" : "");
    return line->length;
}

static const char *colour_of(enum incident_change change)
{
    if (change == INCIDENT_OPENED || change == INCIDENT_REOPENED)
        return "\033[1;31m";
    return change == INCIDENT_RESOLVED ? "\033[32m" : "\033[33m";
}

static bool print_change(const struct console *console, const struct incident *incident)
{
    struct buffer line;
    const struct verdict *verdict = &incident->verdict;
    size_t own = begin_line(console, &line, message_time(incident),
                            incident_change_word(incident->change), colour_of(incident->change));
    buffer_print(&line, "%.8s ", incident->id);
    message_title(incident, &line);
    buffer_print(&line, ": %s (", verdict->summary != NULL ? verdict->summary : "");
    words_blame(verdict, words_cause, &line);
    buffer_text(&line, ")");
    if (incident->timeline_count > 0) {
        const struct incident_event *last = &incident->timeline[incident->timeline_count - 1];
        if (last->by != NULL)
            buffer_print(&line, " by %s", last->by);
        if (last->by != NULL && last->text != NULL)
            buffer_print(&line, ": %s", last->text);
    }
    bool written = write_line(console, &line, own);
    buffer_free(&line);
    return written;
}

static bool print_run(const struct console *console, const struct run *run)
{
    struct buffer line;
    const struct run_step *failure = run_first_failure(run);
    size_t own = begin_line(console, &line, run->slot.ended, state_name(run->state), "\033[31m");
    buffer_print(&line, "%.8s %s from %s", run->id, run->journey, run->vantage);
    if (failure != NULL) {
        const char *came = words_came(failure);
        buffer_print(&line, ", %s: %s%s%s", failure->name, symptom_code(failure->symptom),
                     came != NULL ? ": " : "", came != NULL ? came : "");
    } else if (run->reason != NULL) {
        buffer_print(&line, ": %s", words_reason(run->reason));
    }
    bool written = write_line(console, &line, own);
    buffer_free(&line);
    return written;
}

static void deliver_fired(void *data)
{
    struct console_delivery *delivery = data;
    delivery->done(delivery->data, &delivery->outcome);
}

static void deliver_later(struct console_delivery *delivery, size_t delivered, size_t count,
                          reporter_delivered *done, void *data)
{
    delivery->outcome = (struct reporter_outcome){
        .delivered = delivered, .trouble = delivered < count ? "nobody reads its lines" : NULL};
    delivery->done = done;
    delivery->data = data;
    loop_timer_set(delivery->timer, 0);
}

static bool console_wants_runs(void *reporter)
{
    const struct console *console = reporter;
    return console->runs;
}

static void console_deliver(void *reporter, const struct store_runs *runs, reporter_delivered *done,
                            void *data)
{
    struct console *console = reporter;
    size_t n = 0;
    while (n < runs->count &&
           (runs->runs[n]->state != STATE_FAILED || print_run(console, runs->runs[n])))
        n++;
    deliver_later(&console->of_runs, n, runs->count, done, data);
}

static void console_deliver_changes(void *reporter, const struct store_changes *changes,
                                    reporter_delivered *done, void *data)
{
    struct console *console = reporter;
    size_t n = 0;
    while (n < changes->count && print_change(console, &changes->incidents[n]))
        n++;
    deliver_later(&console->of_changes, n, changes->count, done, data);
}

static void test_fired(void *data)
{
    struct console *console = data;
    struct arena *arena = arena_create();
    struct incident incident;
    const struct shop shop = {.name = "the console"};
    message_example(arena, &shop, &incident);
    bool written = print_change(console, &incident);
    arena_free(arena);
    console->tested(console->test_data, written ? RESULT_OK : RESULT_IO,
                    written ? "the line was written" : "nobody reads its lines");
}

static void console_test(void *reporter, reporter_tested *done, void *data)
{
    struct console *console = reporter;
    console->tested = done;
    console->test_data = data;
    loop_timer_set(console->test_timer, 0);
}

static void console_close(void *reporter)
{
    struct console *console = reporter;
    loop_timer_free(console->of_runs.timer);
    loop_timer_free(console->of_changes.timer);
    loop_timer_free(console->test_timer);
    free(console);
}

static void *console_open(const struct reporter_context *context,
                          const struct reporter_settings *settings, struct error *error)
{
    struct console *console = memory_allocate(1, sizeof *console);
    const char *no_colour = getenv("NO_COLOR");
    (void)error;
    console->descriptor = settings->to == CONSOLE_STDOUT ? STDOUT_FILENO : STDERR_FILENO;
    console->runs = settings->runs;
    console->colour = isatty(console->descriptor) && (no_colour == NULL || no_colour[0] == '\0');
    console->of_runs.timer = loop_timer_create(context->loop, deliver_fired, &console->of_runs);
    console->of_changes.timer =
        loop_timer_create(context->loop, deliver_fired, &console->of_changes);
    console->test_timer = loop_timer_create(context->loop, test_fired, console);
    return console;
}

const struct reporter_kind console_kind = {
    .name = "console",
    .from_now = true,
    .open = console_open,
    .deliver = console_deliver,
    .wants_runs = console_wants_runs,
    .deliver_changes = console_deliver_changes,
    .test = console_test,
    .close = console_close,
};
