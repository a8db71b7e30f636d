/* SPDX-License-Identifier: MIT */
/*
 * What a shop says itself that it took its time for, in the header Server-Timing (W3C): a list of
 * `name;dur=12.5;desc="..."`, of which those count that are a database's. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of an answer that comes sooner nobody waited for anything. */
#define WAITED_MIN (100 * DURATION_MILLISECOND)

static const char *const database_names[] = {
    "db", "database", "sql", "query", "queries", "postgres", "postgresql", "mysql", "mariadb",
};

static bool names_database(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    for (size_t i = 0; i < COUNT_OF(database_names); i++)
        if (strlen(database_names[i]) == length &&
            strncasecmp(name, database_names[i], length) == 0)
            return true;
    return false;
}

/* `dur=MILLISECONDS` of the entry that begins at `text`; negative: it has none. */
static duration entry_time(const char *text)
{
    const char *end = facts_list_end(text, ",");
    while (text < end) {
        text = facts_list_end(text, ";,");
        if (text >= end)
            break;
        text += 1 + strspn(text + 1, " \t");
        if (strncasecmp(text, "dur=", 4) == 0)
            return (duration)(strtod(text + 4 + (text[4] == '"'), NULL) * DURATION_MILLISECOND);
    }
    return -1;
}

bool diagnose_database_time(const char *header, duration *ret_time)
{
    bool told = false;
    *ret_time = 0;
    while (*header != '\0') {
        header += strspn(header, " \t,");
        duration time = entry_time(header);
        if (names_database(header) && time >= 0) {
            *ret_time += time;
            told = true;
        }
        header = facts_list_end(header, ",");
    }
    return told;
}

void facts_of_server_timing(struct facts *facts, const struct facts_view *view)
{
    const struct exchange *exchange = view->exchange;
    const char *header = exchange->words != NULL ? exchange->words->server_timing : NULL;
    duration waited = exchange->phases[PHASE_WAIT], of_database;
    if (header == NULL || waited < WAITED_MIN || !diagnose_database_time(header, &of_database))
        return;
    if (of_database >= waited / 2)
        facts_add(facts, FACT_TIME_IN_DATABASE, header);
    else if (of_database <= waited / 5)
        facts_add(facts, FACT_TIME_IN_APPLICATION, header);
}
