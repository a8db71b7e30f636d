/* SPDX-License-Identifier: MIT */
/* Loading a shop file and what it names. See settings.h. */
#include "monitor/daemon/settings.h"

#include "monitor/base/memory.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void settings_mistake(struct mistakes *mistakes, const struct settings *settings,
                             const char *code, const char *hint, const char *text)
{
    struct mistake mistake = {.severity = MISTAKE_ERROR,
                              .file = settings->shop->file,
                              .code = code,
                              .text = text,
                              .hint = hint};
    mistakes_add(mistakes, &mistake);
}

static void settings_add_scenario(struct settings *settings, const char *file,
                                  struct mistakes *mistakes)
{
    struct scenario *scenario = scenario_load(file, settings->shop, mistakes);
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < settings->scenario_count; i++) {
        if (strcmp(settings->scenarios[i]->journey, scenario->journey) != 0)
            continue;
        struct mistake mistake = {
            .severity = MISTAKE_ERROR,
            .code = "journey.duplicate",
            .file = file,
            .position = scenario->position,
            .text = arena_print(mistakes->arena, "the journey `%s` is in %s already",
                                scenario->journey, settings->scenarios[i]->file),
        };
        mistakes_add(mistakes, &mistake);
        scenario_free(scenario);
        return;
    }
    if (settings->is_lean)
        scenario_forget_source(scenario);
    memory_grow(settings->scenarios, settings->scenario_count);
    settings->scenarios[settings->scenario_count++] = scenario;
}

static void settings_add_pattern(struct settings *settings, const char *pattern,
                                 struct mistakes *mistakes)
{
    glob_t found;
    int result = glob(pattern, 0, NULL, &found);
    if (result != 0) {
        settings_mistake(mistakes, settings, "scenarios.none",
                         "patterns start where the shop file is: scenarios: [\"scenarios/*.yaml\"]",
                         arena_print(mistakes->arena, "no file matches %s", pattern));
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        settings_add_scenario(settings, found.gl_pathv[i], mistakes);
    globfree(&found);
}

/* Whether there is a journey of that name, or where `components` are meant as well, one of them. */
static void settings_check_name(const struct settings *settings, struct mistakes *mistakes,
                                const char *name, struct position position, bool components)
{
    const struct shop *shop = settings->shop;
    size_t count = settings->scenario_count, all = count + (components ? shop->component_count : 0);
    const char **names = arena_allocate(mistakes->arena, all + 1, sizeof *names);
    for (size_t i = 0; i < all; i++) {
        names[i] = i < count ? settings->scenarios[i]->journey : shop->components[i - count].name;
        if (strcmp(names[i], name) == 0)
            return;
    }
    const char *near = mistake_nearest(name, names, all);
    const struct mistake mistake = {
        .severity = MISTAKE_ERROR,
        .code = "name.journey",
        .file = shop->file,
        .position = position,
        .text = arena_print(mistakes->arena, "there is no journey %s`%s`",
                            components ? "and no component " : "", name),
        .hint = near == NULL ? "journeys are called as their files say: journey: NAME"
                             : arena_print(mistakes->arena, "did you mean `%s`?", near),
    };
    mistakes_add(mistakes, &mistake);
}

/* What the shop file says of journeys is checked once it is known which there are. */
static void settings_check_names(const struct settings *settings, struct mistakes *mistakes)
{
    const struct shop *shop = settings->shop;
    for (size_t i = 0; i < shop->maintenance_count; i++) {
        const struct shop_maintenance *row = &shop->maintenance[i];
        for (size_t j = 0; j < row->window.journey_count; j++)
            settings_check_name(settings, mistakes, row->window.journeys[j], row->position, false);
    }
    for (size_t i = 0; i < shop->reporter_count; i++) {
        const struct reporter_settings *reporter = &shop->reporters[i];
        for (size_t j = 0; j < reporter->component_count; j++)
            settings_check_name(settings, mistakes, reporter->components[j].name,
                                reporter->components[j].position, true);
        for (size_t j = 0; j < reporter->metric_count; j++)
            settings_check_name(settings, mistakes, reporter->metrics[j].name,
                                reporter->metrics[j].position, false);
    }
}

static struct settings *load(const char *shop_file, struct mistakes *mistakes, bool is_lean)
{
    size_t errors_before = mistakes->errors;
    struct settings *settings = memory_allocate(1, sizeof *settings);
    settings->is_lean = is_lean;
    settings->shop = shop_load(shop_file, mistakes);
    if (settings->shop != NULL) {
        for (size_t i = 0; i < settings->shop->scenario_count; i++)
            settings_add_pattern(settings, settings->shop->scenarios[i], mistakes);
        if (settings->shop->scenario_count == 0)
            settings_mistake(mistakes, settings, "scenarios.none",
                             "write: scenarios: [\"scenarios/*.yaml\"]",
                             "the shop names no scenarios");
    }
    if (mistakes->errors == errors_before)
        settings_check_names(settings, mistakes);
    if (mistakes->errors > errors_before) {
        settings_free(settings);
        return NULL;
    }
    return settings;
}

struct settings *settings_load(const char *shop_file, struct mistakes *mistakes)
{
    return load(shop_file, mistakes, false);
}

struct settings *settings_load_lean(const char *shop_file, struct mistakes *mistakes)
{
    return load(shop_file, mistakes, true);
}

bool settings_name_file(const struct shop *shop, const char *file)
{
    char *path = realpath(file, NULL);
    bool is_named = false;
    for (size_t i = 0; path != NULL && i < shop->scenario_count; i++) {
        glob_t found;
        if (glob(shop->scenarios[i], 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc && !is_named; j++) {
            char *other = realpath(found.gl_pathv[j], NULL);
            is_named = other != NULL && strcmp(path, other) == 0;
            free(other);
        }
        globfree(&found);
    }
    free(path);
    return is_named;
}

void settings_free(struct settings *settings)
{
    if (settings == NULL)
        return;
    for (size_t i = 0; i < settings->scenario_count; i++)
        scenario_free(settings->scenarios[i]);
    free(settings->scenarios);
    shop_free(settings->shop);
    free(settings);
}
