/* SPDX-License-Identifier: MIT */
/*
 * Judged runs as whole documents for other programs: what `shopwatch run` writes beside its report.
 * Pure functions into a buffer; one file each.
 */
#ifndef REPORTERS_DOCUMENTS_H
#define REPORTERS_DOCUMENTS_H

#include "monitor/base/buffer.h"
#include "monitor/record/run.h"

#define DOCUMENT_SIZE_MAX ((size_t)512 * 1024 * 1024)

typedef void document_writer(struct run *const *runs, size_t count, struct buffer *out);

document_writer document_json;  /* a record a line: `shopwatch schema record` */
document_writer document_junit; /* JUnit XML: a suite a run, a case a step */
document_writer document_tap;   /* TAP 14: a test a step */
document_writer document_har;   /* HAR 1.2: a page a run, an entry an exchange */

#endif
