/* SPDX-License-Identifier: MIT */
/*
 * Calls of Atlassian Statuspage's interface (developer.statuspage.io): the address, the key, the
 * pace that one key is allowed, and what an answer means. Knows nothing of incidents. Private to
 * reporters/.
 */
#ifndef REPORTERS_STATUSPAGE_CLIENT_H
#define REPORTERS_STATUSPAGE_CLIENT_H

#include "monitor/record/json.h"
#include "reporters/sender.h"

enum { STATUSPAGE_LIST_MAX = 100 }; /* items that one answer lists at most */

/*
 * How many calls a key has left: 60 in any 60 seconds, of which 10 may follow one another at once.
 * Pure; all zero at the start.
 */
struct statuspage_pace {
    struct instant next; /* when one would be due that never hurried */
};

/* How long to wait before the next call; 0: it may go, and is then to be taken. */
duration statuspage_pace_wait(const struct statuspage_pace *pace, struct instant now);
void statuspage_pace_take(struct statuspage_pace *pace, struct instant now);
/* None before that. */
void statuspage_pace_hold(struct statuspage_pace *pace, struct instant now, duration pause);

struct statuspage_client;

struct statuspage_client_settings {
    const char *url;  /* without a path; all borrowed */
    const char *page; /* its id */
    const char *key;
    duration timeout;
};

struct statuspage_client *
statuspage_client_create(const struct reporter_context *context,
                         const struct statuspage_client_settings *settings);
void statuspage_client_free(struct statuspage_client *client); /* takes NULL; after its lines */

/* One that has one call on its way at a time; all of a client keep to its pace together. */
struct statuspage_line;
struct statuspage_line *statuspage_line_open(struct statuspage_client *client);
void statuspage_line_close(struct statuspage_line *line); /* takes NULL; nobody is called back */

/* Lives until the callback returns. */
struct statuspage_answer {
    enum sender_outcome outcome;
    int status;         /* 0: there was no answer */
    const json_t *json; /* NULL: none */
    duration pause;     /* before another try; 0: as the caller likes */
    const char *trouble;
};
typedef void statuspage_answered(void *data, const struct statuspage_answer *answer);

/* `path` is below the page's: `/incidents`. Copies it, and the body (NULL: none). `done` comes in a
 * later turn, and may make the next call. */
void statuspage_call(struct statuspage_line *line, const char *method, const char *path,
                     const json_t *body, statuspage_answered *done, void *data);

#endif
