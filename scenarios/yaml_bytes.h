/* SPDX-License-Identifier: MIT */
/* Bytes of a YAML file: which are allowed, and in which line they are. Private to yaml*.c. */
#ifndef SCENARIOS_YAML_BYTES_H
#define SCENARIOS_YAML_BYTES_H

#include "scenarios/yaml.h"

/* How many of the bytes, from the first, are UTF-8 without control characters other than tab and
 * line ends. */
size_t yaml_bytes_good(const char *text, size_t length);

void yaml_find_lines(struct yaml_file *file);
struct position yaml_at(const struct yaml_file *file, size_t offset);

#endif
