/* SPDX-License-Identifier: MIT */
/* What was loaded from the files, made ready to work: vantage points, what scenarios' runs share,
 * and one entry for each journey and vantage point. See pipeline_private.h. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/buffer.h"
#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)FAMILY_IPV4 == NET_FAMILY_IPV4 && (int)FAMILY_IPV6 == NET_FAMILY_IPV6,
               "a shop file's families are net's");

static enum result open_vantages(struct pipeline_set *set, struct error *error)
{
    const struct shop *shop = set->settings->shop;
    set->vantages = memory_allocate(shop->vantage_count, sizeof *set->vantages);
    for (size_t i = 0; i < shop->vantage_count; i++) {
        struct pipeline_vantage *vantage = &set->vantages[i];
        vantage->pipeline = set->pipeline;
        vantage->vantage = &shop->vantages[i];
        const struct net_vantage_settings settings = {
            .source = vantage->vantage->source,
            .interface = vantage->vantage->interface,
            .netns = vantage->vantage->netns,
            .resolver = vantage->vantage->resolver,
            .family = (enum net_family)vantage->vantage->family,
            .proxy = vantage->vantage->proxy,
        };
        struct error why = {0};
        vantage->net = net_vantage_open(set->pipeline->net, &settings, &why);
        if (vantage->net == NULL)
            return error_set(error, why.code, "vantage point %.100s: %.300s",
                             vantage->vantage->name, why.text);
    }
    return RESULT_OK;
}

static void open_means(struct pipeline_set *set, struct secrets **secrets)
{
    const struct settings *settings = set->settings;
    set->means = memory_allocate(settings->scenario_count, sizeof *set->means);
    for (size_t i = 0; i < settings->scenario_count; i++) {
        const struct scenario *scenario = settings->scenarios[i];
        struct pipeline_means *means = &set->means[i];
        means->secrets = secrets != NULL ? secrets[i] : secrets_read(scenario, settings->shop);
        means->ledger = ledger_create(scenario);
    }
    free(secrets);
}

static void close_means(struct pipeline_set *set)
{
    for (size_t i = 0; set->means != NULL && i < set->settings->scenario_count; i++) {
        secrets_free(set->means[i].secrets);
        ledger_free(set->means[i].ledger);
    }
    free(set->means);
}

static void add_entries(struct pipeline_set *set, size_t n)
{
    const struct scenario *scenario = set->settings->scenarios[n];
    const struct shop *shop = set->settings->shop;
    size_t count = scenario_vantage_count(scenario, shop), number = 0;
    for (size_t v = 0; v < shop->vantage_count && number < count; v++) {
        if (strcmp(scenario_vantage(scenario, shop, number), shop->vantages[v].name) != 0)
            continue;
        memory_grow(set->entries, set->entry_count);
        set->entries[set->entry_count++] = (struct pipeline_entry){
            .pipeline = set->pipeline,
            .set = set,
            .scenario = scenario,
            .number = (unsigned)number++,
            .count = (unsigned)count,
            .means = &set->means[n],
            .vantage = &set->vantages[v],
        };
    }
}

void pipeline_set_plan(struct pipeline_set *set)
{
    struct schedule_entry *plan = memory_allocate(set->entry_count, sizeof *plan);
    for (size_t i = 0; i < set->entry_count; i++) {
        const struct pipeline_entry *entry = &set->entries[i];
        plan[i] = (struct schedule_entry){
            .timetable =
                timetable_of(entry->scenario, set->pipeline->every, entry->number, entry->count),
            .kill_overlap = entry->scenario->overlap == OVERLAP_KILL,
            .since = entry->since,
        };
    }
    struct clock_reading now = clock_read_all();
    set->schedule = schedule_create(plan, set->entry_count, &now);
    if (schedule_forgotten(set->schedule) > 0)
        log_warning("the monitor was away for long: the latest slots of that time are recorded");
    free(plan);
}

static char *entry_key(const char *journey, const char *vantage)
{
    struct buffer key;
    buffer_init(&key, SIZE_MAX);
    buffer_print(&key, "%s\x1f%s", journey, vantage);
    return buffer_steal(&key);
}

static void map_entries(struct pipeline_set *set)
{
    set->entry_map = map_create(NULL);
    for (size_t i = 0; i < set->entry_count; i++) {
        struct pipeline_entry *entry = &set->entries[i];
        char *key = entry_key(entry->scenario->journey, entry->vantage->vantage->name);
        map_put(set->entry_map, key, entry);
        free(key);
    }
}

struct pipeline_entry *pipeline_entry_of(const struct pipeline *pipeline, const char *journey,
                                         const char *vantage)
{
    char *key = entry_key(journey, vantage);
    struct pipeline_entry *entry = map_get(pipeline->set->entry_map, key);
    free(key);
    return entry;
}

static void close_vantages(struct pipeline_set *set)
{
    for (size_t i = 0; set->vantages != NULL && i < set->settings->shop->vantage_count; i++) {
        struct pipeline_vantage *vantage = &set->vantages[i];
        probe_cancel(vantage->probe);
        for (size_t w = 0; w < vantage->waiting_count; w++)
            run_free(vantage->waiting[w]);
        free(vantage->waiting);
        arena_free(vantage->references.arena);
        arena_free(vantage->components.arena);
        net_vantage_close(vantage->net);
    }
    free(set->vantages);
}

static void set_free(struct pipeline_set *set)
{
    pipeline_close_databases(set);
    close_vantages(set);
    for (size_t i = 0; i < set->entry_count; i++)
        free(set->entries[i].overlaps);
    free(set->entries);
    close_means(set);
    map_free(set->entry_map);
    schedule_free(set->schedule);
    settings_free(set->settings);
    free(set);
}

struct pipeline_set *pipeline_set_create(struct pipeline *pipeline, struct settings *settings,
                                         struct secrets **secrets, struct error *error)
{
    struct pipeline_set *set = memory_allocate(1, sizeof *set);
    set->pipeline = pipeline;
    set->settings = settings;
    set->loaded = clock_wall();
    set->users = 1;
    open_means(set, secrets);
    if (open_vantages(set, error) != RESULT_OK ||
        pipeline_open_databases(set, error) != RESULT_OK) {
        set_free(set);
        return NULL;
    }
    for (size_t i = 0; i < settings->scenario_count; i++)
        add_entries(set, i);
    map_entries(set);
    return set;
}

void pipeline_set_release(struct pipeline_set *set)
{
    if (set != NULL && --set->users == 0)
        set_free(set);
}

bool pipeline_is_watched(void *data, const char *journey, const char *vantage)
{
    return pipeline_entry_of(data, journey, vantage) != NULL;
}
