/* SPDX-License-Identifier: MIT */
/* The table of reporters. A new one is a file of its own, a line in kinds.h and a line here. */
#include "reporters/kinds.h"

#include "reporters/status_page.h"

#include <string.h>

const struct reporter_kind *const reporter_kinds[] = {
    &console_kind,    &heartbeat_kind, /* which no file names: reporter_settings.c does not know it
                                        */
    &json_lines_kind, &prometheus_kind, &status_page_kind, &statuspage_kind, &webhook_kind, NULL,
};

const struct reporter_kind *reporter_kind_find(const char *name)
{
    for (size_t i = 0; reporter_kinds[i] != NULL; i++)
        if (strcmp(reporter_kinds[i]->name, name) == 0)
            return reporter_kinds[i];
    return NULL;
}
