/* SPDX-License-Identifier: MIT */
/* Where YAML broke off, in our words and at the place that is to be mended. Private to yaml.c. */
#ifndef SCENARIOS_YAML_SYNTAX_H
#define SCENARIOS_YAML_SYNTAX_H

#include "scenarios/yaml.h"

struct yaml_break {
    size_t at;           /* where the library stopped */
    const char *message; /* the library's; may be NULL */
    bool is_flow;        /* between [ ] or { } ... */
    size_t open;         /* ... the innermost of which begins here */
};

void yaml_report_syntax(const struct yaml_file *file, const struct yaml_break *found);

/* A key that its map has already; `first` has it, too. */
void yaml_report_duplicate(const struct yaml_file *file, const struct yaml_node *map,
                           const struct yaml_node *key, const struct yaml_node *first);

/* True for text that begins and ends with quotation marks of a word processor. */
bool yaml_is_curly(const char *text);

#endif
