/* SPDX-License-Identifier: MIT */
/*
 * Writes the public pages as files, once a minute, so that they can live where nothing of the shop
 * does. A generation is a directory of its own; a symbolic link is turned to it once it is
 * complete, so that nobody ever sees half of one. The disk is waited for on a thread.
 */
#ifndef REPORTERS_PUBLIC_EXPORT_H
#define REPORTERS_PUBLIC_EXPORT_H

#include "reporters/public_data.h"

struct public_export;

struct public_export_settings {
    const struct reporter_context *context; /* all borrowed */
    struct public_data *data;
    const char *name; /* of the reporter, for the log */
    const char *link; /* where the pages are found; made if there is none */
    duration every;   /* the first at once; 0: every minute */
};

/* NULL with `error` set: something that is no symbolic link stands at `link`. */
struct public_export *public_export_open(const struct public_export_settings *settings,
                                         struct error *error);
void public_export_close(
    struct public_export *export); /* takes NULL; what is under way is written */

#endif
