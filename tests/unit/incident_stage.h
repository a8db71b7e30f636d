/* SPDX-License-Identifier: MIT */
/* A stage for stories of incidents: a book, and what would be in the store. For check_incident*.c.
 */
#ifndef TESTS_UNIT_INCIDENT_STAGE_H
#define TESTS_UNIT_INCIDENT_STAGE_H

#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/diagnose/incident.h"

static const struct wall_time start = {1763906820 * DURATION_SECOND};

/* What is seen, beside causes. */
#define PASSES CAUSE_NONE
#define BLIND  CAUSE_MONITOR
#define VAGUE  CAUSE_UNDETERMINED

struct scene {
    double minute;
    const char *journey, *vantage;
    enum cause seen;
    const char *told; /* `1 opened; 2 resolved = 1`: incidents are numbered as they come */
    const char *component;
    const char *step;  /* NULL: `alive` */
    const char *needs; /* of that step */
    const char
        *behind; /* a step that passes before it; the verdict excludes all causes but its own */
    double confidence;    /* 0: 0.9 */
    enum symptom symptom; /* SYMPTOM_NONE: no answer to the request */
    double database;      /* how likely that one is, too; no other cause is at all. 0: not known */
    bool muted;
};

#define SCENE(at, of, from, what, ...)                                                             \
    {                                                                                              \
        .minute = (at), .journey = (of), .vantage = (from), .seen = (what), __VA_ARGS__            \
    }

enum { INCIDENTS_MAX = 20, RUNS_MAX = 64 };

/* What would be in the store. */
struct stage {
    struct incident_book *book;
    struct arena *arena;
    struct incident incidents[INCIDENTS_MAX];
    size_t incident_count;
    struct run *runs[RUNS_MAX]; /* the last of each watch */
    size_t run_count;
    unsigned quorum;
};

void stage_set_up(struct stage *stage, unsigned quorum);
void stage_tear_down(struct stage *stage);

/* The run that a scene shows. */
struct run *run_of(const struct scene *scene);

/* Adds it to the book; `heard` is what people hear of. */
void stage_play(struct stage *stage, const struct scene *scene, struct buffer *heard);

/* The monitor stops, and another begins with what is in the store. */
void stage_restart(struct stage *stage, struct wall_time now);

/* All scenes, each with what must be told; `restart_at`: the row before which the monitor is
 * started anew, SIZE_MAX: none. */
void stage_tell(struct stage *stage, const struct scene *scenes, size_t count, size_t restart_at);

/* Without a restart: one remembers of each watch no more than its last run. And without, and with
 * one before each row: people must hear the same. */
void stage_tell_once(const struct scene *scenes, size_t count, unsigned quorum);
void stage_tell_all(const struct scene *scenes, size_t count);

#define STORY(...)                                                                                 \
    do {                                                                                           \
        const struct scene scenes[] = {__VA_ARGS__};                                               \
        stage_tell_all(scenes, COUNT_OF(scenes));                                                  \
    } while (0)

/* Journeys that are called gone are not watched any more. */
incident_is_watched is_not_gone;

#endif
