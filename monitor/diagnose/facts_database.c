/* SPDX-License-Identifier: MIT */
/* Facts from what a database said when it was asked directly. See facts.h. */
#include "monitor/diagnose/facts.h"

#include "monitor/record/database.h"

#include <string.h>

static bool is_of_database(const struct finding *finding)
{
    return finding->kind == FINDING_DATABASE && finding->component != NULL;
}

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
static bool step_is_near(struct arena *arena, const struct run_step *step, const char *asked)
{
    return strchr(asked, '.') != NULL && facts_step_is_about(step, facts_whole_of(arena, asked));
}

static bool is_check(const struct finding *finding, enum database_check check)
{
    return strcmp(finding->target, database_check_word(check)) == 0;
}

/*
 * What of it is not well: the part of which a row is not read; all of it where there are several,
 * or nothing can be written, or where no question is answered. But a part that is ill in a way of
 * its own was asked, and answered, after all. What sessions do tells of no part: NULL, as where
 * nothing was found.
 */
static const char *find_ill(const struct run *run)
{
    const struct finding *part = NULL, *silent = NULL, *write = NULL;
    bool is_several = false;
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (!is_of_database(finding) || finding_is_well(finding))
            continue;
        if (is_check(finding, DATABASE_CONNECT) || is_check(finding, DATABASE_ANSWER)) {
            silent = finding;
        } else if (is_check(finding, DATABASE_WRITE)) {
            write = finding;
        } else if (strchr(finding->component, '.') != NULL) {
            is_several |= part != NULL && strcmp(part->component, finding->component) != 0;
            part = finding;
        }
    }
    if (part != NULL && is_several)
        return facts_whole_of(run->arena, part->component);
    if (part != NULL && (silent == NULL || silent->symptom != part->symptom))
        return part->component;
    const struct finding *whole = silent != NULL ? silent : write;
    return whole != NULL ? whole->component : NULL;
}

/* That a connection comes about clears no table; what clears it is a row of it. */
void facts_of_databases(struct facts *facts, const struct facts_view *view)
{
    const struct finding *here = NULL, *near = NULL, *well = NULL;
    facts->ill = find_ill(view->run);
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (!is_of_database(finding))
            continue;
        bool is_about = facts_step_is_about(view->failure, finding->component);
        bool is_ill = facts->ill != NULL && strcmp(finding->component, facts->ill) == 0;
        if (is_about && !finding_is_well(finding))
            here = here == NULL || is_ill ? finding : here;
        else if (is_about && facts_step_needs(view->failure, finding->component))
            well = well != NULL ? well : finding;
        else if (!finding_is_well(finding) &&
                 step_is_near(view->run->arena, view->failure, finding->component))
            near = near != NULL ? near : finding;
    }
    if (here != NULL)
        facts_add(facts, FACT_DATABASE_ILL, here->detail);
    else if (near != NULL)
        facts_add(facts, FACT_DATABASE_ILL_NEAR, near->detail);
    else if (well != NULL)
        facts_add(facts, FACT_DATABASE_WELL, well->component);
}
