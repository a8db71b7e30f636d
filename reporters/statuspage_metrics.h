/* SPDX-License-Identifier: MIT */
/* How long journeys take, as points of a hosted status page's metrics. Private to reporters/. */
#ifndef REPORTERS_STATUSPAGE_METRICS_H
#define REPORTERS_STATUSPAGE_METRICS_H

#include "reporters/statuspage_client.h"

/* A journey, and the id of the metric that shows it there. */
struct statuspage_metric {
    const char *journey, *id;
};

struct statuspage_metrics;

/* All borrowed. */
struct statuspage_metrics *statuspage_metrics_create(const struct reporter_context *context,
                                                     struct statuspage_client *client,
                                                     const struct statuspage_metric *metrics,
                                                     size_t count);
void statuspage_metrics_free(struct statuspage_metrics *metrics); /* takes NULL */

/* As a reporter's `deliver`. A point is the mean of a journey's good runs in a minute, and about
 * once a minute there is a call with all that is new. */
void statuspage_metrics_deliver(struct statuspage_metrics *metrics, const struct store_runs *runs,
                                reporter_delivered *done, void *data);

#endif
