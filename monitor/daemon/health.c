/* SPDX-License-Identifier: MIT */
/* A timer that looks how late it is, and /proc. See health.h. */
#include "monitor/daemon/health.h"

#include "monitor/base/histogram.h"
#include "monitor/base/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define BEAT  (100 * DURATION_MILLISECOND)
#define SLICE (10 * DURATION_SECOND)

enum { SLICES = 6 /* a minute */, SECONDS = 600 };

/* The last minute, in slices of which the oldest is emptied when a new one begins. */
struct recent {
    struct histogram slices[SLICES];
};

struct health_watch {
    struct loop_timer *beat;
    struct instant expected, beaten;
    struct recent lag, lateness;
    int64_t slice;           /* the latest one's number, counted from the clock's start */
    int64_t second;          /* so with the seconds below */
    duration worst[SECONDS]; /* lag, second by second */
    unsigned long started;
    struct wall_time since;
};

static void recent_move_on(struct recent *recent, int64_t from, int64_t to)
{
    for (int64_t n = from + 1; n <= to && n <= from + SLICES; n++)
        histogram_clear(&recent->slices[n % SLICES]);
}

static void recent_read(const struct recent *recent, int64_t *ret_usual, int64_t *ret_worst)
{
    struct histogram all = {0};
    for (size_t i = 0; i < SLICES; i++)
        histogram_merge(&all, &recent->slices[i]);
    *ret_usual = histogram_quantile(&all, 0.99);
    *ret_worst = histogram_quantile(&all, 1);
    histogram_clear(&all);
}

static void move_on(struct health_watch *watch, struct instant now)
{
    int64_t slice = now.us / SLICE, second = now.us / DURATION_SECOND;
    recent_move_on(&watch->lag, watch->slice, slice);
    recent_move_on(&watch->lateness, watch->slice, slice);
    for (int64_t n = watch->second + 1; n <= second && n <= watch->second + SECONDS; n++)
        watch->worst[n % SECONDS] = 0;
    watch->slice = slice;
    watch->second = second;
}

static duration lag_at(const struct health_watch *watch, struct instant now)
{
    duration lag = instant_between(watch->expected, now);
    return lag > 0 ? lag : 0;
}

static void beat(void *data)
{
    struct health_watch *watch = data;
    struct instant now = clock_instant();
    duration lag = lag_at(watch, now);
    move_on(watch, now);
    histogram_add(&watch->lag.slices[watch->slice % SLICES], lag);
    if (lag > watch->worst[watch->second % SECONDS])
        watch->worst[watch->second % SECONDS] = lag;
    watch->beaten = now;
    watch->expected = instant_after(now, BEAT);
    loop_timer_set(watch->beat, BEAT);
}

struct health_watch *health_watch_create(struct loop *loop)
{
    struct health_watch *watch = memory_allocate(1, sizeof *watch);
    watch->beat = loop_timer_create(loop, beat, watch);
    watch->since = clock_wall();
    watch->beaten = clock_instant();
    watch->slice = watch->beaten.us / SLICE;
    watch->second = watch->beaten.us / DURATION_SECOND;
    watch->expected = instant_after(watch->beaten, BEAT);
    loop_timer_set(watch->beat, BEAT);
    return watch;
}

void health_watch_free(struct health_watch *watch)
{
    if (watch == NULL)
        return;
    recent_move_on(&watch->lag, watch->slice, watch->slice + SLICES);
    recent_move_on(&watch->lateness, watch->slice, watch->slice + SLICES);
    loop_timer_free(watch->beat);
    free(watch);
}

void health_watch_started(struct health_watch *watch, duration lateness)
{
    watch->started++;
    move_on(watch, clock_instant());
    histogram_add(&watch->lateness.slices[watch->slice % SLICES], lateness);
}

/* What is late now counts, too: the beat may come after who asks. */
duration health_watch_lag_since(const struct health_watch *watch, struct instant since)
{
    duration worst = lag_at(watch, clock_instant());
    int64_t first = since.us / DURATION_SECOND;
    if (first <= watch->second - SECONDS)
        first = watch->second - SECONDS + 1;
    for (int64_t n = first; n <= watch->second; n++)
        if (watch->worst[n % SECONDS] > worst)
            worst = watch->worst[n % SECONDS];
    return worst;
}

struct instant health_watch_beat(const struct health_watch *watch)
{
    return watch->beaten;
}

/* --- what the process uses ------------------------------------------------------------------- */

static int64_t count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int64_t count = 0;
    if (directory == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count - 1; /* without the directory's own */
}

static int64_t resident_memory(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long pages = 0;
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void read_process(struct health *health)
{
    struct rlimit limit;
    struct rusage usage;
    health->descriptors = count_descriptors();
    health->memory = resident_memory();
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        health->descriptors_limit = (int64_t)limit.rlim_cur;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        health->processor = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * DURATION_SECOND +
                            usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

void health_watch_read(struct health_watch *watch, struct health *health)
{
    move_on(watch, clock_instant());
    health->now = clock_wall();
    health->started = watch->since.us;
    health->runs_started = (int64_t)watch->started;
    recent_read(&watch->lag, &health->loop_lag, &health->loop_lag_max);
    recent_read(&watch->lateness, &health->lateness, &health->lateness_max);
    read_process(health);
}
