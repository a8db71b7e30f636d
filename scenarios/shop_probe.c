/* SPDX-License-Identifier: MIT */
/* See shop_probe.h. */
#include "scenarios/shop_probe.h"

#include "scenarios/loader.h"
#include "scenarios/shop.h"

#include <string.h>

/* In either form: `password=...`, and `postgresql://user:password@host`. */
static bool holds_password(const char *connection)
{
    const char *host = strstr(connection, "://");
    const char *at = host != NULL ? strchr(host + 3, '@') : NULL;
    const char *colon = host != NULL ? strchr(host + 3, ':') : NULL;
    if (strstr(connection, "password=") != NULL || strstr(connection, "password =") != NULL)
        return true;
    return at != NULL && colon != NULL && colon < at;
}

void shop_check_probes(struct loader *loader, const struct shop *shop)
{
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct component *component = &shop->components[i];
        const struct component_probe *probe = component->probe;
        if (probe == NULL)
            continue;
        if (component->kind != CAUSE_DATABASE)
            loader_report(loader, MISTAKE_KEY_CONFLICT, probe->position, NULL,
                          "`probe` asks a database, and `%s` is none", component->name);
        if (probe->postgresql != NULL && holds_password(probe->postgresql))
            loader_report(loader, MISTAKE_VALUE_FORMAT, probe->position,
                          "name a service, and write the password into ~/.pgpass",
                          "a password does not belong into a shop file");
    }
}
