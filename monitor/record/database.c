/* SPDX-License-Identifier: MIT */
/* What a database said, as words and as JSON. See database.h. */
#include "monitor/record/database.h"

#include "monitor/record/json_writer.h"

#include <string.h>

static const char *const check_words[] = {
#define X(name, word, text) word,
    DATABASE_CHECK_TABLE(X)
#undef X
};

static const char *const outcome_words[] = {
#define X(name, word) word,
    DATABASE_OUTCOME_TABLE(X)
#undef X
};

const char *database_check_word(enum database_check check)
{
    return check_words[check];
}

const char *database_outcome_word(enum database_outcome outcome)
{
    return outcome_words[outcome];
}

/* Codes, or the class that a code begins with: the first that fits. */
static const struct {
    const char *code;
    enum symptom symptom;
} codes[] = {
    {"XX001", SYMPTOM_DB_CORRUPT},        /* data_corrupted */
    {"XX002", SYMPTOM_DB_CORRUPT},        /* index_corrupted */
    {"58P01", SYMPTOM_DB_CORRUPT},        /* undefined_file: that of a table */
    {"53300", SYMPTOM_DB_EXHAUSTED},      /* too_many_connections */
    {"53100", SYMPTOM_DB_FULL},           /* disk_full */
    {"25006", SYMPTOM_DB_READ_ONLY},      /* read_only_sql_transaction */
    {"2200H", SYMPTOM_DB_OUT_OF_NUMBERS}, /* sequence_generator_limit_exceeded */
    {"55P03", SYMPTOM_DB_LOCKED},         /* lock_not_available */
    {"57014", SYMPTOM_DB_LOCKED},         /* query_canceled: its time was over */
    {"57P0", SYMPTOM_DB_UNAVAILABLE},     /* admin_shutdown, crash_shutdown, cannot_connect_now */
    {"08", SYMPTOM_DB_UNAVAILABLE},       /* connection exceptions */
    {"58030", SYMPTOM_DB_UNAVAILABLE},    /* io_error */
};

enum symptom database_symptom(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (strncmp(code, codes[i].code, strlen(codes[i].code)) == 0)
            return codes[i].symptom;
    return SYMPTOM_NONE;
}

enum symptom database_symptom_in(const char *text)
{
    static const char separators[] = " \t\n\"'()[]{}<>:;,.=/-";
    enum { CODE_LENGTH = 5 };
    bool named = false;
    while (*(text += strspn(text, separators)) != '\0') {
        size_t length = strcspn(text, separators);
        bool is_code = length == CODE_LENGTH && (named || strcspn(text, "PX") < length);
        enum symptom symptom = is_code ? database_symptom(text) : SYMPTOM_NONE;
        if (symptom != SYMPTOM_NONE)
            return symptom;
        named = strncmp(text, "SQLSTATE", length) == 0 && length == strlen("SQLSTATE");
        text += length;
    }
    return SYMPTOM_NONE;
}

bool database_is_ill(const struct database_finding *finding)
{
    if (finding->outcome != DATABASE_FAILED && finding->outcome != DATABASE_HUNG)
        return false;
    bool was_sent = finding->outcome == DATABASE_HUNG && finding->check != DATABASE_CONNECT;
    return finding->was_good || was_sent || symptom_layer(finding->symptom) == SYMPTOM_LAYER_DB;
}

static void write_finding(const struct database_finding *finding, struct json_writer *writer)
{
    json_open_object(writer, NULL);
    json_add_word(writer, "check", database_check_word(finding->check));
    json_add_text(writer, "part", finding->part);
    json_add_text(writer, "table", finding->table);
    json_add_word(writer, "outcome", database_outcome_word(finding->outcome));
    if (finding->symptom != SYMPTOM_NONE)
        json_add_word(writer, "symptom", symptom_code(finding->symptom));
    if (finding->code[0] != '\0')
        json_add_text(writer, "code", finding->code);
    json_add_text(writer, "phase", finding->phase);
    if (finding->at.us != 0) {
        json_add_milliseconds(writer, "time", finding->time);
        json_add_wall(writer, "at", finding->at);
        json_add_integer(writer, "times", finding->times);
    }
    if (finding->text[0] != '\0')
        json_add_text(writer, "text", finding->text);
    json_close_object(writer);
}

static void write_sessions(const struct database_sessions *sessions, struct json_writer *writer)
{
    json_open_object(writer, "sessions");
    json_add_integer(writer, "count", sessions->count);
    json_add_integer(writer, "limit", sessions->limit);
    json_add_integer(writer, "active", sessions->active);
    json_add_integer(writer, "idle_in_transaction", sessions->idle_in_transaction);
    json_add_integer(writer, "stuck", sessions->stuck);
    json_add_milliseconds(writer, "stuck_for", sessions->stuck_for);
    json_add_integer(writer, "blocked", sessions->blocked);
    json_add_milliseconds(writer, "blocked_for", sessions->blocked_for);
    json_close_object(writer);
}

void database_write_into(const struct database_state *state, struct json_writer *writer)
{
    json_open_object(writer, NULL);
    json_add_text(writer, "component", state->component);
    json_add_text(writer, "engine", state->engine);
    json_open_array(writer, "findings");
    for (size_t i = 0; i < state->finding_count; i++)
        write_finding(&state->findings[i], writer);
    json_close_array(writer);
    if (state->has_sessions) {
        write_sessions(&state->sessions, writer);
        json_add_flag(writer, "is_replica", state->is_replica);
    }
    json_add_integer(writer, "abandoned", state->abandoned);
    json_close_object(writer);
}

void database_write(const struct database_state *state, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    database_write_into(state, &writer);
}

void database_print(const struct database_finding *finding, struct buffer *out)
{
    char time[DURATION_TEXT_MAX];
    buffer_text(out, database_check_word(finding->check));
    if (finding->table != NULL)
        buffer_print(out, " of %s", finding->table);
    buffer_print(out, " %s", database_outcome_word(finding->outcome));
    if (finding->outcome == DATABASE_HUNG)
        buffer_print(out, " after %s", duration_print(finding->time, time));
    if (finding->text[0] != '\0')
        buffer_print(out, ": %s", finding->text);
    if (finding->code[0] != '\0')
        buffer_print(out, " (%s)", finding->code);
}
