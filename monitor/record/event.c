/* SPDX-License-Identifier: MIT */
/* Events as records. See event.h. */
#include "monitor/record/event.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

void event_copy(struct arena *arena, struct event *target, const struct event *source)
{
    *target = (struct event){
        .id = arena_duplicate(arena, source->id),
        .at = source->at,
        .kind = arena_duplicate(arena, source->kind),
        .text = arena_duplicate(arena, source->text),
        .by = arena_duplicate(arena, source->by),
    };
}

void event_write(const struct event *event, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "id", event->id);
    json_add_wall(&writer, "at", event->at);
    json_add_text(&writer, "kind", event->kind);
    json_add_text(&writer, "text", event->text);
    json_add_text(&writer, "by", event->by);
    json_close_object(&writer);
}

enum result event_from_json(struct arena *arena, const struct json_t *json, struct event *ret_event)
{
    *ret_event = (struct event){
        .id = json_get_text(arena, json, "id"),
        .at = json_get_wall(json, "at"),
        .kind = json_get_text(arena, json, "kind"),
        .text = json_get_text(arena, json, "text"),
        .by = json_get_text(arena, json, "by"),
    };
    bool whole = ret_event->id != NULL && ret_event->kind != NULL && ret_event->text != NULL &&
                 ret_event->at.us != 0;
    return whole ? RESULT_OK : RESULT_INVALID;
}
