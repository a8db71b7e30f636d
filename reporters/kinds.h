/* SPDX-License-Identifier: MIT */
/* The reporters' own constants, one a file. Private to reporters/; others ask reporter_kind_find.
 */
#ifndef REPORTERS_KINDS_H
#define REPORTERS_KINDS_H

#include "reporters/reporter.h"

/* The one that the shop file's `heartbeat` opens. */
#define HEARTBEAT_NAME "heartbeat"

extern const struct reporter_kind console_kind, heartbeat_kind, json_lines_kind, prometheus_kind,
    statuspage_kind, webhook_kind;

#endif
