/* SPDX-License-Identifier: MIT */
/* What holds for every page: it is well-formed, has a heading, names its columns, runs no script
 * but ours. */
#ifndef TESTS_UNIT_PAGE_RULES_H
#define TESTS_UNIT_PAGE_RULES_H

#include <stddef.h>

/* Fails the test where a rule is broken; `name` says of which page. */
void page_rules_check(const char *page, size_t length, const char *name);

/* `count(...)`, of a page. */
double page_rules_count(const char *page, size_t length, const char *xpath);

#endif
