/* SPDX-License-Identifier: MIT */
/*
 * A scenario: one file, one journey, loaded and checked; immutable from then on and shared by all
 * runs. The language is one table (language.c); this is what the loader makes of a file.
 */
#ifndef SCENARIOS_SCENARIO_H
#define SCENARIOS_SCENARIO_H

#include "monitor/base/clock.h"
#include "scenarios/expression.h"
#include "scenarios/mistake.h"
#include "scenarios/pool.h"
#include "scenarios/scenario_request.h"
#include "scenarios/scenario_schedule.h"
#include "scenarios/secret.h"
#include "scenarios/template.h"

#include <stdbool.h>
#include <stddef.h>

struct cron;
struct shop;
struct yaml_file;
struct yaml_node;
struct zone;

#define DEFAULT_EVERY       DURATION_MINUTE
#define DEFAULT_TIMEOUT     (10 * DURATION_SECOND)
#define DEFAULT_BUDGET      (60 * DURATION_SECOND)
#define DEFAULT_UNTIL_EVERY (500 * DURATION_MILLISECOND)
enum {
    DEFAULT_FOLLOW = 5,
    DEFAULT_ORDERS_MAX = 10,
    SCENARIO_FILE_MAX = 256 * 1024,
    SCENARIO_STEPS_MAX = 200,
    SCENARIO_BODY_MAX = 4 * 1024 * 1024, /* of an answer */
};

/* X(NAME, key) */
#define METHOD_TABLE(X)                                                                            \
    X(GET, "get")                                                                                  \
    X(POST, "post")                                                                                \
    X(PUT, "put")                                                                                  \
    X(PATCH, "patch")                                                                              \
    X(DELETE, "delete")                                                                            \
    X(HEAD, "head")                                                                                \
    X(OPTIONS, "options")

enum method {
#define X(name, key) METHOD_##name,
    METHOD_TABLE(X)
#undef X
};

const char *method_name(enum method method); /* `GET` */

/* A name with a template: variables, headers, form fields, query parameters. */
struct pair {
    const char *name;
    struct template *value;
    /* A plain number or boolean, with its type; else NULL. `${n}` in `json:` keeps it. */
    struct json_t *constant;
    /* One that differs by vantage point: their names, its values; then `value` is NULL. */
    struct pair *choices;
    size_t choice_count;
    struct position position;
};

/* That a variable has a value (`when: order`), or has none (`when: not order`). */
struct condition {
    const char *name;
    bool negated;
};

struct capture {
    const char *name;
    const struct expression *expression;
    struct position position; /* of the expression */
};

/* Which faults a step is tried again after. X(NAME, word) */
#define FAULT_TABLE(X)                                                                             \
    X(NETWORK, "network") /* no whole answer came */                                               \
    X(SERVER, "server")   /* a status of 500 and more */                                           \
    X(CONTENT, "content") /* the wrong answer */

enum fault {
#define X(name, word) FAULT_##name,
    FAULT_TABLE(X)
#undef X
};

struct until {
    struct assertion holds;
    duration every, limit;
    struct position position;
};

struct retry {
    unsigned times;
    unsigned on; /* 1 << each enum fault */
    struct position position;
};

/* A component that a step needs or writes: `web`, `db.orders`. */
struct need {
    const char *name;
    struct position position;
};

/* One use of a variable. */
struct use {
    const char *name;
    struct position position;
    size_t step; /* counted from 1; 0: outside of steps */
    bool cleanup;
    bool is_elsewhere; /* in a fragment's file, where it was checked */
};

/* A monitor holds many thousands of them, so that lists come before their lengths, and numbers
 * stand together. */
struct step {
    const char *name;
    struct position position;
    struct template *url; /* absolute, or a path on the scenario's base */
    struct pair *query, *form, *headers;
    struct json_template *json; /* at most one of json, form, body, file, parts */
    struct template *body;
    struct upload *file;
    struct form_part *parts;
    struct template *document; /* of GraphQL: `query` as text */
    struct json_template *variables;
    struct pair *cookies;
    struct auth *auth; /* NULL: none */
    struct tls_files *tls;
    struct template *proxy; /* NULL: the vantage point's, if it has one */
    struct need *needs, *writes;
    struct condition *when; /* all must hold; none: always */
    struct assertion *expect;
    struct capture *captures;
    struct capture *finds; /* at most one */
    struct until *until;   /* NULL: one answer decides */
    struct retry *retry;   /* NULL: never again */
    const char *skip;      /* why it is left out; NULL: it is not */
    const char *mutates, *settles;
    const struct fragment_use
        *use;                 /* of the fragment that it comes from; NULL: the journey's own */
    struct yaml_file *source; /* where it is written */
    const struct yaml_node *node;
    duration think; /* waited before it; no part of any measurement */
    duration timeout;
    uint32_t query_count, form_count, header_count, part_count, cookie_count, need_count,
        write_count, when_count, expect_count, capture_count, find_count;
    unsigned follow; /* redirects followed at most */
    enum method method;
    enum connection connection;
    enum http_version http;
    bool is_graphql; /* then the body is made of `document` and `variables` */
};

struct scenario {
    struct arena *arena; /* owns everything below */
    const char *file, *journey, *about;
    struct position position; /* of the journey's name */
    const char **tags;
    size_t tag_count;
    const char **from; /* vantage points; none: all of them */
    size_t from_count;
    duration every;          /* with `cron`: the shortest time between two slots */
    const struct cron *cron; /* NULL: by `every` */
    const struct zone *zone; /* of `cron` */
    enum mode mode;
    struct objective *objective; /* NULL: none */
    duration timeout, budget;
    unsigned quorum; /* 0: the default, half of the healthy vantage points, rounded up */
    enum overlap overlap;
    struct tls_files *tls; /* of steps that have none of their own */
    struct template *base; /* NULL: the shop's, or every URL is absolute */
    struct pair *variables, *headers;
    size_t variable_count, header_count;
    struct secret *secrets;
    size_t secret_count;
    struct pool *pools;
    size_t pool_count;
    const char **hosts; /* further ones that the journey may visit */
    size_t host_count;
    unsigned orders_max; /* left behind at most before no new ones are placed */
    struct step *steps, *cleanup;
    size_t step_count, cleanup_count;
    const char **components; /* that its steps need or write, each once */
    size_t component_count;
    struct fragment_use **fragment_uses;
    size_t fragment_use_count;
    struct use *uses; /* of variables, everywhere in it */
    size_t use_count;
    const char *text; /* the file, for showing its lines */
};

/* Variables that every run has. X(name, help) */
#define GIVEN_VARIABLE_TABLE(X)                                                                    \
    X("run.id", "the run's id, 32 hexadecimal digits")                                             \
    X("run.slot", "when the run was planned for: 2026-11-23T14:07:00.000Z")                        \
    X("vantage", "the name of the vantage point")                                                  \
    X("uuid", "a UUID, the same in all of the run")                                                \
    X("timestamp", "when the run was planned for, in seconds since 1970: a number")                \
    X("date", "the day that it was planned for, in UTC: 2026-11-23")                               \
    X("random", "a number from 0 to 999999999, the same in all of the run")

bool scenario_variable_is_given(const char *name);

/* A variable as it is at a vantage point; NULL when it has no value there. */
const struct pair *variable_at(const struct pair *variable, const char *vantage);

/* The vantage points that the journey is replayed from: how many, and the n-th, from 0. Without a
 * shop file and `from`: `local` alone. */
size_t scenario_vantage_count(const struct scenario *scenario, const struct shop *shop);
const char *scenario_vantage(const struct scenario *scenario, const struct shop *shop, size_t n);

/* Slots are counted for ever upwards: the number of the one that is planned for then. */
uint64_t scenario_slot_number(const struct scenario *scenario, struct wall_time planned);

/* Reads and checks one file. NULL when it has errors; warnings alone do not refuse it. `shop` (may
 * be NULL) gives base and component names to check against. Free with scenario_free. */
struct scenario *scenario_load(const char *file, const struct shop *shop,
                               struct mistakes *mistakes);
void scenario_free(struct scenario *scenario); /* takes NULL */

/* Frees what only lint and messages need: the source with its tree, and the list of uses. */
void scenario_forget_source(struct scenario *scenario);

/* Of the steps, then of the cleanup, which ones to do in order to do one of that name: itself, the
 * steps that capture what it uses, and the cleanup of what those leave. NULL when there is none of
 * that name. In `arena`. */
bool *scenario_choose(const struct scenario *scenario, const char *step, struct arena *arena);

/* The file that a step is written in: the scenario's, or a fragment's. */
const char *step_file(const struct step *step);

/* Adds lint's advice about one loaded scenario. */
void scenario_lint(const struct scenario *scenario, const struct shop *shop,
                   struct mistakes *mistakes);

/* Adds what a set of journeys cannot tell apart (no step without a database, no two tables, no
 * write). */
void scenario_lint_set(struct scenario *const *scenarios, size_t count, const struct shop *shop,
                       struct mistakes *mistakes);

#endif
