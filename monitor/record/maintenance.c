/* SPDX-License-Identifier: MIT */
/* Maintenance windows as records. See maintenance.h. */
#include "monitor/record/maintenance.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <string.h>

bool maintenance_is_pause(const struct maintenance *maintenance)
{
    return strncmp(maintenance->id, MAINTENANCE_PAUSE_ID, strlen(MAINTENANCE_PAUSE_ID)) == 0;
}

static const char **copy_names(struct arena *arena, const char *const *names, size_t count)
{
    const char **copies = arena_allocate(arena, count, sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = arena_duplicate(arena, names[i]);
    return copies;
}

void maintenance_copy(struct arena *arena, struct maintenance *target,
                      const struct maintenance *source)
{
    *target = *source;
    target->id = arena_duplicate(arena, source->id);
    target->title = arena_duplicate(arena, source->title);
    target->by = arena_duplicate(arena, source->by);
    target->journeys = copy_names(arena, source->journeys, source->journey_count);
    target->components = copy_names(arena, source->components, source->component_count);
    target->vantages = copy_names(arena, source->vantages, source->vantage_count);
}

static void write_names(struct json_writer *writer, const char *key, const char *const *names,
                        size_t count)
{
    if (count == 0)
        return;
    json_open_array(writer, key);
    for (size_t i = 0; i < count; i++)
        json_add_text(writer, NULL, names[i]);
    json_close_array(writer);
}

void maintenance_write(const struct maintenance *maintenance, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "id", maintenance->id);
    json_add_text(&writer, "title", maintenance->title);
    json_add_wall(&writer, "start", maintenance->start);
    json_add_wall(&writer, "end", maintenance->end);
    write_names(&writer, "journeys", maintenance->journeys, maintenance->journey_count);
    write_names(&writer, "components", maintenance->components, maintenance->component_count);
    write_names(&writer, "vantages", maintenance->vantages, maintenance->vantage_count);
    json_add_flag(&writer, "pause", maintenance->pause);
    json_add_flag(&writer, "excluded", maintenance->excluded);
    json_add_text(&writer, "by", maintenance->by);
    json_add_wall(&writer, "cancelled", maintenance->cancelled);
    json_close_object(&writer);
}

static const char **read_names(struct arena *arena, const json_t *object, const char *key,
                               size_t *ret_count)
{
    const json_t *list = json_object_get(object, key), *item;
    const char **names = arena_allocate(arena, json_array_size(list), sizeof *names);
    size_t index;
    *ret_count = 0;
    json_array_foreach(list, index, item) if (json_is_string(item)) names[(*ret_count)++] =
        arena_duplicate(arena, json_string_value(item));
    return names;
}

enum result maintenance_from_json(struct arena *arena, const struct json_t *json,
                                  struct maintenance *ret_maintenance)
{
    *ret_maintenance = (struct maintenance){
        .id = json_get_text(arena, json, "id"),
        .title = json_get_text(arena, json, "title"),
        .start = json_get_wall(json, "start"),
        .end = json_get_wall(json, "end"),
        .pause = json_get_flag(json, "pause"),
        .excluded = json_get_flag(json, "excluded"),
        .by = json_get_text(arena, json, "by"),
        .cancelled = json_get_wall(json, "cancelled"),
    };
    ret_maintenance->journeys =
        read_names(arena, json, "journeys", &ret_maintenance->journey_count);
    ret_maintenance->components =
        read_names(arena, json, "components", &ret_maintenance->component_count);
    ret_maintenance->vantages =
        read_names(arena, json, "vantages", &ret_maintenance->vantage_count);
    return ret_maintenance->id != NULL && ret_maintenance->start.us != 0 ? RESULT_OK
                                                                         : RESULT_INVALID;
}
