/* SPDX-License-Identifier: MIT */
/* Moments as people say them on the command line. */
#ifndef MONITOR_OPERATE_MOMENT_H
#define MONITOR_OPERATE_MOMENT_H

#include "monitor/base/clock.h"
#include "monitor/base/result.h"

/* Which time of the day is meant that stands alone: the next, or the latest that is not to come. */
enum moment_side { MOMENT_NEXT, MOMENT_LATEST };

/*
 * A moment as people say it: `2026-11-30T02:00:00Z`; `2026-11-30 02:00` and `02:00`, both by this
 * machine's time zone; `+30m`, `-30m` and `30m ago`.
 */
MUST_CHECK enum result operate_parse_moment(const char *text, struct wall_time now,
                                            enum moment_side side, struct wall_time *ret_moment);

#endif
