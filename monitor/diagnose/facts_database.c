/* SPDX-License-Identifier: MIT */
/* Facts from what a database said when it was asked directly. See facts.h. */
#include "monitor/diagnose/facts.h"

#include <string.h>

/* `db` of `db.orders`. */
static bool is_part_of(const char *part, const char *component)
{
    size_t length = strlen(component);
    return strncmp(part, component, length) == 0 && part[length] == '.';
}

static bool names_component(const char *const *names, size_t count, const char *component)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], component) == 0 || is_part_of(names[i], component))
            return true;
    return false;
}

bool facts_step_is_about(const struct run_step *step, const char *component)
{
    if (facts_step_needs(step, component))
        return true;
    return names_component(step->needs, step->needs_count, component) ||
           names_component(step->writes, step->writes_count, component);
}

/* Whether the step needs another part of the same database, or all of it. */
static bool step_is_near(const struct run_step *step, const char *asked)
{
    char whole[128];
    size_t length = strcspn(asked, ".");
    if (asked[length] == '\0' || length >= sizeof whole)
        return false;
    memcpy(whole, asked, length);
    whole[length] = '\0';
    return facts_step_is_about(step, whole);
}

/* That a connection comes about clears no table; what clears it is a row of it. */
void facts_of_databases(struct facts *facts, const struct facts_view *view)
{
    const struct finding *here = NULL, *near = NULL, *well = NULL;
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (finding->kind != FINDING_DATABASE || finding->component == NULL)
            continue;
        bool is_about = facts_step_is_about(view->failure, finding->component);
        if (is_about && !finding_is_well(finding))
            here = here != NULL ? here : finding;
        else if (is_about && facts_step_needs(view->failure, finding->component))
            well = well != NULL ? well : finding;
        else if (!finding_is_well(finding) && step_is_near(view->failure, finding->component))
            near = near != NULL ? near : finding;
    }
    if (here != NULL)
        facts_add(facts, FACT_DATABASE_ILL, here->detail);
    else if (near != NULL)
        facts_add(facts, FACT_DATABASE_ILL_NEAR, near->detail);
    else if (well != NULL)
        facts_add(facts, FACT_DATABASE_WELL, well->component);
}
