/* SPDX-License-Identifier: MIT */
/* `shopwatch diagnose`: stored runs are judged again by today's rules, and what changed is said. */
#include "monitor/cli.h"
#include "monitor/daemon/rejudge.h"
#include "monitor/operate_moment.h"
#include "monitor/record/json_writer.h"
#include "reporters/terminal_operate.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUT_MAX = 64 * 1024 * 1024, OTHERWISE = 1 };

struct diagnosing {
    const char *config, *url;
    bool json;
    struct rejudge_question question;
    struct terminal terminal;
    struct buffer out;
    size_t runs, failed, otherwise; /* runs in all, that did not pass, judged otherwise */
    size_t incidents, incidents_otherwise;
};

/* --- the command line ------------------------------------------------------------------------ */

/* `2h`, the last two hours; `FROM..UNTIL`, each a moment, or nothing for no such end. */
static enum result parse_span(const char *text, struct arena *arena,
                              struct rejudge_question *question)
{
    const char *dots = strstr(text, "..");
    enum result result = RESULT_OK;
    duration length;
    if (dots == NULL) {
        result = duration_parse(text, &length);
        question->since = wall_after(clock_wall(), -length);
        return result;
    }
    const char *from = arena_duplicate_bytes(arena, text, (size_t)(dots - text));
    if (from[0] != '\0')
        result = operate_parse_moment(from, clock_wall(), MOMENT_LATEST, &question->since);
    if (result == RESULT_OK && dots[2] != '\0')
        result = operate_parse_moment(dots + 2, clock_wall(), MOMENT_LATEST, &question->until);
    return result;
}

static int read_options(struct diagnosing *diagnosing, struct arena *arena, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"replay", required_argument, NULL, 'r'},
        {"store", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {0},
    };
    const char *span = NULL;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            diagnosing->config = optarg;
        else if (option == 'r')
            span = optarg;
        else if (option == 's')
            diagnosing->url = arena_print(arena, "sqlite:%s", optarg);
        else if (option == 'j')
            diagnosing->json = true;
        else
            return cli_usage_error("diagnose", "what is `%s`?", argv[optind - 1]);
    }
    if (optind < argc)
        return cli_usage_error("diagnose", "what is `%s`?", argv[optind]);
    if (diagnosing->config == NULL)
        return cli_usage_error("diagnose", "give the shop file: -c shopwatch.yaml");
    if (span == NULL)
        return cli_usage_error("diagnose", "say which runs: --replay 2h, or --replay FROM..UNTIL");
    if (parse_span(span, arena, &diagnosing->question) != RESULT_OK)
        return cli_usage_error("diagnose",
                               "--replay %s: a time with its unit is needed, such as 2h, or two "
                               "moments, such as 02:00..03:30",
                               span);
    return EXIT_PASSED;
}

/* --- what is said ---------------------------------------------------------------------------- */

static void flush(struct diagnosing *diagnosing)
{
    fwrite(diagnosing->out.data, 1, diagnosing->out.length, stdout);
    buffer_clear(&diagnosing->out);
}

static struct json_writer begin_line(struct diagnosing *diagnosing)
{
    struct json_writer writer = {.out = &diagnosing->out};
    json_open_object(&writer, NULL);
    return writer;
}

static void end_line(struct diagnosing *diagnosing, struct json_writer *writer)
{
    json_close_object(writer);
    buffer_text(&diagnosing->out, "\n");
    flush(diagnosing);
}

/* Each fact with what it weighs for each suspect. */
static void write_facts(const struct diagnosis *diagnosis, struct json_writer *writer)
{
    json_open_array(writer, "facts");
    for (size_t i = 0; i < diagnosis->fact_count; i++) {
        const double *weights = diagnose_weights(diagnosis->facts[i].code);
        json_open_object(writer, NULL);
        json_add_text(writer, "fact", diagnosis->facts[i].code);
        json_add_text(writer, "text", diagnosis->facts[i].text);
        json_open_object(writer, "weights");
        for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
            json_add_real(writer, cause_name((enum cause)suspect), weights[suspect]);
        json_close_object(writer);
        json_close_object(writer);
    }
    json_close_array(writer);
    json_open_object(writer, "probabilities");
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
        json_add_real(writer, cause_name((enum cause)suspect), diagnosis->probability[suspect]);
    json_close_object(writer);
    if (diagnosis->unsettled)
        json_add_flag(writer, "unsettled", true);
}

static void write_run(struct diagnosing *diagnosing, const struct run *run,
                      const struct verdict *then, const struct diagnosis *diagnosis)
{
    struct json_writer writer = begin_line(diagnosing);
    json_open_object(&writer, "run");
    run_write_members(run, &writer);
    json_close_object(&writer);
    if (then->cause != CAUSE_NONE)
        verdict_write(then, &writer, "then");
    if (diagnosis->fact_count > 0)
        write_facts(diagnosis, &writer);
    end_line(diagnosing, &writer);
}

static void note_run(void *data, const struct run *run, const struct verdict *then,
                     const struct diagnosis *diagnosis)
{
    struct diagnosing *diagnosing = data;
    diagnosing->runs++;
    if (run->state == STATE_PASSED || run->state == STATE_DEGRADED)
        return;
    diagnosing->failed++;
    diagnosing->otherwise += terminal_verdicts_differ(then, &run->verdict);
    if (diagnosing->json)
        write_run(diagnosing, run, then, diagnosis);
}

static void write_incident(struct json_writer *writer, const char *key,
                           const struct incident *incident)
{
    if (incident == NULL)
        return;
    json_add_key(writer, key);
    json_add_raw(writer, NULL);
    incident_write(incident, writer->out);
}

static void note_change(void *data, enum incident_change change, const struct incident *incident)
{
    struct diagnosing *diagnosing = data;
    if (!diagnosing->json)
        return;
    struct json_writer writer = begin_line(diagnosing);
    json_add_word(&writer, "change", incident_change_word(change));
    json_add_wall(&writer, "at", incident->updated);
    write_incident(&writer, "incident", incident);
    end_line(diagnosing, &writer);
}

static void note_incident(void *data, const struct incident *then, const struct incident *now)
{
    struct diagnosing *diagnosing = data;
    diagnosing->incidents++;
    diagnosing->incidents_otherwise +=
        then == NULL || now == NULL || terminal_verdicts_differ(&then->verdict, &now->verdict);
    if (!diagnosing->json) {
        terminal_compare(&diagnosing->terminal, then, now, clock_wall(), &diagnosing->out);
        flush(diagnosing);
        return;
    }
    struct json_writer writer = begin_line(diagnosing);
    write_incident(&writer, "then", then);
    write_incident(&writer, "now", now);
    end_line(diagnosing, &writer);
}

static void print_sum(const struct diagnosing *diagnosing)
{
    printf("%s%zu of %zu incidents are judged otherwise today; of %zu runs %zu did not pass, and "
           "%zu of these are judged otherwise.\n",
           diagnosing->incidents > 0 ? "\n" : "", diagnosing->incidents_otherwise,
           diagnosing->incidents, diagnosing->runs, diagnosing->failed, diagnosing->otherwise);
}

/* --- all of it ------------------------------------------------------------------------------- */

static int judge_again(struct diagnosing *diagnosing)
{
    const struct rejudge_listener listener = {note_run, note_change, note_incident, diagnosing};
    const char *own = diagnosing->question.settings->shop->store;
    struct error error = {0};
    struct loop *loop = loop_create();
    struct store *store =
        store_open_to_read(loop, diagnosing->url != NULL ? diagnosing->url : own, &error);
    enum result result =
        store != NULL ? rejudge(loop, store, &diagnosing->question, &listener, &error) : error.code;
    store_close(store);
    loop_free(loop);
    if (result != RESULT_OK) {
        fprintf(stderr, "shopwatch diagnose: %s\n", error.text);
        return EXIT_MONITOR;
    }
    if (!diagnosing->json)
        print_sum(diagnosing);
    if (fflush(stdout) != 0)
        return EXIT_MONITOR;
    return diagnosing->incidents_otherwise > 0 || diagnosing->otherwise > 0 ? OTHERWISE
                                                                            : EXIT_PASSED;
}

int command_diagnose(int argc, char **argv)
{
    struct arena *arena = arena_create();
    struct mistakes mistakes = {.arena = arena};
    struct diagnosing diagnosing = {.json = false};
    terminal_detect(STDOUT_FILENO, &diagnosing.terminal);
    buffer_init(&diagnosing.out, OUT_MAX);
    int result = read_options(&diagnosing, arena, argc, argv);
    if (result == EXIT_PASSED) {
        struct settings *settings = settings_load_lean(diagnosing.config, &mistakes);
        diagnosing.question.settings = settings;
        cli_print_mistakes(&mistakes);
        result = settings != NULL ? judge_again(&diagnosing) : EXIT_INVALID;
        settings_free(settings);
    }
    buffer_free(&diagnosing.out);
    arena_free(arena);
    return result;
}
