/* SPDX-License-Identifier: MIT */
/* What stands in a ledger, run by run, for those who put it right. See ledger.h. */
#include "monitor/daemon/ledger_private.h"

#include "monitor/base/memory.h"
#include "monitor/base/process.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ledger_list {
    struct arena *arena;
    json_t *lines; /* own the texts */
    struct ledger_remains *items;
    size_t count;
};

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text != NULL ? text : "";
}

static struct ledger_remains *remains_of(struct ledger_list *list, const char *run_id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].debts[0].run_id, run_id) == 0)
            return &list->items[i];
    arena_grow(list->arena, list->items, list->count);
    return &list->items[list->count++];
}

static void add_line(struct ledger_list *list, json_t *line_taken)
{
    if (line_taken == NULL)
        return;
    json_array_append_new(list->lines, line_taken);
    struct ledger_remains *remains = remains_of(list, text_of(line_taken, "run"));
    if (remains->count == 0)
        remains->when = text_of(line_taken, "when");
    arena_grow(list->arena, remains->debts, remains->count);
    remains->debts[remains->count++] = (struct journey_debt){
        .run_id = text_of(line_taken, "run"),
        .journey = text_of(line_taken, "journey"),
        .vantage = text_of(line_taken, "vantage"),
        .step = text_of(line_taken, "step"),
        .what = text_of(line_taken, "what"),
        .variables = json_object_get(line_taken, "variables"),
    };
    remains->under_way |= process_is_alive(text_of(line_taken, "process"));
}

enum result ledger_list(const struct ledger *ledger, struct ledger_list **ret_list,
                        struct error *error)
{
    struct ledger_book book;
    struct ledger_list *list = memory_allocate(1, sizeof *list);
    list->arena = arena_create();
    list->lines = json_array();
    *ret_list = list;
    if (ledger == NULL || access(ledger->path, F_OK) != 0)
        return RESULT_OK;
    enum result result = ledger_book_open(ledger, &book, error);
    if (result != RESULT_OK) {
        ledger_list_free(list);
        *ret_list = NULL;
        return result;
    }
    for (size_t i = 0; i < map_count(book.open); i++)
        if (map_value(book.open, i) != NULL)
            add_line(list, json_loads(map_value(book.open, i), 0, NULL));
    ledger_book_close(&book);
    return RESULT_OK;
}

void ledger_list_free(struct ledger_list *list)
{
    if (list == NULL)
        return;
    json_decref(list->lines);
    arena_free(list->arena);
    free(list);
}

size_t ledger_list_count(const struct ledger_list *list)
{
    return list->count;
}

const struct ledger_remains *ledger_list_at(const struct ledger_list *list, size_t n)
{
    return &list->items[n];
}

static bool settles(const struct scenario *scenario, const char *what)
{
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        if (scenario->cleanup[i].settles != NULL && strcmp(scenario->cleanup[i].settles, what) == 0)
            return true;
    return false;
}

bool ledger_can_settle(const struct scenario *scenario, const struct ledger_remains *remains)
{
    for (size_t i = 0; i < remains->count; i++)
        if (settles(scenario, remains->debts[i].what))
            return true;
    return false;
}

bool ledger_list_has(const struct ledger_list *list, const char *run_id, const char *what)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].count; j++)
            if (strcmp(list->items[i].debts[j].run_id, run_id) == 0 &&
                strcmp(list->items[i].debts[j].what, what) == 0)
                return true;
    return false;
}
