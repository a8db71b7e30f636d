/* SPDX-License-Identifier: MIT */
/* Values that say when, and how well: cron lines, time zones, percentages. See loader.h. */
#include "scenarios/loader.h"

#include "monitor/base/zone.h"
#include "scenarios/cron.h"

#include <ctype.h>

enum { PERCENT = 10000 }; /* millionths */

void loader_cron(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    struct cron *cron = arena_allocate(loader->arena, 1, sizeof *cron);
    struct cron_mistake mistake = {0};
    const char *text = loader_text(loader, LANGUAGE_FORMAT_LINE, node);
    if (text == NULL)
        return;
    if (cron_parse(loader->arena, text, cron, &mistake) != RESULT_OK)
        loader_report(loader, MISTAKE_CRON_INVALID,
                      yaml_position(loader->file, node, mistake.offset), mistake.hint, "%s",
                      mistake.text);
    else
        loader_put(target, key->offset, &cron, sizeof cron);
}

static void report_zone(struct loader *loader, const struct yaml_node *node, enum result result)
{
    if (result == RESULT_IO) {
        loader_report(loader, MISTAKE_NAME_TIMEZONE, node->position,
                      "install them, on Debian by the package tzdata; UTC is known without",
                      "this machine has no time zones in " ZONE_DIRECTORY);
        return;
    }
    const char *nearest = mistakes_are_full(loader->mistakes)
                              ? NULL
                              : zone_nearest(loader->arena, node->text, mistake_nearest);
    loader_report(loader, MISTAKE_NAME_TIMEZONE, node->position,
                  nearest != NULL ? arena_print(loader->arena, "did you mean `%s`?", nearest)
                                  : "zones are called by a continent and a city: Europe/Berlin",
                  "there is no time zone `%s`", node->text);
}

void loader_timezone(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    const struct zone *zone = NULL;
    const char *name = loader_text(loader, LANGUAGE_FORMAT_LINE, node);
    if (name == NULL)
        return;
    enum result result = zone_read(loader->arena, name, &zone);
    if (result != RESULT_OK)
        report_zone(loader, node, result);
    loader_put(target, key->offset, &zone, sizeof zone);
}

/* `99.9%` in millionths; -1: it is none. */
static int64_t parse_percentage(const char *text)
{
    int64_t value = 0, unit = PERCENT;
    if (!isdigit((unsigned char)*text))
        return -1;
    for (; isdigit((unsigned char)*text) && value <= 100; text++)
        value = value * 10 + (*text - '0');
    value *= PERCENT;
    if (*text == '.') {
        text++;
        for (; isdigit((unsigned char)*text) && unit > 1; text++) {
            unit /= 10;
            value += (*text - '0') * unit;
        }
        if (unit == PERCENT)
            return -1;
    }
    return text[0] == '%' && text[1] == '\0' ? value : -1;
}

void loader_percentage(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    const char *wanted = language_type_text(key->type);
    if (node->kind != YAML_SCALAR || loader_is_empty(node)) {
        loader_report_type(loader, node, wanted, NULL);
        return;
    }
    int64_t value = parse_percentage(node->text);
    bool is_number = yaml_type(node) == YAML_INTEGER || yaml_type(node) == YAML_REAL;
    if (value < 0)
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position,
                      is_number ? arena_print(loader->arena, "write `%s%%`", node->text)
                                : "it has four digits behind its point at most",
                      "expected %s", wanted);
    else if (value < key->minimum || value > key->maximum)
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position,
                      value > key->maximum ? "100% would leave no room for a single failure" : NULL,
                      "`%s` must lie above 0%% and below 100%%", key->name);
    else
        loader_put(target, key->offset, &value, sizeof value);
}
