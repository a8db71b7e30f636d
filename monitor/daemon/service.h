/* SPDX-License-Identifier: MIT */
/*
 * What the monitor tells the service manager that started it: that it is ready, that it reloads,
 * that it stops, and time and again that its loop goes round. The protocol is one of datagrams, of
 * sd_notify(3); written here, since a library would be one more to depend on for so little.
 */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "monitor/base/loop.h"

struct service;

/* X(NAME, what is sent) */
#define SERVICE_STATE_TABLE(X)                                                                     \
    X(READY, "READY=1")                                                                            \
    X(RELOADING, "RELOADING=1")                                                                    \
    X(STOPPING, "STOPPING=1")

enum service_state {
#define X(name, text) SERVICE_##name,
    SERVICE_STATE_TABLE(X)
#undef X
};

/* By NOTIFY_SOCKET and WATCHDOG_USEC, which children are not to inherit. NULL: nobody listens. */
struct service *service_open(struct loop *loop);
void service_close(struct service *service); /* takes NULL */

/* `status`: one line for people, as `systemctl status` shows it; may be NULL. Takes no service. */
void service_tell(struct service *service, enum service_state state, const char *status);

#endif
