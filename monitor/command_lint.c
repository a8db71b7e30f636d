/* SPDX-License-Identifier: MIT */
/* `shopwatch lint`: says what is wrong with files before a shop is touched. */
#include "monitor/cli.h"
#include "monitor/daemon/settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct lint {
    struct mistakes mistakes;
    struct settings *settings;   /* of -c; may be NULL */
    struct scenario **scenarios; /* of the arguments; those that load */
    size_t scenario_count;
};

static void lint_files(struct lint *lint, char *const *files, int count)
{
    const struct shop *shop = lint->settings != NULL ? lint->settings->shop : NULL;
    lint->scenarios = calloc((size_t)count + 1, sizeof *lint->scenarios);
    for (int i = 0; i < count && lint->scenarios != NULL; i++) {
        struct scenario *scenario = scenario_load(files[i], shop, &lint->mistakes);
        if (scenario == NULL)
            continue;
        scenario_lint(scenario, shop, &lint->mistakes);
        lint->scenarios[lint->scenario_count++] = scenario;
    }
    if (lint->scenario_count > 1)
        scenario_lint_set(lint->scenarios, lint->scenario_count, shop, &lint->mistakes);
}

static void lint_settings(struct lint *lint, const char *config)
{
    lint->settings = settings_load(config, &lint->mistakes);
    if (lint->settings == NULL)
        return;
    for (size_t i = 0; i < lint->settings->scenario_count; i++)
        scenario_lint(lint->settings->scenarios[i], lint->settings->shop, &lint->mistakes);
    scenario_lint_set(lint->settings->scenarios, lint->settings->scenario_count,
                      lint->settings->shop, &lint->mistakes);
}

static int lint_finish(struct lint *lint, int files)
{
    size_t errors = lint->mistakes.errors, warnings = lint->mistakes.warnings;
    size_t checked = (size_t)files;
    if (lint->settings != NULL)
        checked += lint->settings->scenario_count + 1;
    cli_print_mistakes(&lint->mistakes);
    printf("%zu file%s checked: %zu error%s, %zu warning%s\n", checked, checked == 1 ? "" : "s",
           errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    for (size_t i = 0; i < lint->scenario_count; i++)
        scenario_free(lint->scenarios[i]);
    free(lint->scenarios);
    settings_free(lint->settings);
    arena_free(lint->mistakes.arena);
    return errors > 0 ? EXIT_INVALID : EXIT_PASSED;
}

int command_lint(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {0}};
    const char *config = NULL;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option != 'c')
            return cli_usage_error("lint", "what is `%s`?", argv[optind - 1]);
        config = optarg;
    }
    if (optind == argc && config == NULL)
        return cli_usage_error("lint", "no file to check");
    struct lint lint = {.mistakes = {.arena = arena_create()}};
    if (config != NULL)
        lint_settings(&lint, config);
    lint_files(&lint, argv + optind, argc - optind);
    return lint_finish(&lint, argc - optind);
}
