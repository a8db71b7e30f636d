/* SPDX-License-Identifier: MIT */
/*
 * The language as JSON Schema 2020-12, for editors and for whoever checks files without us. Made
 * from the language's table, so it says nothing that the loader does not do; what no schema can
 * say (variables, expressions, the length of times) remains for lint.
 */
#ifndef SCENARIOS_SCHEMA_H
#define SCENARIOS_SCHEMA_H

#include "scenarios/language.h"

struct json_t;

/* Of a file's table: LANGUAGE_IN_SCENARIO or LANGUAGE_IN_SHOP. New reference. */
struct json_t *schema_of_language(enum language_context context);

#endif
