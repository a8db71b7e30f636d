/* SPDX-License-Identifier: MIT */
/* The record of a run: JSON for the store, for JSON Lines and for whoever asks. See run.h. */
#include "monitor/record/run.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <string.h>

static void write_names(struct json_writer *writer, const char *key, const char **names,
                        size_t count)
{
    json_open_array(writer, key);
    for (size_t i = 0; i < count; i++)
        json_add_text(writer, NULL, names[i]);
    json_close_array(writer);
}

static void write_tcp(struct json_writer *writer, const struct tcp_facts *tcp)
{
    json_open_object(writer, "tcp");
    json_add_integer(writer, "unacknowledged", tcp->unacknowledged);
    json_add_integer(writer, "retransmits", tcp->retransmits);
    json_add_integer(writer, "probes", tcp->probes);
    json_add_integer(writer, "total_retransmits", tcp->total_retransmits);
    json_add_integer(writer, "bytes_acknowledged", (int64_t)tcp->bytes_acknowledged);
    json_add_integer(writer, "bytes_received", (int64_t)tcp->bytes_received);
    if (tcp->last_acknowledgement != PHASE_ABSENT)
        json_add_milliseconds(writer, "last_acknowledgement", tcp->last_acknowledgement);
    json_add_milliseconds(writer, "round_trip", tcp->round_trip);
    json_close_object(writer);
}

static void write_phases(struct json_writer *writer, const duration phases[PHASE_COUNT])
{
    json_open_object(writer, "phases");
    for (int i = 0; i < PHASE_COUNT; i++)
        if (phases[i] != PHASE_ABSENT)
            json_add_milliseconds(writer, phase_name((enum phase)i), phases[i]);
    json_close_object(writer);
}

static void write_exchange(struct json_writer *writer, const struct exchange *exchange)
{
    json_open_object(writer, NULL);
    json_add_text(writer, "method", exchange->method);
    json_add_text(writer, "url", exchange->url);
    if (exchange->status != 0)
        json_add_integer(writer, "status", exchange->status);
    json_add_text(writer, "ip", exchange->ip);
    if (exchange->port != 0)
        json_add_integer(writer, "port", exchange->port);
    if (exchange->local_port != 0)
        json_add_integer(writer, "local_port", exchange->local_port);
    json_add_flag(writer, "reused", exchange->reused);
    json_add_text(writer, "http", exchange->http);
    json_add_wall(writer, "started", exchange->started);
    write_phases(writer, exchange->phases);
    json_add_milliseconds(writer, "total", exchange->total);
    json_add_integer(writer, "bytes_sent", (int64_t)exchange->bytes_sent);
    json_add_integer(writer, "bytes_received", (int64_t)exchange->bytes_received);
    if (exchange->symptom != SYMPTOM_NONE) {
        json_add_word(writer, "symptom", symptom_code(exchange->symptom));
        json_add_word(writer, "failed_phase", phase_name(exchange->failed_phase));
    }
    json_add_text(writer, "detail", exchange->detail);
    if (exchange->words != NULL)
        words_write(exchange->words, writer, "words");
    if (exchange->tcp.known)
        write_tcp(writer, &exchange->tcp);
    json_close_object(writer);
}

static void write_step(struct json_writer *writer, const struct run_step *step)
{
    json_open_object(writer, NULL);
    json_add_text(writer, "step", step->name);
    if (step->cleanup)
        json_add_flag(writer, "cleanup", true);
    json_add_word(writer, "state", state_name(step->state));
    write_names(writer, "needs", step->needs, step->needs_count);
    if (step->writes_count > 0)
        write_names(writer, "writes", step->writes, step->writes_count);
    json_add_wall(writer, "started", step->started);
    json_add_milliseconds(writer, "total", step->total);
    json_add_text(writer, "file", step->file);
    if (step->symptom != SYMPTOM_NONE) {
        json_add_word(writer, "symptom", symptom_code(step->symptom));
        json_add_integer(writer, "line", step->line);
        json_add_integer(writer, "column", step->column);
    }
    json_add_text(writer, "expected", step->expected);
    json_add_text(writer, "values", step->values);
    json_add_text(writer, "actual", step->actual);
    json_add_text(writer, "excerpt", step->excerpt);
    json_add_text(writer, "note", step->note);
    json_open_array(writer, "exchanges");
    for (size_t i = 0; i < step->exchange_count; i++)
        write_exchange(writer, &step->exchanges[i]);
    json_close_array(writer);
    json_close_object(writer);
}

void run_write_members(const struct run *run, struct json_writer *writer)
{
    json_add_word(writer, "id", run->id);
    json_add_text(writer, "journey", run->journey);
    json_add_text(writer, "vantage", run->vantage);
    json_add_text(writer, "file", run->file);
    json_open_object(writer, "slot");
    json_add_wall(writer, "planned", run->slot.planned);
    json_add_wall(writer, "started", run->slot.started);
    json_add_wall(writer, "ended", run->slot.ended);
    json_close_object(writer);
    json_add_word(writer, "state", state_name(run->state));
    json_add_text(writer, "reason", run->reason);
    if (run->excluded)
        json_add_flag(writer, "excluded", true);
    if (run->muted)
        json_add_flag(writer, "muted", true);
    json_add_milliseconds(writer, "latency", run_latency(run));
    json_open_array(writer, "steps");
    for (size_t i = 0; i < run->step_count; i++)
        write_step(writer, &run->steps[i]);
    json_close_array(writer);
    if (run->finding_count > 0) {
        json_open_array(writer, "findings");
        for (size_t i = 0; i < run->finding_count; i++)
            finding_write(&run->findings[i], writer);
        json_close_array(writer);
    }
    if (run->looked_around) {
        json_open_array(writer, "waiting");
        for (size_t i = 0; i < run->waiting_count; i++)
            waiting_write(&run->waiting[i], writer);
        json_close_array(writer);
    }
    if (run->verdict.cause != CAUSE_NONE)
        verdict_write(&run->verdict, writer, "verdict");
}

void run_write(const struct run *run, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_open_object(&writer, NULL);
    run_write_members(run, &writer);
    json_close_object(&writer);
}

struct json_t *run_to_json(const struct run *run)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    run_write(run, &text);
    return json_reread(&text);
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
    exchange->local_port = (unsigned)json_get_integer(json, "local_port");
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
    exchange->words = words_from_json(arena, json_object_get(json, "words"));
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
    step->values = json_get_text(arena, json, "values");
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
    run->excluded = json_get_flag(json, "excluded");
    run->muted = json_get_flag(json, "muted");
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(json, "steps"), index, item) step_from_json(run, item);
    json_array_foreach(json_object_get(json, "findings"), index, item)
    {
        struct finding finding;
        finding_from_json(run->arena, item, &finding);
        run_add_finding(run, &finding);
    }
    const json_t *others = json_object_get(json, "waiting");
    run->looked_around = others != NULL;
    json_array_foreach(others, index, item)
    {
        struct waiting waiting;
        waiting_from_json(run->arena, item, &waiting);
        run_add_waiting(run, &waiting);
    }
    const json_t *verdict = json_object_get(json, "verdict");
    if (verdict != NULL && verdict_from_json(run->arena, verdict, &run->verdict) != RESULT_OK) {
        error_set(error, RESULT_INVALID, "the record's verdict has no cause");
        run_free(run);
        return NULL;
    }
    return run;
}
