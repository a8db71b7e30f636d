/* SPDX-License-Identifier: MIT */
/* The record of a run: JSON for the store, for JSON Lines and for whoever asks. See run.h. */
#include "monitor/record/run.h"

#include "monitor/record/json.h"

#include <string.h>

static void names_to_json(json_t *object, const char *key, const char **names, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(names[i]));
    json_object_set_new(object, key, array);
}

static json_t *tcp_to_json(const struct tcp_facts *tcp)
{
    json_t *json = json_object();
    json_put_integer(json, "unacknowledged", tcp->unacknowledged);
    json_put_integer(json, "retransmits", tcp->retransmits);
    json_put_integer(json, "probes", tcp->probes);
    json_put_integer(json, "total_retransmits", tcp->total_retransmits);
    json_put_integer(json, "bytes_acknowledged", (int64_t)tcp->bytes_acknowledged);
    json_put_integer(json, "bytes_received", (int64_t)tcp->bytes_received);
    if (tcp->last_acknowledgement != PHASE_ABSENT)
        json_put_milliseconds(json, "last_acknowledgement", tcp->last_acknowledgement);
    json_put_milliseconds(json, "round_trip", tcp->round_trip);
    return json;
}

static json_t *exchange_to_json(const struct exchange *exchange)
{
    json_t *json = json_object();
    json_put_text(json, "method", exchange->method);
    json_put_text(json, "url", exchange->url);
    if (exchange->status != 0)
        json_put_integer(json, "status", exchange->status);
    json_put_text(json, "ip", exchange->ip);
    if (exchange->port != 0)
        json_put_integer(json, "port", exchange->port);
    json_put_flag(json, "reused", exchange->reused);
    json_put_text(json, "http", exchange->http);
    json_put_wall(json, "started", exchange->started);
    json_t *phases = json_object();
    for (int i = 0; i < PHASE_COUNT; i++)
        if (exchange->phases[i] != PHASE_ABSENT)
            json_put_milliseconds(phases, phase_name((enum phase)i), exchange->phases[i]);
    json_object_set_new(json, "phases", phases);
    json_put_milliseconds(json, "total", exchange->total);
    json_put_integer(json, "bytes_sent", (int64_t)exchange->bytes_sent);
    json_put_integer(json, "bytes_received", (int64_t)exchange->bytes_received);
    if (exchange->symptom != SYMPTOM_NONE) {
        json_put_text(json, "symptom", symptom_code(exchange->symptom));
        json_put_text(json, "failed_phase", phase_name(exchange->failed_phase));
    }
    json_put_text(json, "detail", exchange->detail);
    if (exchange->tcp.known)
        json_object_set_new(json, "tcp", tcp_to_json(&exchange->tcp));
    return json;
}

static json_t *step_to_json(const struct run_step *step)
{
    json_t *json = json_object();
    json_put_text(json, "step", step->name);
    if (step->cleanup)
        json_put_flag(json, "cleanup", true);
    json_put_text(json, "state", state_name(step->state));
    names_to_json(json, "needs", step->needs, step->needs_count);
    if (step->writes_count > 0)
        names_to_json(json, "writes", step->writes, step->writes_count);
    json_put_wall(json, "started", step->started);
    json_put_milliseconds(json, "total", step->total);
    json_put_text(json, "file", step->file);
    if (step->symptom != SYMPTOM_NONE) {
        json_put_text(json, "symptom", symptom_code(step->symptom));
        json_put_integer(json, "line", step->line);
        json_put_integer(json, "column", step->column);
    }
    json_put_text(json, "expected", step->expected);
    json_put_text(json, "actual", step->actual);
    json_put_text(json, "excerpt", step->excerpt);
    json_put_text(json, "note", step->note);
    json_t *exchanges = json_array();
    for (size_t i = 0; i < step->exchange_count; i++)
        json_array_append_new(exchanges, exchange_to_json(&step->exchanges[i]));
    json_object_set_new(json, "exchanges", exchanges);
    return json;
}

struct json_t *run_to_json(const struct run *run)
{
    json_t *json = json_object();
    json_put_text(json, "id", run->id);
    json_put_text(json, "journey", run->journey);
    json_put_text(json, "vantage", run->vantage);
    json_put_text(json, "file", run->file);
    json_t *slot = json_object();
    json_put_wall(slot, "planned", run->slot.planned);
    json_put_wall(slot, "started", run->slot.started);
    json_put_wall(slot, "ended", run->slot.ended);
    json_object_set_new(json, "slot", slot);
    json_put_text(json, "state", state_name(run->state));
    json_put_text(json, "reason", run->reason);
    json_put_milliseconds(json, "latency", run_latency(run));
    json_t *steps = json_array();
    for (size_t i = 0; i < run->step_count; i++)
        json_array_append_new(steps, step_to_json(&run->steps[i]));
    json_object_set_new(json, "steps", steps);
    if (run->verdict.cause != CAUSE_NONE)
        json_object_set_new(json, "verdict", verdict_to_json(&run->verdict));
    return json;
}

void run_write(const struct run *run, struct buffer *out)
{
    json_t *json = run_to_json(run);
    json_write(json, out);
    json_decref(json);
}

static void tcp_from_json(const json_t *json, struct tcp_facts *tcp)
{
    if (json == NULL)
        return;
    *tcp = (struct tcp_facts){
        .known = true,
        .unacknowledged = (uint32_t)json_get_integer(json, "unacknowledged"),
        .retransmits = (uint32_t)json_get_integer(json, "retransmits"),
        .probes = (uint32_t)json_get_integer(json, "probes"),
        .total_retransmits = (uint32_t)json_get_integer(json, "total_retransmits"),
        .bytes_acknowledged = (uint64_t)json_get_integer(json, "bytes_acknowledged"),
        .bytes_received = (uint64_t)json_get_integer(json, "bytes_received"),
        .last_acknowledgement = json_object_get(json, "last_acknowledgement") != NULL
                                    ? json_get_milliseconds(json, "last_acknowledgement")
                                    : PHASE_ABSENT,
        .round_trip = json_get_milliseconds(json, "round_trip"),
    };
}

static void exchange_from_json(struct arena *arena, const json_t *json, struct exchange *exchange)
{
    exchange->method = json_get_text(arena, json, "method");
    exchange->url = json_get_text(arena, json, "url");
    exchange->status = (int)json_get_integer(json, "status");
    exchange->ip = json_get_text(arena, json, "ip");
    exchange->port = (unsigned)json_get_integer(json, "port");
    exchange->reused = json_get_flag(json, "reused");
    exchange->http = json_get_text(arena, json, "http");
    exchange->started = json_get_wall(json, "started");
    const json_t *phases = json_object_get(json, "phases");
    for (int i = 0; i < PHASE_COUNT; i++) {
        const char *name = phase_name((enum phase)i);
        if (json_object_get(phases, name) != NULL)
            exchange->phases[i] = json_get_milliseconds(phases, name);
        const char *failed = json_string_value(json_object_get(json, "failed_phase"));
        if (failed != NULL && strcmp(failed, name) == 0)
            exchange->failed_phase = (enum phase)i;
    }
    exchange->total = json_get_milliseconds(json, "total");
    exchange->bytes_sent = (uint64_t)json_get_integer(json, "bytes_sent");
    exchange->bytes_received = (uint64_t)json_get_integer(json, "bytes_received");
    const char *symptom = json_string_value(json_object_get(json, "symptom"));
    exchange->symptom = symptom_from_code(symptom != NULL ? symptom : "");
    exchange->detail = json_get_text(arena, json, "detail");
    tcp_from_json(json_object_get(json, "tcp"), &exchange->tcp);
}

static void names_from_json(struct arena *arena, const json_t *array, const char ***ret_names,
                            size_t *ret_count)
{
    const char **names = arena_allocate(arena, json_array_size(array), sizeof *names);
    size_t count = 0, index;
    json_t *item;
    json_array_foreach(array, index, item) if (json_is_string(item)) names[count++] =
        arena_duplicate(arena, json_string_value(item));
    *ret_names = names;
    *ret_count = count;
}

static void step_from_json(struct run *run, const json_t *json)
{
    struct arena *arena = run->arena;
    const char *name = json_string_value(json_object_get(json, "step"));
    struct run_step *step = run_add_step(run, name != NULL ? name : "");
    const char *state = json_string_value(json_object_get(json, "state"));
    const char *symptom = json_string_value(json_object_get(json, "symptom"));
    step->cleanup = json_get_flag(json, "cleanup");
    step->state = state_from_name(state != NULL ? state : "");
    names_from_json(arena, json_object_get(json, "needs"), &step->needs, &step->needs_count);
    names_from_json(arena, json_object_get(json, "writes"), &step->writes, &step->writes_count);
    step->started = json_get_wall(json, "started");
    step->total = json_get_milliseconds(json, "total");
    step->symptom = symptom_from_code(symptom != NULL ? symptom : "");
    step->file = json_get_text(arena, json, "file");
    step->line = (int)json_get_integer(json, "line");
    step->column = (int)json_get_integer(json, "column");
    step->expected = json_get_text(arena, json, "expected");
    step->actual = json_get_text(arena, json, "actual");
    step->excerpt = json_get_text(arena, json, "excerpt");
    step->note = json_get_text(arena, json, "note");
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(json, "exchanges"), index, item)
        exchange_from_json(arena, item, run_add_exchange(run, step));
}

struct run *run_from_json(const struct json_t *json, struct error *error)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *journey = json_string_value(json_object_get(json, "journey"));
    const char *vantage = json_string_value(json_object_get(json, "vantage"));
    const char *state = json_string_value(json_object_get(json, "state"));
    if (id == NULL || journey == NULL || vantage == NULL || state == NULL ||
        strlen(id) != HASH_HEX_LENGTH) {
        error_set(error, RESULT_INVALID, "the record lacks id, journey, vantage or state");
        return NULL;
    }
    const json_t *slot = json_object_get(json, "slot");
    struct run *run = run_create(journey, vantage, json_get_wall(slot, "planned"));
    /* The record's stamps are rounded to milliseconds, so its id is read, not made again. */
    memcpy(run->id, id, HASH_HEX_LENGTH);
    run->file = json_get_text(run->arena, json, "file");
    run->slot.started = json_get_wall(slot, "started");
    run->slot.ended = json_get_wall(slot, "ended");
    run->state = state_from_name(state);
    run->reason = json_get_text(run->arena, json, "reason");
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(json, "steps"), index, item) step_from_json(run, item);
    const json_t *verdict = json_object_get(json, "verdict");
    if (verdict != NULL && verdict_from_json(run->arena, verdict, &run->verdict) != RESULT_OK) {
        error_set(error, RESULT_INVALID, "the record's verdict has no cause");
        run_free(run);
        return NULL;
    }
    return run;
}
