/* SPDX-License-Identifier: MIT */
/* Asking: the monitor by its socket, or the store while none runs. See operate.h. */
#include "monitor/cli.h"
#include "monitor/daemon/control.h"
#include "monitor/daemon/query.h"
#include "monitor/operate.h"
#include "scenarios/shop.h"

#include <jansson.h>

static void keep_line(void *data, const struct json_t *json)
{
    json_array_append(data, (json_t *)(uintptr_t)json);
}

enum result operate_ask(const char *config, const char *socket, const struct json_t *request,
                        struct json_t *lines, struct error *error)
{
    struct arena *arena = arena_create();
    const char *path = socket != NULL ? socket : shop_control(config, arena);
    enum result result = control_ask(path, request, keep_line, lines, error);
    arena_free(arena);
    return result;
}

/* --- the store ------------------------------------------------------------------------------- */

struct asking {
    struct loop *loop;
    json_t *lines;
    struct error error;
    bool answered;
};

static void take_line(void *data, const char *line)
{
    struct asking *asking = data;
    json_array_append_new(asking->lines, json_loads(line, 0, NULL));
}

static void take_end(void *data, const struct error *error)
{
    struct asking *asking = data;
    if (error != NULL)
        asking->error = *error;
    asking->answered = true;
    loop_stop(asking->loop);
}

static enum result read_store(const struct shop *shop, const struct json_t *request, json_t *lines,
                              struct error *error)
{
    struct asking asking = {.loop = loop_create(), .lines = lines};
    const struct query_asker asker = {take_line, take_end, &asking};
    struct store *store = store_open_to_read(asking.loop, shop->store, error);
    struct queries *queries = store != NULL ? queries_create(store) : NULL;
    if (queries != NULL) {
        query_find(control_text(request, "do"))(queries, request, &asker);
        if (!asking.answered)
            loop_run(asking.loop);
        if (asking.error.code != RESULT_OK)
            *error = asking.error;
    } else {
        error->code = RESULT_CLOSED; /* nobody is there to ask */
    }
    queries_free(queries);
    store_close(store);
    loop_free(asking.loop);
    return error->code;
}

enum result operate_ask_store(const char *config, const struct json_t *request,
                              struct json_t *lines, struct error *error)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct shop *shop = shop_load(config, &mistakes);
    if (shop == NULL)
        cli_print_mistakes(&mistakes);
    enum result result = shop != NULL ? read_store(shop, request, lines, error)
                                      : error_set(error, RESULT_CLOSED, "the shop file is wrong");
    shop_free(shop);
    arena_free(mistakes.arena);
    return result;
}
