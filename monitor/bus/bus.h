/* SPDX-License-Identifier: MIT */
/*
 * Takes finished runs from those who make them to the one who judges and keeps them. In one process
 * it is a bounded queue that is emptied in the next turn of the loop, so that nobody acts inside
 * another's callback.
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "monitor/base/loop.h"
#include "monitor/record/run.h"

struct bus;

enum { BUS_QUEUE_MAX = 10000 };

/* Receives one run, and owns it from then on. */
typedef void bus_subscriber(void *data, struct run *run);

struct bus *bus_create(struct loop *loop, bus_subscriber *subscriber, void *data);

/* Takes NULL; runs still queued are freed. Not to be called by the subscriber. */
void bus_free(struct bus *bus);

/* Takes `run`. RESULT_LIMIT when the queue is full: the run is freed, and counted in bus_dropped.
 */
enum result bus_publish(struct bus *bus, struct run *run);

unsigned long bus_dropped(const struct bus *bus);

#endif
