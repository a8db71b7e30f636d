/* SPDX-License-Identifier: MIT */
/* The reporters' own constants, one a file. Private to reporters/; others ask reporter_kind_find.
 */
#ifndef REPORTERS_KINDS_H
#define REPORTERS_KINDS_H

#include "reporters/reporter.h"

extern const struct reporter_kind json_lines_kind, prometheus_kind;

#endif
