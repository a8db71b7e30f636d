/* SPDX-License-Identifier: MIT */
/*
 * Sends requests to somebody else's server, one after another, without ever waiting for it: the
 * loop goes on. What its answer means for a message is said in one word. Private to reporters/.
 */
#ifndef REPORTERS_SENDER_H
#define REPORTERS_SENDER_H

#include "monitor/net/net.h"
#include "reporters/reporter.h"

struct sender;

/* The context is borrowed; it must have a vantage point. */
struct sender *sender_create(const struct reporter_context *context);
void sender_free(struct sender *sender); /* takes NULL; nobody is called back any more */

enum sender_outcome {
    SENDER_TAKEN,
    SENDER_REFUSED, /* it will not be taken another time either */
    SENDER_LATER,   /* no answer, or one that says so */
};

/* Lives until the callback returns. */
struct sender_answer {
    enum sender_outcome outcome;
    int status;          /* 0: there was no answer */
    const char *body;    /* "" when none */
    duration pause;      /* that the server asks for; 0: none */
    const char *trouble; /* in words, without the URL, which may hold a secret; NULL when taken */
};
typedef void sender_done(void *data, const struct sender_answer *answer);

/* One at a time. `request`'s texts must live until `done`, which is called in a later turn, and
 * from which the next may be sent. */
void sender_send(struct sender *sender, const struct net_request *request, sender_done *done,
                 void *data);

#endif
