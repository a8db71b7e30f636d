/* SPDX-License-Identifier: MIT */
/* Every command that operates a monitor, by its row in operations.c: the command line becomes a
 * request, and the answer is printed. */
#include "monitor/cli.h"
#include "monitor/operate.h"

#include "monitor/base/date.h"
#include "monitor/record/json.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REFUSED = 1, ANSWER_MAX = 16 * 1024 * 1024 };

/* Options that all of them have, by what getopt answers; those of a row follow from OWN on. */
enum { CONFIG = 'c', JSON = 'j', BY = 'b', SOCKET = 's', OWN = 256 };

struct line {
    const struct operation *operation;
    const char *name; /* for messages: `incidents publish` */
    const char *config, *socket;
    bool json, all;
    json_t *request;
};

/* --- the command line ------------------------------------------------------------------------ */

/* The row of a command and its verb, which is taken from the words; NULL: there is none. */
static const struct operation *find_operation(const char *command, const char *verb)
{
    const struct operation *plain = NULL;
    for (const struct operation *at = operations; at->command != NULL; at++) {
        if (strcmp(at->command, command) != 0)
            continue;
        if (at->verb != NULL && verb != NULL && strcmp(at->verb, verb) == 0)
            return at;
        if (at->verb == NULL)
            plain = at;
    }
    return plain;
}

/* A list of verbs is the only thing that a command without a row of its own takes. */
static int no_such_verb(const char *command, const char *verb)
{
    struct arena *arena = arena_create();
    const char *verbs = NULL;
    for (const struct operation *at = operations; at->command != NULL; at++)
        if (strcmp(at->command, command) == 0)
            verbs = verbs == NULL ? at->verb : arena_print(arena, "%s, %s", verbs, at->verb);
    int result = verb == NULL || verb[0] == '-'
                     ? cli_usage_error(command, "do what? %s", verbs)
                     : cli_usage_error(command, "`%s`? There is: %s", verb, verbs);
    arena_free(arena);
    return result;
}

static enum result put_value(json_t *request, const struct operand *operand, const char *text)
{
    struct wall_time moment;
    duration length;
    char stamp[WALL_TEXT_MAX], *end = NULL;
    json_t *list = operand->key != NULL ? json_object_get(request, operand->key) : NULL;
    switch (operand->type) {
    case OPERAND_FLAG:
        if (operand->key != NULL)
            json_object_set_new(request, operand->key, json_true());
        return RESULT_OK;
    case OPERAND_TEXTS:
        if (list == NULL)
            json_object_set_new(request, operand->key, list = json_array());
        json_array_append_new(list, json_string(text));
        return RESULT_OK;
    case OPERAND_COUNT:
        json_object_set_new(request, operand->key, json_integer(strtol(text, &end, 10)));
        return *end == '\0' && end != text ? RESULT_OK : RESULT_INVALID;
    case OPERAND_DURATION:
        json_object_set_new(request, operand->key, json_string(text));
        return duration_parse(text, &length);
    case OPERAND_MOMENT:
    case OPERAND_PAST:
        if (operate_parse_moment(text, clock_wall(),
                                 operand->type == OPERAND_PAST ? MOMENT_LATEST : MOMENT_NEXT,
                                 &moment) != RESULT_OK)
            return RESULT_INVALID;
        json_object_set_new(request, operand->key, json_string(wall_print(moment, stamp)));
        return RESULT_OK;
    case OPERAND_TEXT:
        json_object_set_new(request, operand->key, json_string(text));
        return RESULT_OK;
    }
    return RESULT_INVALID;
}

static int refuse_value(const struct line *line, const struct operand *operand, const char *text)
{
    static const char *const wanted[] = {
        [OPERAND_TEXT] = "text",
        [OPERAND_TEXTS] = "text",
        [OPERAND_COUNT] = "a whole number",
        [OPERAND_DURATION] = "a time with its unit, such as 2h",
        [OPERAND_MOMENT] = "a moment, such as 02:00, \"2026-11-30 02:00\" or +30m",
        [OPERAND_PAST] = "a moment, such as 02:00, \"2026-11-30 02:00\", -30m or \"30m ago\"",
        [OPERAND_FLAG] = "nothing",
    };
    return cli_usage_error(line->name, "--%s %s: %s%s is needed", operand->name, text,
                           date_is_impossible(text) ? "there is no such day; " : "",
                           wanted[operand->type]);
}

static size_t fill_options(const struct operation *operation, struct option *options)
{
    static const struct option common[] = {
        {"config", required_argument, NULL, CONFIG},
        {"control", required_argument, NULL, SOCKET},
        {"json", no_argument, NULL, JSON},
        {"by", required_argument, NULL, BY},
    };
    size_t count = 0;
    for (; count < COUNT_OF(common); count++)
        options[count] = common[count];
    for (int i = 0; i < OPERATION_OPTIONS_MAX && operation->options[i].name != NULL; i++)
        options[count++] = (struct option){
            operation->options[i].name,
            operation->options[i].type == OPERAND_FLAG ? no_argument : required_argument, NULL,
            OWN + i};
    return count;
}

static int read_options(struct line *line, int argc, char **argv)
{
    struct option options[OPERATION_OPTIONS_MAX + 8] = {{0}};
    int option;
    fill_options(line->operation, options);
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        const struct operand *own = option >= OWN ? &line->operation->options[option - OWN] : NULL;
        if (own != NULL && own->key == NULL)
            line->all = true;
        else if (own != NULL && put_value(line->request, own, optarg) != RESULT_OK)
            return refuse_value(line, own, optarg);
        else if (option == CONFIG)
            line->config = optarg;
        else if (option == SOCKET)
            line->socket = optarg;
        else if (option == JSON)
            line->json = true;
        else if (option == BY)
            json_object_set_new(line->request, "by", json_string(optarg));
        else if (own == NULL)
            return cli_usage_error(line->name, "what is `%s`?", argv[optind - 1]);
    }
    return EXIT_PASSED;
}

static int read_operands(struct line *line, int argc, char **argv)
{
    const struct operation *operation = line->operation;
    size_t most = 0, given = (size_t)(argc - optind);
    while (most < OPERATION_OPERANDS_MAX && operation->operands[most].name != NULL)
        most++;
    if (given < operation->needed)
        return cli_usage_error(line->name, "%s", operation->usage);
    if (given > most && !operation->takes_rest)
        return cli_usage_error(line->name, "what is `%s`?", argv[optind + (int)most]);
    for (size_t i = 0; i < most && i < given; i++) {
        struct buffer text;
        buffer_init(&text, ANSWER_MAX);
        for (size_t n = i; n < (i + 1 == most ? given : i + 1); n++)
            buffer_print(&text, "%s%s", n > i ? " " : "", argv[optind + (int)n]);
        enum result result = put_value(line->request, &operation->operands[i], text.data);
        buffer_free(&text);
        if (result != RESULT_OK)
            return cli_usage_error(line->name, "%s", operation->usage);
    }
    return EXIT_PASSED;
}

/* Pausing everything is to be meant. */
static bool is_vague(const struct line *line)
{
    bool takes_all = false;
    for (int i = 0; i < OPERATION_OPTIONS_MAX && line->operation->options[i].name != NULL; i++)
        takes_all |= line->operation->options[i].key == NULL;
    return takes_all && !line->all && json_object_get(line->request, "journeys") == NULL &&
           json_object_get(line->request, "vantages") == NULL;
}

/* Who orders: as he says, or as he logged in. */
static void add_author(json_t *request)
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());
    if (json_object_get(request, "by") != NULL)
        return;
    if (name == NULL && user != NULL)
        name = user->pw_name;
    if (name != NULL)
        json_object_set_new(request, "by", json_string(name));
}

static int read_line(struct line *line, int argc, char **argv)
{
    int result = read_options(line, argc, argv);
    if (result == EXIT_PASSED)
        result = read_operands(line, argc, argv);
    if (result == EXIT_PASSED && line->config == NULL)
        result = cli_usage_error(line->name, "give the shop file: -c shopwatch.yaml");
    /* Where the monitor listens follows from the file's place: one that is not there may lead to
     * another's. */
    if (result == EXIT_PASSED && line->socket == NULL && access(line->config, R_OK) != 0)
        result = cli_usage_error(line->name, "%s: %s", line->config, strerror(errno));
    if (result == EXIT_PASSED && is_vague(line))
        result = cli_usage_error(line->name, "%s", line->operation->usage);
    add_author(line->request);
    return result;
}

/* --- the answer ------------------------------------------------------------------------------ */

static void print_json(const json_t *lines)
{
    size_t index;
    const json_t *line;
    json_array_foreach(lines, index, line)
    {
        json_dumpf(line, stdout, JSON_COMPACT | JSON_RECORD_FLAGS);
        putchar('\n');
    }
}

static int print_answer(const struct line *line, const json_t *lines)
{
    struct terminal terminal;
    struct buffer out;
    buffer_init(&out, ANSWER_MAX);
    terminal_detect(STDOUT_FILENO, &terminal);
    const struct operation_answer answer = {lines, &terminal, clock_wall()};
    if (line->json)
        print_json(lines);
    else if (line->operation->show != NULL)
        line->operation->show(&answer, &out);
    fputs(out.data, stdout);
    buffer_free(&out);
    if (fflush(stdout) != 0)
        return EXIT_MONITOR;
    return line->operation->judge != NULL ? line->operation->judge(&answer) : EXIT_PASSED;
}

static int ask(const struct line *line)
{
    struct error error = {0}, of_store = {0};
    json_t *lines = json_array();
    enum result result = operate_ask(line->config, line->socket, line->request, lines, &error);
    const bool from_store = result == RESULT_CLOSED && line->operation->from_store;
    if (from_store)
        result = operate_ask_store(line->config, line->request, lines, &of_store);
    int code = EXIT_PASSED;
    if (result == RESULT_OK)
        code = print_answer(line, lines);
    else if (result == RESULT_CLOSED || result == RESULT_UNSUPPORTED)
        code = EXIT_MONITOR;
    else
        code = REFUSED;
    /* What was done, and could not be kept, is told all the same. */
    if (result != RESULT_OK && json_array_size(lines) > 0)
        print_answer(line, lines);
    if (from_store)
        fprintf(stderr, "shopwatch %s: %s; %s\n", line->name, error.text,
                result == RESULT_OK ? "this is what its store has" : of_store.text);
    else if (result != RESULT_OK)
        fprintf(stderr, "shopwatch %s: %s\n", line->name, error.text);
    json_decref(lines);
    return code;
}

int command_operate(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : NULL;
    struct arena *arena = arena_create();
    struct line line = {.operation = find_operation(argv[0], verb)};
    int result;
    if (line.operation == NULL) {
        result = no_such_verb(argv[0], verb);
    } else {
        const int skipped = line.operation->verb != NULL;
        line.name = skipped ? arena_print(arena, "%s %s", argv[0], verb) : argv[0];
        line.request = json_pack("{s:s}", "do", line.operation->request);
        result = read_line(&line, argc - skipped, argv + skipped);
        if (result == EXIT_PASSED)
            result = ask(&line);
        json_decref(line.request);
    }
    arena_free(arena);
    return result;
}
