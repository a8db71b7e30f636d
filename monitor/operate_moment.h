/* SPDX-License-Identifier: MIT */
/* Moments as people say them on the command line. */
#ifndef MONITOR_OPERATE_MOMENT_H
#define MONITOR_OPERATE_MOMENT_H

#include "monitor/base/clock.h"
#include "monitor/base/result.h"

/*
 * A moment as people say it: `2026-11-30T02:00:00Z`; `2026-11-30 02:00` and `02:00`, the next time
 * that it is so late, both by this machine's time zone; `+30m`.
 */
MUST_CHECK enum result operate_parse_moment(const char *text, struct wall_time now,
                                            struct wall_time *ret_moment);

#endif
