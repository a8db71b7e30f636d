/* SPDX-License-Identifier: MIT */
/* The table of what operators can do, and how each answer is shown. See operate.h. */
#include "monitor/operate.h"

#include "monitor/cli.h"
#include "reporters/terminal_operate.h"
#include "scenarios/mistake.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { NOT_ALL_PASS = 1 };

static const json_t *first_line(const struct operation_answer *answer)
{
    return json_array_get(answer->lines, 0);
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

/* --- what is shown --------------------------------------------------------------------------- */

static void show_status(const struct operation_answer *answer, struct buffer *out)
{
    terminal_status(answer->terminal, first_line(answer), out);
}

/* For scripts: 0 everything passes, 6 slowly, 1 something fails, 7 it cannot be told. */
static int judge_status(const struct operation_answer *answer)
{
    switch (state_from_name(text_of(first_line(answer), "state"))) {
    case STATE_PASSED:
        return EXIT_PASSED;
    case STATE_DEGRADED:
        return EXIT_DEGRADED;
    case STATE_FAILED:
        return NOT_ALL_PASS;
    default:
        return EXIT_UNDETERMINED;
    }
}

static void show_runs(const struct operation_answer *answer, struct buffer *out)
{
    struct arena *arena = arena_create();
    size_t index, count = 0;
    const json_t *line;
    struct run **runs =
        arena_allocate(arena, json_array_size(answer->lines) + 1, sizeof(struct run *));
    json_array_foreach(answer->lines, index, line)
    {
        runs[count] = run_from_json(line, NULL);
        count += runs[count] != NULL;
    }
    terminal_history(answer->terminal, runs, count, answer->now, out);
    for (size_t i = 0; i < count; i++)
        run_free(runs[i]);
    arena_free(arena);
}

static void show_incident(const struct operation_answer *answer, struct buffer *out)
{
    struct arena *arena = arena_create();
    struct incident incident;
    if (incident_from_json(arena, first_line(answer), &incident) == RESULT_OK)
        terminal_incident(answer->terminal, &incident, answer->now, out);
    arena_free(arena);
}

static void show_run(const struct operation_answer *answer, struct buffer *out)
{
    struct run *run = run_from_json(first_line(answer), NULL);
    if (run != NULL)
        terminal_explain_run(answer->terminal, run, answer->now, out);
    run_free(run);
}

static void show_either(const struct operation_answer *answer, struct buffer *out)
{
    if (json_object_get(first_line(answer), "steps") != NULL)
        show_run(answer, out);
    else
        show_incident(answer, out);
}

/* A list, of which each line is read by `read` into an array of `type`, and shown by `show`. */
#define SHOW_LIST(type, read, show)                                                                \
    do {                                                                                           \
        struct arena *arena = arena_create();                                                      \
        size_t index, count = 0;                                                                   \
        const json_t *line;                                                                        \
        type *items = arena_allocate(arena, json_array_size(answer->lines) + 1, sizeof *items);    \
        json_array_foreach(answer->lines, index, line) count +=                                    \
            read(arena, line, &items[count]) == RESULT_OK;                                         \
        show(answer->terminal, items, count, answer->now, out);                                    \
        arena_free(arena);                                                                         \
    } while (0)

static void show_incidents(const struct operation_answer *answer, struct buffer *out)
{
    SHOW_LIST(struct incident, incident_from_json, terminal_incidents);
}

static void show_closed(const struct operation_answer *answer, struct buffer *out)
{
    show_incidents(answer, out);
    terminal_after_closing(answer->terminal, out);
}

static void show_windows(const struct operation_answer *answer, struct buffer *out)
{
    SHOW_LIST(struct maintenance, maintenance_from_json, terminal_windows);
}

static void show_events(const struct operation_answer *answer, struct buffer *out)
{
    SHOW_LIST(struct event, event_from_json, terminal_events);
}

/* What is wrong with the files, or what is in force now. */
static void show_reload(const struct operation_answer *answer, struct buffer *out)
{
    const json_t *line = first_line(answer), *item;
    struct mistake mistake;
    size_t index;
    json_array_foreach(answer->lines, index, item)
    {
        if (mistake_from_json(item, &mistake))
            mistake_print(&mistake, answer->terminal->colour, out);
    }
    if (json_object_get(line, "journeys") == NULL)
        return;
    buffer_print(out, "loaded: %lld journeys from %lld vantage points\n",
                 (long long)json_integer_value(json_object_get(line, "journeys")),
                 (long long)json_integer_value(json_object_get(line, "vantages")));
}

/* --- the table ------------------------------------------------------------------------------- */

#define JOURNEY_OPTION                                                                             \
    {                                                                                              \
        "journey", "journeys", OPERAND_TEXTS                                                       \
    }
#define VANTAGE_OPTION                                                                             \
    {                                                                                              \
        "vantage", "vantages", OPERAND_TEXTS                                                       \
    }
#define LIMIT_OPTION                                                                               \
    {                                                                                              \
        "limit", "limit", OPERAND_COUNT                                                            \
    }
#define SINCE_OPTION                                                                               \
    {                                                                                              \
        "since", "since", OPERAND_PAST                                                             \
    }
#define ID_OPERAND                                                                                 \
    {                                                                                              \
        "ID", "id", OPERAND_TEXT                                                                   \
    }
#define TEXT_OPERAND                                                                               \
    {                                                                                              \
        "TEXT", "text", OPERAND_TEXT                                                               \
    }

const struct operation operations[] = {
    {
        .command = "status",
        .request = "status",
        .show = show_status,
        .judge = judge_status,
    },
    {
        .command = "history",
        .request = "runs",
        .operands = {{"JOURNEY", "journey", OPERAND_TEXT}},
        .options = {{"vantage", "vantage", OPERAND_TEXT},
                    {"state", "state", OPERAND_TEXT},
                    LIMIT_OPTION},
        .from_store = true,
        .show = show_runs,
    },
    {
        .command = "explain",
        .request = "explain",
        .operands = {ID_OPERAND},
        .needed = 1,
        .usage = "give a run or an incident: explain ID",
        .from_store = true,
        .show = show_either,
    },
    {
        .command = "incidents",
        .request = "incidents",
        .options = {{"open", "open", OPERAND_FLAG}, LIMIT_OPTION},
        .from_store = true,
        .show = show_incidents,
    },
    {
        .command = "incidents",
        .verb = "show",
        .request = "incidents",
        .operands = {ID_OPERAND},
        .needed = 1,
        .usage = "give an incident: incidents show ID",
        .from_store = true,
        .show = show_incident,
    },
    {
        .command = "incidents",
        .verb = "publish",
        .request = "published",
        .operands = {ID_OPERAND, TEXT_OPERAND},
        .takes_rest = true,
        .needed = 1,
        .usage = "give an incident: incidents publish ID [TEXT]",
        .show = show_incidents,
    },
    {
        .command = "incidents",
        .verb = "unpublish",
        .request = "withdrawn",
        .operands = {ID_OPERAND},
        .needed = 1,
        .usage = "give an incident: incidents unpublish ID",
        .show = show_incidents,
    },
    {
        .command = "incidents",
        .verb = "note",
        .request = "annotated",
        .operands = {ID_OPERAND, TEXT_OPERAND},
        .takes_rest = true,
        .needed = 2,
        .usage = "give an incident and a note: incidents note ID TEXT",
        .show = show_incidents,
    },
    {
        .command = "incidents",
        .verb = "resolve",
        .request = "resolved",
        .operands = {ID_OPERAND, TEXT_OPERAND},
        .takes_rest = true,
        .needed = 1,
        .usage = "give an incident: incidents resolve ID [TEXT]",
        .show = show_closed,
    },
    {
        .command = "ack",
        .request = "acknowledged",
        .operands = {ID_OPERAND, TEXT_OPERAND},
        .takes_rest = true,
        .needed = 1,
        .usage = "give an incident: ack ID [TEXT]",
        .show = show_incidents,
    },
    {
        .command = "pause",
        .request = "pause",
        .operands = {{"JOURNEY", "journeys", OPERAND_TEXTS}},
        .options = {VANTAGE_OPTION,
                    {"all", NULL, OPERAND_FLAG},
                    {"for", "for", OPERAND_DURATION},
                    {"why", "title", OPERAND_TEXT}},
        .usage = "give a journey, --vantage NAME or --all",
        .show = show_windows,
    },
    {
        .command = "resume",
        .request = "resume",
        .operands = {{"JOURNEY", "journeys", OPERAND_TEXTS}},
        .options = {VANTAGE_OPTION, {"all", NULL, OPERAND_FLAG}},
        .usage = "give a journey, --vantage NAME or --all",
        .show = show_windows,
    },
    {
        .command = "maintenance",
        .verb = "list",
        .request = "windows",
        .options = {SINCE_OPTION},
        .from_store = true,
        .show = show_windows,
    },
    {
        .command = "maintenance",
        .verb = "add",
        .request = "maintain",
        .operands = {{"TITLE", "title", OPERAND_TEXT}},
        .takes_rest = true,
        .needed = 1,
        .options = {{"start", "start", OPERAND_MOMENT},
                    {"end", "end", OPERAND_MOMENT},
                    {"for", "for", OPERAND_DURATION},
                    JOURNEY_OPTION,
                    VANTAGE_OPTION,
                    {"component", "components", OPERAND_TEXTS},
                    {"pause", "pause", OPERAND_FLAG},
                    {"excluded", "excluded", OPERAND_FLAG}},
        .usage = "say what it is: maintenance add TITLE",
        .show = show_windows,
    },
    {
        .command = "maintenance",
        .verb = "cancel",
        .request = "cancel",
        .operands = {ID_OPERAND},
        .needed = 1,
        .usage = "say which: maintenance cancel ID",
        .show = show_windows,
    },
    {
        .command = "event",
        .verb = "list",
        .request = "events",
        .options = {SINCE_OPTION},
        .from_store = true,
        .show = show_events,
    },
    {
        .command = "event",
        .request = "event",
        .operands = {{"KIND", "kind", OPERAND_TEXT}, TEXT_OPERAND},
        .takes_rest = true,
        .needed = 2,
        .options = {{"at", "at", OPERAND_PAST}},
        .usage = "say what was done: event deploy \"release 42\"",
        .show = show_events,
    },
    {
        .command = "reload",
        .request = "reload",
        .show = show_reload,
    },
    {.command = NULL},
};
