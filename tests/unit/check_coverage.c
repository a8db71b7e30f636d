/* SPDX-License-Identifier: MIT */
/*
 * Nothing of the language is untested: by running all cases, which of its words were met in one
 * that passes and in one that fails. For keys these are the files under tests/scenarios, and those
 * that are replayed; for queries, filters and predicates the rows of evaluate_cases.c.
 */
#include "tests/unit/evaluate_fixture.h"
#include "tests/unit/runner.h"

#include "scenarios/fragment.h"
#include "scenarios/language.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"
#include "scenarios/yaml.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 16 * 1024 };

/* --- words of expressions ------------------------------------------------------------------- */

struct seen {
    bool held, failed, not_held, not_failed;
};

static void note(struct seen *seen, bool negated, bool held)
{
    seen->held |= !negated && held;
    seen->failed |= !negated && !held;
    seen->not_held |= negated && held;
    seen->not_failed |= negated && !held;
}

/* A query and a filter are seen whatever is said of them. */
static const char *lacks(const struct seen *seen, bool is_predicate)
{
    if (is_predicate)
        return !seen->held         ? "a case in which it holds"
               : !seen->failed     ? "a case in which it does not hold"
               : !seen->not_held   ? "a case in which `not` holds"
               : !seen->not_failed ? "a case in which `not` does not hold"
                                   : NULL;
    return !seen->held && !seen->not_held       ? "a case that passes"
           : !seen->failed && !seen->not_failed ? "a case that fails"
                                                : NULL;
}

static void tell(char *text, const char *kind, const char *word, const char *lack)
{
    size_t length = strlen(text);
    if (lack != NULL)
        snprintf(text + length, TEXT_MAX - length, "\n  %s %s lacks %s", kind, word, lack);
}

enum { QUERIES = QUERY_TIME + 1, FILTERS = FILTER_SUB_REGEX + 1 };
enum { PREDICATES = PREDICATE_IS_ISO_DATE + 1 };

static struct seen queries[QUERIES], filters[FILTERS], predicates[PREDICATES];
static struct seen phases[PHASE_COUNT + 1];

static void note_case(const struct evaluate_case *one)
{
    struct scene scene;
    scene_open(&scene, one->body, 200, one->line, false);
    bool held = scene_assert(&scene).holds;
    const struct expression *expression = scene.expression;
    ck_assert_msg(held == (one->actual == NULL), "%s", one->line);
    note(&queries[expression->query], expression->negated, held);
    note(&predicates[expression->predicate], expression->negated, held);
    if (expression->query == QUERY_TIME)
        note(&phases[expression->time_phase], expression->negated, held);
    for (size_t i = 0; i < expression->filter_count; i++)
        note(&filters[expression->filters[i].kind], expression->negated, held);
    scene_close(&scene);
}

START_TEST(every_word_of_an_expression_holds_and_does_not)
{
    static char text[TEXT_MAX];
    for (size_t i = 0; i < evaluate_case_count; i++)
        note_case(&evaluate_cases[i]);
    for (int i = 0; i < QUERIES; i++)
        tell(text, "query", query_word((enum query)i), lacks(&queries[i], false));
    for (int i = 0; i <= PHASE_COUNT; i++)
        tell(text, "time of", i < PHASE_COUNT ? phase_name((enum phase)i) : "total",
             lacks(&phases[i], false));
    for (int i = 0; i < FILTERS; i++)
        tell(text, "filter", filter_word((enum filter_kind)i), lacks(&filters[i], false));
    for (int i = 0; i < PREDICATES; i++)
        tell(text, "predicate", predicate_word((enum predicate)i), lacks(&predicates[i], true));
    ck_assert_msg(text[0] == '\0', "add cases to evaluate_cases.c:%s", text);
}
END_TEST

/* --- keys ----------------------------------------------------------------------------------- */

/* Keys as they stand in a file, in its order. `key` NULL: one that the language does not have. */
struct entry {
    enum language_context context;
    const struct language_key *key;
    struct position position;
};

struct entries {
    struct arena *arena;
    struct entry *items;
    size_t count;
};

static void walk(struct entries *entries, enum language_context context,
                 const struct yaml_node *node);

static void walk_values(struct entries *entries, enum language_context context,
                        const struct yaml_node *map)
{
    for (size_t i = 0; map->kind == YAML_MAPPING && i < yaml_pair_count(map); i++)
        walk(entries, context, yaml_value(map, i));
}

static void walk_value(struct entries *entries, const struct language_key *key,
                       const struct yaml_node *value)
{
    bool is_steps = key->of == LANGUAGE_IN_STEP;
    if (key->type == LANGUAGE_OBJECT)
        walk(entries, key->of, value);
    else if (key->type == LANGUAGE_OBJECT_MAP || key->type == LANGUAGE_PARTS)
        walk_values(entries, key->of, value);
    for (size_t i = 0;
         key->type == LANGUAGE_OBJECTS && value->kind == YAML_SEQUENCE && i < value->count; i++)
        walk(entries,
             is_steps && yaml_find(value->items[i], "use") != NULL ? LANGUAGE_IN_USE : key->of,
             value->items[i]);
}

static void walk(struct entries *entries, enum language_context context,
                 const struct yaml_node *node)
{
    for (size_t i = 0; node->kind == YAML_MAPPING && i < yaml_pair_count(node); i++) {
        const struct yaml_node *name = yaml_key(node, i);
        if (name->kind != YAML_SCALAR)
            continue;
        const struct language_key *key = language_find(context, name->text);
        arena_grow(entries->arena, entries->items, entries->count);
        entries->items[entries->count++] = (struct entry){context, key, name->position};
        if (key != NULL)
            walk_value(entries, key, yaml_value(node, i));
    }
}

/* Of what kind a file is, its first key tells. */
static bool read_entries(struct entries *entries, const char *path)
{
    static const enum language_context roots[] = {LANGUAGE_IN_SCENARIO, LANGUAGE_IN_SHOP,
                                                  LANGUAGE_IN_FRAGMENT};
    struct mistakes unread = {.arena = entries->arena};
    const struct yaml_file *file = yaml_read(entries->arena, path, &unread);
    entries->items = NULL;
    entries->count = 0;
    for (size_t i = 0; file != NULL && i < COUNT_OF(roots); i++)
        if (yaml_find(file->root, language_table(roots[i])->keys[0].name) != NULL) {
            walk(entries, roots[i], file->root);
            return true;
        }
    return false;
}

static bool used[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX];
static bool refused[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX];
static bool replayed[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX];

static void mark(bool marks[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX], const struct entry *entry)
{
    if (entry->key != NULL)
        marks[entry->context][entry->key - language_table(entry->context)->keys] = true;
}

/* As check_scenario_files.c loads it: by its name. */
static bool load(const char *name, struct mistakes *mistakes)
{
    struct shop *shop = NULL;
    bool is_shop = strncmp(name, "shop", 4) == 0;
    if (is_shop || strncmp(name, "with-shop", 9) == 0)
        shop = shop_load(is_shop ? name : "../good/shop.yaml", mistakes);
    struct scenario *scenario = is_shop ? NULL : scenario_load(name, shop, mistakes);
    bool taken = is_shop ? shop != NULL : scenario != NULL;
    scenario_free(scenario);
    shop_free(shop);
    return taken;
}

static void mark_used(bool marks[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX], const char *name)
{
    struct entries entries = {.arena = arena_create()};
    ck_assert_msg(read_entries(&entries, name), "%s", name);
    for (size_t i = 0; i < entries.count; i++)
        mark(marks, &entries.items[i]);
    arena_free(entries.arena);
}

/* `a step needs the key `step`` stands where the step does, and is about that key. */
static bool is_missing(const struct mistake *mistake, struct entry *ret_entry)
{
    if (strcmp(mistake->code, "key.missing") != 0)
        return false;
    for (int context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        const struct language_table *table = language_table((enum language_context)context);
        for (size_t i = 0; i < table->key_count; i++) {
            char text[200];
            snprintf(text, sizeof text, "%s needs the key `%s`",
                     language_context_text((enum language_context)context), table->keys[i].name);
            if (strcmp(text, mistake->text) == 0)
                *ret_entry = (struct entry){(enum language_context)context, &table->keys[i], {0}};
        }
    }
    return true;
}

static bool is_behind(struct position position, struct position other)
{
    return position.line > other.line ||
           (position.line == other.line && position.column >= other.column);
}

/* The key that a mistake is about is the last one that begins before it. */
static void mark_refused(struct entries *entries, const struct mistake *mistake)
{
    struct entry found = {.key = NULL};
    if (!is_missing(mistake, &found) && read_entries(entries, mistake->file))
        for (size_t i = 0; i < entries->count; i++)
            if (is_behind(mistake->position, entries->items[i].position))
                found = entries->items[i];
    mark(refused, &found);
}

static void look_at_bad(const char *name)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct entries entries = {.arena = mistakes.arena};
    ck_assert_msg(!load(name, &mistakes), "%s", name);
    for (size_t i = 0; i < mistakes.count; i++)
        if (mistakes.items[i].position.line > 0)
            mark_refused(&entries, &mistakes.items[i]);
    arena_free(mistakes.arena);
}

static void look_at_good(const char *name)
{
    struct mistakes mistakes = {.arena = arena_create()};
    ck_assert_msg(load(name, &mistakes), "%s: %s", name,
                  mistakes.count > 0 ? mistakes.items[0].text : "refused");
    mark_used(used, name);
    arena_free(mistakes.arena);
}

static void look_at_replayed(const char *name)
{
    mark_used(replayed, name);
}

static void for_each(const char *directory, const char *pattern, void (*look)(const char *name))
{
    const char *source = getenv("SOURCE");
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", source != NULL ? source : ".", directory);
    ck_assert_msg(chdir(path) == 0, "%s", path);
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        look(found.gl_pathv[i]);
    globfree(&found);
}

static void tell_unmarked(char *text, bool marks[LANGUAGE_CONTEXT_COUNT][LANGUAGE_KEYS_MAX],
                          enum language_context context, const char *lack)
{
    const struct language_table *table = language_table(context);
    for (size_t i = 0; i < table->key_count; i++)
        if (!marks[context][i])
            tell(text, language_context_text(context), table->keys[i].name, lack);
}

START_TEST(every_key_is_taken_and_refused)
{
    static char text[TEXT_MAX];
    for_each("tests/scenarios/good", "*.yaml", look_at_good);
    /* A fragment by itself is no scenario; the good ones take it in. */
    for_each("tests/scenarios/fragments", "login.yaml", look_at_replayed);
    memcpy(used[LANGUAGE_IN_FRAGMENT], replayed[LANGUAGE_IN_FRAGMENT],
           sizeof used[LANGUAGE_IN_FRAGMENT]);
    for_each("tests/scenarios/bad", "*.yaml", look_at_bad);
    for (int context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        tell_unmarked(text, used, (enum language_context)context, "a good file");
        tell_unmarked(text, refused, (enum language_context)context, "a bad file");
    }
    ck_assert_msg(text[0] == '\0', "add files under tests/scenarios:%s", text);
}
END_TEST

/* --- mistakes ------------------------------------------------------------------------------- */

static bool made[MISTAKE_KIND_COUNT];

static const char *const mistake_codes[] = {
#define X(name, severity, code) code,
    MISTAKE_TABLE(X)
#undef X
};

static void note_mistakes(const struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        for (int kind = 0; kind < MISTAKE_KIND_COUNT; kind++)
            made[kind] |= strcmp(mistake_codes[kind], mistakes->items[i].code) == 0;
}

static void note_bad(const char *name)
{
    struct mistakes mistakes = {.arena = arena_create()};
    load(name, &mistakes);
    note_mistakes(&mistakes);
    arena_free(mistakes.arena);
}

static void note_advice(const char *name)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct scenario *scenario = scenario_load(name, NULL, &mistakes);
    ck_assert_msg(scenario != NULL, "%s", name);
    scenario_lint(scenario, NULL, &mistakes);
    scenario_lint_set(&scenario, 1, NULL, &mistakes);
    note_mistakes(&mistakes);
    scenario_free(scenario);
    arena_free(mistakes.arena);
}

START_TEST(every_mistake_is_made_by_some_file)
{
    static char text[TEXT_MAX];
    /* No repository should hold so large a file, nor one that everybody may read: those are made by
     * check_broken_files.c and secrets.sh. */
    made[MISTAKE_FILE_SIZE] = made[MISTAKE_LINT_SECRET_FILE] = true;
    for_each("tests/scenarios/bad", "*.yaml", note_bad);
    for_each("tests/scenarios/lint", "*.yaml", note_advice);
    for (int kind = 0; kind < MISTAKE_KIND_COUNT; kind++)
        if (!made[kind])
            tell(text, "mistake", mistake_codes[kind], "a bad file");
    ck_assert_msg(text[0] == '\0', "add files under tests/scenarios:%s", text);
}
END_TEST

/* What is only loaded could do nothing. */
START_TEST(every_key_of_a_scenario_is_replayed)
{
    static const enum language_context contexts[] = {
        LANGUAGE_IN_SCENARIO,  LANGUAGE_IN_STEP,  LANGUAGE_IN_SECRET,   LANGUAGE_IN_DATA,
        LANGUAGE_IN_UNTIL,     LANGUAGE_IN_RETRY, LANGUAGE_IN_FRAGMENT, LANGUAGE_IN_USE,
        LANGUAGE_IN_PART,      LANGUAGE_IN_AUTH,  LANGUAGE_IN_BASIC,    LANGUAGE_IN_TLS,
        LANGUAGE_IN_OBJECTIVE,
    };
    static char text[TEXT_MAX];
    for_each("tests/journeys", "*.yaml", look_at_replayed);
    for_each("tests/journeys", "fragments/*.yaml", look_at_replayed);
    for_each("examples", "*.yaml", look_at_replayed);
    for (size_t i = 0; i < COUNT_OF(contexts); i++)
        tell_unmarked(text, replayed, contexts[i], "a journey");
    ck_assert_msg(text[0] == '\0', "add files to tests/journeys:%s", text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("coverage");
    TCase *tests = tcase_create("coverage");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, every_word_of_an_expression_holds_and_does_not);
    tcase_add_test(tests, every_key_is_taken_and_refused);
    tcase_add_test(tests, every_mistake_is_made_by_some_file);
    tcase_add_test(tests, every_key_of_a_scenario_is_replayed);
    suite_add_tcase(suite, tests);
    return suite;
}
