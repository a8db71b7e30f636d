/* SPDX-License-Identifier: MIT */
/* What pipeline_control.c and pipeline_windows.c share: an order, from the visitor to the store and
 * back. */
#ifndef DAEMON_PIPELINE_CONTROL_H
#define DAEMON_PIPELINE_CONTROL_H

#include "monitor/daemon/control.h"
#include "monitor/daemon/pipeline_private.h"

/* A change that is on its way into the store. */
struct order {
    struct pipeline_control *desk;
    struct pipeline *pipeline;
    struct control_call *call;
    struct order *next;
    unsigned writes; /* to come back */
    struct error error;
};

/* `data` is what the requests' handlers are given. */
struct order *order_begin(void *data, struct control_call *call);
void order_end(struct order *order); /* the visitor hears `error` */

/* One of the `writes` is back: when all are, it ends. */
store_done order_kept;

struct pipeline *pipeline_of_control(const void *data);

/* Eight random bytes as an id, in the arena. */
const char *control_make_id(struct arena *arena);

/* Handlers of pipeline_windows.c. */
void order_maintenance(void *data, struct control_call *call, const struct json_t *request);
void cancel_maintenance(void *data, struct control_call *call, const struct json_t *request);
void order_pause(void *data, struct control_call *call, const struct json_t *request);
void order_resume(void *data, struct control_call *call, const struct json_t *request);

/* All windows that are planned by the shop file, said to the visitor; a recurring one as it comes
 * next, or is now. */
void control_say_planned(const struct shop *shop, struct control_call *call);

#endif
