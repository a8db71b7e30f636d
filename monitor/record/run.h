/* SPDX-License-Identifier: MIT */
/*
 * A run and what was observed in it: the currency of the program. journey/ and net/ fill it,
 * diagnose/ adds the verdict, store/ keeps it, reporters/ show it. Plain data in one arena.
 */
#ifndef RECORD_RUN_H
#define RECORD_RUN_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"
#include "monitor/base/hash.h"
#include "monitor/record/finding.h"
#include "monitor/record/symptom.h"
#include "monitor/record/verdict.h"
#include "monitor/record/waiting.h"
#include "monitor/record/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a step, a run and a slot end. X(NAME, text) */
#define STATE_TABLE(X)                                                                             \
    X(PASSED, "passed")     /* the right answer, in time */                                        \
    X(DEGRADED, "degraded") /* the right answer, but late */                                       \
    X(FAILED, "failed")                                                                            \
    X(UNKNOWN, "unknown") /* the monitor itself could not look */                                  \
    X(SKIPPED, "skipped") /* steps only: an earlier one failed, or its `when` does not hold */

enum state {
#define X(name, text) STATE_##name,
    STATE_TABLE(X)
#undef X
};

const char *state_name(enum state state);
enum state state_from_name(const char *name); /* STATE_UNKNOWN for an unknown one */

/* The phases of an exchange, HAR's names, in their order. X(NAME, text) */
#define PHASE_TABLE(X)                                                                             \
    X(BLOCKED, "blocked")                                                                          \
    X(DNS, "dns")                                                                                  \
    X(CONNECT, "connect")                                                                          \
    X(TLS, "tls")                                                                                  \
    X(SEND, "send")                                                                                \
    X(WAIT, "wait")                                                                                \
    X(RECEIVE, "receive")

enum phase {
#define X(name, text) PHASE_##name,
    PHASE_TABLE(X)
#undef X
        PHASE_COUNT
};

const char *phase_name(enum phase phase);

#define PHASE_ABSENT ((duration)-1) /* it did not happen: not the same as 0 */

/* What the kernel knew of the connection at the end of the exchange (tcp(7), TCP_INFO); not asked
 * after a short one over a connection that was used before. */
struct tcp_facts {
    bool known;
    uint32_t unacknowledged; /* segments sent and not acknowledged */
    uint32_t retransmits;    /* in a row, at that moment */
    uint32_t probes;         /* unanswered keep-alive probes */
    uint32_t total_retransmits;
    uint64_t bytes_acknowledged; /* the SYN counts as one */
    uint64_t bytes_received;
    duration last_acknowledgement; /* how long ago the peer's kernel spoke; PHASE_ABSENT: never */
    duration round_trip;
};

/* Whether a probe has been out for so long that an answer from anywhere would be here. */
bool tcp_probe_is_unanswered(const struct tcp_facts *tcp);

struct message; /* message.h */

/* What the server's certificate says. X(field, name in expressions) */
#define CERTIFICATE_TABLE(X)                                                                       \
    X(subject, "Subject") /* `C=US, O=Example, CN=shop.example` */                                 \
    X(issuer, "Issuer")                                                                            \
    X(start, "Start-Date") /* RFC 3339 */                                                          \
    X(expire, "Expire-Date")                                                                       \
    X(serial, "Serial-Number") /* `0a:1b:2c` */

struct certificate {
#define X(field, name) const char *field;
    CERTIFICATE_TABLE(X)
#undef X
};

/* One HTTP request and its response: one hop, one connection. */
struct exchange {
    const char *method, *url;
    int status;     /* 0: no status line came */
    const char *ip; /* NULL: never connected */
    unsigned port;
    unsigned local_port; /* what a packet capture knows the connection by; 0: it has none */
    bool reused;         /* the connection had served before */
    const char *http;    /* "1.0" "1.1" "2"; NULL without a response */
    struct wall_time started;
    duration phases[PHASE_COUNT]; /* PHASE_ABSENT or longer; they sum to total */
    duration total;
    uint64_t bytes_sent, bytes_received; /* header and body */
    enum symptom symptom;                /* transport only; the step judges content */
    enum phase failed_phase;             /* meaningful with a symptom */
    const char *detail;                  /* what happened, for people; may be NULL */
    struct tcp_facts tcp;
    struct message *request, *answer; /* NULL unless they are kept; never in the record */
    const struct words *words; /* of the answer, where its step failed, or it came from a cache */
    const struct certificate *certificate; /* the server's; NULL without TLS */
};

struct run_step {
    const char *name;
    bool cleanup;
    enum state state;
    const char **needs, **writes; /* component names */
    size_t needs_count, writes_count;
    struct exchange *exchanges; /* redirects have one each */
    size_t exchange_count;
    struct wall_time started;
    duration total;       /* of all exchanges */
    enum symptom symptom; /* SYMPTOM_NONE when passed */
    const char *file;     /* that the step is written in; NULL: the run's */
    int line, column;     /* in that file: the assertion that failed, or the step; 0: unknown */
    const char *expected; /* the failed assertion as written; may be NULL */
    const char *values;   /* what the variables in it stood for: `${n} is 12`; may be NULL */
    const char *actual;   /* what came instead; may be NULL */
    const char *excerpt;  /* the beginning of the failing answer's body; may be NULL */
    const char *note;     /* what else is to be said: an assertion marked `| note` that did not
                             hold, an earlier try, why it is skipped; may be NULL */
};

struct slot {
    struct wall_time planned, started, ended;
};

struct run {
    struct arena *arena; /* owns everything below */
    char id[HASH_HEX_LENGTH + 1];
    const char *journey, *vantage, *file;
    struct slot slot;
    enum state state;
    const char *reason; /* why the state is not what the steps say: words of reason.h, or NULL */
    bool excluded;      /* of a maintenance window: it does not count in objectives */
    bool muted;         /* of a maintenance window: it opens no incident that anybody hears of */
    struct run_step *steps;
    size_t step_count;
    struct finding *findings; /* of probes beside the run, when it failed */
    size_t finding_count;
    struct waiting *waiting; /* what others waited for when it failed */
    size_t waiting_count;
    bool looked_around;     /* that is known, also where nobody waited */
    struct verdict verdict; /* CAUSE_NONE until judged, and when passed */
};

/* A run of `journey` from `vantage`; its id is made of both and the slot's planned time. The texts
 * are copied. */
struct run *run_create(const char *journey, const char *vantage, struct wall_time planned);
void run_free(struct run *run); /* takes NULL */

/* Appends a step in state skipped; the pointer is good until the next call. */
struct run_step *run_add_step(struct run *run, const char *name);

/* Append a copy. */
void run_add_finding(struct run *run, const struct finding *finding);
void run_add_waiting(struct run *run, const struct waiting *waiting);

/* Appends an exchange with all phases absent; the pointer is good until the next call for this
 * step. */
struct exchange *run_add_exchange(struct run *run, struct run_step *step);

/* How much later than planned the run was started; PHASE_ABSENT for a slot that none was started
 * for. */
duration run_lateness(const struct run *run);

/* The step that decides the run: the first failed one before cleanup, else the first failed cleanup
 * step, else NULL. */
const struct run_step *run_first_failure(const struct run *run);

/* NULL: the run has no step of that name. */
const struct run_step *run_find_step(const struct run *run, const char *name);

/* Whether the step got what it wanted, if late. */
bool run_step_passed(const struct run_step *step);

/* Whether the shop took the step's request and gave no answer in time. */
bool run_step_hung(const struct run_step *step);

/* The exchange that a step ended with; NULL: it made none. */
const struct exchange *run_last_exchange(const struct run_step *step);

/* Whether the answer that a step ended with came from a cache: nobody behind it was asked. */
bool run_step_is_cached(const struct run_step *step);

/* Time from the start of the first step's request to the end of the last, cleanup apart; waits
 * between steps not counted. */
duration run_latency(const struct run *run);

/* From the start of a run's first exchange to the end of its last: what a waterfall is drawn to. */
struct run_span {
    struct wall_time start; /* 0 (never) without any exchange */
    duration length;        /* at least 1 */
};
struct run_span run_span(const struct run *run);

struct buffer;
struct json_t;
struct json_writer;

/* Appends the record as people and machines read it: one line of JSON, without the line's end. */
void run_write(const struct run *run, struct buffer *out);

/* The same into an object that is open, for who adds members of its own. */
void run_write_members(const struct run *run, struct json_writer *writer);

/* The record as a tree. New reference. */
struct json_t *run_to_json(const struct run *run);

/* The JSON Schema of such a record. New reference. */
struct json_t *run_schema(void);

/* A run from its record; NULL with `error` set when it is none. */
struct run *run_from_json(const struct json_t *json, struct error *error);

#endif
