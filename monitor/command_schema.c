/* SPDX-License-Identifier: MIT */
/* `shopwatch schema`: what editors and other programs need to know of our files. */
#include "monitor/cli.h"
#include "monitor/record/run.h"
#include "scenarios/schema.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *schema_named(const char *name)
{
    if (strcmp(name, "scenario") == 0)
        return schema_of_language(LANGUAGE_IN_SCENARIO);
    if (strcmp(name, "shop") == 0)
        return schema_of_language(LANGUAGE_IN_SHOP);
    if (strcmp(name, "fragment") == 0)
        return schema_of_language(LANGUAGE_IN_FRAGMENT);
    if (strcmp(name, "record") == 0)
        return run_schema();
    return NULL;
}

int command_schema(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "scenario";
    if (argc > 2)
        return cli_usage_error("schema", "one schema at a time");
    json_t *schema = schema_named(name);
    if (schema == NULL)
        return cli_usage_error("schema", "no schema `%s`: scenario, shop, fragment or record",
                               name);
    int failed = json_dumpf(schema, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(schema);
    return failed != 0 || fflush(stdout) != 0 ? EXIT_MONITOR : EXIT_PASSED;
}
