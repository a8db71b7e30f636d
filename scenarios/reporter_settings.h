/* SPDX-License-Identifier: MIT */
/* A reporter as the shop file describes it. Which kind takes which keys stands in
 * reporter_settings.c; what a kind does with them, in reporters/. */
#ifndef SCENARIOS_REPORTER_SETTINGS_H
#define SCENARIOS_REPORTER_SETTINGS_H

#include "monitor/base/clock.h"
#include "scenarios/mistake.h"

#include <stdbool.h>
#include <stddef.h>

struct json_template;
struct loader;
struct pair;
struct secret;
struct template;
struct zone;
struct yaml_node;

#define DEFAULT_REPORTER_TIMEOUT (10 * DURATION_SECOND)

/* Where a console's lines go. X(NAME, word) */
#define CONSOLE_STREAM_TABLE(X)                                                                    \
    X(STDERR, "stderr")                                                                            \
    X(STDOUT, "stdout")

enum console_stream {
#define X(name, word) CONSOLE_##name,
    CONSOLE_STREAM_TABLE(X)
#undef X
};

/* What a status page tells everybody of an incident by itself. X(NAME, word) */
#define PUBLISH_TABLE(X)                                                                           \
    X(SYMPTOM, "symptom")                                                                          \
    X(CAUSE, "cause")

enum publish {
#define X(name, word) PUBLISH_##name,
    PUBLISH_TABLE(X)
#undef X
};

struct reporter_settings {
    const char *name, *kind;     /* kind: a name in the reporters' table */
    const char *listen;          /* `127.0.0.1:8080`, port 0 for a free one */
    const char *operator_listen; /* of the operators' pages; NULL: beside `listen` */
    struct template *token;      /* that operators are asked for; NULL: they are not */
    const char **hosts;          /* further names, as behind a proxy */
    size_t host_count;
    const struct zone *zone; /* that times are told in; NULL: UTC */
    enum publish publish;
    const char *export;   /* the directory that the public page is written to; NULL: none */
    const char *path;     /* the file to append to */
    struct template *url; /* where messages are sent to; holds secrets */
    struct template *secret, *key;
    struct pair *headers;
    size_t header_count;
    struct json_template *json; /* what is sent; NULL: the incident's record */
    duration timeout;           /* of one message */
    const char *page;
    struct pair *components, *metrics; /* names of ours, and ids of theirs */
    size_t component_count, metric_count;
    bool runs; /* failed runs are shown, too */
    enum console_stream to;
    struct position position;
};

/* What a message's template may name. X(NAME, name, what it is) */
#define MESSAGE_VARIABLE_TABLE(X)                                                                  \
    X(ID, "incident.id", "the incident's id")                                                      \
    X(VERSION, "incident.version", "how many changes it has had: a number")                        \
    X(STATE, "incident.state", "open or resolved")                                                 \
    X(TITLE, "incident.title", "what it looks like from outside, in a sentence")                   \
    X(SUMMARY, "incident.summary", "whose fault it is and how it shows, in a sentence")            \
    X(CAUSE, "incident.cause", "network, application, database, third-party, ...")                 \
    X(COMPONENT, "incident.component", "the component that fails; null where it cannot be told")   \
    X(CONFIDENCE, "incident.confidence", "how sure that is: a number from 0 to 1")                 \
    X(SYMPTOM, "incident.symptom", "what was seen first, by its code: http.timeout.ttfb")          \
    X(JOURNEY, "incident.journey", "the journey where it was first seen")                          \
    X(STEP, "incident.step", "the step where it was first seen")                                   \
    X(BEGAN, "incident.began", "when it began: 2026-11-23T14:07:00.000Z")                          \
    X(RESOLVED, "incident.resolved", "when it ended; null while it is open")                       \
    X(RECORD, "incident", "the whole record, an object")                                           \
    X(CHANGE, "change",                                                                            \
      "opened, spread, changed, resolved, reopened, acknowledged, annotated, published, "          \
      "withdrawn")                                                                                 \
    X(AT, "at", "when that was")                                                                   \
    X(SHOP, "shop", "the shop's name")                                                             \
    X(TEST, "test", "true in a message of shopwatch report --test, else false")

enum message_variable {
#define X(name, word, text) MESSAGE_##name,
    MESSAGE_VARIABLE_TABLE(X)
#undef X
        MESSAGE_VARIABLE_COUNT
};

/* MESSAGE_VARIABLE_COUNT: no such variable. */
enum message_variable message_variable_find(const char *name);

/* The kinds that a file may name, n from 0; NULL past the last. */
const char *reporter_kind_word(size_t n);

/* Reports kinds that there are not, keys that a kind does not take, and those that it lacks. */
void reporter_settings_check(struct loader *loader, const struct yaml_node *reporters);

/* Reports addresses that cannot be listened on, and operators' pages that anybody could read. */
void reporter_settings_check_listeners(struct loader *loader,
                                       const struct reporter_settings *reporters, size_t count);

/* Reports variables that are neither a secret of the shop nor a part of a message. */
void reporter_settings_check_names(struct loader *loader, const struct secret *secrets,
                                   size_t secret_count);

#endif
