/* SPDX-License-Identifier: MIT */
/* A cron line, and behind a line feed the TZ string of a zone: slots go forward, from any moment.
 */
#include "scenarios/cron.h"
#include "monitor/base/zone.h"
#include "monitor/base/zone_rule.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 20 };

static void follow(const struct cron *cron, const struct zone *zone, struct wall_time at)
{
    for (int i = 0; i < SLOTS; i++) {
        struct wall_time next = cron_after(cron, zone, at);
        if (next.us <= at.us || next.us % DURATION_MINUTE != 0)
            abort();
        /* Asked between the two, it is the same. */
        if (next.us == INT64_MAX ||
            cron_after(cron, zone, (struct wall_time){next.us - 1}).us != next.us)
            abort();
        at = next;
    }
    if (cron_interval(cron) < DURATION_MINUTE)
        abort();
}

/* In 2026 no rule goes beyond a day and a bit. */
static void shift(const char *text)
{
    struct zone_rule rule;
    if (zone_rule_parse(text, &rule) != RESULT_OK)
        return;
    for (int64_t at = 1767225600; at < 1798761600; at += 86399) {
        int64_t offset = zone_rule_offset(&rule, at);
        if (offset != rule.standard && offset != rule.summer)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const names[] = {"UTC", "Europe/Berlin", "America/New_York",
                                        "Australia/Lord_Howe"};
    struct arena *arena = arena_create();
    char *text = arena_duplicate_bytes(arena, (const char *)bytes, length);
    char *line_feed = strchr(text, '\n');
    const struct zone *zone = zone_utc();
    struct cron cron;
    struct cron_mistake mistake = {0};
    if (line_feed != NULL)
        *line_feed = '\0';
    enum result result = cron_parse(arena, text, &cron, &mistake);
    if (result == RESULT_OK) {
        if (zone_read(arena, names[length % COUNT_OF(names)], &zone) != RESULT_OK)
            zone = zone_utc();
        /* Before each change of clocks of a year, at most by a day. */
        follow(&cron, zone, (struct wall_time){INT64_C(1774656000000000)});
        follow(&cron, zone, (struct wall_time){INT64_C(1792800000000000)});
    } else if (mistake.text == NULL || mistake.offset > strlen(text)) {
        abort();
    }
    if (line_feed != NULL)
        shift(line_feed + 1);
    arena_free(arena);
    return 0;
}
