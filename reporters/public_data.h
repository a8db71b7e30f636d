/* SPDX-License-Identifier: MIT */
/*
 * Reads what the public pages show, once for all who ask within the same second: however many
 * visitors there are, the store hardly notices. Days before yesterday are kept, as they do not
 * change any more.
 */
#ifndef REPORTERS_PUBLIC_DATA_H
#define REPORTERS_PUBLIC_DATA_H

#include "reporters/public.h"
#include "reporters/reporter.h"

struct public_data;

struct public_data_settings {
    const struct reporter_context *context; /* all borrowed */
    const struct page_journey *journeys;    /* context->scenario_count of them */
    const struct zone *zone;                /* NULL: UTC */
    const char *url;
    bool causes;
};

struct public_data *public_data_create(const struct public_data_settings *settings);
void public_data_free(struct public_data *data); /* takes NULL; nobody is called any more */

/* Calls `done`, in this turn or a later one, when the view is of the last second. */
typedef void public_data_done(void *data, enum result result);
void public_data_ask(struct public_data *data, public_data_done *done, void *whom);
void public_data_forget(struct public_data *data, const void *whom);

/* Another number whenever the view is another; 0: nothing was read yet. */
uint64_t public_data_generation(const struct public_data *data);

/* As it was read last; lives until the next turn of the loop. Never NULL. */
const struct public_view *public_data_view(const struct public_data *data);

#endif
