/* SPDX-License-Identifier: MIT */
/* Loading a shop file and what it names. See settings.h. */
#include "monitor/daemon/settings.h"

#include "monitor/base/memory.h"
#include "reporters/reporter.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_KINDS_MAX = 32 };

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

static void settings_check_reporters(const struct settings *settings, struct mistakes *mistakes)
{
    const char *kinds[SETTINGS_KINDS_MAX];
    size_t count = 0;
    for (; reporter_kinds[count] != NULL && count < COUNT_OF(kinds); count++)
        kinds[count] = reporter_kinds[count]->name;
    for (size_t i = 0; i < settings->shop->reporter_count; i++) {
        const struct reporter_settings *reporter = &settings->shop->reporters[i];
        if (reporter_kind_find(reporter->kind) != NULL)
            continue;
        const char *near = mistake_nearest(reporter->kind, kinds, count);
        const char *all = kinds[0];
        for (size_t k = 1; k < count; k++)
            all = arena_print(mistakes->arena, "%s, %s", all, kinds[k]);
        const struct mistake mistake = {
            .severity = MISTAKE_ERROR,
            .code = "reporter.kind_unknown",
            .file = settings->shop->file,
            .position = reporter->position,
            .text =
                arena_print(mistakes->arena, "there is no reporter of kind `%s`", reporter->kind),
            .hint = near == NULL ? arena_print(mistakes->arena, "there is: %s", all)
                                 : arena_print(mistakes->arena, "did you mean `%s`?", near),
        };
        mistakes_add(mistakes, &mistake);
    }
}

/* Of maintenance, which is checked once it is known which journeys there are. */
static void settings_check_journeys(const struct settings *settings, struct mistakes *mistakes,
                                    const struct shop_maintenance *row)
{
    const char **names =
        arena_allocate(mistakes->arena, settings->scenario_count + 1, sizeof *names);
    for (size_t i = 0; i < settings->scenario_count; i++)
        names[i] = settings->scenarios[i]->journey;
    for (size_t i = 0; i < row->window.journey_count; i++) {
        const char *name = row->window.journeys[i];
        size_t known = 0;
        while (known < settings->scenario_count && strcmp(names[known], name) != 0)
            known++;
        if (known < settings->scenario_count)
            continue;
        const char *near = mistake_nearest(name, names, settings->scenario_count);
        const struct mistake mistake = {
            .severity = MISTAKE_ERROR,
            .code = "name.journey",
            .file = settings->shop->file,
            .position = row->position,
            .text = arena_print(mistakes->arena, "there is no journey `%s`", name),
            .hint = near == NULL ? "journeys are called as their files say: journey: NAME"
                                 : arena_print(mistakes->arena, "did you mean `%s`?", near),
        };
        mistakes_add(mistakes, &mistake);
    }
}

static struct settings *load(const char *shop_file, struct mistakes *mistakes, bool is_lean)
{
    size_t errors_before = mistakes->errors;
    struct settings *settings = memory_allocate(1, sizeof *settings);
    settings->is_lean = is_lean;
    settings->shop = shop_load(shop_file, mistakes);
    if (settings->shop != NULL) {
        settings_check_reporters(settings, mistakes);
        for (size_t i = 0; i < settings->shop->scenario_count; i++)
            settings_add_pattern(settings, settings->shop->scenarios[i], mistakes);
        if (settings->shop->scenario_count == 0)
            settings_mistake(mistakes, settings, "scenarios.none",
                             "write: scenarios: [\"scenarios/*.yaml\"]",
                             "the shop names no scenarios");
    }
    if (mistakes->errors == errors_before)
        for (size_t i = 0; i < settings->shop->maintenance_count; i++)
            settings_check_journeys(settings, mistakes, &settings->shop->maintenance[i]);
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
