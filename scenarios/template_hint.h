/* SPDX-License-Identifier: MIT */
/*
 * Variables as other tools write them: `{{name}}`, `${{ secrets.NAME }}`, `$name`. Found in text
 * and told how they are written here; never taken for one. Private to scenarios/.
 */
#ifndef SCENARIOS_TEMPLATE_HINT_H
#define SCENARIOS_TEMPLATE_HINT_H

#include "monitor/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* How what stands between `${` and `}` should be written, a hint; NULL when nobody knows. */
const char *template_hint(struct arena *arena, const char *inside, size_t length);

/* A secret of the environment: its definition. NULL when no name of one is in `name`. */
const char *template_secret_hint(struct arena *arena, const char *name);

struct foreign_variable {
    const char *name;  /* of ours that it may be */
    const char *shown; /* as it is written */
    size_t offset;
    bool is_certain; /* `{{name}}`; else it is one only where the name is known */
};

/* The first one at or behind `from`; false when there is none. `$name` in a GraphQL document is no
 * mistake: there only braces are looked at. */
bool template_find_foreign(struct arena *arena, const char *text, size_t from, bool is_document,
                           struct foreign_variable *ret_variable);

#endif
