/* SPDX-License-Identifier: MIT */
/* Facts from an answer that tells an address which the shop did not reach, where the shop file says
 * (`at`) whose that is. See facts.h. */
#include "monitor/diagnose/facts.h"

/* The component that is there; of several the one that the step needs. NULL: it is not told. */
static const struct component *component_at(const struct shop *shop, const struct run_step *step,
                                            const struct unreached *unreached)
{
    const struct component *found = NULL;
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++) {
        const struct component *component = &shop->components[i];
        for (size_t j = 0; j < component->at_count; j++)
            if (unreached_is_at(unreached, component->at[j]) &&
                (found == NULL || facts_step_is_about(step, component->name)))
                found = component;
    }
    return found;
}

/* `127.0.0.1:5433 refuses the shop; it is Shop database`. */
static const char *text_of(struct arena *arena, const struct unreached *unreached,
                           const struct component *component)
{
    return arena_print(arena, "%s; it is %s", unreached_text(unreached, arena),
                       component->title != NULL ? component->title : component->name);
}

bool facts_of_unreached(struct facts *facts, const struct facts_view *view)
{
    const char *at = view->failure->excerpt;
    for (struct unreached unreached; (unreached = unreached_next(&at)).kind != UNREACHED_NONE;) {
        const struct component *component = component_at(view->shop, view->failure, &unreached);
        if (component == NULL)
            continue;
        facts->named = component->name;
        facts_add(facts,
                  component->kind == CAUSE_DATABASE ? FACT_DATABASE_WORDS : FACT_NAMES_THIRD_PARTY,
                  text_of(view->run->arena, &unreached, component));
        return true;
    }
    return false;
}

const char *facts_database_unreached(const struct facts_view *view,
                                     const struct history_entry *entry)
{
    const struct run_step *failure = history_failure(entry);
    for (size_t i = 0; failure != NULL && i < HISTORY_UNREACHED_MAX; i++) {
        const struct unreached *unreached = &entry->unreached[i];
        const struct component *component =
            unreached->kind != UNREACHED_NONE ? component_at(view->shop, failure, unreached) : NULL;
        /* As in the answer's own run, the first that the file knows counts. */
        if (component != NULL)
            return component->kind == CAUSE_DATABASE
                       ? text_of(view->run->arena, unreached, component)
                       : NULL;
    }
    return NULL;
}
