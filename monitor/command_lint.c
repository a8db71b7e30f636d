/* SPDX-License-Identifier: MIT */
/* `shopwatch lint`: says what is wrong with files before a shop is touched. */
#include "monitor/base/memory.h"
#include "monitor/cli.h"
#include "monitor/daemon/settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lint {
    struct mistakes mistakes;
    const struct cli_mistake_format *format;
    const char *config;          /* of -c; may be NULL */
    struct settings **shops;     /* those that load */
    const struct shop *shop;     /* of -c; NULL without one, and when it does not load */
    struct scenario **scenarios; /* of the arguments; those that load */
    size_t shop_count, scenario_count, files;
};

/* A shop file, with all scenarios that it names. */
static const struct settings *lint_shop(struct lint *lint, const char *file)
{
    struct settings *settings = settings_load(file, &lint->mistakes);
    lint->files++;
    if (settings == NULL)
        return NULL;
    lint->files += settings->scenario_count;
    for (size_t i = 0; i < settings->scenario_count; i++)
        scenario_lint(settings->scenarios[i], settings->shop, &lint->mistakes);
    scenario_lint_set(settings->scenarios, settings->scenario_count, settings->shop,
                      &lint->mistakes);
    memory_grow(lint->shops, lint->shop_count);
    lint->shops[lint->shop_count++] = settings;
    return settings;
}

static void lint_scenario(struct lint *lint, const char *file)
{
    struct scenario *scenario = scenario_load(file, lint->shop, &lint->mistakes);
    lint->files++;
    if (scenario == NULL)
        return;
    scenario_lint(scenario, lint->shop, &lint->mistakes);
    memory_grow(lint->scenarios, lint->scenario_count);
    lint->scenarios[lint->scenario_count++] = scenario;
}

static void lint_files(struct lint *lint, char *const *files, int count)
{
    const struct settings *settings = lint->config != NULL ? lint_shop(lint, lint->config) : NULL;
    lint->shop = settings != NULL ? settings->shop : NULL;
    for (int i = 0; i < count; i++) {
        if (shop_is_meant(files[i]))
            lint_shop(lint, files[i]);
        else
            lint_scenario(lint, files[i]);
    }
    if (lint->scenario_count > 1)
        scenario_lint_set(lint->scenarios, lint->scenario_count, lint->shop, &lint->mistakes);
}

static void lint_free(struct lint *lint)
{
    for (size_t i = 0; i < lint->scenario_count; i++)
        scenario_free(lint->scenarios[i]);
    for (size_t i = 0; i < lint->shop_count; i++)
        settings_free(lint->shops[i]);
    free(lint->scenarios);
    free(lint->shops);
    arena_free(lint->mistakes.arena);
}

static const struct cli_mistake_format *find_format(const char *name)
{
    for (const struct cli_mistake_format *at = cli_mistake_formats; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

static int lint_options(struct lint *lint, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"format", required_argument, NULL, 'f'}, {0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            lint->config = optarg;
        else if (option != 'f')
            return cli_usage_error("lint", "what is `%s`?", argv[optind - 1]);
        else if ((lint->format = find_format(optarg)) == NULL)
            return cli_usage_error("lint", "--format %s: human, json or github is needed", optarg);
    }
    if (optind == argc && lint->config == NULL)
        return cli_usage_error("lint", "no file to check");
    return cli_check_files("lint", argv + optind, argc - optind);
}

int command_lint(int argc, char **argv)
{
    struct lint lint = {.mistakes = {.arena = arena_create()}, .format = cli_mistake_formats};
    int result = lint_options(&lint, argc, argv);
    if (result == EXIT_PASSED) {
        lint_files(&lint, argv + optind, argc - optind);
        lint.format->print(&lint.mistakes, lint.files);
        result = lint.mistakes.errors > 0 ? EXIT_INVALID : EXIT_PASSED;
    }
    lint_free(&lint);
    return result;
}
