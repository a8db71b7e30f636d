/* SPDX-License-Identifier: MIT */
/*
 * What the pipeline's files share, and nobody else sees: pipeline.c has the way of a run, from the
 * bus into the store; pipeline_slots.c what is before it, from the schedule to the bus;
 * pipeline_open.c builds it and takes it down.
 */
#ifndef DAEMON_PIPELINE_PRIVATE_H
#define DAEMON_PIPELINE_PRIVATE_H

#include "monitor/base/map.h"
#include "monitor/bus/bus.h"
#include "monitor/daemon/expiry.h"
#include "monitor/daemon/health.h"
#include "monitor/daemon/keeper.h"
#include "monitor/daemon/ledger.h"
#include "monitor/daemon/objectives.h"
#include "monitor/daemon/pipeline.h"
#include "monitor/diagnose/casebook.h"
#include "monitor/journey/journey.h"
#include "monitor/probe/battery.h"
#include "monitor/probe/database.h"
#include "monitor/record/reason.h"
#include "monitor/schedule/schedule.h"
#include "monitor/schedule/window.h"
#include "reporters/reporter.h"

/* What probes found last; when it is older, it says nothing of now. */
#define FINDINGS_FRESH DURATION_MINUTE
struct pipeline_findings {
    struct arena *arena;
    struct finding *items;
    size_t count;
};

struct pipeline_set;

/* A vantage point at work: runs wait here while a probe asks, or a database. */
struct pipeline_vantage {
    struct pipeline *pipeline;
    const struct vantage *vantage;
    struct net_vantage *net;
    struct probe *probe;
    bool awaits_databases;
    struct run **waiting;
    size_t waiting_count;
    struct pipeline_findings references, components;
    struct battery_pace pace;
};

/* A step of a journey that hangs. */
struct pipeline_hold {
    const struct step *step;       /* NULL: none */
    unsigned slots;                /* in which it hung; from two on it is held back */
    struct wall_time planned;      /* the last of them */
    struct pipeline_entry *sender; /* the only one to send it still */
    struct wall_time next;         /* when it does */
    duration pause;                /* until then */
    bool sent;                     /* that run is under way */
};

/* What a scenario's runs share, whatever vantage point they are from. */
struct pipeline_means {
    struct secrets *secrets;
    struct ledger *ledger;
    bool is_swept; /* at this moment */
    struct pipeline_hold hold;
};

struct pipeline_change;
struct pipeline_sweep;

/* One journey from one vantage point: the schedule's entry of the same number. */
struct pipeline_entry {
    struct pipeline *pipeline;
    struct pipeline_set *set;
    const struct scenario *scenario;
    unsigned number, count; /* the vantage point among those of the journey, from 0 */
    struct pipeline_means *means;
    struct pipeline_vantage *vantage;
    struct journey *journey;    /* in flight, the latest; else NULL */
    struct wall_time *overlaps; /* slots that end as the run in flight will */
    size_t overlap_count;
    struct wall_time since;                   /* its last slot before a restart; 0: there is none */
    struct wall_time passed_kept, other_kept; /* when a run's messages were last stored */
};

/*
 * What was loaded from the files, at work. A reload makes another one and puts it in force: what is
 * known of journeys that go on is handed over to it, and the runs in flight end under the one that
 * they began in, which goes with the last of them.
 */
struct pipeline_set {
    struct pipeline *pipeline;
    struct settings *settings; /* its own */
    struct wall_time loaded;
    struct pipeline_vantage *vantages;
    struct database_probe **probes;
    const struct database_state **probe_states; /* as many */
    size_t probe_count;
    struct wall_time databases_hurried; /* when they were asked at once, last */
    struct loop_timer *databases_late;  /* who waits for them waits no longer */
    bool databases_asked;               /* at once, and they have not all answered yet */
    struct pipeline_means *means;       /* one a scenario */
    struct pipeline_entry *entries;
    size_t entry_count;
    struct map *entry_map;     /* entries by journey and vantage point */
    struct schedule *schedule; /* NULL until what was before is recalled */
    size_t users;              /* runs in flight, and the pipeline while it is in force */
};

/* A run in flight knows its set, and its entry in the set in force; a killed one still does while
 * its successor goes. */
struct pipeline_flight {
    struct pipeline_set *set;
    struct pipeline_entry *entry; /* NULL: the journey is not watched from there any more */
    struct journey *journey;
    struct pipeline_flight *next;
};

struct pipeline {
    struct loop *loop;
    struct net *net;
    struct net_vantage *outlet; /* where reporters send from */
    struct pipeline_set *set;   /* in force */
    struct pipeline_reload *reload;
    struct loop_timer *tick, *sweep;
    struct pipeline_sweep *sweeps;
    struct pipeline_change *changes;
    struct pipeline_flight *flights;
    size_t flight_count;
    size_t unjudged; /* published, and not handed to the keeper yet */
    struct bus *bus;
    struct leases *leases;
    struct casebook *casebook;
    struct store *store;
    struct keeper *keeper;
    struct expiry *expiry;
    struct objectives *objectives;
    struct reporters *reporters;
    bool probe_told; /* that something is not well */
    struct health_watch *watch;
    struct health_reporter *reporter_healths; /* as they were when they were last asked for */
    unsigned recall_failures;                 /* one after the other */
    struct status_question *statuses;         /* that are being answered */
    struct pipeline_control *control;         /* NULL: nobody may ask */
    struct maintenance_list maintenance;      /* of operators; the shop file has its own */
    struct arena *maintenance_arena;
    duration every;
    bool stopping;
    struct instant stop_began;
};

/* pipeline.c */
loop_callback pipeline_committed;

/* On from the probes: whose fault it is, and into the store. Takes the run. */
void pipeline_judge(struct pipeline *pipeline, struct run *run);

/* Who shows an incident, and how often, is kept though no run comes. */
void pipeline_keep_counts(struct pipeline *pipeline);

/* pipeline_probe.c */
bus_subscriber pipeline_receive;
void pipeline_databases_told(struct pipeline_set *set); /* on with those who wait for them */

/* pipeline_set.c: takes `settings`, also on failure, which is NULL with `error` set. `secrets`:
 * those of each scenario, taken; NULL: they are read. Its user is the caller. */
struct pipeline_set *pipeline_set_create(struct pipeline *pipeline, struct settings *settings,
                                         struct secrets **secrets, struct error *error);
void pipeline_set_release(struct pipeline_set *set); /* takes NULL; the last user frees it */

/* The schedule, once it is known where each entry goes on. */
void pipeline_set_plan(struct pipeline_set *set);

/* Of the set in force. NULL: the journey is not watched from there. */
struct pipeline_entry *pipeline_entry_of(const struct pipeline *pipeline, const char *journey,
                                         const char *vantage);
bool pipeline_is_watched(void *pipeline, const char *journey, const char *vantage);

/* pipeline_reload.c: lets go of a reload under way. Takes NULL. */
void pipeline_reload_free(struct pipeline_reload *reload);
/* Whether one is about to put another set in force: nothing that is long is begun. */
bool pipeline_is_changing(const struct pipeline *pipeline);
void pipeline_reload_health(const struct pipeline *pipeline, struct health *health);

/* pipeline_slots.c */
loop_callback pipeline_tick;

/* The slots that were missed, and those that wait for the run in flight. */
void pipeline_publish_missed(struct pipeline_entry *entry);
void pipeline_publish_overlaps(struct pipeline_entry *entry);

/* Forgets a flight whose journey is over, or abandoned. */
void pipeline_flight_over(struct pipeline_flight *flight);

/* pipeline_around.c: who else is under way, into the record of a run that has just failed. */
void pipeline_look_around(const struct pipeline *pipeline, struct run *run);

/* pipeline_hold.c: the step that a run is to stop before, NULL: none; and what a run tells of it.
 */
const struct step *pipeline_hold_before(struct pipeline_entry *entry, struct wall_time now);
void pipeline_hold_learn(struct pipeline_entry *entry, const struct run *run);
/* What is known of a journey's step goes on in another set; `scenario` is the new one. */
void pipeline_hold_hand_over(struct pipeline_means *means, const struct scenario *scenario,
                             const struct pipeline_hold *hold);

/* pipeline_maintenance.c */
struct maintenance_state pipeline_maintenance_at(const struct pipeline_entry *entry,
                                                 struct wall_time time);
void pipeline_mark_maintenance(const struct pipeline_entry *entry, struct run *run);

/* pipeline_sweep.c: the ledgers, now and every minute; until stopped, which abandons what it does.
 */
loop_callback pipeline_sweep;
void pipeline_sweep_stop(struct pipeline *pipeline);

/* pipeline_change.c: lets go of operators' orders that are not answered yet. */
void pipeline_changes_stop(struct pipeline *pipeline);

/* pipeline_health.c: how the monitor is, for whoever is asked; and whether it was too busy while a
 * run went to be sure of what it saw. */
health_reader pipeline_health_read;
void pipeline_doubt(const struct pipeline *pipeline, struct run *run);

/* pipeline_status.c: how the shop and the monitor are, in one line of JSON. */
struct query_asker;
void pipeline_status(struct pipeline *pipeline, const struct query_asker *asker);
void pipeline_status_forget(struct pipeline *pipeline); /* those who have not been answered */

/* pipeline_control.c: who may ask and order by the control socket. Takes NULL. */
void pipeline_control_close(struct pipeline_control *control);
size_t pipeline_control_visitors(const struct pipeline_control *control);

/* pipeline_databases.c: before there are other threads, for libpq reads its files then. */
enum result pipeline_open_databases(struct pipeline_set *set, struct error *error);
void pipeline_close_databases(struct pipeline_set *set);
void pipeline_add_databases(const struct pipeline *pipeline, struct run *run);
bool pipeline_ask_databases(struct pipeline_set *set, const struct run *run); /* at once */

/* pipeline_open.c: NULL with `error` set. */
struct reporters *pipeline_open_reporters(struct pipeline *pipeline,
                                          const struct settings *settings, struct error *error);

/* pipeline_recall.c: takes up what the store knows of the time before; then the first tick. */
void pipeline_recall(struct pipeline *pipeline);

#endif
