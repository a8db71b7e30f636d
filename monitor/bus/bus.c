/* SPDX-License-Identifier: MIT */
/*
 * The bus inside one process: a list of runs and a timer that fires in the next turn. See bus.h. It
 * carries runs and does not look into them.
 */
#include "monitor/bus/bus.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

struct bus_entry {
    struct bus_entry *next;
    struct run *run;
};

struct bus {
    struct loop_timer *timer;
    bus_subscriber *subscriber;
    void *data;
    struct bus_entry *first, **end;
    size_t count;
    unsigned long dropped;
};

static struct run *bus_take(struct bus *bus)
{
    struct bus_entry *entry = bus->first;
    struct run *run = entry->run;
    bus->first = entry->next;
    if (bus->first == NULL)
        bus->end = &bus->first;
    bus->count--;
    free(entry);
    return run;
}

/* A run published by the subscriber waits for the next turn, so that a turn comes to its end. */
static void bus_deliver(void *data)
{
    struct bus *bus = data;
    for (size_t left = bus->count; left > 0; left--)
        bus->subscriber(bus->data, bus_take(bus));
}

struct bus *bus_create(struct loop *loop, bus_subscriber *subscriber, void *data)
{
    struct bus *bus = memory_allocate(1, sizeof *bus);
    bus->timer = loop_timer_create(loop, bus_deliver, bus);
    bus->subscriber = subscriber;
    bus->data = data;
    bus->end = &bus->first;
    return bus;
}

void bus_free(struct bus *bus)
{
    if (bus == NULL)
        return;
    while (bus->count > 0)
        run_free(bus_take(bus));
    loop_timer_free(bus->timer);
    free(bus);
}

enum result bus_publish(struct bus *bus, struct run *run)
{
    if (bus->count == BUS_QUEUE_MAX) {
        bus->dropped++;
        run_free(run);
        return RESULT_LIMIT;
    }
    struct bus_entry *entry = memory_allocate(1, sizeof *entry);
    entry->run = run;
    *bus->end = entry;
    bus->end = &entry->next;
    bus->count++;
    loop_timer_set(bus->timer, 0);
    return RESULT_OK;
}

unsigned long bus_dropped(const struct bus *bus)
{
    return bus->dropped;
}
