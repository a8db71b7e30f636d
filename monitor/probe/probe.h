/* SPDX-License-Identifier: MIT */
/*
 * Direct checks beside the journeys: questions that are asked when a run failed, each in a session
 * of its own, all at once. What is to be asked says battery.h; what the answers mean, diagnose/.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "monitor/net/net.h"
#include "monitor/record/finding.h"

struct probe;

/* A GET, with one thing other than in the journey. */
struct probe_question {
    enum finding_kind kind;
    const char *component; /* may be NULL */
    const char *url;
    const char *address; /* to ask there, whatever DNS says; NULL: as DNS says */
    /* PEM files, as in struct net_request; may be NULL. */
    const char *ca, *certificate, *key;
};

enum { PROBE_QUESTIONS_MAX = 16 };

#define PROBE_TIMEOUT (3 * DURATION_SECOND)

/* One finding a question, in their order; borrowed until it returns. */
typedef void probe_done(void *data, const struct finding *findings, size_t count);

/* `done` comes in a later turn, PROBE_TIMEOUT later at most. What `questions` say is copied. */
struct probe *probe_ask(struct loop *loop, struct net_vantage *vantage,
                        const struct probe_question *questions, size_t count, probe_done *done,
                        void *data);

/* Ends it without a callback. */
void probe_cancel(struct probe *probe); /* takes NULL */

#endif
