/* SPDX-License-Identifier: MIT */
/* A generation of exported files on the disk. Blocks: for a thread. Private to public_export.c. */
#ifndef REPORTERS_PUBLIC_EXPORT_WRITE_H
#define REPORTERS_PUBLIC_EXPORT_WRITE_H

#include "monitor/base/result.h"

#include <stddef.h>

struct export_file {
    const char *path; /* relative, of slashes and names */
    char *bytes;
    size_t length;
};

/*
 * Writes the files into a new directory beside `link`, named `.NAME.NUMBER`, turns `link` to it and
 * removes all older ones but the one that it led to before, of which somebody may still be reading.
 * Everybody may read the files. After a failure `link` is as it was.
 */
MUST_CHECK enum result export_write(const char *link, const struct export_file *files, size_t count,
                                    struct error *error);

/* RESULT_INVALID with `error` set when there is something at `link` that is no symbolic link. */
MUST_CHECK enum result export_check(const char *link, struct error *error);

#endif
