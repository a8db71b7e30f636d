/* SPDX-License-Identifier: MIT */
/*
 * What the runs of one commit add to the rollups, summed up first, so that each row of a rollup is
 * read and written once a commit. Knows no back end. Private to store/.
 */
#ifndef STORE_STORE_GROUPS_H
#define STORE_STORE_GROUPS_H

#include "monitor/store/store_backend.h"

enum group_kind {
    GROUP_HOUR,        /* a journey's hour from a vantage point; of the run, or of a step */
    GROUP_DAY,         /* the same of the day */
    GROUP_JOURNEY_DAY, /* a journey's day from all vantage points, the run's total alone */
    GROUP_KIND_COUNT
};

struct group {
    enum group_kind kind;
    const char *journey, *vantage, *step; /* borrowed of the rows; "" for all, and the run */
    struct wall_time start;
    struct store_counts counts;
    struct histogram times[STORE_TIMES];
};

struct groups;
struct groups *groups_create(void);
void groups_free(struct groups *groups); /* takes NULL */

/* Texts of `row` must outlive the groups. */
void groups_add(struct groups *groups, const struct store_row *row);

size_t groups_count(const struct groups *groups);
struct group *groups_at(const struct groups *groups, size_t n);

/* One text of its journey, vantage point and step, the same in all its hours and days. */
const char *groups_series(const struct groups *groups, size_t n);

/* Adds what is kept of the same group: `bytes` is what group_pack made. Spoiled times are given up,
 * so that one bad row does not keep all runs of its day from being stored. */
void group_merge(struct group *group, const struct store_counts *counts, const void *bytes,
                 size_t length);
void group_pack(const struct group *group, struct buffer *out);

#endif
