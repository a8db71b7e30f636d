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
    struct settings **loads;     /* of shop files, those that load with all their scenarios */
    struct shop **shops;         /* all shop files that load by themselves */
    const struct shop *shop;     /* of -c; NULL without one, and when it does not load */
    struct scenario **scenarios; /* of the arguments; those that load */
    size_t load_count, shop_count, scenario_count, files;
    const char *alone; /* a scenario that needs components, and whose shop is not known */
};

/* A shop file, with all scenarios that it names. */
static const struct shop *lint_shop(struct lint *lint, const char *file)
{
    struct mistakes told = {.arena = lint->mistakes.arena};
    struct settings *settings = settings_load(file, &lint->mistakes);
    struct shop *shop = shop_load(file, &told);
    lint->files++;
    if (shop == NULL)
        return NULL;
    memory_grow(lint->shops, lint->shop_count);
    lint->shops[lint->shop_count++] = shop;
    if (settings == NULL)
        return shop;
    lint->files += settings->scenario_count;
    for (size_t i = 0; i < settings->scenario_count; i++)
        scenario_lint(settings->scenarios[i], settings->shop, &lint->mistakes);
    scenario_lint_set(settings->scenarios, settings->scenario_count, settings->shop,
                      &lint->mistakes);
    memory_grow(lint->loads, lint->load_count);
    lint->loads[lint->load_count++] = settings;
    return shop;
}

static bool needs_components(const struct scenario *scenario)
{
    size_t count = 0;
    for (size_t i = 0; i < scenario->step_count; i++)
        count += scenario->steps[i].need_count + scenario->steps[i].write_count;
    return count > 0;
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
    if (lint->shop == NULL && lint->alone == NULL && needs_components(scenario))
        lint->alone = file;
}

/* True when it was checked already: it is the file of -c, a shop file names it, or it was given
 * before. */
static bool is_checked(const struct lint *lint, char *const *files, int n)
{
    char *path = realpath(files[n], NULL);
    bool is_known = false;
    for (int i = lint->config != NULL ? -1 : 0; path != NULL && i < n && !is_known; i++) {
        char *other = realpath(i < 0 ? lint->config : files[i], NULL);
        is_known = other != NULL && strcmp(path, other) == 0;
        free(other);
    }
    free(path);
    for (size_t i = 0; i < lint->shop_count && !is_known; i++)
        is_known = settings_name_file(lint->shops[i], files[n]);
    return is_known;
}

/* Shop files first: what they name is checked with them. */
static void lint_files(struct lint *lint, char *const *files, int count)
{
    if (lint->config != NULL)
        lint->shop = lint_shop(lint, lint->config);
    for (int i = 0; i < count; i++)
        if (shop_is_meant(files[i]) && !is_checked(lint, files, i))
            lint_shop(lint, files[i]);
    for (int i = 0; i < count; i++)
        if (!shop_is_meant(files[i]) && !is_checked(lint, files, i))
            lint_scenario(lint, files[i]);
    if (lint->scenario_count > 1)
        scenario_lint_set(lint->scenarios, lint->scenario_count, lint->shop, &lint->mistakes);
}

/* What was not looked at; NULL when all was. */
static const char *lint_note(const struct lint *lint)
{
    if (lint->alone == NULL)
        return NULL;
    return arena_print(lint->mistakes.arena,
                       "%s: whether the shop has the components that steps need was not checked; "
                       "name the shop file: shopwatch lint -c shopwatch.yaml %s",
                       lint->alone, lint->alone);
}

static void lint_free(struct lint *lint)
{
    for (size_t i = 0; i < lint->scenario_count; i++)
        scenario_free(lint->scenarios[i]);
    for (size_t i = 0; i < lint->load_count; i++)
        settings_free(lint->loads[i]);
    for (size_t i = 0; i < lint->shop_count; i++)
        shop_free(lint->shops[i]);
    free(lint->scenarios);
    free(lint->loads);
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
        lint.format->print(&lint.mistakes, lint.files, lint_note(&lint));
        result = lint.mistakes.errors > 0 ? EXIT_INVALID : EXIT_PASSED;
    }
    lint_free(&lint);
    return result;
}
