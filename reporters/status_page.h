/* SPDX-License-Identifier: MIT */
/*
 * The status page as a reporter: kind `status-page`, with `listen`. It delivers nothing; it reads
 * the store when a visitor asks.
 */
#ifndef REPORTERS_STATUS_PAGE_H
#define REPORTERS_STATUS_PAGE_H

#include "reporters/reporter.h"

#define STATUS_PAGE_LISTEN "127.0.0.1:8080" /* when the shop file names no address */

extern const struct reporter_kind status_page_kind;

#endif
