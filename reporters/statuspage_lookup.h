/* SPDX-License-Identifier: MIT */
/*
 * Looks through what a hosted status page lists: for the incident that was opened there before, and
 * for ids that somebody has written into a shop file. Private to reporters/.
 */
#ifndef REPORTERS_STATUSPAGE_LOOKUP_H
#define REPORTERS_STATUSPAGE_LOOKUP_H

#include "monitor/base/hash.h"
#include "monitor/record/incident.h"
#include "reporters/statuspage_client.h"

enum { STATUSPAGE_ID_MAX = 64 };

/* What stands there of an incident of ours, in its metadata. */
struct statuspage_posted {
    char id[STATUSPAGE_ID_MAX];     /* its id there; "": it is not there */
    unsigned version;               /* the last of ours that was told */
    char told[HASH_HEX_LENGTH + 1]; /* of what was said then */
    bool resolved;
};

/* New reference: to be put into the incident's metadata. */
json_t *statuspage_metadata(const struct incident *incident, const char *told);

struct statuspage_lookup;
struct statuspage_lookup *statuspage_lookup_open(struct statuspage_client *client);
void statuspage_lookup_close(struct statuspage_lookup *lookup); /* takes NULL */

/* `posted` is NULL, and `answer` says why, when it cannot be known. Both live until it returns. */
typedef void statuspage_found(void *data, const struct statuspage_posted *posted,
                              const struct statuspage_answer *answer);

/* One at a time. `incident` must live until `done`, which comes in a later turn. */
void statuspage_lookup_incident(struct statuspage_lookup *lookup, const struct incident *incident,
                                statuspage_found *done, void *data);

/* `missing`: the first of the ids that the list at `path` (`/components`) lacks; NULL: none, or
 * `answer` says why that cannot be known. */
typedef void statuspage_checked(void *data, const char *missing,
                                const struct statuspage_answer *answer);
void statuspage_lookup_ids(struct statuspage_lookup *lookup, const char *path,
                           const char *const *ids, size_t count, statuspage_checked *done,
                           void *data);

#endif
