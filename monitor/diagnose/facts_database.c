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

/* Whether the step needs a part of the same database, or all of it. */
static bool step_is_near(struct arena *arena, const struct run_step *step, const char *asked)
{
    return facts_step_is_about(step, facts_whole_of(arena, asked));
}

/* `read public.orders` is one, too. */
static bool is_check(const struct finding *finding, enum database_check check)
{
    const char *word = database_check_word(check);
    size_t length = strlen(word);
    return strncmp(finding->target, word, length) == 0 &&
           (finding->target[length] == '\0' || finding->target[length] == ' ');
}

static bool is_lock(const struct finding *finding)
{
    return finding->symptom == SYMPTOM_DB_LOCKED || finding->symptom == SYMPTOM_DB_HOLDER_STOPPED ||
           finding->symptom == SYMPTOM_DB_LOCKED_OUTSIDE;
}

/* A lock is of all of it: who holds it may have been seen by one of several questions only. */
static bool is_the_same(const struct finding *one, const struct finding *other)
{
    return one->symptom == other->symptom || (is_lock(one) && is_lock(other));
}

/*
 * What of it is not well: the part of which a row is not read; all of it where there are several,
 * or nothing can be written, or where no question is answered. But a part that is ill in a way of
 * its own was asked, and answered, after all. What sessions do tells of no part: NULL, as where
 * nothing was found.
 */
static const char *find_ill_among(const struct facts_view *view, bool is_near)
{
    const struct run *run = view->run;
    const struct finding *part = NULL, *silent = NULL, *write = NULL;
    bool is_several = false;
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (!is_of_database(finding) || finding_is_well(finding) ||
            (is_near && !step_is_near(run->arena, view->failure, finding->component)))
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
    if (part != NULL && (silent == NULL || !is_the_same(silent, part)))
        return part->component;
    const struct finding *whole = silent != NULL ? silent : write;
    return whole != NULL ? whole->component : NULL;
}

/* Of several databases, of which each may be ill in its way, of the one that the step needs. */
static const char *find_ill(const struct facts_view *view)
{
    const char *near = find_ill_among(view, true);
    return near != NULL ? near : find_ill_among(view, false);
}

/* What it says of the step that is judged. */
struct word {
    const struct finding *here, *near, *behind; /* what is not well */
    const struct finding *well;                 /* that the step needs */
    bool checks[DATABASE_CHECK_COUNT];          /* that are well, and about the step */
};

static void word_note(struct word *word, const struct facts *facts, const struct facts_view *view,
                      const struct finding *finding)
{
    bool is_about = facts_step_is_about(view->failure, finding->component);
    bool is_blamed = facts->ill != NULL && strcmp(finding->component, facts->ill) == 0;
    if (finding_is_well(finding)) {
        for (int check = 0; is_about && check < DATABASE_CHECK_COUNT; check++)
            word->checks[check] |= is_check(finding, (enum database_check)check);
        if (word->well == NULL && facts_step_needs(view->failure, finding->component))
            word->well = finding;
        return;
    }
    if (is_about)
        word->here = word->here == NULL || is_blamed ? finding : word->here;
    else if (step_is_near(view->run->arena, view->failure, finding->component))
        word->near = word->near != NULL ? word->near : finding;
    else if (!is_check(finding, DATABASE_SESSIONS))
        word->behind = word->behind != NULL ? word->behind : finding;
}

/* That a connection comes about clears no table; what clears it is a row of it. An error may come
 * from what a row does not show; but who hangs in a database is seen in it. */
static void add_well(struct facts *facts, const struct facts_view *view, const struct word *word)
{
    const bool *checks = word->checks;
    if (history_has_hung(view->failure) && checks[DATABASE_CONNECT] && checks[DATABASE_SESSIONS] &&
        checks[DATABASE_READ] && checks[DATABASE_WRITE])
        facts_add(facts, FACT_DATABASE_ALL_WELL,
                  facts_whole_of(view->run->arena, word->well->component));
    else
        facts_add(facts, FACT_DATABASE_WELL, word->well->component);
}

/* Whether the step may have found no worker: nobody answered it; or, where the server has filled up
 * since, nobody even let it in; or the application, which may not live without its database, has
 * died. One that answers with an error lives. */
static bool found_nobody(const struct facts *facts, const struct facts_view *view)
{
    static const enum fact_name signs[] = {
        FACT_TCP_TIMEOUT_LATER, FACT_REFUSED,         FACT_CUT_OFF,
        FACT_GATEWAY_AT_ONCE,   FACT_GATEWAY_AT_DOOR, FACT_APPLICATION_BREAKS_OFF,
    };
    return history_has_hung(view->failure) || facts_have_any(facts, signs, COUNT_OF(signs));
}

static bool are_of_one(const char *component, const char *other)
{
    size_t length = strcspn(component, ".");
    return strcspn(other, ".") == length && strncmp(component, other, length) == 0;
}

/* What tells, with that symptom, of the same database. */
static const struct finding *find_beside(const struct run *run, const struct finding *ill,
                                         enum symptom symptom)
{
    for (size_t i = run->finding_count; i-- > 0;) {
        const struct finding *finding = &run->findings[i];
        if (is_of_database(finding) && finding->symptom == symptom && !finding_is_well(finding) &&
            are_of_one(finding->component, ill->component))
            return finding;
    }
    return NULL;
}

/* Whether the shop itself may hold what it waits for. */
static bool may_hold(const struct run *run, const struct finding *ill)
{
    return is_lock(ill) && find_beside(run, ill, SYMPTOM_DB_LOCKED_OUTSIDE) == NULL;
}

static void add_ill(struct facts *facts, const struct run *run, const struct finding *ill,
                    enum fact_name name)
{
    const struct finding *stopped =
        may_hold(run, ill) ? find_beside(run, ill, SYMPTOM_DB_HOLDER_STOPPED) : NULL;
    if (stopped != NULL)
        facts_add(facts, FACT_DATABASE_HOLDER_STOPPED, stopped->detail);
    else
        facts_add(facts, name, ill->detail);
}

void facts_of_databases(struct facts *facts, const struct facts_view *view)
{
    struct word word = {0};
    facts->ill = find_ill(view);
    for (size_t i = 0; i < view->run->finding_count; i++)
        if (is_of_database(&view->run->findings[i]))
            word_note(&word, facts, view, &view->run->findings[i]);
    facts->locked = word.here != NULL && may_hold(view->run, word.here);
    if (word.here != NULL)
        add_ill(facts, view->run, word.here, FACT_DATABASE_ILL);
    else if (word.near != NULL)
        add_ill(facts, view->run, word.near, FACT_DATABASE_ILL_NEAR);
    else if (word.behind != NULL && found_nobody(facts, view) &&
             facts_step_needs_kind(view->shop, view->failure, CAUSE_APPLICATION))
        /* Who hangs may wait for the lock, or hold it. */
        add_ill(facts, view->run, word.behind,
                may_hold(view->run, word.behind) ? FACT_DATABASE_LOCKED_BEHIND
                                                 : FACT_DATABASE_ILL_BEHIND);
    else if (word.well != NULL)
        add_well(facts, view, &word);
}

bool facts_way_to_database_may_fail(const struct facts *facts, const struct facts_view *view)
{
    return view->database_led && facts_have(facts, FACT_DATABASE_ALL_WELL) &&
           facts_need_of_kind(view->shop, view->failure, CAUSE_DATABASE) != NULL &&
           facts_was_delivered(facts, view);
}

bool facts_may_follow(const struct facts *facts, const struct facts_view *view)
{
    bool is_ill = (facts_have(facts, FACT_DATABASE_ILL) && !facts->locked) ||
                  facts_have(facts, FACT_DATABASE_ILL_BEHIND) ||
                  facts_have(facts, FACT_DATABASE_LOCKED_BEHIND);
    return view->grew || view->passed_first != NULL || (is_ill && found_nobody(facts, view));
}
