/* SPDX-License-Identifier: MIT */
/* A unit test program is one file that defines test_suite and links with runner.c. */
#ifndef TESTS_UNIT_RUNNER_H
#define TESTS_UNIT_RUNNER_H

#include <check.h>

Suite *test_suite(void);

#endif
