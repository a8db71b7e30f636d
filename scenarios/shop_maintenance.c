/* SPDX-License-Identifier: MIT */
/* From a row of `maintenance` to a window. See shop_maintenance.h. */
#include "scenarios/shop_maintenance.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"
#include "scenarios/loader.h"
#include "scenarios/shop.h"

#include <string.h>

/* With an offset from UTC, or else as clocks in `zone` show it. */
static bool read_moment(struct loader *loader, const struct zone *zone, const char *text,
                        struct wall_time *ret_time)
{
    size_t length = strlen(text);
    bool offset = text[length - 1] == 'Z' || strchr("+-", text[length - 6]) != NULL;
    bool seconds = strchr(text, ':') != NULL && text[16] == ':';
    const char *day = arena_print(loader->arena, "%.10sT%.*s%s%s", text, seconds ? 8 : 5, text + 11,
                                  seconds ? "" : ":00", offset ? text + (seconds ? 19 : 16) : "Z");
    if (date_parse(day, ret_time) != DATE_RFC3339)
        return false;
    if (!offset)
        *ret_time = zone_moments(zone, ret_time->us).first;
    return true;
}

static void check_moment(struct loader *loader, const struct shop_maintenance *row,
                         const char *text, struct wall_time *ret_time)
{
    if (text != NULL && !read_moment(loader, row->window.zone, text, ret_time))
        loader_report(loader, MISTAKE_VALUE_FORMAT, row->position,
                      date_is_impossible(text) ? "look at the month: it has fewer days"
                                               : "hours go to 23, minutes and seconds to 59",
                      "there is no day or time `%s`", text);
}

static void check_span(struct loader *loader, const struct shop_maintenance *row)
{
    const struct maintenance *window = &row->window;
    if (window->cron != NULL && window->lasting == 0)
        loader_report(loader, MISTAKE_KEY_MISSING, row->position, "write how long it is: for: 30m",
                      "maintenance by `cron` needs `for`");
    if (window->cron != NULL && row->end != NULL)
        loader_report(loader, MISTAKE_KEY_CONFLICT, row->position, "write how long it is: for: 30m",
                      "`end` goes with `start`, and here is `cron`");
    if (window->cron == NULL && row->end != NULL && window->lasting > 0)
        loader_report(loader, MISTAKE_KEY_CONFLICT, row->position, "leave one of them out",
                      "`end` and `for` both say how long it is");
    if (window->end.us != 0 && window->end.us <= window->start.us)
        loader_report(loader, MISTAKE_VALUE_RANGE, row->position, NULL,
                      "the maintenance ends before it starts");
}

static void check_components(struct loader *loader, const struct shop *shop,
                             const struct shop_maintenance *row)
{
    const char **names = arena_allocate(loader->arena, shop->component_count + 1, sizeof *names);
    for (size_t i = 0; i < shop->component_count; i++)
        names[i] = shop->components[i].name;
    for (size_t i = 0; i < row->window.component_count; i++) {
        const char *name = row->window.components[i];
        if (shop_component(shop, name) != NULL)
            continue;
        const char *nearest = mistakes_are_full(loader->mistakes)
                                  ? NULL
                                  : mistake_nearest(name, names, shop->component_count);
        loader_report(loader, MISTAKE_NAME_COMPONENT, row->position,
                      nearest == NULL ? "components are declared under `components`"
                                      : arena_print(loader->arena, "did you mean `%s`?", nearest),
                      "the shop has no component `%s`", name);
    }
}

static void complete(struct loader *loader, struct shop_maintenance *row, size_t number)
{
    struct maintenance *window = &row->window;
    window->id = arena_print(loader->arena, "file.%zu", number);
    window->pause = row->mode == MAINTENANCE_PAUSE;
    if (window->zone == NULL)
        window->zone = zone_utc();
    check_moment(loader, row, row->start, &window->start);
    check_moment(loader, row, row->end, &window->end);
    if (window->cron == NULL && row->end == NULL && window->lasting > 0)
        window->end = wall_after(window->start, window->lasting);
}

void shop_check_maintenance(struct loader *loader, struct shop *shop)
{
    shop->windows = arena_allocate(loader->arena, shop->maintenance_count, sizeof *shop->windows);
    for (size_t i = 0; i < shop->maintenance_count; i++) {
        struct shop_maintenance *row = &shop->maintenance[i];
        complete(loader, row, i + 1);
        check_span(loader, row);
        check_components(loader, shop, row);
        shop->windows[i] = row->window;
    }
}
