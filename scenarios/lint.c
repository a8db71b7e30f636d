/* SPDX-License-Identifier: MIT */
/*
 * Advice: scenarios that would run, and not tell what they seem to. Knows shops: a hollow 200 is
 * the commonest failure, and a set of journeys that always needs the database can never clear the
 * application. See scenario.h.
 */
#include "monitor/base/map.h"
#include "scenarios/language.h"
#include "scenarios/mistake_kind.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"
#include "scenarios/yaml.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = LANGUAGE_TEXT_MAX + 200 }; /* a step's name, and what is said of it */

struct lint {
    const struct scenario *scenario;
    struct mistakes *mistakes;
    struct arena *arena;     /* for what lives no longer than the check */
    const char *file, *text; /* that what is advised on stands in */
};

static const char *source_line(const struct lint *lint, int number)
{
    const char *line = lint->text;
    for (int i = 1; i < number; i++) {
        line += strcspn(line, "\r\n");
        line += line[0] == '\r' && line[1] == '\n' ? 2 : line[0] != '\0';
    }
    return arena_duplicate_bytes(lint->arena, line, strcspn(line, "\r\n"));
}

static void advise(const struct lint *lint, enum mistake_kind kind, struct position position,
                   const char *hint, const char *format, ...) PRINTF_LIKE(5, 6);

static void advise(const struct lint *lint, enum mistake_kind kind, struct position position,
                   const char *hint, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct mistake_place place = {.file = lint->file, .position = position};
    if (!mistakes_are_full(lint->mistakes))
        place.source = source_line(lint, position.line);
    mistakes_report(lint->mistakes, kind, &place, hint, "%s", text);
}

static bool is_used(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->use_count; i++)
        if (strcmp(scenario->uses[i].name, name) == 0)
            return true;
    return false;
}

static void lint_captures(const struct lint *lint, const struct step *step)
{
    for (size_t i = 0; i < step->capture_count; i++) {
        const struct capture *capture = &step->captures[i];
        if (!is_used(lint->scenario, capture->name))
            advise(lint, MISTAKE_LINT_CAPTURE_UNUSED, capture->position, NULL,
                   "`%s` is captured and never used", capture->name);
    }
}

static bool is_bodyless_status(const struct operand *operand)
{
    json_int_t status = json_integer_value(operand->value);
    return operand->kind == OPERAND_VALUE &&
           (status == 204 || status == 205 || (status >= 300 && status < 400));
}

/* True when the answer that the step expects has no content to look at. */
static bool expects_nothing(const struct step *step)
{
    if (step->method == METHOD_HEAD || step->follow == 0)
        return true;
    for (size_t i = 0; i < step->expect_count; i++) {
        const struct expression *expression = step->expect[i].expression;
        bool is_status =
            expression->query == QUERY_STATUS && !expression->negated &&
            (expression->predicate == PREDICATE_EQUAL || expression->predicate == PREDICATE_IN);
        size_t bodyless = 0;
        for (size_t j = 0; is_status && j < expression->operand_count; j++)
            bodyless += is_bodyless_status(&expression->operands[j]);
        if (is_status && bodyless == expression->operand_count)
            return true;
    }
    return false;
}

static bool expects_content(const struct step *step)
{
    for (size_t i = 0; i < step->expect_count; i++)
        if (expression_is_about_content(step->expect[i].expression))
            return true;
    return false;
}

/* `until` and `find` say what is not there: on another page that is so, too. */
static void lint_find(const struct lint *lint, const struct step *step)
{
    if (step->find_count > 0 && !expects_content(step))
        advise(lint, MISTAKE_LINT_FIND_ANYWHERE, step->position,
               "assert something that only the right answer holds, such as "
               "`jsonpath \"$.orders\" isCollection`",
               "step `%s` finds nothing in any other answer, and what was left behind would count "
               "as settled",
               step->name);
}

static void lint_content(const struct lint *lint, const struct step *step)
{
    if (expects_content(step))
        return;
    if (step->until != NULL && expression_is_about_content(step->until->holds.expression))
        return;
    for (size_t i = 0; i < step->capture_count; i++)
        if (expression_is_about_content(step->captures[i].expression))
            return;
    if (expects_nothing(step))
        return;
    advise(lint, MISTAKE_LINT_NO_CONTENT, step->position,
           "assert something that only the right page holds: body, css, jsonpath",
           "step `%s` looks at no content: an empty page with status 200 would pass", step->name);
}

static void lint_timeout(const struct lint *lint, const struct step *step)
{
    const struct scenario *scenario = lint->scenario;
    if (step->timeout > scenario->every && step->timeout != scenario->timeout)
        advise(lint, MISTAKE_LINT_TIMEOUT, step->position, NULL,
               "step `%s` may take longer than the journey's interval", step->name);
}

static void lint_needs(const struct lint *lint, const struct step *step)
{
    if (step->need_count + step->write_count == 0)
        advise(lint, MISTAKE_LINT_NO_NEEDS, step->position,
               "name the components behind it, such as `needs: [web, db.orders]`",
               "step `%s` does not say what it needs: it can accuse and clear nobody", step->name);
}

/* The same, in the file that the step is written in. */
static struct lint lint_at(const struct lint *lint, const struct step *step)
{
    struct lint at = *lint;
    at.file = step->source->name;
    at.text = step->source->text;
    return at;
}

static bool is_mutating(const struct step *step)
{
    bool is_sending = step->method == METHOD_POST || step->method == METHOD_PUT ||
                      step->method == METHOD_PATCH || step->method == METHOD_DELETE;
    return is_sending && step->write_count > 0;
}

static void lint_cleanup(const struct lint *lint)
{
    const struct scenario *scenario = lint->scenario;
    for (size_t i = 0; scenario->cleanup_count == 0 && i < scenario->step_count; i++) {
        if (!is_mutating(&scenario->steps[i]))
            continue;
        struct lint at = lint_at(lint, &scenario->steps[i]);
        advise(&at, MISTAKE_LINT_NO_CLEANUP, scenario->steps[i].position,
               "add `cleanup`: what a journey orders is real",
               "step `%s` writes, and nothing puts it right", scenario->steps[i].name);
        return;
    }
}

static void lint_intervals(const struct lint *lint)
{
    const struct scenario *scenario = lint->scenario;
    if (scenario->timeout > scenario->every)
        advise(lint, MISTAKE_LINT_TIMEOUT, scenario->position,
               scenario->cron == NULL ? "set `timeout` below `every`" : NULL,
               "a step may take longer than the journey's interval");
    if (scenario->budget > scenario->every)
        advise(lint, MISTAKE_LINT_BUDGET, scenario->position,
               scenario->cron == NULL ? "set `budget` below `every`" : NULL,
               "the journey may take longer than its interval");
}

static void lint_objective(const struct lint *lint)
{
    const struct objective *objective = lint->scenario->objective;
    if (objective == NULL)
        return;
    if (objective->within > lint->scenario->budget)
        advise(lint, MISTAKE_LINT_OBJECTIVE, objective->position, "set `within` below `budget`",
               "no replay takes longer than its budget, so `within` leaves none out");
}

/* What is wrong with a secret's file here, and what to do about it; NULL: nothing is. */
static const char *find_fault(struct arena *arena, const struct secret *secret,
                              const char **ret_hint)
{
    const char *file = secret->file;
    struct stat status;
    if (file == NULL)
        return NULL;
    *ret_hint = "it must be there, and readable, on the machine and for the user that replays";
    if (stat(file, &status) != 0 || access(file, R_OK) != 0)
        return arena_print(arena, "%s: %s", file, strerror(errno));
    *ret_hint = arena_print(arena, "chmod o-r %s", file);
    if ((status.st_mode & S_IROTH) != 0)
        return arena_print(arena, "everybody on this machine can read %s", file);
    return NULL;
}

static void lint_secrets(const struct lint *lint, const struct secret *secrets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *hint, *fault = find_fault(lint->arena, &secrets[i], &hint);
        if (fault != NULL)
            advise(lint, MISTAKE_LINT_SECRET_FILE, secrets[i].position, hint, "%s", fault);
    }
}

/* The shop file's lines are not at hand, and each scenario would say it again. */
static void lint_shop_secrets(const struct lint *lint, const struct shop *shop)
{
    for (size_t i = 0; i < shop->secret_count; i++) {
        const struct secret *secret = &shop->secrets[i];
        const struct mistake_place place = {.file = shop->file, .position = secret->position};
        const char *hint, *fault = find_fault(lint->arena, secret, &hint);
        for (size_t j = 0; j < lint->mistakes->count; j++)
            if (strcmp(lint->mistakes->items[j].file, shop->file) == 0 &&
                lint->mistakes->items[j].position.line == secret->position.line)
                fault = NULL;
        if (fault != NULL)
            mistakes_report(lint->mistakes, MISTAKE_LINT_SECRET_FILE, &place, hint, "%s", fault);
    }
}

void scenario_lint(const struct scenario *scenario, const struct shop *shop,
                   struct mistakes *mistakes)
{
    struct lint lint = {scenario, mistakes, arena_create(), scenario->file, scenario->text};
    size_t first = mistakes->count;
    lint_intervals(&lint);
    lint_objective(&lint);
    lint_secrets(&lint, scenario->secrets, scenario->secret_count);
    if (shop != NULL)
        lint_shop_secrets(&lint, shop);
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];
        const struct lint at = lint_at(&lint, step);
        lint_needs(&at, step);
        lint_content(&at, step);
        lint_captures(&at, step);
        lint_timeout(&at, step);
    }
    for (size_t i = 0; i < scenario->cleanup_count; i++) {
        const struct lint at = lint_at(&lint, &scenario->cleanup[i]);
        lint_captures(&at, &scenario->cleanup[i]);
        lint_find(&at, &scenario->cleanup[i]);
    }
    lint_cleanup(&lint);
    mistakes_sort(mistakes, first);
    arena_free(lint.arena);
}

/* What a set of journeys touches. */
struct coverage {
    bool application_alone, write;
    struct map *databases; /* one entry for each different set of database parts */
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Notes the database parts that one step touches, as one text, whatever their order was. */
static void cover_step(struct coverage *coverage, const struct step *step, const struct shop *shop,
                       struct arena *arena)
{
    size_t count = step->need_count + step->write_count, databases = 0;
    const char **names = arena_allocate(arena, count, sizeof *names);
    bool has_application = false;
    for (size_t i = 0; i < count; i++) {
        const char *name =
            i < step->need_count ? step->needs[i].name : step->writes[i - step->need_count].name;
        enum cause kind = shop_kind(shop, name);
        has_application |= kind == CAUSE_APPLICATION;
        if (kind == CAUSE_DATABASE)
            names[databases++] = name;
    }
    coverage->write |= step->write_count > 0;
    coverage->application_alone |= has_application && databases == 0;
    if (databases == 0)
        return;
    qsort(names, databases, sizeof *names, compare_names);
    const char *text = "";
    for (size_t i = 0; i < databases; i++)
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
            text = arena_print(arena, "%s %s", text, names[i]);
    map_put(coverage->databases, text, NULL);
}

static void report_coverage(const struct coverage *coverage, const char *file,
                            struct mistakes *mistakes)
{
    const struct mistake_place at = {.file = file};
    if (!coverage->application_alone)
        mistakes_report(mistakes, MISTAKE_LINT_SET_APPLICATION, &at,
                        "add a step with `needs: [web]` alone, such as a health page",
                        "no step needs the application without a database: when both fail, the "
                        "application and the database cannot be told apart");
    if (map_count(coverage->databases) < 2)
        mistakes_report(mistakes, MISTAKE_LINT_SET_DATABASE, &at,
                        "let steps name different parts, such as db.catalogue and db.orders",
                        "no two steps touch different parts of a database: one damaged table and "
                        "a database that is down cannot be told apart");
    if (!coverage->write)
        mistakes_report(mistakes, MISTAKE_LINT_SET_WRITE, &at,
                        "add a step with `writes`, and its cleanup",
                        "no step writes: a database that is read-only or full cannot be told from "
                        "a healthy one");
}

void scenario_lint_set(struct scenario *const *scenarios, size_t count, const struct shop *shop,
                       struct mistakes *mistakes)
{
    struct coverage coverage = {.databases = map_create(NULL)};
    struct arena *arena = arena_create();
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < scenarios[i]->step_count; j++)
            cover_step(&coverage, &scenarios[i]->steps[j], shop, arena);
    if (count > 0)
        report_coverage(&coverage, shop != NULL ? shop->file : scenarios[0]->file, mistakes);
    map_free(coverage.databases);
    arena_free(arena);
}
