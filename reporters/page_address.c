/* SPDX-License-Identifier: MIT */
/* Addresses of the operators' pages that have a query. See page_parts.h. */
#include "monitor/net/net.h"
#include "reporters/page.h"
#include "reporters/page_parts.h"

#include <stdio.h>
#include <string.h>

/* `?name=value`, or `&name=value` after another; NULL is left out. */
static void add(struct buffer *out, char *separator, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buffer_print(out, "%c%s=", *separator, name);
    net_url_encode(out, value, strlen(value));
    *separator = '&';
}

void page_journey_address(const char *journey, enum span span, const char *vantage,
                          struct buffer *out)
{
    char separator = '?';
    buffer_text(out, "/journey");
    add(out, &separator, "name", journey);
    if (span != SPAN_COUNT)
        add(out, &separator, "span", span_kinds[span].address);
    add(out, &separator, "from", vantage);
}

void page_runs_address(const struct page_runs_filter *filter, struct buffer *out)
{
    char separator = '?', time[WALL_TEXT_MAX], skip[16];
    buffer_text(out, "/runs");
    add(out, &separator, "journey", filter->journey);
    add(out, &separator, "from", filter->vantage);
    add(out, &separator, "state", filter->state);
    if (filter->since.us != 0)
        add(out, &separator, "since", wall_print(filter->since, time));
    if (filter->until.us != 0)
        add(out, &separator, "until", wall_print(filter->until, time));
    if (filter->before.us != 0)
        add(out, &separator, "before", wall_print(filter->before, time));
    if (filter->skip > 0) {
        snprintf(skip, sizeof skip, "%u", filter->skip);
        add(out, &separator, "skip", skip);
    }
}
