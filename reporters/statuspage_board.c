/* SPDX-License-Identifier: MIT */
/*
 * See statuspage_board.h. A component is written when its state becomes another than what it was
 * told last. What it is at the start is read from the page: then only a worse state is written,
 * since a better one may be somebody's who set it by hand, and maintenance is left alone.
 */
#include "reporters/statuspage_board.h"

#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD (5 * DURATION_SECOND)

enum { PATH_LENGTH = 200, TROUBLE_MAX = 700, PAGES_MAX = 20 };

struct statuspage_board {
    struct reporter_context context;
    const struct statuspage_map *map;
    statuspage_seen *seen;
    void *data;
    struct statuspage_line *line;
    struct loop_timer *tick;
    enum statuspage_state *told, *wanted;
    bool *left_alone; /* in maintenance, when they were read */
    bool known;       /* what stands there was read */
    bool ailing;      /* the log knows */
    unsigned page;
    size_t next; /* component to look at */
};

static void again(struct statuspage_board *board, const struct statuspage_answer *answer)
{
    char text[TROUBLE_MAX];
    const struct reporter_context *context = &board->context;
    bool ails = answer != NULL && answer->outcome != SENDER_TAKEN;
    if (ails && !board->ailing && context->tell != NULL) {
        snprintf(text, sizeof text, "components of the hosted status page: %s", answer->trouble);
        context->tell(context->tell_data, LOG_WARNING, text);
    }
    board->ailing = ails;
    loop_timer_set(board->tick, ails && answer->pause > PERIOD ? answer->pause : PERIOD);
}

static void write_next(struct statuspage_board *board);

static void written(void *data, const struct statuspage_answer *answer)
{
    struct statuspage_board *board = data;
    if (answer->outcome != SENDER_TAKEN) {
        again(board, answer);
        return;
    }
    board->told[board->next] = board->wanted[board->next];
    board->next++;
    write_next(board);
}

static void write_next(struct statuspage_board *board)
{
    char path[PATH_LENGTH];
    while (
        board->next < board->map->count &&
        (board->left_alone[board->next] || board->told[board->next] == board->wanted[board->next]))
        board->next++;
    if (board->next == board->map->count) {
        again(board, NULL);
        return;
    }
    json_t *body = json_object(), *component = json_object();
    json_put_text(component, "status", statuspage_state_word(board->wanted[board->next]));
    json_object_set_new(body, "component", component);
    snprintf(path, sizeof path, "/components/%s", board->map->components[board->next].id);
    statuspage_call(board->line, "PATCH", path, body, written, board);
    json_decref(body);
}

static void open_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct statuspage_board *board = data;
    if (result != RESULT_OK) {
        again(board, NULL);
        return;
    }
    board->seen(board->data, incidents);
    statuspage_states(board->map, incidents, board->wanted);
    for (size_t n = 0; n < board->map->count && !board->known; n++)
        if (board->wanted[n] < board->told[n])
            board->told[n] = board->wanted[n];
    board->known = true;
    board->next = 0;
    write_next(board);
}

static void learn_from(struct statuspage_board *board, const json_t *item)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    const char *status = json_string_value(json_object_get(item, "status"));
    for (size_t n = 0; n < board->map->count && id != NULL && status != NULL; n++) {
        if (strcmp(board->map->components[n].id, id) != 0)
            continue;
        board->left_alone[n] = true; /* under_maintenance, or a word that is not known here */
        for (unsigned state = 0; state <= STATUSPAGE_MAJOR; state++) {
            if (strcmp(status, statuspage_state_word((enum statuspage_state)state)) != 0)
                continue;
            board->told[n] = (enum statuspage_state)state;
            board->left_alone[n] = false;
        }
    }
}

static void list(struct statuspage_board *board);

static void listed(void *data, const struct statuspage_answer *answer)
{
    struct statuspage_board *board = data;
    size_t count = json_array_size(answer->json);
    if (answer->outcome != SENDER_TAKEN) {
        again(board, answer);
        return;
    }
    for (size_t i = 0; i < count; i++)
        learn_from(board, json_array_get(answer->json, i));
    if (count == STATUSPAGE_LIST_MAX && board->page < PAGES_MAX) {
        board->page++;
        list(board);
    } else {
        store_read_incidents(board->context.store, true, 0, open_read, board);
    }
}

static void list(struct statuspage_board *board)
{
    char path[PATH_LENGTH];
    snprintf(path, sizeof path, "/components?page=%u&per_page=%d", board->page,
             STATUSPAGE_LIST_MAX);
    statuspage_call(board->line, "GET", path, NULL, listed, board);
}

static void tick(void *data)
{
    struct statuspage_board *board = data;
    board->page = 1;
    if (board->known)
        store_read_incidents(board->context.store, true, 0, open_read, board);
    else
        list(board);
}

void statuspage_board_rest(struct statuspage_board *board)
{
    loop_timer_cancel(board->tick);
}

void statuspage_board_learn(struct statuspage_board *board, size_t n, enum statuspage_state state)
{
    board->told[n] = state;
    board->left_alone[n] = false;
}

struct statuspage_board *statuspage_board_open(const struct reporter_context *context,
                                               struct statuspage_client *client,
                                               const struct statuspage_map *map,
                                               statuspage_seen *seen, void *data)
{
    struct statuspage_board *board = memory_allocate(1, sizeof *board);
    board->context = *context;
    board->map = map;
    board->seen = seen;
    board->data = data;
    board->line = statuspage_line_open(client);
    board->told = memory_allocate(map->count + 1, sizeof *board->told);
    board->wanted = memory_allocate(map->count + 1, sizeof *board->wanted);
    board->left_alone = memory_allocate(map->count + 1, sizeof *board->left_alone);
    board->tick = loop_timer_create(context->loop, tick, board);
    loop_timer_set(board->tick, 0);
    return board;
}

void statuspage_board_close(struct statuspage_board *board)
{
    if (board == NULL)
        return;
    store_forget(board->context.store, board);
    statuspage_line_close(board->line);
    loop_timer_free(board->tick);
    free(board->told);
    free(board->wanted);
    free(board->left_alone);
    free(board);
}
