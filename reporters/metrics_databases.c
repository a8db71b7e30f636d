/* SPDX-License-Identifier: MIT */
/* What metrics tell of databases that are asked directly. What the monitor may not see is
 * neither good nor bad, and said to be blind; what could not be asked is left out. */
#include "reporters/metrics_private.h"

#include "monitor/record/health.h"

/* X(state, field of struct database_sessions) */
#define SESSION_TABLE(X)                                                                           \
    X("all", count)                                                                                \
    X("active", active)                                                                            \
    X("idle in transaction", idle_in_transaction)                                                  \
    X("stuck", stuck)                                                                              \
    X("blocked", blocked)

static void begin_labels(struct buffer *labels, const struct database_state *state)
{
    buffer_init(labels, METRICS_LABELS_MAX);
    metrics_add_label(labels, "component", state->component);
}

static void begin_check(struct buffer *labels, const struct database_state *state,
                        const struct database_finding *finding)
{
    begin_labels(labels, state);
    metrics_add_label(labels, "check", database_check_word(finding->check));
    metrics_add_label(labels, "table", finding->table != NULL ? finding->table : "");
}

static void write_blind(struct metrics_text *text, const struct database_state *state)
{
    for (size_t i = 0; i < state->finding_count; i++) {
        const struct database_finding *finding = &state->findings[i];
        struct buffer labels;
        if (finding->outcome == DATABASE_UNASKED)
            continue;
        begin_check(&labels, state, finding);
        metrics_add_integer(text, "database_check_blind", labels.data,
                            finding->outcome == DATABASE_BLIND);
        buffer_free(&labels);
    }
}

static void write_checks(struct metrics_text *text, const struct database_state *state)
{
    for (size_t i = 0; i < state->finding_count; i++) {
        const struct database_finding *finding = &state->findings[i];
        struct buffer labels;
        if (finding->outcome == DATABASE_UNASKED || finding->outcome == DATABASE_BLIND)
            continue;
        begin_check(&labels, state, finding);
        metrics_add_integer(text, "database_check_good", labels.data,
                            finding->outcome == DATABASE_GOOD);
        buffer_free(&labels);
    }
}

static void write_sessions(struct metrics_text *text, const struct database_state *state)
{
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {
#define X(name, field) {name, state->sessions.field},
        SESSION_TABLE(X)
#undef X
    };
    for (size_t i = 0; state->has_sessions && i < COUNT_OF(rows); i++) {
        struct buffer labels;
        begin_labels(&labels, state);
        metrics_add_label(&labels, "state", rows[i].name);
        metrics_add_integer(text, "database_sessions", labels.data, rows[i].value);
        buffer_free(&labels);
    }
}

static void write_limit(struct metrics_text *text, const struct database_state *state)
{
    struct buffer labels;
    if (!state->has_sessions)
        return;
    begin_labels(&labels, state);
    metrics_add_integer(text, "database_sessions_limit", labels.data, state->sessions.limit);
    buffer_free(&labels);
}

static void write_abandoned(struct metrics_text *text, const struct database_state *state)
{
    struct buffer labels;
    begin_labels(&labels, state);
    metrics_add_integer(text, "database_abandoned_total", labels.data, state->abandoned);
    buffer_free(&labels);
}

void metrics_write_databases(struct metrics_text *text)
{
    static const struct {
        enum metrics_type type;
        const char *name, *help;
        void (*write)(struct metrics_text *text, const struct database_state *state);
    } families[] = {
        {METRICS_GAUGE, "database_check_good",
         "1 when a database that was asked directly was well, else 0", write_checks},
        {METRICS_GAUGE, "database_check_blind",
         "1 where a database may not, or cannot, be looked at, else 0", write_blind},
        {METRICS_GAUGE, "database_sessions", "Sessions of a database, by what they do",
         write_sessions},
        {METRICS_GAUGE, "database_sessions_limit", "How many sessions a database takes",
         write_limit},
        {METRICS_COUNTER, "database_abandoned", "Connections left alone, for they hung",
         write_abandoned},
    };
    const struct health *health = text->view->health;
    for (size_t i = 0; health != NULL && i < COUNT_OF(families); i++) {
        metrics_begin(text, families[i].type, families[i].name, families[i].help);
        for (size_t n = 0; n < health->database_count; n++)
            families[i].write(text, health->databases[n]);
    }
}
