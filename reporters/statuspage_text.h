/* SPDX-License-Identifier: MIT */
/*
 * What the public reads of an incident on a hosted status page: the symptom alone, until somebody
 * publishes the cause. Pure: from records to texts and states of components. Private to reporters/.
 */
#ifndef REPORTERS_STATUSPAGE_TEXT_H
#define REPORTERS_STATUSPAGE_TEXT_H

#include "monitor/base/buffer.h"
#include "monitor/record/incident.h"
#include "reporters/reporter.h"

/* How a component there is, better first. X(NAME, word) */
#define STATUSPAGE_STATE_TABLE(X)                                                                  \
    X(OPERATIONAL, "operational")                                                                  \
    X(DEGRADED, "degraded_performance")                                                            \
    X(PARTIAL, "partial_outage")                                                                   \
    X(MAJOR, "major_outage")

enum statuspage_state {
#define X(name, word) STATUSPAGE_##name,
    STATUSPAGE_STATE_TABLE(X)
#undef X
};

/* How an incident there is. X(NAME, word) */
#define STATUSPAGE_STATUS_TABLE(X)                                                                 \
    X(INVESTIGATING, "investigating")                                                              \
    X(IDENTIFIED, "identified") /* the cause is published */                                       \
    X(MONITORING, "monitoring") /* no component shows it now */                                    \
    X(RESOLVED, "resolved")

enum statuspage_status {
#define X(name, word) STATUSPAGE_##name,
    STATUSPAGE_STATUS_TABLE(X)
#undef X
};

const char *statuspage_state_word(enum statuspage_state state);
const char *statuspage_status_word(enum statuspage_status status);

/* A component there, and what of ours it shows: a journey, or a component of the shop, which shows
 * only in incidents whose cause is published. */
struct statuspage_component {
    const char *name, *id;
};

struct statuspage_map {
    const struct reporter_context *context;
    struct statuspage_component *components;
    size_t count;
    bool causes; /* are told without being published one by one */
};

enum { STATUSPAGE_NAME_MAX = 255, STATUSPAGE_TEXT_MAX = 25000 }; /* characters that they take */

/* Whether the n-th component shows the incident, or did. */
bool statuspage_shows(const struct statuspage_map *map, size_t n, const struct incident *incident);

/* Whether the public is to hear of it at all: a component shows it. */
bool statuspage_is_public(const struct statuspage_map *map, const struct incident *incident);

/* How the n-th component is, by this incident alone. */
enum statuspage_state statuspage_state(const struct statuspage_map *map, size_t n,
                                       const struct incident *incident);

/* How each of them is, by all that is open: the worst. */
void statuspage_states(const struct statuspage_map *map, const struct store_incidents *open,
                       enum statuspage_state *ret_states);

enum statuspage_status statuspage_status(const struct statuspage_map *map,
                                         const struct incident *incident);

/* `Guest checkout is failing`; as it was when it began. */
void statuspage_write_title(const struct statuspage_map *map, const struct incident *incident,
                            struct buffer *out);

/* What is to be said of it now, in sentences. */
void statuspage_write_text(const struct statuspage_map *map, const struct incident *incident,
                           struct buffer *out);

#endif
