/* SPDX-License-Identifier: MIT */
/*
 * The shop file (shopwatch.yaml): what stands behind the steps, from where it is watched, who is
 * told. Checked as strictly as a scenario, by the same table.
 */
#ifndef SCENARIOS_SHOP_H
#define SCENARIOS_SHOP_H

#include "monitor/base/clock.h"
#include "monitor/record/verdict.h"
#include "scenarios/mistake.h"
#include "scenarios/reporter_settings.h"
#include "scenarios/secret.h"
#include "scenarios/shop_maintenance.h"

#include <stdbool.h>
#include <stddef.h>

#define DEFAULT_STORE "sqlite:shopwatch.db"
enum { DEFAULT_LIMIT_RUNS = 1000 };
#define DEFAULT_PROBE_EVERY   (30 * DURATION_SECOND)
#define DEFAULT_PROBE_TIMEOUT (3 * DURATION_SECOND)
#define DEFAULT_PROBE_STUCK   DURATION_MINUTE

struct component_part {
    const char *name; /* `orders` of `db.orders` */
    const char **tables;
    size_t table_count;
};

/* How a database is asked directly: one of the first two. */
struct component_probe {
    const char *postgresql; /* libpq's connection string */
    const char *sqlite;     /* a file */
    duration every, timeout;
    duration stuck;    /* from when on a session that waits for nothing, or for a lock, is wrong */
    const char *write; /* the table that the monitor writes to; NULL: none */
    struct position position;
};

/* After how long somebody gives up: a proxy or an application on what is behind it; on a database
 * or a provider, the shop. X(field, help) */
#define TIMEOUT_TABLE(X)                                                                           \
    X(connect, "How long is tried to connect.")                                                    \
    X(answer, "How long an answer is waited for.")                                                 \
    X(pool, "How long a free connection, or a free worker, is waited for.")                        \
    X(query, "How long a query of a database may take.")

/* Each 0: not told. */
struct component_timeouts {
#define X(field, help) duration field;
    TIMEOUT_TABLE(X)
#undef X
};

/* How often somebody is to blame, before anything is known of a failure. X(CAUSE, key, help) */
#define PRIOR_KEY_TABLE(X)                                                                         \
    X(NETWORK, "network", "The way to the shop, and its front door.")                              \
    X(APPLICATION, "application", "The shop's own programs.")                                      \
    X(DATABASE, "database", "The databases behind them.")                                          \
    X(THIRD_PARTY, "third-party", "Those whom it asks, and who stand before it.")                  \
    X(MONITOR, "monitor", "The vantage points, and whatever keeps them out.")                      \
    X(SCENARIO, "scenario", "What journeys expect, when the shop has changed.")

/* Parts of their sum; 0: as monitor/diagnose/weights.h has it. */
struct priors {
    unsigned of[SUSPECT_COUNT];
};

struct component {
    const char *name, *title;            /* title: NULL when not given */
    struct component_probe *probe;       /* NULL: none */
    struct component_timeouts *timeouts; /* NULL: none are told */
    enum cause kind;                     /* network, application, database or third-party */
    struct component_part *parts;
    size_t part_count;
    /* What probes ask when a step fails; paths or URLs, NULL: not to be asked. */
    const char *health, *static_file, *large;
    const char **at; /* where the shop's programs find it: HOST or HOST:PORT, each */
    size_t at_count;
    const char *origin; /* where its own server is, past this: an address, a port, a scheme */
    unsigned *ports;    /* further ones that something listens at */
    size_t port_count;
    struct position position;
};

/* X(NAME, word) */
#define FAMILY_TABLE(X)                                                                            \
    X(ANY, "any")                                                                                  \
    X(IPV4, "ipv4")                                                                                \
    X(IPV6, "ipv6")

enum family {
#define X(name, word) FAMILY_##name,
    FAMILY_TABLE(X)
#undef X
};

/* From where runs start. All NULL: this machine as it is. */
struct vantage {
    const char *name, *title;
    const char *source;    /* address that connections come from */
    const char *interface; /* that they go through */
    const char *netns;     /* name of a network namespace, as `ip netns` shows it */
    const char *resolver;  /* address of the DNS server to ask; NULL: /etc/resolv.conf */
    enum family family;
    const char *proxy; /* URL; NULL: none */
    struct position position;
};

/* How long things are kept. */
struct retention {
    duration runs;  /* runs and changes of incidents */
    duration hours; /* what runs add up to, by the hour */
    duration days;  /* by the day; resolved incidents, events, maintenance windows */
};

#define DEFAULT_RETENTION                                                                          \
    {                                                                                              \
        .runs = 30 * DURATION_DAY, .hours = 400 * DURATION_DAY, .days = 5 * DURATION_YEAR          \
    }

struct limits {
    unsigned runs; /* under way at the same time */
};

struct shop {
    struct arena *arena; /* owns everything below */
    const char *file, *name;
    const char *base;       /* may be NULL */
    const char *store;      /* `sqlite:PATH` */
    const char *control;    /* the control socket's path */
    const char **scenarios; /* file patterns as glob(7), relative to the shop file */
    size_t scenario_count;
    const char **hosts; /* further hosts that journeys may visit */
    size_t host_count;
    const char **references; /* URLs that tell whether a vantage point has a network at all */
    size_t reference_count;
    const char **resolvers; /* addresses of DNS servers that are not the vantage points' own */
    size_t resolver_count;
    struct secret *secrets; /* of all journeys */
    size_t secret_count;
    struct component *components;
    size_t component_count;
    struct vantage *vantages; /* at least one: `local` when the file names none */
    size_t vantage_count;
    struct reporter_settings *reporters;
    size_t reporter_count;
    struct template *heartbeat; /* a URL that holds secrets; NULL: none is called */
    struct shop_maintenance *maintenance;
    size_t maintenance_count;
    struct maintenance *windows; /* what becomes of it, as many */
    struct limits *limits;       /* never NULL */
    struct retention *retention; /* never NULL */
    struct priors *priors;       /* NULL: none are told */
};

/* NULL when the file has errors. Relative paths in it are made relative to the file's directory. */
struct shop *shop_load(const char *file, struct mistakes *mistakes);
/* Where the control socket is of a monitor that watches by this file; also where the file has
 * mistakes by now, as far as it can be read. In `arena`. */
const char *shop_control(const char *file, struct arena *arena);

/* Whether a file is meant to be one, right or wrong: it has a shop file's first key, and not a
 * scenario's. */
bool shop_is_meant(const char *file);

void shop_free(struct shop *shop); /* takes NULL */

/* The component of `db.orders` or `db`; NULL when the file has none of that name. */
const struct component *shop_component(const struct shop *shop, const char *name);

/*
 * The cause that a component's failure is. Without a shop file (`shop` NULL) or for an undeclared
 * name the name decides: `db` and `db.*` database; `cdn`, `dns`, `edge`, `network` network;
 * anything else application.
 */
enum cause shop_kind(const struct shop *shop, const char *name);

/* The title for people: `Shop database, orders`; the name itself when there is none. In `arena`. */
const char *shop_title(const struct shop *shop, const char *name, struct arena *arena);

/* The vantage point of that name; NULL when the file has none. */
const struct vantage *shop_vantage(const struct shop *shop, const char *name);

/* The title of a vantage point for people; `name` itself when it has none. Borrowed. */
const char *shop_vantage_title(const struct shop *shop, const char *name);

#endif
