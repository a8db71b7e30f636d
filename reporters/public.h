/* SPDX-License-Identifier: MIT */
/*
 * What everybody may see of the shop: how it does now, how it did for 90 days, what was wrong and
 * what is planned, in words that name no cause unless that was published. Plain borrowed data and
 * pure functions, so that page, feed, JSON and badge say the same and need no store to be looked
 * at. public_data.c makes a view; public_*.c render it.
 */
#ifndef REPORTERS_PUBLIC_H
#define REPORTERS_PUBLIC_H

#include "monitor/record/incident.h"
#include "monitor/record/maintenance.h"
#include "monitor/record/objective.h"
#include "monitor/store/store_rollups.h"
#include "reporters/page_clock.h"
#include "reporters/page_model.h"
#include "scenarios/shop.h"

enum {
    PUBLIC_DAYS = 90,
    PUBLIC_SENTENCE_MAX = PAGE_SENTENCE_MAX,
    PUBLIC_UPTIME_MAX = 48,
    PUBLIC_UPDATES_MAX = 40, /* of an incident; the oldest and the newest are kept */
};

/* How a journey does, for people; the same for clients that know Atlassian's words, who has none
 * for `unknown`; and how it looks. X(NAME, words, theirs, look) */
#define PUBLIC_STATE_TABLE(X)                                                                      \
    X(WORKING, "works", "operational", STATE_PASSED)                                               \
    X(MAINTAINED, "maintenance", "under_maintenance", STATE_SKIPPED)                               \
    X(UNKNOWN, "not known", "unknown", STATE_UNKNOWN)                                              \
    X(SLOW, "slow", "degraded_performance", STATE_DEGRADED)                                        \
    X(RECOVERING, "works again", "degraded_performance", STATE_DEGRADED)                           \
    X(CHECKED, "failed just now", "degraded_performance", STATE_DEGRADED)                          \
    X(PARTLY, "fails from some places", "partial_outage", STATE_FAILED)                            \
    X(FAILING, "fails", "major_outage", STATE_FAILED)

/* The later, the worse. */
enum public_state {
#define X(name, words, theirs, look) PUBLIC_##name,
    PUBLIC_STATE_TABLE(X)
#undef X
        PUBLIC_STATE_COUNT
};

const char *public_state_words(enum public_state state);
const char *public_state_theirs(enum public_state state);
enum state public_state_look(enum public_state state);

/* A journey from a vantage point now. */
struct public_cell {
    const char *vantage;
    enum state state; /* unknown when there was no slot, or only an old one */
    bool known;       /* there was a slot */
    struct wall_time planned, ended;
};

/* A maintenance window, at the time when it is or will next be in force. */
struct public_window {
    const struct maintenance *maintenance;
    struct wall_time start, end; /* end 0: not known yet */
    bool on;
};

struct public_journey {
    const struct page_journey *journey;
    struct public_cell *cells; /* of its vantage points, in the shop's order */
    size_t cell_count;
    const struct store_counts *days; /* PUBLIC_DAYS of them; the last is today, of UTC */
    struct store_counts sum;         /* of them */
    enum public_state state;
    /* What its owner has promised, and what came of it. */
    struct public_goal {
        double target;         /* 0 to 1; 0: nothing */
        duration within, over; /* within 0: in any time */
        struct objective_range success;
    } goal;
};

struct public_view {
    const struct shop *shop;
    const struct zone *zone; /* that times are told in */
    const char *url;         /* where visitors find the page, with its slash; NULL: not known */
    bool causes;             /* are told without being published one by one */
    struct wall_time now;
    bool troubled;          /* the monitor itself is not well */
    struct wall_time as_of; /* when what is told was last renewed; 0: never */
    struct public_journey *journeys;
    size_t journey_count;
    struct incident *incidents; /* that people have heard of, newest first, all that are open */
    size_t incident_count;
    struct public_window *windows; /* in force and to come, by their start */
    size_t window_count;
};

/* Fills in cells' and journeys' states, sums, and as_of, from what has been read; by the rule that
 * stands with it (public_model.c), and that headline, cards, feed, JSON and badge go by. */
void public_judge(struct public_view *view);

/* The journey's cell of a vantage point, NULL when it is not tried from there; and how it does from
 * there, once it is judged. */
const struct public_cell *public_cell_of(const struct public_journey *journey, const char *vantage);
enum public_state public_cell_state(const struct public_journey *journey,
                                    const struct public_cell *cell);

/* A window of the shop file or an operator's, at its present or next time; false: it is over. */
bool public_window_at(const struct maintenance *maintenance, struct wall_time now,
                      struct public_window *ret_window);
bool public_window_is_about(const struct public_window *window,
                            const struct public_journey *journey);

/* Whether everybody is told of it: not what was muted or has turned out to be another one. */
bool public_incident_is_told(const struct incident *incident);
bool public_incident_is_open(const struct incident *incident);

/* As in incident_journeys. */
bool public_incident_is_about(const struct incident *incident, const char *journey);

/* How what it is about does; of journeys that are not tried any more UNKNOWN, of one that is over
 * WORKING. */
enum public_state public_incident_state(const struct public_view *view,
                                        const struct incident *incident);

struct public_headline {
    enum state look;
    enum public_state worst;
    char sentence[PUBLIC_SENTENCE_MAX]; /* `Everything works` */
    char detail[PUBLIC_SENTENCE_MAX];
};
void public_headline(const struct public_view *view, struct public_headline *ret_headline);

/* Whether it shows by waiting: what took too long has failed. */
bool public_incident_is_slow(const struct incident *incident);

/* Of one that an operator has closed: nobody saw that it works. */
#define PUBLIC_CLOSED "The shop's team has closed this."
/* An operator's words as a sentence, which others may follow. */
void public_quote(const char *words, struct buffer *out);

/* `Guest checkout is failing from New York`; `was failing` where it does not any more or nobody can
 * tell, `failed` where it is over. The states of the view's journeys are needed. */
void public_incident_title(const struct public_view *view, const struct incident *incident,
                           struct buffer *out);

/* `The cause is the database (Shop database, orders).`; nothing where that is not for everybody. */
void public_incident_cause(const struct public_view *view, const struct incident *incident,
                           struct buffer *out);

/* What was told of an incident. X(NAME, word, theirs) */
#define PUBLIC_UPDATE_TABLE(X)                                                                     \
    X(INVESTIGATING, "Investigating", "investigating")                                             \
    X(IDENTIFIED, "Identified", "identified")                                                      \
    X(RESOLVED, "Resolved", "resolved")

enum public_update_kind {
#define X(name, word, theirs) PUBLIC_UPDATE_##name,
    PUBLIC_UPDATE_TABLE(X)
#undef X
};
const char *public_update_word(enum public_update_kind kind);
const char *public_update_theirs(enum public_update_kind kind);

struct public_update {
    struct wall_time at;
    enum public_update_kind kind;
    const char *text;
};
/* Oldest first, at least one; texts in `arena`. */
size_t public_updates(const struct public_view *view, const struct incident *incident,
                      struct arena *arena, struct public_update updates[PUBLIC_UPDATES_MAX]);

/* `99.93 %`; `99.1–99.9 %` where some tries are not known to have passed or failed. Never rounded
 * up. */
void public_uptime(const struct store_counts *counts, char text[PUBLIC_UPTIME_MAX]);
/* `Goal: 99.9 % in 30 days; so far 99.95–99.97 %.`; nothing without one. */
void public_goal_say(const struct public_goal *goal, struct buffer *out);
uint64_t public_tries(const struct store_counts *counts);

/* `129,600`. Returns `text`. */
enum { PUBLIC_COUNT_MAX = 32 };
const char *public_count(uint64_t count, char text[PUBLIC_COUNT_MAX]);

/* How a day is drawn. X(NAME, class, words) */
#define PUBLIC_DAY_TABLE(X)                                                                        \
    X(NOTHING, "nothing", "no data")                                                               \
    X(BLIND, "unknown", "no answer known")                                                         \
    X(GOOD, "passed", "no failure")                                                                \
    X(SOME, "degraded", "some failures or slow tries")                                             \
    X(BAD, "failed", "an outage")

enum public_day_kind {
#define X(name, class_name, words) PUBLIC_DAY_##name,
    PUBLIC_DAY_TABLE(X)
#undef X
        PUBLIC_DAY_COUNT
};
enum public_day_kind public_day_kind(const struct store_counts *counts);

/* `02:14`, with the day before it when that is not today, and how far clocks are from UTC. All
 * return a text within `text`. */
enum { PUBLIC_TIME_MAX = PAGE_CLOCK_MAX };
const char *public_clock(const struct public_view *view, struct wall_time time,
                         char text[PUBLIC_TIME_MAX]);
const char *public_moment(const struct public_view *view, struct wall_time time,
                          char text[PUBLIC_TIME_MAX]); /* `23 Nov 2026, 02:14 UTC+1` */
const char *public_date(const struct public_view *view, struct wall_time time,
                        char text[PUBLIC_TIME_MAX]); /* `23 Nov 2026` */

/* Where an incident's page is, from the top: `incidents/ID.html`. */
void public_incident_path(const struct incident *incident, char path[PUBLIC_SENTENCE_MAX]);

/* What is served and exported. */
void public_overview_render(const struct public_view *view, struct buffer *out);
void public_history_render(const struct public_view *view, struct buffer *out);
void public_incident_render(const struct public_view *view, const struct incident *incident,
                            struct buffer *out);
void public_feed_render(const struct public_view *view, struct buffer *out);
void public_badge_render(const struct public_view *view, struct buffer *out);

/* A file of the public pages, as it is served and exported; the last has no path. */
struct public_file {
    const char *path; /* from the top: `index.html` */
    const char *type;
    bool is_constant; /* its address changes with its content */
    bool is_shared;   /* scripts of other sites may read it */
    void (*render)(const struct public_view *view, struct buffer *out);
};
extern const struct public_file public_files[];

/* JSON as Atlassian's public pages have it (api/v2/NAME.json). X(NAME, path) */
#define PUBLIC_JSON_TABLE(X)                                                                       \
    X(SUMMARY, "summary")                                                                          \
    X(STATUS, "status")                                                                            \
    X(COMPONENTS, "components")                                                                    \
    X(INCIDENTS, "incidents")                                                                      \
    X(UNRESOLVED, "incidents/unresolved")                                                          \
    X(MAINTENANCES, "scheduled-maintenances")                                                      \
    X(UPCOMING, "scheduled-maintenances/upcoming")                                                 \
    X(ACTIVE, "scheduled-maintenances/active")

enum public_json {
#define X(name, path) PUBLIC_JSON_##name,
    PUBLIC_JSON_TABLE(X)
#undef X
        PUBLIC_JSON_COUNT
};
void public_json_render(const struct public_view *view, enum public_json document,
                        struct buffer *out);

#endif
