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

/*
 * A GET, with one thing other than in the journey. But for three kinds: an ADDRESS is such a GET at
 * each address of the URL's host, where there are several; a RESOLVER only looks the host up; a
 * PATH is traced to the host's first address.
 */
struct probe_question {
    enum finding_kind kind;
    const char *component; /* may be NULL */
    const char *url;
    const char *address; /* to ask there, whatever DNS says; of a RESOLVER, whom to ask; NULL: as
                            DNS says */
    unsigned port;       /* and at that port; 0: the URL's */
    bool is_handed_on;   /* as the front door hands it on, past which it is asked */
    /* PEM files, as in struct net_request; may be NULL. */
    const char *ca, *certificate, *key;
};

enum {
    PROBE_QUESTIONS_MAX = 16,
    PROBE_ADDRESSES_MAX = 4, /* of a host, of each family half as many */
    PROBE_FINDINGS_MAX = PROBE_QUESTIONS_MAX + PROBE_ADDRESSES_MAX,
};

#define PROBE_TIMEOUT (3 * DURATION_SECOND)

/* One finding a question, in their order, and those of addresses last; borrowed until it returns.
 * At most PROBE_FINDINGS_MAX. */
typedef void probe_done(void *data, const struct finding *findings, size_t count);

/* `done` comes in a later turn, PROBE_TIMEOUT later at most. What `questions` say is copied. One of
 * them at most is about addresses. */
struct probe *probe_ask(struct loop *loop, struct net_vantage *vantage,
                        const struct probe_question *questions, size_t count, probe_done *done,
                        void *data);

/* Ends it without a callback. */
void probe_cancel(struct probe *probe); /* takes NULL */

#endif
