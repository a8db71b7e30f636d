/* SPDX-License-Identifier: MIT */
/*
 * The incident book as its own files see it. incident.c has what a run does to it; incident_book.c
 * what is in it, and how it is taken up again; incident_learn.c what other journeys tell of it;
 * incident_match.c which incident a verdict is about; incident_turn.c how one turns (opens,
 * changes, ends), and what is said of it.
 */
#ifndef DIAGNOSE_INCIDENT_PRIVATE_H
#define DIAGNOSE_INCIDENT_PRIVATE_H

#include "monitor/diagnose/incident.h"

struct map;

/* An incident in the book. */
struct kept {
    struct arena *arena;
    struct incident incident;
    size_t showing;           /* watches that show it */
    struct wall_time turned;  /* when it came or went last, told or not */
    struct wall_time written; /* when it was last given out to be kept */
    bool counted;             /* something is new since then */
    /* What it was held for by who shows it, where it learned better from others; CAUSE_NONE: it did
     * not. Others that are unsure of it show the same. */
    enum cause cause;
    const char *component;
    struct wall_time joined; /* when others came to show it than then; 0: none did */
    struct kept *next;
};

/* A journey from a vantage point. */
struct watch {
    char *journey, *vantage;
    enum state last;
    /* In a row; what could not be seen neither adds nor ends. */
    unsigned failed_slots;
    unsigned loud_slots; /* of them, those outside maintenance */
    unsigned quorum;     /* of the journey, as for incident_book_add */
    enum cause sure_of;  /* by the last of them; CAUSE_NONE: of nothing */
    /* The verdict that says so, as long as it shows no incident; without an arena: none. */
    struct verdict verdict;
    struct arena *arena;
    /* Of the first of them. */
    struct wall_time began;
    enum symptom symptom;
    char *step;
    struct kept *incident;  /* that it shows */
    char *shown_by;         /* the step that failed when it did so last; NULL: not known */
    bool shown_unconnected; /* and no connection was made for it */
    unsigned otherwise;     /* slots in a row that failed otherwise since: see incident.c */
    struct wall_time otherwise_began; /* the first of them */
    struct watch *sibling;            /* the same journey from elsewhere */
};

struct incident_book {
    struct map *watches;  /* "journey\x1fvantage" -> struct watch, owned */
    struct map *journeys; /* journey -> its first watch, borrowed */
    struct kept *open;    /* newest first */
    struct kept *over;    /* those that may come back, newest first */
    struct told {
        struct kept *kept;
        enum incident_change change;
    } * told; /* what is to be given out */
    size_t told_count, told_next;
};

/* incident_book.c */
struct kept *book_add(struct incident_book *book, const struct incident *incident);
struct watch *book_watch(struct incident_book *book, const char *journey, const char *vantage);
void book_move(struct kept **from, struct kept **to, struct kept *kept);
void book_tell(struct incident_book *book, struct kept *kept, enum incident_change change);

/* The watch shows `kept`; NULL: nothing. `now`: when it stopped to show what it did. */
void watch_show(struct watch *watch, struct kept *kept, struct wall_time now);

/* It goes on to fail, by something that no incident is of yet. */
void watch_leave(struct watch *watch, struct wall_time now);

void watch_pass(struct watch *watch, struct wall_time now);

/* It fails as what it shows does. */
void watch_note_step(struct watch *watch, const struct run *run);

/* incident_match.c: the same cause, and the same component or a part of it. */
bool match_is_about(const struct verdict *now, const struct verdict *verdict);
/* An open one; NULL: none. The second is content with what may be. */
struct kept *match_same(const struct incident_book *book, const struct verdict *verdict);
struct kept *match_open(const struct incident_book *book, const struct verdict *verdict);
/* The open one that asserts nothing yet and may be what the verdict asserts; NULL: none, or several
 * may be. */
struct kept *match_unsure(const struct incident_book *book, const struct verdict *verdict);
/* Whether a verdict that asserts nothing may yet come to what the other one asserts. */
bool match_leaves_open(const struct verdict *unsure, const struct verdict *verdict);
/* One that is over, and comes back with this watch. */
struct kept *match_over(const struct incident_book *book, const struct watch *watch,
                        const struct verdict *verdict);
/* Whether the verdict as good as excludes what the other one can tell. */
bool match_excludes(const struct verdict *verdict, const struct verdict *other);
/* The cause that it asserts; CAUSE_NONE: none. */
enum cause match_sure_of(const struct verdict *verdict);
/* Whether the verdict is to take the other's place; and whether people are to hear of it. */
bool match_improves(const struct verdict *now, const struct verdict *verdict);
bool match_is_news(const struct verdict *now, const struct verdict *verdict);

/* incident_learn.c: takes note of the verdict of a failed run, and forgets it. */
void learn_note(struct watch *watch, const struct run *run);
void learn_forget(struct watch *watch);
/* An open incident that asserts nothing takes the verdict of a run that does, of a watch that is
 * not confirmed. */
void learn_at_once(struct incident_book *book, const struct watch *watch, const struct run *run,
                   struct wall_time now);
/* The verdict to open one with: the run's own, or where that asserts nothing, one that does of
 * another journey that fails. Borrowed. */
const struct verdict *learn_at_opening(const struct incident_book *book, const struct watch *watch,
                                       const struct run *run);
/* Keeps what it was held for before it learned better. */
void learn_keep(struct kept *kept, const struct verdict *verdict);

/* Who confirmed it. */
struct scope {
    const char *journey;
    unsigned failing, seeing; /* vantage points */
};

/* incident_turn.c: each with its entry in the timeline, and what people are to hear of. */
void incident_turn(struct arena *arena, struct incident *incident,
                   const struct incident_event *event);
void turn_open(struct incident_book *book, struct kept *kept, const struct scope *scope,
               struct wall_time now);
/* Another verdict, or a surer one. */
void turn_change(struct incident_book *book, struct kept *kept, const struct verdict *verdict,
                 struct wall_time now);
/* Journeys show it that nobody has heard of as doing so, if there are any. */
void turn_spread(struct incident_book *book, struct kept *kept, struct wall_time now);
/* It was over, or it flaps and was quiet. */
void turn_return(struct incident_book *book, struct kept *kept, const struct scope *scope,
                 bool muted, struct wall_time now);
/* It was muted, and outlasts its maintenance. */
void turn_unmute(struct incident_book *book, struct kept *kept, const struct scope *scope,
                 struct wall_time now);
/* It turned out to be the other one. */
void turn_merge(struct incident_book *book, struct kept *kept, struct kept *into,
                struct wall_time now);
/* Nobody shows it any more; it is over, or begins to flap. */
void turn_resolve(struct incident_book *book, struct kept *kept, struct wall_time now);
/* It flaps: has it been without a turn for long enough to be over, or steady? */
void turn_calm(struct incident_book *book, struct kept *kept, struct wall_time now);

#endif
