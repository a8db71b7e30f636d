/* SPDX-License-Identifier: MIT */
/* What others waited for, as records. See waiting.h. */
#include "monitor/record/waiting.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

static const char *text_or_none(const char *text)
{
    return text != NULL ? text : "";
}

void waiting_copy(struct arena *arena, struct waiting *target, const struct waiting *source)
{
    *target = *source;
    target->journey = arena_duplicate(arena, source->journey);
    target->vantage = arena_duplicate(arena, source->vantage);
    target->step = arena_duplicate(arena, source->step);
    target->behind = arena_duplicate(arena, source->behind);
}

void waiting_write(const struct waiting *waiting, struct json_writer *writer)
{
    json_open_object(writer, NULL);
    json_add_text(writer, "journey", waiting->journey);
    json_add_text(writer, "vantage", waiting->vantage);
    json_add_text(writer, "step", waiting->step);
    json_add_wall(writer, "started", waiting->started);
    json_add_milliseconds(writer, "waited", waiting->waited);
    json_add_milliseconds(writer, "usual", waiting->usual);
    json_add_text(writer, "behind", waiting->behind);
    json_close_object(writer);
}

void waiting_from_json(struct arena *arena, const struct json_t *json, struct waiting *ret_waiting)
{
    *ret_waiting = (struct waiting){
        .journey = text_or_none(json_get_text(arena, json, "journey")),
        .vantage = text_or_none(json_get_text(arena, json, "vantage")),
        .step = text_or_none(json_get_text(arena, json, "step")),
        .started = json_get_wall(json, "started"),
        .waited = json_get_milliseconds(json, "waited"),
        .usual = json_get_milliseconds(json, "usual"),
        .behind = json_get_text(arena, json, "behind"),
    };
}
