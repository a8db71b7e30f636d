/* SPDX-License-Identifier: MIT */
/* Gathering facts about a failed run from its exchanges and from what else was seen. Private to
 * diagnose/. */
#ifndef DIAGNOSE_FACTS_H
#define DIAGNOSE_FACTS_H

#include "monitor/diagnose/history.h"
#include "monitor/diagnose/under_way.h"
#include "monitor/diagnose/weights.h"

enum fact_name {
#define X(name, group, code, n, a, d, t, m, c, text) FACT_##name,
    FACT_TABLE(X)
#undef X
};

struct fact {
    enum fact_name name;
    const char *about; /* for the {} in its text; may be NULL */
};

enum { FACTS_MAX = DIAGNOSIS_FACTS_MAX };

/* Everything that the rules look at. */
struct facts {
    struct fact items[FACTS_MAX];
    size_t count;
    const struct run_step *failure;
    const char *suspects[32]; /* components of the failing step that nothing has cleared, the
                                 likeliest first */
    size_t suspect_count;
    const char *others[16]; /* names of failing steps that another fault explains */
    size_t other_count;
    const char *works;     /* steps that pass meanwhile; NULL: none is known to */
    const char *unsettled; /* what must be seen before anything is asserted; NULL: all was seen */
    const char *unseen;    /* what else may be to blame, that no fact is about; NULL: nothing */
    const char *whole_database; /* where several parts of it fail; or NULL */
    bool locked;                /* it is not well because somebody holds a lock */
    const char *ill;   /* what of a database is not well, asked directly: a part, or all; or NULL */
    const char *named; /* the component that the answer itself says not to be reached; or NULL */
    const char *began_with; /* the part of the database that all began with, where that is another
                               one; or NULL */
};

void facts_add(struct facts *facts, enum fact_name name, const char *about);
bool facts_have(const struct facts *facts, enum fact_name name);
bool facts_have_any(const struct facts *facts, const enum fact_name *names, size_t count);

/* What is begun this long after a step that fails, and passes, was not caught by the same thing at
 * the same moment. */
#define FACTS_LATER (300 * DURATION_MILLISECOND)

/* Others that wait, each as if it had just ended. */
struct facts_waiting {
    const struct waiting *waiting;
    const struct history_entry *entry; /* the runs before it */
    const struct run *run;
};

/* From where facts are seen. */
struct facts_view {
    const struct history *history;
    const struct shop *shop; /* may be NULL */
    const struct run *run;
    const struct run_step *failure;
    const struct exchange *exchange; /* the failing step's last; NULL: it made none */
    struct wall_time onset;          /* when the run's streak of failures began */
    bool began_now;                  /* with this run */
    unsigned failing, passing; /* vantage points that fail by the same step, and pass it; where the
                                  failure is of the way, by any */
    bool unheard;              /* others look as well, and none has been heard of since */
    const struct run_step *database_began; /* the first step of a database that failed; or NULL */
    bool database_led; /* and it hung, before anything that the application does alone failed */
    bool grew;         /* what needs no database passed for a while after that */
    const struct run_step *passed_first; /* what the application does alone, and what runs had just
                                            passed when it began with a database; or NULL */
    struct facts_waiting waiting[UNDER_WAY_MAX];
    size_t waiting_count;
    const struct run_step **seen; /* those that count as evidence */
    size_t seen_count;
};

/* What steps tell. */
bool facts_name_is_among(const char *const *names, size_t count, const char *name);
bool facts_step_needs(const struct run_step *step, const char *component);
/* What a step writes or else needs of that kind; NULL: nothing. */
const char *facts_need_of_kind(const struct shop *shop, const struct run_step *step,
                               enum cause kind);
/* A bit for each kind, `1u << CAUSE_DATABASE`, of what the step writes or needs. */
unsigned facts_kinds_of(const struct shop *shop, const struct run_step *step);
bool facts_step_needs_kind(const struct shop *shop, const struct run_step *step, enum cause kind);

/* Whether a step failed at the shop, and not on the way to it; a connection that is made, and ended
 * by the other side once the request was on its way, was at the shop. */
bool facts_reached(const struct run_step *step);
bool facts_is_of_the_way(enum symptom symptom); /* of DNS, TCP or TLS, however it ended */

/* Whether it fails from here alone, while two others pass at least. */
bool facts_only_here(const struct facts_view *view);

/* A step that the application does alone. */
bool facts_is_application_alone(const struct shop *shop, const struct run_step *step);

/* Whether, since that step hung, one was begun that needs the part as well, or writes it where that
 * one does, and passed. */
bool facts_part_passed(const struct facts_view *view, const char *part,
                       const struct run_step *hung);

/* The component that a part is of: `db` of `db.orders`. */
const char *facts_whole_of(struct arena *arena, const char *part);

/* Whether the answer was made before the shop, so that what its steps need tells nothing. */
bool facts_answer_is_of_the_way(const struct facts *facts);

/* facts_waiting.c: others that are under way, and wait far longer than usual. */
void facts_see_waiting(struct facts_view *view);
void facts_of_waiting(struct facts *facts, const struct facts_view *view);

/* facts_onset.c: how it began, in the whole shop. */
void facts_look_at_onset(struct facts_view *view);
void facts_of_onset(struct facts *facts, const struct facts_view *view);

/* The step that hung first, when others passed for a while yet: the server has filled up since.
 * NULL: it did not begin like that. */
const struct run_step *facts_filled_up_since(const struct facts_view *view);

/* Whether whatever began to fail first hung, or was waited for in vain. */
bool facts_began_with_silence(const struct facts_view *view);

/* facts_transport.c: how the exchange ended that got no answer. */
void facts_of_transport(struct facts *facts, const struct facts_view *view);

/* What the shop's network loses, others whom the shop asks may have been sent as well. After the
 * facts of pattern. */
void facts_of_lost_before(struct facts *facts, const struct facts_view *view);

/* Whether the request came to who should answer it; what nobody has received tells nothing of what
 * its step needs. */
bool facts_was_delivered(const struct facts *facts, const struct facts_view *view);

/* Whether what was sent was not even received. */
bool facts_path_is_broken(const struct exchange *exchange);

/* answer_maker.c: the name of the proxy that wrote the page itself, for the application gave it
 * none; NULL: nobody's page is recognised. */
const char *facts_page_maker(const struct run_step *step);

/* Whether it is certain that the application made the answer. `words` may be NULL. */
bool facts_application_made(const struct run_step *step, const struct words *words);

/* What the page of an error says itself of what is behind who wrote it; false: nothing. */
bool facts_of_page(struct facts *facts, const struct run_step *step, const struct words *words);

/* What the status says that others give who answer in the shop's place; false: it is none. Where
 * the shop has a front door of its own, it is the door that refuses. */
bool facts_of_edge(struct facts *facts, int status, bool has_door, const char *text);

/* The component that a shop declares as its front door; NULL: none. */
const char *facts_front_door(const struct shop *shop);

/* proxy_status.c: the same by what they say in a header; false: nothing. */
bool facts_of_proxy_status(struct facts *facts, const struct facts_view *view);

/* Where a part of a header's list ends that begins at `text`: at one of the characters `ends`, of
 * which those in quotes end nothing. */
const char *facts_list_end(const char *text, const char *ends);

/* server_timing.c: what the shop says that it took its time for. */
void facts_of_server_timing(struct facts *facts, const struct facts_view *view);

/* facts_answer.c: what the answer was. */
void facts_of_answer(struct facts *facts, const struct facts_view *view);

/* facts_unreached.c: what its body says not to be reached; false: nobody whom the shop file knows.
 */
bool facts_of_unreached(struct facts *facts, const struct facts_view *view);

/* The same of a database, that another's answer has named in this streak; NULL: none. */
const char *facts_database_unreached(const struct facts_view *view,
                                     const struct history_entry *entry);

/* facts_pattern.c: which steps fail and pass together. Suspects first, they are needed by others.
 */
typedef void facts_step_visitor(void *data, const struct run_step *step);

/* Finds the steps that count as evidence: of this run, of runs that fail now, and what passed after
 * the onset; `seen` is the caller's to free. Then they can be visited. */
void facts_see_steps(struct facts_view *view);
void facts_visit_steps(const struct facts_view *view, facts_step_visitor *visit, void *data);

void facts_find_suspects(struct facts *facts, const struct facts_view *view);
void facts_of_pattern(struct facts *facts, const struct facts_view *view);

/* What the shop's front door owes that needs nothing behind it. Before those of the exchange. */
void facts_of_door(struct facts *facts, const struct facts_view *view);
bool facts_door_fails(const struct facts *facts);

/* facts_cover.c: which failing steps are of another fault. Before the facts of pattern. */
void facts_find_others(struct facts *facts, const struct facts_view *view);

/* facts_timeouts.c: who gave up, by the moment. */
void facts_of_timeouts(struct facts *facts, const struct facts_view *view);

/* facts_database.c: whether the step needs a component, or, of a whole database, any part. */
bool facts_step_is_about(const struct run_step *step, const char *component);

/* What a database said when it was asked directly. */
void facts_of_databases(struct facts *facts, const struct facts_view *view);

/* Whether it began with steps that need a database and hung, while the database is all well, asked
 * directly: who asks it from the shop may hang, or his sessions, or the way between. That others
 * are served meanwhile tells them not apart: either may come and go. */
bool facts_way_to_database_may_fail(const struct facts *facts, const struct facts_view *view);

/* Whether the step may hang for want of a worker, as others wait for a database: it began with
 * them, or the database says itself that it is not well. */
bool facts_may_follow(const struct facts *facts, const struct facts_view *view);

/* facts_event.c: what people did to the shop before. After all others: it is a hint, for where
 * nothing says by itself whose fault it is. */
void facts_of_events(struct facts *facts, const struct facts_view *view);

/* facts_probe.c: whether what is small gets through and what is large does not: what is found
 * small, or which steps fail, says nothing of the shop then. A file that is not there, or too large
 * for us, is not lost. */
bool facts_large_is_lost(const struct run *run);

/* Whether a question was lost on the way to the shop: it tells nothing of who would have answered
 * it. */
bool facts_finding_is_lost(const struct finding *finding);

/* The first finding of that kind; NULL: none was asked. */
const struct finding *facts_find(const struct run *run, enum finding_kind kind);

/* facts_way.c: the way to the shop, asked apart: addresses, other DNS servers, a trace. */
void facts_of_way(struct facts *facts, const struct facts_view *view);

/* What probes found beside the run. */
void facts_of_probes(struct facts *facts, const struct facts_view *view);

/* facts_works.c: the names of steps that pass, and fail nowhere; NULL: there are none. */
const char *facts_what_works(const struct facts_view *view, struct arena *arena);

/* `run` must be in the history. */
void facts_gather(const struct history *history, const struct shop *shop, struct run *run,
                  struct facts *ret_facts);

#endif
