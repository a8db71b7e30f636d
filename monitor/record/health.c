/* SPDX-License-Identifier: MIT */
/* The monitor's own health: its problems, and all of it as JSON. See health.h. */
#include "monitor/record/health.h"

#include "monitor/base/buffer.h"
#include "monitor/record/json_writer.h"

enum { HEALTH_SENTENCE_MAX = 8192, DESCRIPTORS_SPARE = 10 /* a tenth of the limit */ };

static const struct {
    const char *code;
    bool serious;
} problems[HEALTH_PROBLEM_COUNT] = {
#define X(name, code, serious) {code, serious},
    HEALTH_PROBLEM_TABLE(X)
#undef X
};

bool health_number(const struct health *health, size_t n, struct health_number *ret_number)
{
    const struct health_number numbers[] = {
#define X(field, kind, help) {#field, help, HEALTH_##kind, health->field},
        HEALTH_NUMBER_TABLE(X)
#undef X
    };
    if (n >= COUNT_OF(numbers))
        return false;
    *ret_number = numbers[n];
    return true;
}

const char *health_problem_code(enum health_problem problem)
{
    return problems[problem].code;
}

bool health_problem_is_serious(enum health_problem problem)
{
    return problems[problem].serious;
}

static void say_reporters(const struct health *health, struct buffer *out)
{
    const char *between = "";
    char behind[DURATION_TEXT_MAX];
    for (size_t i = 0; i < health->reporter_count; i++) {
        const struct health_reporter *reporter = &health->reporters[i];
        if (reporter->trouble == NULL)
            continue;
        buffer_print(out, "%sReporter %s is %s behind and tries again: %s", between, reporter->name,
                     duration_print(reporter->behind, behind), reporter->trouble);
        between = ". ";
    }
}

/* What verdicts do without: what cannot be looked at, and what was never good, which may be set up
 * wrongly. */
static bool is_left_out(const struct database_finding *finding)
{
    bool is_bad = finding->outcome == DATABASE_FAILED || finding->outcome == DATABASE_HUNG;
    return finding->outcome == DATABASE_BLIND || (is_bad && !database_is_ill(finding));
}

static bool leaves_out(const struct database_state *database)
{
    for (size_t i = 0; i < database->finding_count; i++)
        if (is_left_out(&database->findings[i]))
            return true;
    return false;
}

static bool leaves_any_out(const struct health *health)
{
    for (size_t i = 0; i < health->database_count; i++)
        if (leaves_out(health->databases[i]))
            return true;
    return false;
}

static void say_left_out(const struct health *health, struct buffer *out)
{
    const char *end = "";
    for (size_t i = 0; i < health->database_count; i++) {
        const struct database_state *database = health->databases[i];
        const char *between = "";
        if (!leaves_out(database))
            continue;
        buffer_print(out,
                     "%sThe probe of %s cannot look at everything, and verdicts do without: ", end,
                     database->component);
        for (size_t j = 0; j < database->finding_count; j++) {
            const struct database_finding *finding = &database->findings[j];
            if (!is_left_out(finding))
                continue;
            buffer_text(out, between);
            database_print(finding, out);
            if (finding->outcome != DATABASE_BLIND)
                buffer_text(out, " (it was never good: it may be set up wrongly)");
            between = "; ";
        }
        end = ". ";
    }
}

static bool has_trouble(const struct health *health)
{
    for (size_t i = 0; i < health->reporter_count; i++)
        if (health->reporters[i].trouble != NULL)
            return true;
    return false;
}

static bool has_problem(const struct health *health, enum health_problem problem)
{
    switch (problem) {
    case HEALTH_PROBLEM_STARTING:
        return health->starting;
    case HEALTH_PROBLEM_STOPPING:
        return health->stopping;
    case HEALTH_PROBLEM_LAGGING:
        return health->loop_lag > HEALTH_LAG_MAX;
    case HEALTH_PROBLEM_UNSTORED:
        return health->runs_waiting > 0 || health->store_error != NULL;
    case HEALTH_PROBLEM_DAMAGED:
        return health->store_aside != NULL;
    case HEALTH_PROBLEM_DESCRIPTORS:
        return health->descriptors_limit > 0 &&
               health->descriptors >
                   health->descriptors_limit - health->descriptors_limit / DESCRIPTORS_SPARE;
    case HEALTH_PROBLEM_RELOAD:
        return health->reload_error != NULL;
    case HEALTH_PROBLEM_BLIND:
        return leaves_any_out(health);
    case HEALTH_PROBLEM_REPORTER:
        return has_trouble(health);
    case HEALTH_PROBLEM_COUNT:
        break;
    }
    return false;
}

static void say_problem(const struct health *health, enum health_problem problem,
                        struct buffer *out)
{
    char text[DURATION_TEXT_MAX];
    switch (problem) {
    case HEALTH_PROBLEM_STARTING:
        buffer_text(out, "The monitor has not read yet what it saw before.");
        break;
    case HEALTH_PROBLEM_STOPPING:
        buffer_text(out, "The monitor is being stopped.");
        break;
    case HEALTH_PROBLEM_LAGGING:
        buffer_print(out, "The monitor is too busy to measure: its timers fire %s late.",
                     duration_print(health->loop_lag, text));
        break;
    case HEALTH_PROBLEM_UNSTORED:
        buffer_print(out, "%lld runs could not be stored yet: %s", (long long)health->runs_waiting,
                     health->store_error != NULL ? health->store_error : "the store is busy");
        if (health->runs_lost > 0)
            buffer_print(out, " (%lld were given up)", (long long)health->runs_lost);
        break;
    case HEALTH_PROBLEM_DAMAGED:
        buffer_print(out, "The store was damaged and has been begun anew; what it held is in %s.",
                     health->store_aside);
        break;
    case HEALTH_PROBLEM_DESCRIPTORS:
        buffer_print(out, "Nearly all file descriptors are in use: %lld of %lld.",
                     (long long)health->descriptors, (long long)health->descriptors_limit);
        break;
    case HEALTH_PROBLEM_RELOAD:
        buffer_print(out, "The files have mistakes, so those loaded before stay in force: %s",
                     health->reload_error);
        break;
    case HEALTH_PROBLEM_BLIND:
        say_left_out(health, out);
        break;
    case HEALTH_PROBLEM_REPORTER:
        say_reporters(health, out);
        break;
    case HEALTH_PROBLEM_COUNT:
        break;
    }
}

bool health_has_problem(const struct health *health, enum health_problem problem,
                        struct buffer *out)
{
    bool has = has_problem(health, problem);
    if (has && out != NULL)
        say_problem(health, problem, out);
    return has;
}

bool health_is_well(const struct health *health)
{
    for (int i = 0; i < HEALTH_PROBLEM_COUNT; i++)
        if (problems[i].serious && has_problem(health, (enum health_problem)i))
            return false;
    return true;
}

static void write_problems(const struct health *health, struct json_writer *writer)
{
    json_open_array(writer, "problems");
    for (int i = 0; i < HEALTH_PROBLEM_COUNT; i++) {
        struct buffer text;
        buffer_init(&text, HEALTH_SENTENCE_MAX);
        if (health_has_problem(health, (enum health_problem)i, &text)) {
            json_open_object(writer, NULL);
            json_add_word(writer, "code", problems[i].code);
            json_add_flag(writer, "serious", problems[i].serious);
            json_add_text(writer, "text", text.data);
            json_close_object(writer);
        }
        buffer_free(&text);
    }
    json_close_array(writer);
}

static void write_seconds(struct json_writer *writer, const char *key, duration value)
{
    json_add_key(writer, key);
    json_add_raw(writer, NULL);
    buffer_print(writer->out, "%.6f", (double)value / (double)DURATION_SECOND);
}

static void write_number(const struct health_number *number, struct json_writer *writer)
{
    switch (number->kind) {
    case HEALTH_SECONDS:
        write_seconds(writer, number->name, number->value);
        break;
    case HEALTH_MOMENT:
        json_add_wall(writer, number->name, (struct wall_time){number->value});
        break;
    case HEALTH_COUNT:
    case HEALTH_COUNTER:
    case HEALTH_BYTES:
        json_add_integer(writer, number->name, number->value);
        break;
    }
}

void health_write(const struct health *health, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    struct health_number number;
    json_open_object(&writer, NULL);
    json_add_word(&writer, "state", health_is_well(health) ? "well" : "troubled");
    json_add_wall(&writer, "now", health->now);
    json_add_text(&writer, "version", health->version);
    write_problems(health, &writer);
    for (size_t n = 0; health_number(health, n, &number); n++)
        write_number(&number, &writer);
    json_add_wall(&writer, "reload_failed", health->reload_failed);
    json_open_array(&writer, "databases");
    for (size_t i = 0; i < health->database_count; i++)
        database_write_into(health->databases[i], &writer);
    json_close_array(&writer);
    json_open_array(&writer, "reporters");
    for (size_t i = 0; i < health->reporter_count; i++) {
        const struct health_reporter *reporter = &health->reporters[i];
        json_open_object(&writer, NULL);
        json_add_text(&writer, "name", reporter->name);
        json_add_text(&writer, "kind", reporter->kind);
        write_seconds(&writer, "behind", reporter->behind);
        json_add_integer(&writer, "delivered", reporter->delivered);
        json_add_integer(&writer, "failures", reporter->failures);
        json_add_integer(&writer, "given_up", reporter->given_up);
        json_add_text(&writer, "trouble", reporter->trouble);
        json_close_object(&writer);
    }
    json_close_array(&writer);
    json_close_object(&writer);
}
