/* SPDX-License-Identifier: MIT */
/* A fuzz target is one file that defines this; libFuzzer calls it with ever new bytes. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
