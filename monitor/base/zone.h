/* SPDX-License-Identifier: MIT */
/*
 * A time zone of the IANA database, read from the system's files (RFC 9636) and immutable from then
 * on: what clocks on the wall show at an instant, and when they show a given time. Not the C
 * library's: its zone is one for the whole process.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"

struct zone;

/*
 * `Europe/Berlin`, in `arena`. RESULT_NOT_FOUND: there is no zone of that name; RESULT_IO: the
 * machine has none at all, but for UTC, which is always known; RESULT_INVALID: the file is none
 * that we understand.
 */
MUST_CHECK enum result zone_read(struct arena *arena, const char *name,
                                 const struct zone **ret_zone);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone);

/* How far clocks are ahead of UTC. */
duration zone_offset(const struct zone *zone, struct wall_time time);

/* When clocks show a time: never while they are set forward over it, twice when they are set back.
 */
struct zone_moments {
    unsigned count;                 /* 0, 1 or 2 */
    struct wall_time first, second; /* count 0: `first` is when they were set forward */
};

/* `local`: what clocks show, as microseconds since 1970-01-01T00:00 of theirs. */
struct zone_moments zone_moments(const struct zone *zone, duration local);

/* The nearest name among the system's zones, for `Europe/Berln` or `Berlin`; NULL: none is near. */
const char *zone_nearest(struct arena *arena, const char *name,
                         const char *(*nearest)(const char *name, const char *const *names,
                                                size_t count));

#endif
